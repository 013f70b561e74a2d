package main

import (
	"fmt"
	"math/rand/v2"
)

const (
	mixedBlocks = 8 // for each policy
	mixedCases  = 1000
)

// wide: sets of more Pods than the enumeration has: partitions that count from the start, and
// slow-start batches of four and eight.
func wide() []Block {
	two := cells([]string{"aA", "aB"}, []string{absent})
	some := cells([]string{absent, "aA"}, []string{absent})
	var blocks []Block
	for _, policy := range policies {
		for _, s := range []span{around(2, 9, 0, 0), around(1, 9, 0, 0)} {
			for _, p := range []plan{rolling(5, -1), rolling(0, -1), bare(4)} {
				blocks = append(blocks, update(NoErrors, two, "wide-update", policy, s, p, underway))
			}
		}
		for _, s := range []span{around(0, 8, 0, 0), around(0, 0, 0, 8), around(3, 2, 3, 3)} {
			blocks = append(blocks, block(Internal, every(base(policy, s), s, same(some)), "wide", policy, s))
		}
	}
	return blocks
}

// mixed: every part of an input drawn from all that it may be, so that parts meet which the other
// blocks keep apart. The draws are seeded.
func mixed() []Block {
	var blocks []Block
	for _, policy := range policies {
		for seed := range uint64(mixedBlocks) {
			random := rand.New(rand.NewPCG(seed, uint64(policy[0])<<8))
			inputs := make([]*Input, mixedCases)
			for i := range inputs {
				inputs[i] = draw(random, policy)
			}
			kinds := NoErrors
			if seed%4 == 0 {
				kinds = Natural
			}
			blocks = append(blocks, block(kinds, inputs, "mixed", policy, seed))
		}
	}
	return blocks
}

// draw is one input.
func draw(random *rand.Rand, policy string) *Input {
	s := around(random.IntN(3), random.IntN(4), 2, 2)
	in := base(policy, s)
	in.Retention = append(retentionPolicies, "--")[random.IntN(5)]
	in.MinReady = random.IntN(3) == 0
	in.Deleting = random.IntN(20) == 0
	in.HistoryLimit = []int{0, 1, defaultHistoryLimit}[random.IntN(3)]
	in.Live = []string{"same", "same", "gone", "other", "deleting"}[random.IntN(5)]
	in.Strategy = []plan{rolling(random.IntN(5), -1), rolling(random.IntN(3), 1+random.IntN(3)), bare(0), onDelete()}[random.IntN(4)].strategy
	in.Stored = []string{"", "A", "AB", "BA", "ABC", "aB", "CA"}[random.IntN(7)]
	in.Template = letters[random.IntN(3)]
	in.Status = Status{Current: "-ABC"[random.IntN(4)], Update: "-ABC"[random.IntN(4)], Older: random.IntN(2) == 0}
	for i := range in.Status.Counts {
		in.Status.Counts[i] = random.IntN(4)
	}
	for ordinal := s.from; ordinal <= s.to; ordinal++ {
		drawCell(random, &in).put(&in, ordinal)
	}
	return &in
}

// drawCell is what an ordinal holds: a Pod mostly, and a claim mostly if the set has any.
func drawCell(random *rand.Rand, in *Input) cell {
	var drawn cell
	if random.IntN(4) > 0 {
		states := []string{"p", "n", "a", "a", "a", "a", "ax", "nx", "f", "s", "fx", "px"}
		if in.MinReady {
			states = append(states, "r", "r", "rx")
		}
		owners := []string{"", "", "", "", "", "", "?", "^", "~", "'"}
		flaws := []string{"", "", "", "", "", "i", "v"}
		flaw := flaws[random.IntN(len(flaws))]
		drawn.pod = fmt.Sprintf("%s%c%s%s", states[random.IntN(len(states))], letters[random.IntN(3)], owners[random.IntN(len(owners))], flaw)
	}
	if in.Retention != "--" && random.IntN(5) > 0 {
		owners := []string{"c", "c", "c", "c:S", "c:s", "c:F", "c:T", "cx", "c:p", "c:SF", "cx:S"}
		if drawn.pod != absent {
			owners = append(owners, "c:P", "c:P", "c:Q", "c:PF", "c:SP")
		}
		drawn.claim = owners[random.IntN(len(owners))]
	}
	return drawn
}
