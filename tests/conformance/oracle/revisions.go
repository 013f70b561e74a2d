package main

import (
	"fmt"
	"unicode"

	apps "k8s.io/api/apps/v1"
)

// letters are the Pod templates that inputs may name.
const letters = "ABCDEF"

// revisionNames knows, for each letter, the ControllerRevision that the controller makes of that
// template.
type revisionNames struct {
	byLetter map[byte]*apps.ControllerRevision
	byName   map[string]byte
}

// newRevisionNames asks the controller's own newRevision.
func newRevisionNames() *revisionNames {
	names := &revisionNames{map[byte]*apps.ControllerRevision{}, map[string]byte{}}
	for _, letter := range []byte(letters) {
		in := Input{Template: letter, Status: Status{Current: '-', Update: '-'}, Retention: "--"}
		revision, err := newRevision(in.object(names), 1, new(int32(0)))
		if err != nil {
			panic(err)
		}
		revision.Namespace = namespace
		names.byLetter[letter] = revision
		names.byName[revision.Name] = letter
	}
	return names
}

// name is the name of a letter's revision. '-' has none.
func (n *revisionNames) name(letter byte) string {
	if revision, ok := n.byLetter[letter]; ok {
		return revision.Name
	}
	return ""
}

// letter is the opposite of name.
func (n *revisionNames) letter(name string) byte {
	if name == "" {
		return '-'
	}
	letter, ok := n.byName[name]
	if !ok {
		panic(fmt.Sprintf("no letter stands for the revision %q", name))
	}
	return letter
}

// stored are the revisions of an input: numbered from 1, and orphans where the letter is lower case.
func (n *revisionNames) stored(word string) []*apps.ControllerRevision {
	var revisions []*apps.ControllerRevision
	for i, letter := range word {
		revision := n.byLetter[byte(unicode.ToUpper(letter))].DeepCopy()
		revision.Revision = int64(i + 1)
		if unicode.IsLower(letter) {
			revision.OwnerReferences = nil
		}
		revisions = append(revisions, revision)
	}
	return revisions
}
