package controllers

import (
	"fmt"
	"reflect"
	"strings"
	"time"

	core "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	meta "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/component-helpers/storage/volume"
)

const (
	driver    = "disk.example.com"
	claimName = "data-web-3"
	otherName = "data-web-4"
)

var valueOf = reflect.ValueOf

var claimPhases = map[byte]core.PersistentVolumeClaimPhase{'P': core.ClaimPending, 'B': core.ClaimBound, 'L': core.ClaimLost}

var volumePhases = map[byte]core.PersistentVolumePhase{
	'P': core.VolumePending, 'A': core.VolumeAvailable, 'B': core.VolumeBound, 'R': core.VolumeReleased, 'F': core.VolumeFailed,
}

var policies = map[byte]core.PersistentVolumeReclaimPolicy{
	'R': core.PersistentVolumeReclaimRetain, 'D': core.PersistentVolumeReclaimDelete,
}

// volumeObjects are the objects of an input. The other claim is there if a volume names it.
type volumeObjects struct {
	claim, other *core.PersistentVolumeClaim
	volumes      []*core.PersistentVolume
}

// named is an object; nil if there is none.
func (o *volumeObjects) named(namespace, name string) runtime.Object {
	for _, claim := range []*core.PersistentVolumeClaim{o.claim, o.other} {
		if claim != nil && claim.Namespace == namespace && claim.Name == name {
			return claim
		}
	}
	for _, volume := range o.volumes {
		if namespace == "" && volume.Name == name {
			return volume
		}
	}
	return nil
}

// put stores what an object has become.
func (o *volumeObjects) put(object runtime.Object) {
	switch object := object.(type) {
	case *core.PersistentVolumeClaim:
		o.claim = object
	case *core.PersistentVolume:
		for i := range o.volumes {
			if o.volumes[i].Name == object.Name {
				o.volumes[i] = object
			}
		}
	}
}

// readVolumeObjects reads an input: a class, a claim and volumes.
func readVolumeObjects(input string) (*volumeObjects, error) {
	words := strings.Split(input, " ")
	if len(words) < 2 {
		return nil, fmt.Errorf("an input has a class and a claim")
	}
	objects := &volumeObjects{}
	class := strings.TrimSuffix(words[0], "none")
	var err error
	if objects.claim, err = readClaim(class, words[1]); err != nil {
		return nil, err
	}
	for _, word := range words[2:] {
		name, state, _ := strings.Cut(word, ":")
		volume, err := readVolume(class, name, state)
		if err != nil {
			return nil, err
		}
		if reference := volume.Spec.ClaimRef; reference != nil && reference.Name == otherName && objects.other == nil {
			objects.other, _ = readClaim(class, "cBbk")
			objects.other.Name, objects.other.UID = otherName, "other"
			objects.other.Spec.VolumeName = name
		}
		objects.volumes = append(objects.volumes, volume)
	}
	return objects, nil
}

// readClaim reads `c`, a phase, the volume that the claim names, and flags; `c-` is none.
func readClaim(class, word string) (*core.PersistentVolumeClaim, error) {
	if word == "c-" {
		return nil, nil
	}
	rest, isClaim := strings.CutPrefix(word, "c")
	claim := &core.PersistentVolumeClaim{ObjectMeta: meta.ObjectMeta{Namespace: "ns", Name: claimName, UID: "claim", ResourceVersion: "1"}}
	claim.Spec.StorageClassName = &class
	claim.Spec.AccessModes = []core.PersistentVolumeAccessMode{core.ReadWriteOnce}
	size := core.ResourceList{core.ResourceStorage: resource.MustParse("1Gi")}
	claim.Spec.Resources.Requests = size
	phase, known := claimPhases[part(&rest)]
	if !isClaim || !known {
		return nil, fmt.Errorf("%q is no claim", word)
	}
	claim.Status.Phase = phase
	if phase == core.ClaimBound {
		claim.Status.AccessModes, claim.Status.Capacity = claim.Spec.AccessModes, size
	}
	if named, isNamed := strings.CutPrefix(rest, "="); isNamed {
		claim.Spec.VolumeName = "v" + string(part(&named))
		rest = named
	}
	for letter, key := range map[string]string{"b": volume.AnnBindCompleted, "k": volume.AnnBoundByController, "a": volume.AnnStorageProvisioner} {
		if strings.Contains(rest, letter) {
			value := "yes"
			if letter == "a" {
				value = driver
			}
			meta.SetMetaDataAnnotation(&claim.ObjectMeta, key, value)
		}
	}
	if strings.Contains(rest, "x") {
		claim.DeletionTimestamp, claim.Finalizers = deletedLongAgo(), []string{"kubernetes.io/pvc-protection"}
	}
	return claim, unknown(rest, "bkax")
}

// readVolume reads a phase, a claimRef, a policy and flags.
func readVolume(class, name, state string) (*core.PersistentVolume, error) {
	pv := &core.PersistentVolume{ObjectMeta: meta.ObjectMeta{Name: name, UID: types.UID(name), ResourceVersion: "1"}}
	pv.Spec.StorageClassName = class
	pv.Spec.AccessModes = []core.PersistentVolumeAccessMode{core.ReadWriteOnce}
	pv.Spec.Capacity = core.ResourceList{core.ResourceStorage: resource.MustParse("1Gi")}
	pv.Spec.CSI = &core.CSIPersistentVolumeSource{Driver: driver, VolumeHandle: name}
	rest := state
	phase, known := volumePhases[part(&rest)]
	if !known {
		return nil, fmt.Errorf("%q is no volume", state)
	}
	pv.Status.Phase = phase
	reference := core.ObjectReference{Kind: "PersistentVolumeClaim", APIVersion: "v1", Namespace: "ns", Name: claimName}
	pv.Spec.ClaimRef = &reference
	switch part(&rest) {
	case '-':
		pv.Spec.ClaimRef = nil
	case 'n':
	case 'u':
		reference.UID = "claim"
	case 's':
		reference.UID = "stale"
	case 'o':
		reference.Name, reference.UID = otherName, "other"
	case 'm':
		reference.Namespace, reference.UID = "elsewhere", "claim"
	default:
		return nil, fmt.Errorf("%q has no claimRef", state)
	}
	policy, known := policies[part(&rest)]
	if !known {
		return nil, fmt.Errorf("%q has no policy", state)
	}
	pv.Spec.PersistentVolumeReclaimPolicy = policy
	if strings.Contains(rest, "k") {
		meta.SetMetaDataAnnotation(&pv.ObjectMeta, volume.AnnBoundByController, "yes")
	}
	if strings.Contains(rest, "d") {
		meta.SetMetaDataAnnotation(&pv.ObjectMeta, volume.AnnDynamicallyProvisioned, driver)
	}
	if strings.Contains(rest, "f") {
		pv.Finalizers = append(pv.Finalizers, "external-provisioner.volume.kubernetes.io/finalizer")
	}
	if strings.Contains(rest, "x") {
		pv.DeletionTimestamp = deletedLongAgo()
		pv.Finalizers = append(pv.Finalizers, "kubernetes.io/pv-protection")
	}
	return pv, unknown(rest, "kdfx")
}

func deletedLongAgo() *meta.Time {
	return new(meta.NewTime(time.Unix(0, 0)))
}

// wordOf is the opposite of the two functions above.
func wordOf(object runtime.Object) string {
	switch object := object.(type) {
	case *core.PersistentVolumeClaim:
		return claimWord(object)
	case *core.PersistentVolume:
		return volumeWord(object)
	}
	panic(fmt.Sprintf("a write of %T", object))
}

func claimWord(claim *core.PersistentVolumeClaim) string {
	word := "c" + string(letterOf(claimPhases, claim.Status.Phase))
	if claim.Spec.VolumeName != "" {
		word += "=" + strings.TrimPrefix(claim.Spec.VolumeName, "v")
	}
	has := func(key string) bool { return meta.HasAnnotation(claim.ObjectMeta, key) }
	return word + flag("b", has(volume.AnnBindCompleted)) + flag("k", has(volume.AnnBoundByController)) +
		flag("a", has(volume.AnnStorageProvisioner)) + flag("x", claim.DeletionTimestamp != nil)
}

func volumeWord(pv *core.PersistentVolume) string {
	reference := "-"
	if named := pv.Spec.ClaimRef; named != nil {
		known := map[string]string{
			"ns/" + claimName + "/": "n", "ns/" + claimName + "/claim": "u", "ns/" + claimName + "/stale": "s",
			"ns/" + otherName + "/": "N", "ns/" + otherName + "/other": "o", "elsewhere/" + claimName + "/": "M", "elsewhere/" + claimName + "/claim": "m",
		}
		reference = known[named.Namespace+"/"+named.Name+"/"+string(named.UID)]
	}
	has := func(key string) bool { return meta.HasAnnotation(pv.ObjectMeta, key) }
	return pv.Name + ":" + string(letterOf(volumePhases, pv.Status.Phase)) + reference +
		string(letterOf(policies, pv.Spec.PersistentVolumeReclaimPolicy)) +
		flag("k", has(volume.AnnBoundByController)) + flag("d", has(volume.AnnDynamicallyProvisioned)) +
		flag("f", strings.Contains(strings.Join(pv.Finalizers, " "), "external-provisioner")) + flag("x", pv.DeletionTimestamp != nil)
}

func letterOf[T comparable](letters map[byte]T, value T) byte {
	for letter, is := range letters {
		if is == value {
			return letter
		}
	}
	panic(fmt.Sprintf("no letter for %v", value))
}
