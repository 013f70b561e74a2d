package main

import (
	"fmt"
)

// files are all files of controller blocks, in the order of the index.
func files() []File {
	return []File{
		{"scale", scale()},
	}
}

// span is a range of the set, and the ordinals around it whose Pods and claims are enumerated.
type span struct{ start, replicas, from, to int }

func (s span) String() string { return fmt.Sprintf("%d+%d", s.start, s.replicas) }

// around is a range with up to so many ordinals below and above it.
func around(start, replicas, below, above int) span {
	return span{start, replicas, max(start-below, 0), start + replicas + above - 1}
}

// policies are both Pod management policies, as in a block's name.
var policies = map[string]bool{"O": false, "P": true}

// base is a set whose stored status is empty and old, so that each sync writes all of it.
func base(policy string, s span) Input {
	return Input{
		Parallel:     policies[policy],
		Start:        s.start,
		Replicas:     s.replicas,
		Strategy:     Strategy{Partition: 0, MaxUnavailable: -1},
		Retention:    "--",
		HistoryLimit: defaultHistoryLimit,
		Live:         "same",
		Stored:       "A",
		Template:     'A',
		Status:       Status{Current: 'A', Update: 'A', Older: true},
	}
}

// cell is what one ordinal may hold: a Pod, a claim, both or neither, as in their words.
type cell struct{ pod, claim string }

const (
	absent = ""
	plain  = "c" // a claim without owners
)

// cells are all pairs of a Pod and a claim.
func cells(pods, claims []string) []cell {
	var all []cell
	for _, pod := range pods {
		for _, claim := range claims {
			all = append(all, cell{pod, claim})
		}
	}
	return all
}

// put adds what a cell holds at an ordinal.
func (c cell) put(in *Input, ordinal int) {
	if c.pod != absent {
		pod, err := newPod(ordinal, c.pod)
		if err != nil {
			panic(err)
		}
		in.Pods = append(in.Pods, pod)
	}
	if c.claim != absent {
		if err := parseClaim(in, fmt.Sprintf("c%d%s", ordinal, c.claim[1:])); err != nil {
			panic(err)
		}
	}
}

// every is each way to fill the ordinals of a span with cells: the last ordinal varies fastest.
func every(in Input, s span, choices func(ordinal int) []cell) []*Input {
	filled := []*Input{&in}
	for ordinal := s.from; ordinal <= s.to; ordinal++ {
		var next []*Input
		for _, before := range filled {
			for _, choice := range choices(ordinal) {
				with := *before
				with.Pods = before.Pods[:len(before.Pods):len(before.Pods)]
				with.Claims = before.Claims[:len(before.Claims):len(before.Claims)]
				choice.put(&with, ordinal)
				next = append(next, &with)
			}
		}
		filled = next
	}
	return filled
}

// same offers the same cells to each ordinal.
func same(choices []cell) func(int) []cell {
	return func(int) []cell { return choices }
}

// scale: every combination of Pod states in and around ranges of each start and size.
func scale() []Block {
	wide := cells([]string{absent, "pA", "pxA", "nA", "nxA", "aA", "axA", "fA", "fxA", "sA"}, []string{absent})
	narrow := cells([]string{absent, "pA", "nA", "aA", "axA", "fA"}, []string{absent})
	narrowest := cells([]string{absent, "pA", "aA", "axA", "fA"}, []string{absent})
	var blocks []Block
	for _, policy := range []string{"O", "P"} {
		for start := range 3 {
			for replicas := range 4 {
				s := around(start, replicas, 2, 1)
				choices := wide
				switch s.to - s.from + 1 {
				case 5:
					choices = narrow
				case 6:
					choices = narrowest
				}
				inputs := every(base(policy, s), s, same(choices))
				blocks = append(blocks, Block{Name: fmt.Sprintf("scale/%s/%s", policy, s), Inputs: inputs})
			}
		}
	}
	return blocks
}
