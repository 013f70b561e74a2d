package controllers

import (
	"strings"
	"testing"
)

// Every object of an input reads back.
func TestInputsReadBack(t *testing.T) {
	seen := map[string]bool{}
	for _, block := range volumeBlocks() {
		for _, input := range block.Inputs {
			objects, err := readVolumeObjects(input)
			if err != nil {
				t.Fatal(err)
			}
			class, _, _ := strings.Cut(input, " ")
			words := []string{class, "c-"}
			if objects.claim != nil {
				words[1] = claimWord(objects.claim)
			}
			for _, volume := range objects.volumes {
				words = append(words, volumeWord(volume))
			}
			if again := strings.Join(words, " "); again != input {
				t.Fatalf("%s reads back as %s", input, again)
			}
			seen[input] = true
		}
	}
	for _, block := range collectorBlocks() {
		for _, input := range block.Inputs {
			if _, err := readOwned(input, ""); err != nil {
				t.Fatal(err)
			}
			seen[input] = true
		}
	}
	if len(seen) < 60_000 {
		t.Errorf("only %d inputs", len(seen))
	}
}
