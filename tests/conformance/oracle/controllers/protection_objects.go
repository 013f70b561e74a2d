package controllers

import (
	"fmt"
	"slices"
	"strings"

	core "k8s.io/api/core/v1"
	meta "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
)

const (
	claimFinalizer  = "kubernetes.io/pvc-protection"
	volumeFinalizer = "kubernetes.io/pv-protection"
	otherFinalizer  = "example.com/held"
	// The condition of newer releases that tells since when no Pod has used a claim.
	unusedCondition = core.PersistentVolumeClaimConditionType("Unused")
)

var podPhases = map[byte]core.PodPhase{'P': core.PodPending, 'R': core.PodRunning, 'S': core.PodSucceeded, 'F': core.PodFailed}

// use is a claim, and the Pods of the cache and of the API server.
type use struct {
	claim  *core.PersistentVolumeClaim
	cached []*core.Pod
	live   []core.Pod
}

// readUse reads an input: a claim and Pods.
func readUse(input string) (use, error) {
	words := strings.Split(input, " ")
	var read use
	var err error
	if read.claim, err = readProtectedClaim(strings.TrimPrefix(words[0], "pvc:")); err != nil {
		return read, err
	}
	for i, word := range words[1:] {
		pod, where, err := readPod(word, fmt.Sprintf("web-%d", i), read.claim)
		if err != nil {
			return read, err
		}
		if where != 'l' {
			read.cached = append(read.cached, pod)
		}
		if where != 'i' {
			read.live = append(read.live, *pod)
		}
	}
	return read, nil
}

// readProtectedClaim reads a phase and flags.
func readProtectedClaim(word string) (*core.PersistentVolumeClaim, error) {
	if word == "-" {
		return nil, nil
	}
	rest := word
	phase, known := claimPhases[part(&rest)]
	if !known {
		return nil, fmt.Errorf("%q is no claim", word)
	}
	claim := &core.PersistentVolumeClaim{ObjectMeta: meta.ObjectMeta{Namespace: "ns", Name: claimName, UID: "claim", ResourceVersion: "1"}}
	claim.Status.Phase = phase
	claim.Finalizers = finalizers(rest, claimFinalizer)
	if strings.Contains(rest, "x") {
		claim.DeletionTimestamp = deletedLongAgo()
	}
	for letter, status := range map[string]core.ConditionStatus{"u": core.ConditionTrue, "v": core.ConditionFalse} {
		if strings.Contains(rest, letter) {
			claim.Status.Conditions = []core.PersistentVolumeClaimCondition{{Type: unusedCondition, Status: status}}
		}
	}
	return claim, unknown(rest, "foxuv")
}

// finalizers are the controller's own, and somebody else's.
func finalizers(flags, own string) []string {
	var all []string
	if strings.Contains(flags, "f") {
		all = append(all, own)
	}
	if strings.Contains(flags, "o") {
		all = append(all, otherFinalizer)
	}
	return all
}

// readPod reads a phase, whether a node has the Pod, whether it is being deleted, the volume that it
// has, and where it is to be seen. A Pod of an ephemeral volume is the owner of the claim.
func readPod(word, name string, claim *core.PersistentVolumeClaim) (*core.Pod, byte, error) {
	rest, isPod := strings.CutPrefix(word, "pod:")
	phase, known := podPhases[part(&rest)]
	if !isPod || !known {
		return nil, 0, fmt.Errorf("%q is no Pod", word)
	}
	pod := &core.Pod{ObjectMeta: meta.ObjectMeta{Namespace: "ns", Name: name, UID: types.UID(name), ResourceVersion: "1"}}
	pod.Status.Phase = phase
	if after, is := strings.CutPrefix(rest, "n"); is {
		pod.Spec.NodeName, rest = "node", after
	}
	for letter, grace := range map[string]int64{"x": 30, "z": 0} {
		if after, is := strings.CutPrefix(rest, letter); is {
			pod.DeletionTimestamp, pod.DeletionGracePeriodSeconds, rest = deletedLongAgo(), &grace, after
			break
		}
	}
	if err := putVolume(pod, part(&rest), claim); err != nil {
		return nil, 0, err
	}
	where := part(&rest)
	if where != 0 && where != 'i' && where != 'l' {
		return nil, 0, fmt.Errorf("%q is to be seen nowhere", word)
	}
	return pod, where, unknown(rest, "")
}

// putVolume gives a Pod its volume: of the claim, of that name in another namespace, of another claim,
// or an ephemeral one of the claim's name, whose claim is the Pod's or somebody else's.
func putVolume(pod *core.Pod, letter byte, claim *core.PersistentVolumeClaim) error {
	named := core.Volume{Name: "data"}
	source := func(name string) {
		named.PersistentVolumeClaim = &core.PersistentVolumeClaimVolumeSource{ClaimName: name}
	}
	switch letter {
	case 'c':
		source(claimName)
	case 'm':
		source(claimName)
		pod.Namespace = "elsewhere"
	case 'd':
		source(otherName)
	case 'e', 'E':
		// Such a claim has the names of its Pod and of the volume.
		pod.Name, named.Name, _ = strings.Cut(claimName, "-")
		named.Ephemeral = &core.EphemeralVolumeSource{}
		if letter == 'e' && claim != nil {
			claim.OwnerReferences = []meta.OwnerReference{*meta.NewControllerRef(pod, podKind)}
		}
	default:
		return fmt.Errorf("%q is no volume", letter)
	}
	pod.Spec.Volumes = []core.Volume{named}
	return nil
}

func protectedClaimWord(claim *core.PersistentVolumeClaim) string {
	has := func(finalizer string) bool { return slices.Contains(claim.Finalizers, finalizer) }
	word := string(letterOf(claimPhases, claim.Status.Phase)) + flag("f", has(claimFinalizer)) +
		flag("o", has(otherFinalizer)) + flag("x", claim.DeletionTimestamp != nil)
	for _, condition := range claim.Status.Conditions {
		word += map[core.ConditionStatus]string{core.ConditionTrue: "u", core.ConditionFalse: "v"}[condition.Status]
	}
	return "pvc:" + word
}

// readProtectedVolume reads a volume as in the file volumes, but for `p`, its finalizer, and `x`.
func readProtectedVolume(input string) (*core.PersistentVolume, error) {
	state := strings.TrimPrefix(input, "pv:")
	if state == "-" {
		return nil, nil
	}
	rest, isDeleted := strings.CutSuffix(state, "x")
	rest, isProtected := strings.CutSuffix(rest, "p")
	volume, err := readVolume("dynamic", "v0", rest)
	if err != nil {
		return nil, err
	}
	if isProtected {
		volume.Finalizers = append(volume.Finalizers, volumeFinalizer)
	}
	if isDeleted {
		volume.DeletionTimestamp = deletedLongAgo()
	}
	return volume, nil
}

func protectedVolumeWord(volume *core.PersistentVolume) string {
	_, state, _ := strings.Cut(volumeWord(volume), ":")
	state, isDeleted := strings.CutSuffix(state, "x")
	return "pv:" + state + flag("p", slices.Contains(volume.Finalizers, volumeFinalizer)) + flag("x", isDeleted)
}
