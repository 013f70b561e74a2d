package other

import (
	"fmt"

	apps "k8s.io/api/apps/v1"
	core "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/util/strategicpatch"
)

// patches is what StrategicMergePatch makes of an object and a patch. Both are JSON without spaces.
func patches() []Block {
	return []Block{
		merged("patch/statefulset", apps.StatefulSet{}, []string{
			`{"spec":{"replicas":2}}`,
			`{"spec":{"ordinals":{"start":3},"replicas":2}}`,
			`{"spec":{"replicas":2,"updateStrategy":{"rollingUpdate":{"partition":1},"type":"RollingUpdate"}}}`,
			`{"metadata":{"annotations":{"a":"1"},"finalizers":["orphan"]},"spec":{"ordinals":{"start":0},"persistentVolumeClaimRetentionPolicy":{"whenDeleted":"Retain","whenScaled":"Delete"},"replicas":0}}`,
			`{"spec":{"template":{"spec":{"containers":[{"image":"a","name":"c"},{"image":"b","name":"d"}]}}}}`,
		}, []string{
			`{}`,
			`{"spec":{"replicas":3}}`,
			`{"spec":{"replicas":null}}`,
			`{"spec":{"ordinals":{"start":2},"replicas":3}}`,
			`{"spec":{"ordinals":{"start":null}}}`,
			`{"spec":{"ordinals":null}}`,
			`{"spec":{"ordinals":{"$patch":"replace","start":1}}}`,
			`{"spec":{"ordinals":{"$patch":"delete"}}}`,
			`{"spec":null}`,
			`{"spec":{"$patch":"replace","replicas":1}}`,
			`{"spec":{"$retainKeys":["replicas"],"replicas":4}}`,
			`{"spec":{"updateStrategy":{"$retainKeys":["type"],"type":"OnDelete"}}}`,
			`{"spec":{"updateStrategy":{"rollingUpdate":{"partition":0}}}}`,
			`{"spec":{"updateStrategy":{"rollingUpdate":null,"type":"OnDelete"}}}`,
			`{"spec":{"persistentVolumeClaimRetentionPolicy":{"whenScaled":"Retain"}}}`,
			`{"spec":{"template":{"spec":{"containers":[{"image":"z","name":"c"}]}}}}`,
			`{"spec":{"template":{"spec":{"containers":[{"$patch":"delete","name":"c"}]}}}}`,
			`{"spec":{"template":{"spec":{"containers":[{"$patch":"replace"},{"image":"y","name":"e"}]}}}}`,
			`{"spec":{"template":{"spec":{"$setElementOrder/containers":[{"name":"d"},{"name":"c"}],"containers":[{"image":"x","name":"d"}]}}}}`,
			`{"metadata":{"finalizers":null}}`,
			`{"metadata":{"finalizers":["foregroundDeletion"]}}`,
			`{"metadata":{"$deleteFromPrimitiveList/finalizers":["orphan"]}}`,
			`{"metadata":{"annotations":{"a":null,"b":"2"}}}`,
		}),
		merged("patch/persistentvolume", core.PersistentVolume{}, []string{
			`{"spec":{"persistentVolumeReclaimPolicy":"Delete"}}`,
			`{"spec":{"claimRef":{"name":"data-web-3","namespace":"ns"},"persistentVolumeReclaimPolicy":"Retain"}}`,
			`{"spec":{"claimRef":{"name":"data-web-3","namespace":"ns","resourceVersion":"5","uid":"u"},"persistentVolumeReclaimPolicy":"Delete"},"status":{"phase":"Released"}}`,
		}, []string{
			`{}`,
			`{"spec":{"persistentVolumeReclaimPolicy":"Retain"}}`,
			`{"spec":{"claimRef":null}}`,
			`{"spec":{"claimRef":{"uid":null}}}`,
			`{"spec":{"claimRef":{"resourceVersion":null,"uid":null}}}`,
			`{"spec":{"claimRef":{"name":"data-web-4","namespace":"ns"}}}`,
			`{"spec":{"claimRef":{"$patch":"replace","name":"data-web-4","namespace":"ns"}}}`,
			`{"metadata":{"finalizers":null}}`,
		}),
		merged("patch/pod", core.Pod{}, []string{
			`{"metadata":{"name":"web-0"}}`,
			`{"metadata":{"name":"web-0","ownerReferences":[{"controller":true,"name":"web","uid":"u"}]}}`,
			`{"metadata":{"name":"web-0","ownerReferences":[{"controller":true,"name":"web","uid":"u"},{"name":"x","uid":"v"}]}}`,
		}, []string{
			`{}`,
			`{"metadata":{"ownerReferences":[{"controller":true,"name":"web","uid":"u"}]}}`,
			`{"metadata":{"ownerReferences":[{"controller":true,"name":"web","uid":"w"}]}}`,
			`{"metadata":{"ownerReferences":[{"$patch":"delete","uid":"u"}]}}`,
			`{"metadata":{"ownerReferences":null}}`,
			`{"metadata":{"labels":{"a":"1"}}}`,
		}),
		merged("patch/persistentvolumeclaim", core.PersistentVolumeClaim{}, []string{
			`{"spec":{"resources":{"requests":{"storage":"1Gi"}}}}`,
			`{"metadata":{"annotations":{"pv.kubernetes.io/bind-completed":"yes"},"finalizers":["kubernetes.io/pvc-protection"]},"spec":{"volumeName":"v"}}`,
		}, []string{
			`{}`,
			`{"spec":{"volumeName":"v"}}`,
			`{"spec":{"volumeName":null}}`,
			`{"metadata":{"finalizers":null}}`,
			`{"metadata":{"annotations":null}}`,
			`{"spec":{"resources":{"requests":{"storage":"2Gi"}}}}`,
		}),
	}
}

// merged is each object under each patch.
func merged(name string, kind any, objects, patches []string) Block {
	block := Block{Name: name}
	for _, object := range objects {
		for _, patch := range patches {
			result, err := strategicpatch.StrategicMergePatch([]byte(object), []byte(patch), kind)
			if err != nil {
				result = []byte("error")
			}
			block.Cases = append(block.Cases, fmt.Sprintf("%s %s => %s", object, patch, result))
		}
	}
	return block
}
