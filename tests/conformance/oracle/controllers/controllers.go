// Package controllers records the persistent volume controller, the garbage collector and the two
// protection controllers. Each runs in its own package, unchanged, and is reached through the linker, or
// through its queue; see volumes.go, collector.go and protection.go.
package controllers

import (
	"fmt"
	"reflect"
	"strings"
	"unsafe"
)

// Block is a named list of inputs.
type Block struct {
	Name   string
	Inputs []string
}

// File is a file of blocks, and what makes a case of an input.
type File struct {
	Name   string
	Blocks []Block
	Run    func(input string) (string, error)
}

// Files are all recordings, by the name of their file, in order.
func Files() []File {
	return []File{
		{"volumes", volumeBlocks(), newVolumeController().run},
		{"collector", collectorBlocks(), newCollector().run},
		{"pvcprotection", protectedClaimBlocks(), protectClaim},
		{"pvprotection", protectedVolumeBlocks(), protectVolume},
	}
}

// One is the case of a single input, if it is one of these controllers.
func One(input string) (line string, is bool, err error) {
	var output string
	switch first, _, _ := strings.Cut(input, " "); {
	case strings.HasPrefix(first, "set:"):
		output, err = newCollector().run(input)
	case strings.HasPrefix(first, "pvc:"):
		output, err = protectClaim(input)
	case strings.HasPrefix(first, "pv:"):
		output, err = protectVolume(input)
	case first == "dynamic" || first == "static" || first == "none":
		output, err = newVolumeController().run(input)
	default:
		return "", false, nil
	}
	return input + " => " + output, true, err
}

// Lines are the cases of a block.
func (f File) Lines(block Block) []string {
	lines := make([]string, len(block.Inputs))
	for i, input := range block.Inputs {
		output, err := f.Run(input)
		if err != nil {
			panic(fmt.Sprintf("%s: %s", input, err))
		}
		lines[i] = input + " => " + output
	}
	return lines
}

// field is a field that is not exported, of a controller whose surroundings are replaced.
func field(of any, path ...string) reflect.Value {
	value := reflect.ValueOf(of).Elem()
	for _, name := range path {
		value = value.FieldByName(name)
	}
	return reflect.NewAt(value.Type(), unsafe.Pointer(value.UnsafeAddr())).Elem()
}

// each are all combinations of one word of every list, joined.
func each(lists ...[]string) []string {
	all := []string{""}
	for _, list := range lists {
		var longer []string
		for _, start := range all {
			for _, word := range list {
				longer = append(longer, start+word)
			}
		}
		all = longer
	}
	return all
}

// part is a letter of a word, which is taken off, or 0 at its end.
func part(word *string) byte {
	if *word == "" {
		return 0
	}
	letter := (*word)[0]
	*word = (*word)[1:]
	return letter
}

// flag is a letter if it is to be there.
func flag(letter string, is bool) string {
	if is {
		return letter
	}
	return ""
}

// unknown is the first letter of a word that is none of some letters.
func unknown(word, letters string) error {
	if rest := strings.Trim(word, letters); rest != "" {
		return fmt.Errorf("%q is not known in %q", rest[:1], word)
	}
	return nil
}
