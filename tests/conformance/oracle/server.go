package main

import (
	"encoding/json"
	"fmt"
	"runtime"
	"strconv"
	"strings"

	apps "k8s.io/api/apps/v1"
	core "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/errors"
	meta "k8s.io/apimachinery/pkg/apis/meta/v1"
	objects "k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	clients "k8s.io/client-go/testing"
)

// Phase is the part of a sync that made a write. Only Parallel has phases other than None.
type Phase byte

const (
	None Phase = iota
	Slots
	Owners
	Condemned
)

// Write is one write, as the API server sees it.
type Write struct {
	Phase   Phase
	Object  byte // p, c, r, =
	Ordinal int
	Word    string // without the mark of a refusal
	Refused bool
}

// refusal says which write is refused, by what it is rather than when it comes: the writes of a batch
// come in any order.
type refusal struct {
	write      Write
	occurrence int // of equal writes in the same phase, from 0
	repeated   bool
	answer     string
}

// server takes the controller's requests. The fake client calls it under a lock.
type server struct {
	names   *revisionNames
	set     *apps.StatefulSet
	in      *Input
	refused *refusal
	seen    int // writes equal to the refused one, so far
	writes  []Write
}

func (s *server) begin(in *Input, refused *refusal) {
	s.in, s.refused, s.seen, s.writes = in, refused, 0, nil
}

func (s *server) end() []Write { return s.writes }

// answer takes one request. Everything but a GET is a write.
func (s *server) answer(action clients.Action) (objects.Object, error) {
	if get, ok := action.(clients.GetAction); ok && action.GetVerb() == "get" {
		return s.get(get)
	}
	write, reply := s.write(action)
	if s.in.Parallel {
		write.Phase = callingPhase()
	}
	err := s.refuse(write, action)
	write.Refused = err != nil
	s.writes = append(s.writes, write)
	return reply, err
}

// get is a live GET: of the set before an adoption, or of a revision whose name was taken.
func (s *server) get(action clients.GetAction) (objects.Object, error) {
	switch action.GetResource().Resource {
	case "statefulsets":
		live := s.set.DeepCopy()
		switch s.in.Live {
		case "gone":
			return nil, errors.NewNotFound(resource(action), action.GetName())
		case "other":
			live.UID = otherUID
		case "deleting":
			live.DeletionTimestamp = &longAgo
		}
		return live, nil
	case "controllerrevisions":
		return s.names.byLetter[s.names.letter(action.GetName())].DeepCopy(), nil
	}
	panic(fmt.Sprintf("an unexpected GET: %v", action))
}

// refuse is the error for a write, if this one is to be refused.
func (s *server) refuse(write Write, action clients.Action) error {
	if s.refused == nil || write != s.refused.write {
		return nil
	}
	s.seen++
	if at := s.seen - 1; at != s.refused.occurrence && !(s.refused.repeated && at > s.refused.occurrence) {
		return nil
	}
	switch s.refused.answer {
	case "exists":
		return errors.NewAlreadyExists(resource(action), write.Word)
	case "absent":
		return errors.NewNotFound(resource(action), write.Word)
	case "conflict":
		return errors.NewConflict(resource(action), write.Word, fmt.Errorf("injected"))
	case "500":
		return errors.NewInternalError(fmt.Errorf("injected"))
	}
	panic("unknown refusal " + s.refused.answer)
}

func resource(action clients.Action) schema.GroupResource {
	return action.GetResource().GroupResource()
}

// write puts a request into its word, and says what the API server would answer.
func (s *server) write(action clients.Action) (Write, objects.Object) {
	switch action := action.(type) {
	case clients.CreateAction: // an UpdateAction has the same methods
		object := action.GetObject()
		if action.GetVerb() == "create" {
			return s.create(object), object
		}
		return s.update(object), object
	case clients.PatchAction:
		return s.patch(action)
	case clients.DeleteAction:
		return s.delete(action), nil
	}
	panic(fmt.Sprintf("an unexpected request: %v", action))
}

func (s *server) create(object objects.Object) Write {
	switch object := object.(type) {
	case *core.Pod:
		ordinal := ordinalOf(object.Name)
		mustBeOurs(object)
		letter := s.names.letter(object.Labels[apps.StatefulSetRevisionLabel])
		return Write{Object: 'p', Ordinal: ordinal, Word: fmt.Sprintf("+p%d%c", ordinal, letter)}
	case *core.PersistentVolumeClaim:
		return claimWrite("+", object)
	case *apps.ControllerRevision:
		return Write{Object: 'r', Word: fmt.Sprintf("+r%c", s.names.letter(object.Name))}
	}
	panic(fmt.Sprintf("an unexpected create: %T", object))
}

func (s *server) update(object objects.Object) Write {
	switch object := object.(type) {
	case *core.Pod:
		ordinal := ordinalOf(object.Name)
		return Write{Object: 'p', Ordinal: ordinal, Word: fmt.Sprintf("~p%d", ordinal)}
	case *core.PersistentVolumeClaim:
		return claimWrite("~", object)
	case *apps.ControllerRevision:
		return Write{Object: 'r', Word: fmt.Sprintf("~r%c=%d", s.names.letter(object.Name), object.Revision)}
	case *apps.StatefulSet:
		return Write{Object: '=', Word: s.statusWord(object)}
	}
	panic(fmt.Sprintf("an unexpected update: %T", object))
}

func (s *server) statusWord(set *apps.StatefulSet) string {
	status := set.Status
	if status.ObservedGeneration != set.Generation {
		panic("a status that does not observe the generation")
	}
	counts := Counts{int(status.Replicas), int(status.ReadyReplicas), int(status.AvailableReplicas), int(status.CurrentReplicas), int(status.UpdatedReplicas)}
	return fmt.Sprintf("=%c/%c:%s", s.names.letter(status.CurrentRevision), s.names.letter(status.UpdateRevision), counts)
}

func (s *server) delete(action clients.DeleteAction) Write {
	if action.GetResource().Resource == "controllerrevisions" {
		return Write{Object: 'r', Word: fmt.Sprintf("-r%c", s.names.letter(action.GetName()))}
	}
	ordinal := ordinalOf(action.GetName())
	mustBePlain(action)
	return Write{Object: 'p', Ordinal: ordinal, Word: fmt.Sprintf("-p%d", ordinal)}
}

// patch is an adoption or a release.
func (s *server) patch(action clients.PatchAction) (Write, objects.Object) {
	var patch struct {
		Metadata struct {
			OwnerReferences []map[string]any `json:"ownerReferences"`
		} `json:"metadata"`
	}
	if err := json.Unmarshal(action.GetPatch(), &patch); err != nil {
		panic(err)
	}
	sign := "@"
	if patch.Metadata.OwnerReferences[0]["$patch"] == "delete" {
		sign = "/"
	}
	if action.GetResource().Resource == "controllerrevisions" {
		letter := s.names.letter(action.GetName())
		return Write{Object: 'r', Word: fmt.Sprintf("%sr%c", sign, letter)}, s.names.byLetter[letter].DeepCopy()
	}
	ordinal := ordinalOf(action.GetName())
	return Write{Object: 'p', Ordinal: ordinal, Word: fmt.Sprintf("%sp%d", sign, ordinal)}, &core.Pod{}
}

func claimWrite(sign string, claim *core.PersistentVolumeClaim) Write {
	ordinal := ordinalOf(claim.Name)
	word := sign + "c" + strconv.Itoa(ordinal)
	if owners := ownerLetters(claim.OwnerReferences, ordinal); owners != "" {
		word += ":" + owners
	} else if sign == "~" {
		word += ":-"
	}
	return Write{Object: 'c', Ordinal: ordinal, Word: word}
}

func ordinalOf(name string) int {
	ordinal, err := strconv.Atoi(name[strings.LastIndexByte(name, '-')+1:])
	if err != nil {
		panic(err)
	}
	return ordinal
}

// mustBeOurs checks what the words leave out: a new Pod has the set as its controller, its own name
// in its label, and its own claim.
func mustBeOurs(pod *core.Pod) {
	owner := meta.GetControllerOf(pod)
	ours := owner != nil && owner.UID == setUID && pod.Labels[apps.StatefulSetPodNameLabel] == pod.Name
	for _, source := range pod.Spec.Volumes {
		ours = ours && source.PersistentVolumeClaim.ClaimName == claimName(ordinalOf(pod.Name))
	}
	if !ours {
		panic(fmt.Sprintf("a new Pod that is not the set's: %+v", pod))
	}
}

// mustBePlain checks that a Pod is deleted by its name alone.
func mustBePlain(action clients.DeleteAction) {
	options := action.(clients.DeleteActionImpl).DeleteOptions
	if options.Preconditions != nil || options.GracePeriodSeconds != nil {
		panic(fmt.Sprintf("a delete with options: %+v", options))
	}
}

// callingPhase looks for the part of the controller on the stack of this request.
func callingPhase() Phase {
	var counters [64]uintptr
	frames := runtime.CallersFrames(counters[:runtime.Callers(2, counters[:])])
	for {
		frame, more := frames.Next()
		switch {
		case strings.HasSuffix(frame.Function, ".processReplica"):
			return Slots
		case strings.HasSuffix(frame.Function, ".processCondemned"):
			return Condemned
		case strings.Contains(frame.Function, ".slowStartBatch."):
			return Owners
		case !more:
			return None
		}
	}
}
