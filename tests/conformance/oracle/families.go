package main

import (
	"fmt"
	"slices"
	"strings"

	"straddle.dev/conformance/controllers"
	"straddle.dev/conformance/other"
)

// files are all files of controller blocks, in the order of the index.
func files(controller *Controller) []File {
	return []File{
		{"scale", scale()},
		{"claims", claims()},
		{"retention", retentions()},
		{"update", updates()},
		{"available", available()},
		{"owners", owners()},
		{"history", histories()},
		{"settled", settled(controller)},
		{"gates", gates()},
		{"wide", wide()},
		{"mixed", mixed()},
		{"runs", runs(controller)},
	}
}

// others are the files of blocks that are not the controller's.
func others() []File {
	var files []File
	for _, file := range other.Files() {
		blocks := make([]Block, len(file.Blocks))
		for i, block := range file.Blocks {
			blocks[i] = Block{Name: block.Name, Other: true, Lines: func() []string { return block.Cases }}
		}
		files = append(files, File{file.Name, blocks})
	}
	for _, file := range controllers.Files() {
		blocks := make([]Block, len(file.Blocks))
		for i, block := range file.Blocks {
			blocks[i] = Block{Name: block.Name, Other: true, Lines: func() []string { return file.Lines(block) }}
		}
		files = append(files, File{file.Name, blocks})
	}
	return files
}

// span is a range of the set, and the ordinals around it whose Pods and claims are enumerated.
type span struct{ start, replicas, from, to int }

func (s span) String() string {
	return fmt.Sprintf("%d+%d/%d..%d", s.start, s.replicas, s.from, s.to)
}

// around is a range with up to so many ordinals below and above it. A start below zero is absent.
func around(start, replicas, below, above int) span {
	return span{start, replicas, max(start-below, 0), max(start, 0) + replicas + above - 1}
}

// policies are both Pod management policies, as in a block's name.
var policies = []string{"O", "P"}

// base is a set whose stored status is empty and old, so that each sync writes all of it.
func base(policy string, s span) Input {
	return Input{
		Parallel:     policy == "P",
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

// join gives cells as one list.
func join(lists ...[]cell) []cell { return slices.Concat(lists...) }

// block names a block by its family and parameters.
func block(kinds Kinds, inputs []*Input, name ...any) Block {
	words := make([]string, len(name))
	for i, word := range name {
		words[i] = fmt.Sprint(word)
	}
	return Block{Name: strings.Join(words, "/"), Kinds: kinds, Inputs: inputs}
}
