package other

import (
	"fmt"
	"reflect"
	"strings"
	"time"

	core "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	meta "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/component-helpers/storage/volume"
)

// binder is which volume FindMatchingVolume picks for a claim, among two of every kind.
func binder() []Block {
	volumes := []string{
		"", "1aA", "2aA", "3aA", "2bA", "2-A", "2aR", "2aAx", "2aA@a", "2aA@b", "2aAm",
		"2aA=name", "2aA=uid", "2aA=stale", "2aA=other", "3bA=name", "1aA=name", "2aR=stale", "2aB=uid", "2aA=namex", "2aA=name@b",
	}
	var blocks []Block
	for _, claim := range []string{"2a", "2-", "1a"} {
		for _, wait := range []string{"immediate", "wait"} {
			for _, node := range []string{"-", "a"} {
				block := Block{Name: fmt.Sprintf("binder/%s/%s/%s", claim, wait, node)}
				for _, first := range volumes {
					for _, second := range volumes {
						block.Cases = append(block.Cases, binding(claim, wait, node, first, second))
					}
				}
				blocks = append(blocks, block)
			}
		}
	}
	return blocks
}

// binding is one case. The node is `-` in the persistent volume controller.
func binding(claim, wait, node string, words ...string) string {
	input := []string{"claim:" + claim, wait, "node:" + node}
	var volumes []*core.PersistentVolume
	for i, word := range words {
		if word != "" {
			name := fmt.Sprintf("v%d", i)
			volumes = append(volumes, newVolume(name, word))
			input = append(input, name+":"+word)
		}
	}
	return strings.Join(input, " ") + " => " + find(newClaim(claim), volumes, node, wait == "wait")
}

// find calls FindMatchingVolume. Newer releases ask in a last argument whether volume attributes
// classes are known; no object here has one.
func find(claim *core.PersistentVolumeClaim, volumes []*core.PersistentVolume, node string, wait bool) string {
	var onNode *core.Node
	if node != "-" {
		onNode = &core.Node{ObjectMeta: meta.ObjectMeta{Name: node, Labels: map[string]string{"node": node}}}
	}
	function := reflect.ValueOf(volume.FindMatchingVolume)
	arguments := []any{claim, volumes, onNode, map[string]*core.PersistentVolume(nil), wait, true}[:function.Type().NumIn()]
	values := make([]reflect.Value, len(arguments))
	for i, argument := range arguments {
		values[i] = reflect.ValueOf(argument)
	}
	answer := function.Call(values)
	if err := answer[1].Interface(); err != nil {
		return "error"
	}
	if found := answer[0].Interface().(*core.PersistentVolume); found != nil {
		return found.Name
	}
	return "none"
}

// newClaim reads a size and a class: `2a`. `-` is no class.
func newClaim(word string) *core.PersistentVolumeClaim {
	claim := &core.PersistentVolumeClaim{ObjectMeta: meta.ObjectMeta{Name: "data-web-3", Namespace: "ns", UID: "claim"}}
	claim.Spec.AccessModes = []core.PersistentVolumeAccessMode{core.ReadWriteOnce}
	claim.Spec.Resources.Requests = core.ResourceList{core.ResourceStorage: resource.MustParse(word[:1])}
	claim.Spec.StorageClassName = new(strings.Trim(word[1:2], "-"))
	return claim
}

// newVolume reads a size, a class, a phase, and what follows: see the page on the recordings.
func newVolume(name, word string) *core.PersistentVolume {
	pv := &core.PersistentVolume{ObjectMeta: meta.ObjectMeta{Name: name}}
	pv.Spec.Capacity = core.ResourceList{core.ResourceStorage: resource.MustParse(word[:1])}
	pv.Spec.StorageClassName = strings.Trim(word[1:2], "-")
	pv.Status.Phase = map[byte]core.PersistentVolumePhase{'A': core.VolumeAvailable, 'R': core.VolumeReleased, 'B': core.VolumeBound}[word[2]]
	pv.Spec.AccessModes = []core.PersistentVolumeAccessMode{core.ReadWriteOnce}
	rest, node, _ := strings.Cut(word[3:], "@")
	if node != "" {
		pv.Spec.NodeAffinity = affinity(node)
	}
	if strings.HasSuffix(rest, "x") {
		pv.DeletionTimestamp = new(meta.NewTime(time.Unix(0, 0)))
		rest = strings.TrimSuffix(rest, "x")
	}
	if rest == "m" {
		pv.Spec.AccessModes = []core.PersistentVolumeAccessMode{core.ReadOnlyMany}
	}
	reference := core.ObjectReference{Namespace: "ns", Name: "data-web-3"}
	switch rest {
	case "=name":
		pv.Spec.ClaimRef = &reference
	case "=uid":
		reference.UID = "claim"
		pv.Spec.ClaimRef = &reference
	case "=stale":
		reference.UID = "another"
		pv.Spec.ClaimRef = &reference
	case "=other":
		reference.Name = "data-web-4"
		pv.Spec.ClaimRef = &reference
	}
	return pv
}

func affinity(node string) *core.VolumeNodeAffinity {
	is := core.NodeSelectorRequirement{Key: "node", Operator: core.NodeSelectorOpIn, Values: []string{node}}
	term := core.NodeSelectorTerm{MatchExpressions: []core.NodeSelectorRequirement{is}}
	return &core.VolumeNodeAffinity{Required: &core.NodeSelector{NodeSelectorTerms: []core.NodeSelectorTerm{term}}}
}
