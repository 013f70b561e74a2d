package main

import (
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"straddle.dev/conformance/controllers"
)

func TestMain(m *testing.M) {
	quiet()
	os.Exit(m.Run())
}

// The examples of the page that describes the format are cases of the real controller.
func TestExamplesOfThePage(t *testing.T) {
	page, err := os.ReadFile("../README.md")
	if err != nil {
		t.Fatal(err)
	}
	controller := newController()
	examples := 0
	for line := range strings.Lines(string(page)) {
		text, isCase := strings.CutPrefix(strings.TrimSuffix(line, "\n"), "    ")
		input, _, hasOutput := strings.Cut(text, " => ")
		if !isCase || !hasOutput || strings.HasPrefix(text, "input") {
			continue
		}
		examples++
		if line, is, err := controllers.One(input); is {
			if err != nil || line != text {
				t.Errorf("the page says\n%s\nthe controller does\n%s", text, line)
			}
			continue
		}
		in, err := parseInput(input)
		if err != nil {
			t.Fatal(err)
		}
		if got := controller.one(in); got != text {
			t.Errorf("the page says\n%s\nthe controller does\n%s", text, got)
		}
	}
	if examples < 3 {
		t.Errorf("the page has %d examples", examples)
	}
}

// Every enumerated input can be read back, and so can be run by itself.
func TestInputsReadBack(t *testing.T) {
	count := 0
	for _, block := range slices.Concat(scale(), claims(), retentions(), updates(), available(), owners(), histories(), wide(), mixed()) {
		for _, in := range block.Inputs {
			text := in.String()
			read, err := parseInput(text)
			if err != nil {
				t.Fatal(err)
			}
			if again := fmt.Sprintf("%+v", *read); again != fmt.Sprintf("%+v", *in) {
				t.Fatalf("%s reads back as %s", text, again)
			}
			count++
		}
	}
	if count < 100_000 {
		t.Errorf("only %d inputs", count)
	}
}

// A block has each combination of its cells once.
func TestEveryCombinationOnce(t *testing.T) {
	s := around(1, 1, 1, 1)
	inputs := every(base("O", s), s, same(cells([]string{absent, "pA", "aA"}, []string{absent, plain})))
	seen := map[string]bool{}
	for _, in := range inputs {
		seen[in.String()] = true
	}
	if len(inputs) != 6*6*6 || len(seen) != len(inputs) {
		t.Errorf("%d inputs, %d of them distinct", len(inputs), len(seen))
	}
}

func TestBlocksHaveDifferentNames(t *testing.T) {
	seen := map[string]bool{}
	for _, file := range append(files(newController()), others()...) {
		for _, block := range file.Blocks {
			if seen[block.Name] {
				t.Errorf("two blocks are named %s", block.Name)
			}
			seen[block.Name] = true
		}
	}
}

// Slow start: one Pod, then two, then four.
func TestBatches(t *testing.T) {
	var batches []int
	for place := range 9 {
		batches = append(batches, batchOf(place))
	}
	if want := []int{0, 1, 1, 2, 2, 2, 2, 3, 3}; !slices.Equal(batches, want) {
		t.Errorf("%v, not %v", batches, want)
	}
}

// Writes of a batch come in any order and are recorded in one.
func TestCanonicalOrder(t *testing.T) {
	in, err := parseInput("P 0+3 roll@0 RR A>A A/A<0.0.0.0.0 3:aA 4:aA 5:nA")
	if err != nil {
		t.Fatal(err)
	}
	write := func(phase Phase, object byte, ordinal int, word string) Write {
		return Write{Phase: phase, Object: object, Ordinal: ordinal, Word: word}
	}
	out := Output{Writes: []Write{
		write(Slots, 'p', 0, "+p0A"),
		write(Slots, 'c', 2, "+c2"),
		write(Slots, 'c', 1, "+c1"),
		write(Slots, 'p', 2, "+p2A"),
		write(Slots, 'p', 1, "+p1A"),
		write(Condemned, 'p', 5, "-p5"),
		write(Condemned, 'p', 3, "-p3"),
		write(Condemned, 'p', 4, "-p4"),
		write(None, '=', 0, "=A/A:3.2.2.3.3"),
	}}
	out.Writes = canonical(in, out.Writes)
	const want = "slots: +p0A | +c1 +p1A +c2 +p2A ; condemned: -p5 | -p4 -p3 ; =A/A:3.2.2.3.3 ok"
	if got := out.text(in); got != want {
		t.Errorf("%s\nnot\n%s", got, want)
	}
}

// Each write meets the errors that its request can meet.
func TestRefusals(t *testing.T) {
	for word, want := range map[string]string{
		"+p0A":           "500 exists",
		"-p0":            "500 absent",
		"@p0":            "500 absent",
		"~c0:S":          "500 conflict conflict*",
		"=A/A:1.1.1.1.1": "500 conflict conflict*",
	} {
		var kinds []string
		for _, refused := range refusals([]Write{{Word: word}}, 0, All) {
			kinds = append(kinds, refused.kind())
		}
		if got := strings.Join(kinds, " "); got != want {
			t.Errorf("%s meets %s, not %s", word, got, want)
		}
	}
}

// A run depends on its seed and on nothing else.
func TestRunsAreSeeded(t *testing.T) {
	controller := newController()
	for _, policy := range policies {
		first := newSchedule(controller, policy, 7).lines()
		again := newSchedule(newController(), policy, 7).lines()
		other := newSchedule(controller, policy, 8).lines()
		if !slices.Equal(first, again) || slices.Equal(first, other) {
			t.Errorf("%s: runs of one seed differ, or those of two do not", policy)
		}
	}
}
