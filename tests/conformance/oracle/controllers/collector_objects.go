package controllers

import (
	"fmt"
	"strings"

	kinds "k8s.io/apimachinery/pkg/api/meta"
	meta "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/types"
)

var (
	setKind   = schema.GroupVersionKind{Group: "apps", Version: "v1", Kind: "StatefulSet"}
	podKind   = schema.GroupVersionKind{Version: "v1", Kind: "Pod"}
	claimKind = schema.GroupVersionKind{Version: "v1", Kind: "PersistentVolumeClaim"}
)

// owners are what a reference may name: kind, name and uid. S and P are there if the input has them, F
// is always there, the others never are.
var owners = map[byte]struct {
	kind schema.GroupVersionKind
	name string
}{
	'S': {setKind, "web"}, 's': {setKind, "web"}, 'F': {setKind, "other"}, 'G': {setKind, "gone"},
	'P': {podKind, "web-3"}, 'p': {podKind, "web-3"},
}

// readOwned reads an input: a set, a Pod and a claim. The uids of each run are others.
func readOwned(input, run string) ([]*meta.PartialObjectMetadata, error) {
	objects := []*meta.PartialObjectMetadata{newOwned(setKind, "other", "F"+run)}
	words := strings.Split(input, " ")
	if len(words) != 3 {
		return nil, fmt.Errorf("an input is a set, a Pod and a claim")
	}
	for i, like := range []*meta.PartialObjectMetadata{newOwned(setKind, "web", "S"+run), newOwned(podKind, "web-3", "P"+run), newOwned(claimKind, "data-web-3", "C"+run)} {
		prefix := []string{"set:", "pod:", "claim:"}[i]
		word, is := strings.CutPrefix(words[i], prefix)
		state, references, _ := strings.Cut(word, ":")
		if !is {
			return nil, fmt.Errorf("%s is not where it belongs", words[i])
		}
		there, err := putInState(like, state)
		if err != nil {
			return nil, err
		}
		if err := putOwners(like, references, run); err != nil {
			return nil, err
		}
		if there {
			objects = append(objects, like)
		}
	}
	return objects, nil
}

func newOwned(kind schema.GroupVersionKind, name, uid string) *meta.PartialObjectMetadata {
	object := &meta.PartialObjectMetadata{ObjectMeta: meta.ObjectMeta{Namespace: "ns", Name: name, UID: types.UID(uid), ResourceVersion: "1"}}
	object.SetGroupVersionKind(kind)
	return object
}

// putInState reads `-` absent, `p` present, or being deleted: `x` held by another finalizer, `f` in the
// foreground, `o` orphaning.
func putInState(object *meta.PartialObjectMetadata, state string) (bool, error) {
	finalizer, known := map[string]string{"x": "example.com/held", "f": meta.FinalizerDeleteDependents, "o": meta.FinalizerOrphanDependents}[state]
	if known {
		object.DeletionTimestamp, object.Finalizers = deletedLongAgo(), []string{finalizer}
	} else if state != "-" && state != "p" {
		return false, fmt.Errorf("%q is no state", state)
	}
	return state != "-", nil
}

// putOwners reads letters of owners, each with `'` if it does not block its owner's deletion. The
// first is the controller.
func putOwners(object *meta.PartialObjectMetadata, references, run string) error {
	for references != "" {
		letter := part(&references)
		owner, known := owners[letter]
		if !known {
			return fmt.Errorf("%q is no owner", letter)
		}
		reference := meta.OwnerReference{Kind: owner.kind.Kind, Name: owner.name, UID: types.UID(string(letter) + run)}
		reference.APIVersion = owner.kind.GroupVersion().String()
		blocks, controls := !strings.HasPrefix(references, "'"), len(object.OwnerReferences) == 0
		references = strings.TrimPrefix(references, "'")
		reference.BlockOwnerDeletion, reference.Controller = &blocks, &controls
		object.OwnerReferences = append(object.OwnerReferences, reference)
	}
	return nil
}

func resourceOf(object *meta.PartialObjectMetadata) string {
	plural, _ := kinds.UnsafeGuessKindToResource(object.GroupVersionKind())
	return plural.Resource
}

func subjectOf(object *meta.PartialObjectMetadata) string {
	return map[string]string{"web": "set", "web-3": "pod", "data-web-3": "claim", "other": "other"}[object.Name]
}

// collectorBlocks are the inputs of the garbage collector: each state of the set with each Pod and claim
// and up to two owners of both; then, of fewer, those that do not block.
func collectorBlocks() []Block {
	var blocks []Block
	plain := func(letters string) []string {
		all := []string{""}
		for _, first := range letters {
			all = append(all, ":"+string(first))
			for _, second := range letters {
				if first != second {
					all = append(all, ":"+string(first)+string(second))
				}
			}
		}
		return all
	}
	for _, set := range []string{"-", "p", "x", "f", "o"} {
		pods := append([]string{"-"}, each([]string{"p", "x", "f", "o"}, plain("SsFG"))...)
		claims := append([]string{"-"}, each([]string{"p", "x"}, plain("SsPpFG"))...)
		blocks = append(blocks, owned("collector/blocking/"+set, set, pods, claims))
		pods = append([]string{"-"}, each([]string{"p", "x", "f"}, []string{":S'", ":S'F", ":FS'", ":S'F'", ":s'S'", ":S'G'", ":GS'", ":s'", ":F'", ":G'"})...)
		claims = append([]string{"-"}, each([]string{"p", "x", "f", "o"}, []string{":S'", ":P'", ":P'S'", ":SP'", ":PS'", ":P'F", ":p'S'", ":G'", ":S", ":P"})...)
		blocks = append(blocks, owned("collector/mixed/"+set, set, pods, claims))
	}
	return blocks
}

func owned(name, set string, pods, claims []string) Block {
	block := Block{Name: name}
	for _, pod := range pods {
		for _, claim := range claims {
			// The uid of a Pod that is not there is that of none.
			if pod == "-" && strings.Contains(claim, "P") {
				continue
			}
			block.Inputs = append(block.Inputs, "set:"+set+" pod:"+pod+" claim:"+claim)
		}
	}
	return block
}
