package main

import (
	"fmt"
	"strconv"
	"strings"
)

// parseInput reads what Input.String writes.
func parseInput(text string) (*Input, error) {
	in := &Input{HistoryLimit: defaultHistoryLimit, Live: "same"}
	words := strings.Fields(text)
	if len(words) < 6 {
		return nil, fmt.Errorf("%q: an input has at least policy, range, strategy, retention, revisions and status", text)
	}
	in.Parallel = words[0] == "P"
	if err := parseRange(in, words[1]); err != nil {
		return nil, err
	}
	strategy, err := parseStrategy(words[2])
	if err != nil {
		return nil, err
	}
	in.Strategy, in.Retention = strategy, words[3]
	for _, word := range words[4:] {
		if err := parseWord(in, word); err != nil {
			return nil, err
		}
	}
	return in, nil
}

// parseWord reads one word after the four that always stand first.
func parseWord(in *Input, word string) error {
	var err error
	switch {
	case word == "m":
		in.MinReady = true
	case word == "x":
		in.Deleting = true
	case strings.HasPrefix(word, "live:"):
		in.Live = word[len("live:"):]
	case word[0] == 'h':
		in.HistoryLimit, err = strconv.Atoi(word[1:])
	case word[0] == '!':
		at, kind, _ := strings.Cut(word[1:], "=")
		in.Refusal.Kind = kind
		in.Refusal.At, err = strconv.Atoi(at)
	case word[0] == 'c':
		err = parseClaim(in, word)
	case word[0] >= '0' && word[0] <= '9':
		err = parsePod(in, word)
	case len(word) > 3 && word[1] == '/':
		err = parseStatus(in, word)
	case strings.Contains(word, ">"):
		stored, template, _ := strings.Cut(word, ">")
		in.Stored, in.Template = strings.Trim(stored, "-"), template[0]
	default:
		err = fmt.Errorf("unknown word")
	}
	if err != nil {
		return fmt.Errorf("%q: %w", word, err)
	}
	return nil
}

func parseRange(in *Input, word string) (err error) {
	start, replicas, _ := strings.Cut(word, "+")
	in.Start = -1
	if start != "" {
		if in.Start, err = strconv.Atoi(start); err != nil {
			return err
		}
	}
	in.Replicas, err = strconv.Atoi(replicas)
	return err
}

func parseStrategy(word string) (Strategy, error) {
	strategy := Strategy{OnDelete: word == "ondelete", Partition: -1, MaxUnavailable: -1}
	_, numbers, found := strings.Cut(word, "@")
	if !found {
		return strategy, nil
	}
	partition, most, found := strings.Cut(numbers, "/")
	var err error
	if found {
		if strategy.MaxUnavailable, err = strconv.Atoi(most); err != nil {
			return strategy, err
		}
	}
	strategy.Partition, err = strconv.Atoi(partition)
	return strategy, err
}

func parseStatus(in *Input, word string) error {
	counts := &in.Status.Counts
	in.Status.Current, in.Status.Update, in.Status.Older = word[0], word[2], word[3] == '<'
	_, err := fmt.Sscanf(word[4:], "%d.%d.%d.%d.%d", &counts[0], &counts[1], &counts[2], &counts[3], &counts[4])
	return err
}

func parsePod(in *Input, word string) error {
	ordinal, rest, _ := strings.Cut(word, ":")
	number, err := strconv.Atoi(ordinal)
	if err != nil {
		return err
	}
	pod, err := newPod(number, rest)
	in.Pods = append(in.Pods, pod)
	return err
}

// newPod reads what follows the colon of a Pod's word.
func newPod(ordinal int, text string) (Pod, error) {
	pod := Pod{Ordinal: ordinal}
	for i, letter := range []byte(text) {
		switch {
		case i == 0:
			pod.State = letter
		case letter == 'x':
			pod.Terminating = true
		case letter >= 'A' && letter <= 'Z':
			pod.Revision = letter
		case strings.IndexByte("?^~'", letter) >= 0:
			pod.Owner = letter
		case letter == 'i' || letter == 'v':
			pod.Flaw = letter
		default:
			return pod, fmt.Errorf("unknown letter %q", letter)
		}
	}
	if strings.IndexByte("pnrafs", pod.State) < 0 || pod.Revision == 0 {
		return pod, fmt.Errorf("a Pod has a state of p, n, r, a, f, s and a revision")
	}
	return pod, nil
}

func parseClaim(in *Input, word string) error {
	name, owners, _ := strings.Cut(word, ":")
	number := strings.TrimSuffix(name[1:], "x")
	ordinal, err := strconv.Atoi(number)
	in.Claims = append(in.Claims, Claim{Ordinal: ordinal, Deleting: strings.HasSuffix(name, "x"), Owners: owners})
	return err
}
