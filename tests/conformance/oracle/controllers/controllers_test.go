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
	for _, block := range protectedClaimBlocks() {
		for _, input := range block.Inputs {
			read, err := readUse(input)
			if err != nil {
				t.Fatal(err)
			}
			word, _, _ := strings.Cut(input, " ")
			if read.claim != nil && protectedClaimWord(read.claim) != word {
				t.Fatalf("%s reads back as %s", word, protectedClaimWord(read.claim))
			}
			seen[input] = true
		}
	}
	for _, block := range protectedVolumeBlocks() {
		for _, input := range block.Inputs {
			volume, err := readProtectedVolume(input)
			if err != nil {
				t.Fatal(err)
			}
			if volume != nil && protectedVolumeWord(volume) != input {
				t.Fatalf("%s reads back as %s", input, protectedVolumeWord(volume))
			}
			seen[input] = true
		}
	}
	if len(seen) < 70_000 {
		t.Errorf("only %d inputs", len(seen))
	}
}
