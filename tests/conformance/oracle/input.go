package main

import (
	"fmt"
	"sort"
	"strconv"
	"strings"
)

// Input is everything that one sync of the controller sees. Its text is described in ../README.md.
type Input struct {
	Parallel     bool
	Start        int // absent below zero
	Replicas     int
	Strategy     Strategy
	Retention    string // RR, RD, DR, DD; -- without claim templates
	MinReady     bool
	Deleting     bool
	HistoryLimit int
	Live         string // same, gone, other, deleting
	Stored       string // a letter for each ControllerRevision, lower case for an orphan
	Template     byte
	Status       Status
	Pods         []Pod   // by ordinal
	Claims       []Claim // by ordinal
	Refusal      Refusal
}

// Strategy is the update strategy. Absent numbers are below zero.
type Strategy struct {
	OnDelete       bool
	Partition      int
	MaxUnavailable int
}

// Status is what the stored status says.
type Status struct {
	Current, Update byte // '-' for none
	Older           bool // observedGeneration is behind
	Counts          Counts
}

// Counts are the replicas, ready, available, current and updated replicas of a status.
type Counts [5]int

// Pod is a Pod in the cache. Zero bytes stand for what goes without saying.
type Pod struct {
	Ordinal     int
	State       byte
	Terminating bool
	Revision    byte
	Owner       byte
	Flaw        byte
}

// Claim is a claim in the cache.
type Claim struct {
	Ordinal  int
	Deleting bool
	Owners   string
}

// Refusal is an error of the API server at one write. At is its place in the output, from 1; 0 is no
// error.
type Refusal struct {
	At   int
	Kind string
}

const defaultHistoryLimit = 10

// set is the part of the text that describes the StatefulSet and its revisions.
func (in *Input) set() string {
	var text strings.Builder
	text.WriteString(map[bool]string{false: "O ", true: "P "}[in.Parallel])
	if in.Start >= 0 {
		text.WriteString(strconv.Itoa(in.Start))
	}
	fmt.Fprintf(&text, "+%d %s %s", in.Replicas, in.Strategy, in.Retention)
	if in.MinReady {
		text.WriteString(" m")
	}
	if in.Deleting {
		text.WriteString(" x")
	}
	if in.HistoryLimit != defaultHistoryLimit {
		fmt.Fprintf(&text, " h%d", in.HistoryLimit)
	}
	if in.Live != "same" {
		text.WriteString(" live:" + in.Live)
	}
	stored := in.Stored
	if stored == "" {
		stored = "-"
	}
	fmt.Fprintf(&text, " %s>%c %s", stored, in.Template, in.Status)
	return text.String()
}

func (in *Input) String() string {
	words := []string{in.set()}
	for _, pod := range in.Pods {
		words = append(words, pod.String())
	}
	for _, claim := range in.Claims {
		words = append(words, claim.String())
	}
	if in.Refusal.At > 0 {
		words = append(words, fmt.Sprintf("!%d=%s", in.Refusal.At, in.Refusal.Kind))
	}
	return strings.Join(words, " ")
}

func (s Strategy) String() string {
	switch {
	case s.OnDelete:
		return "ondelete"
	case s.Partition < 0:
		return "roll"
	case s.MaxUnavailable < 0:
		return fmt.Sprintf("roll@%d", s.Partition)
	}
	return fmt.Sprintf("roll@%d/%d", s.Partition, s.MaxUnavailable)
}

func (s Status) String() string {
	generation := byte('=')
	if s.Older {
		generation = '<'
	}
	return fmt.Sprintf("%c/%c%c%s", s.Current, s.Update, generation, s.Counts)
}

func (c Counts) String() string {
	return fmt.Sprintf("%d.%d.%d.%d.%d", c[0], c[1], c[2], c[3], c[4])
}

func (p Pod) String() string {
	text := []byte(strconv.Itoa(p.Ordinal))
	text = append(text, ':', p.State)
	if p.Terminating {
		text = append(text, 'x')
	}
	for _, letter := range []byte{p.Revision, p.Owner, p.Flaw} {
		if letter != 0 {
			text = append(text, letter)
		}
	}
	return string(text)
}

func (c Claim) String() string {
	text := "c" + strconv.Itoa(c.Ordinal)
	if c.Deleting {
		text += "x"
	}
	if c.Owners != "" {
		text += ":" + c.Owners
	}
	return text
}

// pod is the Pod of an ordinal, if the cache has one.
func (in *Input) pod(ordinal int) (Pod, bool) {
	for _, pod := range in.Pods {
		if pod.Ordinal == ordinal {
			return pod, true
		}
	}
	return Pod{}, false
}

// first is the first ordinal of the range.
func (in *Input) first() int {
	if startIsIgnored() {
		return 0
	}
	return max(in.Start, 0)
}

// contains says whether an ordinal is in the range.
func (in *Input) contains(ordinal int) bool {
	return ordinal >= in.first() && ordinal < in.first()+in.Replicas
}

// sorted orders Pods and claims by ordinal.
func (in *Input) sorted() {
	sort.Slice(in.Pods, func(i, j int) bool { return in.Pods[i].Ordinal < in.Pods[j].Ordinal })
	sort.Slice(in.Claims, func(i, j int) bool { return in.Claims[i].Ordinal < in.Claims[j].Ordinal })
}
