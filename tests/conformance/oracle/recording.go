package main

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"

	"github.com/zeebo/xxh3"
	"k8s.io/apiserver/pkg/util/feature"
)

// Block is one family of inputs with one choice of parameters.
type Block struct {
	Name   string
	Gate   string // as on a command line; none for the defaults
	Kinds  Kinds
	Inputs []*Input
	Lines  func() []string // instead of inputs: what makes its own cases
	Other  bool            // its cases are not the controller's
}

// File is a file of blocks.
type File struct {
	Name   string
	Blocks []Block
}

// Recorder writes recordings. Two controllers share the work.
type Recorder struct {
	controllers []*Controller
	folder      string
	index       strings.Builder
	distinct    map[uint64]struct{}
}

func newRecorder(folder string) *Recorder {
	return &Recorder{
		controllers: []*Controller{newController(), newController()},
		folder:      folder,
		distinct:    map[uint64]struct{}{},
	}
}

// record writes one file and adds its blocks to the index.
func (r *Recorder) record(file File) error {
	var content bytes.Buffer
	cases := 0
	for _, block := range file.Blocks {
		text, count := r.block(block)
		fmt.Fprintf(&content, "# %s\n%s", block.Name, text)
		fmt.Fprintf(&r.index, "%s %s %d %016x\n", file.Name, block.Name, count, xxh3.HashString(text))
		cases += count
	}
	packed, err := compress(content.Bytes())
	if err != nil {
		return err
	}
	fmt.Printf("%-10s %3d blocks %7d cases %8d bytes, %7d compressed\n", file.Name, len(file.Blocks), cases, content.Len(), len(packed))
	return os.WriteFile(filepath.Join(r.folder, file.Name+".txt.gz"), packed, 0o644)
}

// finish writes the index, and says how many inputs differ from all others.
func (r *Recorder) finish() error {
	fmt.Printf("%d distinct inputs of the controller\n", len(r.distinct))
	return os.WriteFile(filepath.Join(r.folder, "index.txt"), []byte(r.index.String()), 0o644)
}

// block is the text of a block, and its number of cases.
func (r *Recorder) block(block Block) (string, int) {
	if block.Gate != "" {
		defer setGate(block.Gate)()
	}
	lines := make([]string, len(block.Inputs))
	if block.Lines != nil {
		lines = block.Lines()
	}
	var workers sync.WaitGroup
	for first, controller := range r.controllers {
		workers.Go(func() {
			for i := first; i < len(block.Inputs); i += len(r.controllers) {
				lines[i] = strings.Join(controller.cases(block.Inputs[i], block.Kinds), "\n")
			}
		})
	}
	workers.Wait()
	text := strings.Join(lines, "\n") + "\n"
	if !block.Other {
		r.count(block.Name, text)
	}
	return text, strings.Count(text, "\n")
}

// count remembers the inputs. A gate that is not at its default makes another input.
func (r *Recorder) count(name, text string) {
	family, _, _ := strings.Cut(name, "/")
	for line := range strings.Lines(text) {
		input, _, _ := strings.Cut(line, " => ")
		if family == "gate" {
			input = name + input
		}
		r.distinct[xxh3.HashString(input)] = struct{}{}
	}
}

// cases are an input's lines: without an error, and with each that may be injected.
func (c *Controller) cases(in *Input, kinds Kinds) []string {
	writes, line := c.line(in, nil)
	lines := []string{line}
	for at := range writes {
		for _, refused := range refusals(writes, at, kinds) {
			with := *in
			with.Refusal = Refusal{At: at + 1, Kind: refused.kind()}
			after, line := c.line(&with, refused)
			if !after[at].Refused || after[at].Word != writes[at].Word {
				panic(fmt.Sprintf("%s: the refused write is elsewhere", line))
			}
			lines = append(lines, line)
		}
	}
	return lines
}

// line runs one case.
func (c *Controller) line(in *Input, refused *refusal) ([]Write, string) {
	out := c.run(in, refused)
	out.Writes = canonical(in, out.Writes)
	return out.Writes, in.String() + " => " + out.text(in)
}

// one is the case of an input as it stands, its error included.
func (c *Controller) one(in *Input) string {
	if in.Refusal.At == 0 {
		_, line := c.line(in, nil)
		return line
	}
	without := *in
	without.Refusal = Refusal{}
	writes, line := c.line(&without, nil)
	if in.Refusal.At > len(writes) {
		return fmt.Sprintf("there is no write %d: %s", in.Refusal.At, line)
	}
	for _, refused := range refusals(writes, in.Refusal.At-1, All) {
		if refused.kind() == in.Refusal.Kind {
			_, line := c.line(in, refused)
			return line
		}
	}
	return fmt.Sprintf("write %d cannot meet %s: %s", in.Refusal.At, in.Refusal.Kind, line)
}

// setGate sets a feature gate until the function that it returns is called.
func setGate(gate string) func() {
	name, value, _ := strings.Cut(gate, "=")
	set := func(gate string) {
		if err := feature.DefaultMutableFeatureGate.Set(gate); err != nil {
			panic(err)
		}
	}
	set(gate)
	before := map[string]string{"true": "false", "false": "true"}[value]
	return func() { set(name + "=" + before) }
}

func compress(content []byte) ([]byte, error) {
	var packed bytes.Buffer
	writer, err := gzip.NewWriterLevel(&packed, gzip.BestCompression)
	if err != nil {
		return nil, err
	}
	if _, err := writer.Write(content); err != nil {
		return nil, err
	}
	err = writer.Close()
	return packed.Bytes(), err
}
