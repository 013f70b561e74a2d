package main

import (
	"sort"
	"strings"
)

// canonical puts the writes into the order of the recording: those of a batch by Pod, in the order in
// which the controller hands the Pods out, and adoptions by letter and ordinal.
func canonical(in *Input, writes []Write) []Write {
	places := places(in, writes)
	sort.SliceStable(writes, func(i, j int) bool {
		a, b := section(writes[i]), section(writes[j])
		if a != b {
			return a < b
		}
		return places(writes[i]) < places(writes[j])
	})
	return writes
}

// section is where in a sync a write stands. Within the last one nothing is sorted.
func section(write Write) int {
	switch {
	case strings.IndexByte("@/", write.Word[0]) >= 0 && write.Object == 'r':
		return 0
	case strings.IndexByte("@/", write.Word[0]) >= 0:
		return 1
	case strings.IndexByte("+~", write.Word[0]) >= 0 && write.Object == 'r':
		return 2
	case write.Phase != None:
		return 2 + int(write.Phase)
	}
	return 6
}

// places gives a write its place within its section.
func places(in *Input, writes []Write) func(Write) int {
	condemned := condemned(in, writes)
	return func(write Write) int {
		switch section(write) {
		case 0:
			return int(write.Word[2])
		case 1:
			return write.Ordinal
		case 2 + int(Slots):
			return write.Ordinal - in.first()
		case 2 + int(Owners), 2 + int(Condemned):
			return condemned[write.Ordinal]
		}
		return 0
	}
}

// condemned gives the owned Pods outside the range their places, the highest first. Adopted ones count.
func condemned(in *Input, writes []Write) map[int]int {
	adopted := map[int]bool{}
	for _, write := range writes {
		if write.Word[0] == '@' && write.Object == 'p' && !write.Refused {
			adopted[write.Ordinal] = true
		}
	}
	places := map[int]int{}
	for i := len(in.Pods) - 1; i >= 0; i-- {
		pod := in.Pods[i]
		owned := pod.Owner == 0 || adopted[pod.Ordinal]
		if owned && !in.contains(pod.Ordinal) {
			places[pod.Ordinal] = len(places)
		}
	}
	return places
}

// text is the output as it is recorded. The writes must be in their canonical order.
func (out Output) text(in *Input) string {
	places := places(in, out.Writes)
	var words []string
	phase, batch := None, 0
	for _, write := range out.Writes {
		if write.Phase != phase {
			if phase != None {
				words = append(words, ";")
			}
			phase, batch = write.Phase, 0
			if phase != None {
				words = append(words, phase.String())
			}
		}
		if phase != None {
			for ; batch < batchOf(places(write)); batch++ {
				words = append(words, "|")
			}
		}
		words = append(words, write.String())
	}
	if phase != None {
		words = append(words, ";")
	}
	end := "ok"
	if out.Failed {
		end = "err"
	}
	return strings.Join(append(words, end), " ")
}

// batchOf is the slow-start batch of a place: one Pod in the first, twice as many in each next.
func batchOf(place int) int {
	batch := 0
	for last := 1; last <= place; last = 2*last + 1 {
		batch++
	}
	return batch
}

func (p Phase) String() string {
	return [...]string{"", "slots:", "owners:", "condemned:"}[p]
}

func (w Write) String() string {
	if w.Refused {
		return w.Word + "!"
	}
	return w.Word
}

// refusals are the errors of the API server that may meet a write of an output, one for each kind.
// all adds those that make the controller try again, which takes it some milliseconds.
func refusals(writes []Write, at int, kinds Kinds) []*refusal {
	write := writes[at]
	occurrence := 0
	for _, before := range writes[:at] {
		if before == write {
			occurrence++
		}
	}
	answers := []string{}
	if kinds >= Internal {
		answers = append(answers, "500")
	}
	if kinds >= Natural {
		answers = append(answers, map[byte][]string{'+': {"exists"}, '-': {"absent"}, '@': {"absent"}, '/': {"absent"}}[write.Word[0]]...)
	}
	if kinds >= All && strings.IndexByte("~=", write.Word[0]) >= 0 {
		answers = append(answers, "conflict", "conflict*")
	}
	refusals := make([]*refusal, len(answers))
	for i, answer := range answers {
		name := strings.TrimSuffix(answer, "*")
		refusals[i] = &refusal{write: write, occurrence: occurrence, repeated: name != answer, answer: name}
	}
	return refusals
}

// kind is the word for a refusal in an input.
func (r *refusal) kind() string {
	if r.repeated {
		return r.answer + "*"
	}
	return r.answer
}

// Kinds says which errors a block injects at each write.
type Kinds int

const (
	NoErrors Kinds = iota
	Internal       // 500
	Natural        // also AlreadyExists and NotFound, where the request can meet them
	All            // also conflicts
)
