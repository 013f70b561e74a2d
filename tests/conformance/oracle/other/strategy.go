package other

import (
	"context"
	"fmt"
	"strings"

	meta "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/intstr"
	"k8s.io/apiserver/pkg/endpoints/request"
	"k8s.io/apiserver/pkg/util/feature"
	"k8s.io/component-base/featuregate"
	"k8s.io/kubernetes/pkg/apis/apps"
	"k8s.io/kubernetes/pkg/apis/core"
	registry "k8s.io/kubernetes/pkg/registry/apps/statefulset"
)

// strategy is what the registry's StatefulSet strategy makes of a create or an update: with gates on
// and off, what it drops; and which changes of the spec it allows.
func strategy() []Block {
	blocks := []Block{created("default"), updated("default"), changes()}
	for _, name := range []string{"StatefulSetStartOrdinal", "StatefulSetAutoDeletePVC", "MaxUnavailableStatefulSet"} {
		spec, known := feature.DefaultMutableFeatureGate.GetAll()[featuregate.Feature(name)]
		if !known || spec.LockToDefault {
			continue
		}
		gate := fmt.Sprintf("%s=%t", name, !spec.Default)
		set(gate)
		blocks = append(blocks, created(gate), updated(gate))
		set(fmt.Sprintf("%s=%t", name, spec.Default))
	}
	return blocks
}

func set(gate string) {
	if err := feature.DefaultMutableFeatureGate.Set(gate); err != nil {
		panic(err)
	}
}

// forms are the optional fields that gates guard: `start=3`, `retention`, `maxUnavailable=2`.
var forms = []string{"-", "start=3", "start=2", "retention", "maxUnavailable=2", "start=3,retention,maxUnavailable=2"}

func created(gate string) Block {
	block := Block{Name: "strategy/create/" + gate}
	for _, form := range forms {
		set := newSet(form, 2)
		registry.Strategy.PrepareForCreate(context.Background(), set)
		block.Cases = append(block.Cases, fmt.Sprintf("%s => %s generation=%d", form, formOf(set), set.Generation))
	}
	return block
}

func updated(gate string) Block {
	block := Block{Name: "strategy/update/" + gate}
	for _, stored := range forms {
		for _, asked := range forms {
			for _, replicas := range []int32{2, 3} {
				before, after := newSet(stored, 2), newSet(asked, replicas)
				before.Generation, after.Generation = 5, 5
				registry.Strategy.PrepareForUpdate(context.Background(), after, before)
				block.Cases = append(block.Cases, fmt.Sprintf("%s %s replicas=%d => %s replicas=%d generation=%d", stored, asked, replicas, formOf(after), after.Spec.Replicas, after.Generation))
			}
		}
	}
	return block
}

// changes are one change each, and whether validation of an update lets it pass; then values that
// validation of a create refuses or not.
func changes() Block {
	block := Block{Name: "strategy/validate"}
	for _, change := range []struct {
		name string
		to   func(*apps.StatefulSetSpec)
	}{
		{"nothing", func(*apps.StatefulSetSpec) {}},
		{"replicas", func(spec *apps.StatefulSetSpec) { spec.Replicas = 5 }},
		{"replicas=-1", func(spec *apps.StatefulSetSpec) { spec.Replicas = -1 }},
		{"start=1", func(spec *apps.StatefulSetSpec) { spec.Ordinals = &apps.StatefulSetOrdinals{Start: 1} }},
		{"start=-1", func(spec *apps.StatefulSetSpec) { spec.Ordinals = &apps.StatefulSetOrdinals{Start: -1} }},
		{"start=2000000000", func(spec *apps.StatefulSetSpec) { spec.Ordinals = &apps.StatefulSetOrdinals{Start: 2000000000} }},
		{"partition=99", func(spec *apps.StatefulSetSpec) { spec.UpdateStrategy.RollingUpdate.Partition = 99 }},
		{"partition=-1", func(spec *apps.StatefulSetSpec) { spec.UpdateStrategy.RollingUpdate.Partition = -1 }},
		{"start=5,partition=99", func(spec *apps.StatefulSetSpec) {
			spec.Ordinals, spec.UpdateStrategy.RollingUpdate.Partition = &apps.StatefulSetOrdinals{Start: 5}, 99
		}},
		{"ondelete", func(spec *apps.StatefulSetSpec) {
			spec.UpdateStrategy = apps.StatefulSetUpdateStrategy{Type: apps.OnDeleteStatefulSetStrategyType}
		}},
		{"ondelete-with-partition", func(spec *apps.StatefulSetSpec) {
			spec.UpdateStrategy.Type = apps.OnDeleteStatefulSetStrategyType
		}},
		{"minReadySeconds=5", func(spec *apps.StatefulSetSpec) { spec.MinReadySeconds = 5 }},
		{"minReadySeconds=-1", func(spec *apps.StatefulSetSpec) { spec.MinReadySeconds = -1 }},
		{"retention", func(spec *apps.StatefulSetSpec) { spec.PersistentVolumeClaimRetentionPolicy = bothDelete() }},
		{"template", func(spec *apps.StatefulSetSpec) { spec.Template.Spec.Containers[0].Image = "other" }},
		{"template-labels", func(spec *apps.StatefulSetSpec) { spec.Template.Labels = map[string]string{"app": "else"} }},
		{"selector", func(spec *apps.StatefulSetSpec) { spec.Selector.MatchLabels = map[string]string{"app": "else"} }},
		{"serviceName", func(spec *apps.StatefulSetSpec) { spec.ServiceName = "else" }},
		{"podManagementPolicy", func(spec *apps.StatefulSetSpec) { spec.PodManagementPolicy = apps.ParallelPodManagement }},
		{"volumeClaimTemplates", func(spec *apps.StatefulSetSpec) { spec.VolumeClaimTemplates = nil }},
		{"revisionHistoryLimit", func(spec *apps.StatefulSetSpec) { spec.RevisionHistoryLimit = new(int32(3)) }},
	} {
		before, after, fresh := newSet("-", 2), newSet("-", 2), newSet("-", 2)
		change.to(&after.Spec)
		change.to(&fresh.Spec)
		before.ResourceVersion, after.ResourceVersion = "1", "1"
		ctx := request.WithNamespace(context.Background(), "ns")
		refusedUpdate := len(registry.Strategy.ValidateUpdate(ctx, after, before)) > 0
		refusedCreate := len(registry.Strategy.Validate(ctx, fresh)) > 0
		block.Cases = append(block.Cases, fmt.Sprintf("%s => create=%s update=%s", change.name, verdict(refusedCreate), verdict(refusedUpdate)))
	}
	return block
}

func verdict(refused bool) string {
	if refused {
		return "refused"
	}
	return "accepted"
}

func bothDelete() *apps.StatefulSetPersistentVolumeClaimRetentionPolicy {
	return &apps.StatefulSetPersistentVolumeClaimRetentionPolicy{
		WhenDeleted: apps.DeletePersistentVolumeClaimRetentionPolicyType,
		WhenScaled:  apps.DeletePersistentVolumeClaimRetentionPolicyType,
	}
}

// newSet is a valid set with the optional fields of a form.
func newSet(form string, replicas int32) *apps.StatefulSet {
	set := &apps.StatefulSet{ObjectMeta: meta.ObjectMeta{Name: "web", Namespace: "ns"}}
	set.Spec = apps.StatefulSetSpec{
		Replicas:             replicas,
		Selector:             &meta.LabelSelector{MatchLabels: map[string]string{"app": "web"}},
		ServiceName:          "web",
		PodManagementPolicy:  apps.OrderedReadyPodManagement,
		RevisionHistoryLimit: new(int32(10)),
		UpdateStrategy: apps.StatefulSetUpdateStrategy{
			Type:          apps.RollingUpdateStatefulSetStrategyType,
			RollingUpdate: &apps.RollingUpdateStatefulSetStrategy{},
		},
		Template: core.PodTemplateSpec{
			ObjectMeta: meta.ObjectMeta{Labels: map[string]string{"app": "web"}},
			Spec: core.PodSpec{
				RestartPolicy:                 core.RestartPolicyAlways,
				DNSPolicy:                     core.DNSClusterFirst,
				TerminationGracePeriodSeconds: new(int64(30)),
				Containers: []core.Container{{
					Name: "c", Image: "image", ImagePullPolicy: core.PullIfNotPresent,
					TerminationMessagePolicy: core.TerminationMessageReadFile, TerminationMessagePath: "/dev/log",
				}},
			},
		},
		VolumeClaimTemplates: []core.PersistentVolumeClaim{{ObjectMeta: meta.ObjectMeta{Name: "data"}}},
	}
	for field := range strings.SplitSeq(form, ",") {
		switch name, number, _ := strings.Cut(field, "="); name {
		case "start":
			set.Spec.Ordinals = &apps.StatefulSetOrdinals{Start: int32(number[0] - '0')}
		case "retention":
			set.Spec.PersistentVolumeClaimRetentionPolicy = bothDelete()
		case "maxUnavailable":
			set.Spec.UpdateStrategy.RollingUpdate.MaxUnavailable = new(intstr.Parse(number))
		}
	}
	return set
}

// formOf is the opposite of newSet.
func formOf(set *apps.StatefulSet) string {
	var fields []string
	if set.Spec.Ordinals != nil {
		fields = append(fields, fmt.Sprintf("start=%d", set.Spec.Ordinals.Start))
	}
	if set.Spec.PersistentVolumeClaimRetentionPolicy != nil {
		fields = append(fields, "retention")
	}
	if most := set.Spec.UpdateStrategy.RollingUpdate.MaxUnavailable; most != nil {
		fields = append(fields, "maxUnavailable="+most.String())
	}
	if len(fields) == 0 {
		return "-"
	}
	return strings.Join(fields, ",")
}
