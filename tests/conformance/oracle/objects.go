package main

import (
	"fmt"
	"strings"
	"time"

	apps "k8s.io/api/apps/v1"
	core "k8s.io/api/core/v1"
	meta "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/apimachinery/pkg/util/intstr"
)

const (
	namespace = "ns"
	setName   = "web"
	volume    = "data"
	setUID    = types.UID("set")
	otherUID  = types.UID("other")
	// Longer than any recording takes, and shorter than the time since longAgo.
	minReadySeconds = 365 * 24 * 3600
)

var (
	longAgo   = meta.Date(1990, time.January, 1, 0, 0, 0, 0, time.UTC)
	notYet    = meta.Date(2200, time.January, 1, 0, 0, 0, 0, time.UTC)
	selection = map[string]string{"app": "web"}
	setKind   = apps.SchemeGroupVersion.WithKind("StatefulSet")
	podKind   = core.SchemeGroupVersion.WithKind("Pod")
)

func podName(ordinal int) string   { return fmt.Sprintf("%s-%d", setName, ordinal) }
func claimName(ordinal int) string { return fmt.Sprintf("%s-%s-%d", volume, setName, ordinal) }

// uidOf is the uid of the Pod of an ordinal in the cache.
func uidOf(ordinal int) types.UID { return types.UID(fmt.Sprintf("pod-%d", ordinal)) }

// template is the Pod template that a letter stands for.
func template(letter byte) core.PodTemplateSpec {
	return core.PodTemplateSpec{
		ObjectMeta: meta.ObjectMeta{Labels: selection},
		Spec:       core.PodSpec{Containers: []core.Container{{Name: "c", Image: string(letter)}}},
	}
}

// object is the StatefulSet of an input, its status with it. Generation 2 is the present one.
func (in *Input) object(names *revisionNames) *apps.StatefulSet {
	set := &apps.StatefulSet{
		ObjectMeta: meta.ObjectMeta{Name: setName, Namespace: namespace, UID: setUID, Generation: 2},
		Spec: apps.StatefulSetSpec{
			Replicas:             new(int32(in.Replicas)),
			Selector:             &meta.LabelSelector{MatchLabels: selection},
			Template:             template(in.Template),
			ServiceName:          setName,
			PodManagementPolicy:  apps.OrderedReadyPodManagement,
			UpdateStrategy:       in.Strategy.object(),
			RevisionHistoryLimit: new(int32(in.HistoryLimit)),
		},
		Status: apps.StatefulSetStatus{
			ObservedGeneration: 2,
			CurrentRevision:    names.name(in.Status.Current),
			UpdateRevision:     names.name(in.Status.Update),
			Replicas:           int32(in.Status.Counts[0]),
			ReadyReplicas:      int32(in.Status.Counts[1]),
			AvailableReplicas:  int32(in.Status.Counts[2]),
			CurrentReplicas:    int32(in.Status.Counts[3]),
			UpdatedReplicas:    int32(in.Status.Counts[4]),
		},
	}
	if in.Parallel {
		set.Spec.PodManagementPolicy = apps.ParallelPodManagement
	}
	if in.Start >= 0 {
		set.Spec.Ordinals = &apps.StatefulSetOrdinals{Start: int32(in.Start)}
	}
	if in.MinReady {
		set.Spec.MinReadySeconds = minReadySeconds
	}
	if in.Deleting {
		set.DeletionTimestamp = &longAgo
		set.Finalizers = []string{meta.FinalizerOrphanDependents}
	}
	if in.Status.Older {
		set.Status.ObservedGeneration = 1
	}
	if in.Retention != "--" {
		set.Spec.VolumeClaimTemplates = []core.PersistentVolumeClaim{{ObjectMeta: meta.ObjectMeta{Name: volume}}}
		set.Spec.PersistentVolumeClaimRetentionPolicy = retention(in.Retention)
	}
	return set
}

func (s Strategy) object() apps.StatefulSetUpdateStrategy {
	if s.OnDelete {
		return apps.StatefulSetUpdateStrategy{Type: apps.OnDeleteStatefulSetStrategyType}
	}
	strategy := apps.StatefulSetUpdateStrategy{Type: apps.RollingUpdateStatefulSetStrategyType}
	if s.Partition >= 0 {
		strategy.RollingUpdate = &apps.RollingUpdateStatefulSetStrategy{Partition: new(int32(s.Partition))}
	}
	if s.MaxUnavailable >= 0 {
		strategy.RollingUpdate.MaxUnavailable = new(intstr.FromInt32(int32(s.MaxUnavailable)))
	}
	return strategy
}

func retention(letters string) *apps.StatefulSetPersistentVolumeClaimRetentionPolicy {
	types := map[byte]apps.PersistentVolumeClaimRetentionPolicyType{
		'R': apps.RetainPersistentVolumeClaimRetentionPolicyType,
		'D': apps.DeletePersistentVolumeClaimRetentionPolicyType,
	}
	return &apps.StatefulSetPersistentVolumeClaimRetentionPolicy{WhenScaled: types[letters[0]], WhenDeleted: types[letters[1]]}
}

// object is the Pod as the cache has it.
func (p Pod) object(names *revisionNames, claims bool) *core.Pod {
	pod := &core.Pod{
		ObjectMeta: meta.ObjectMeta{
			Name:      podName(p.Ordinal),
			Namespace: namespace,
			UID:       uidOf(p.Ordinal),
			Labels: map[string]string{
				"app":                         selection["app"],
				apps.StatefulSetPodNameLabel:  podName(p.Ordinal),
				apps.StatefulSetRevisionLabel: names.name(p.Revision),
			},
			OwnerReferences: p.owners(),
		},
		Spec:   template(p.Revision).Spec,
		Status: p.status(),
	}
	if p.Terminating {
		pod.DeletionTimestamp = &longAgo
	}
	if p.Owner == '~' {
		pod.Labels["app"] = "else"
	}
	if p.Flaw == 'i' {
		delete(pod.Labels, apps.StatefulSetPodNameLabel)
	}
	if claims && p.Flaw != 'v' {
		source := &core.PersistentVolumeClaimVolumeSource{ClaimName: claimName(p.Ordinal)}
		pod.Spec.Volumes = []core.Volume{{Name: volume, VolumeSource: core.VolumeSource{PersistentVolumeClaim: source}}}
	}
	return pod
}

func (p Pod) owners() []meta.OwnerReference {
	switch p.Owner {
	case '?':
		return nil
	case '^':
		return references("F", p.Ordinal)
	case '\'':
		return references("s", p.Ordinal)
	}
	return references("S", p.Ordinal)
}

func (p Pod) status() core.PodStatus {
	phases := map[byte]core.PodPhase{'p': core.PodPending, 'f': core.PodFailed, 's': core.PodSucceeded}
	phase, other := phases[p.State]
	if !other {
		phase = core.PodRunning
	}
	ready := core.PodCondition{Type: core.PodReady, Status: core.ConditionFalse, LastTransitionTime: longAgo}
	switch p.State {
	case 'r':
		ready.Status, ready.LastTransitionTime = core.ConditionTrue, notYet
	case 'a':
		ready.Status = core.ConditionTrue
	}
	return core.PodStatus{Phase: phase, Conditions: []core.PodCondition{ready}}
}

// object is the claim as the cache has it.
func (c Claim) object() *core.PersistentVolumeClaim {
	claim := &core.PersistentVolumeClaim{ObjectMeta: meta.ObjectMeta{
		Name:            claimName(c.Ordinal),
		Namespace:       namespace,
		Labels:          selection,
		OwnerReferences: references(c.Owners, c.Ordinal),
	}}
	if c.Deleting {
		claim.DeletionTimestamp = &longAgo
	}
	return claim
}

// references are the owner references that letters stand for: lower case s and p have another uid,
// T, Q, t and q are not controllers.
func references(letters string, ordinal int) []meta.OwnerReference {
	var refs []meta.OwnerReference
	for _, letter := range letters {
		set := meta.OwnerReference{APIVersion: "apps/v1", Kind: setKind.Kind, Name: setName, UID: setUID}
		pod := meta.OwnerReference{APIVersion: "v1", Kind: podKind.Kind, Name: podName(ordinal), UID: uidOf(ordinal)}
		some := meta.OwnerReference{APIVersion: "apps/v1", Kind: "ReplicaSet", Name: "some", UID: "some"}
		ref := map[rune]meta.OwnerReference{'S': set, 's': set, 'T': set, 't': set, 'P': pod, 'p': pod, 'Q': pod, 'q': pod, 'F': some, 'f': some}[letter]
		if strings.ContainsRune("sptq", letter) {
			ref.UID = otherUID
		}
		if strings.ContainsRune("SPspF", letter) {
			ref.Controller, ref.BlockOwnerDeletion = new(true), new(true)
		}
		refs = append(refs, ref)
	}
	return refs
}

// ownerLetters is the opposite of references.
func ownerLetters(refs []meta.OwnerReference, ordinal int) string {
	var letters strings.Builder
	for _, ref := range refs {
		known := false
		for _, letter := range "SPspTQtqFf" {
			is := references(string(letter), ordinal)[0]
			if is.Kind == ref.Kind && is.UID == ref.UID && isController(is) == isController(ref) {
				letters.WriteRune(letter)
				known = true
				break
			}
		}
		if !known {
			panic(fmt.Sprintf("an owner reference that no letter stands for: %+v", ref))
		}
	}
	return letters.String()
}

func isController(ref meta.OwnerReference) bool { return ref.Controller != nil && *ref.Controller }
