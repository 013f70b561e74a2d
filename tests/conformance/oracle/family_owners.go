package main

// owners: Pods that the set does not own, or should not.
func owners() []Block {
	pods := cells([]string{absent, "aA", "aA?", "axA?", "nA?", "pA?", "fA?", "aA^", "aA'", "aA~", "axA~"}, []string{absent})
	few := cells([]string{absent, "aA", "aA?", "nA?", "aA~"}, []string{absent})
	var blocks []Block
	for _, policy := range policies {
		for _, s := range []span{around(0, 2, 0, 1), around(1, 1, 1, 1)} {
			blocks = append(blocks, block(NoErrors, every(base(policy, s), s, same(pods)), "owners", policy, s))
			blocks = append(blocks, block(Natural, every(base(policy, s), s, same(few)), "owners-refused", policy, s))
		}
		for _, live := range []string{"gone", "other", "deleting"} {
			s := around(0, 2, 0, 1)
			in := base(policy, s)
			in.Live = live
			blocks = append(blocks, block(NoErrors, every(in, s, same(few)), "owners-live", policy, s, live))
		}
	}
	return blocks
}

// histories: revisions stored, named by the status, and left over.
func histories() []Block {
	pods := cells([]string{absent, "nB", "aA", "aB"}, []string{absent})
	s := around(0, 2, 0, 0)
	var blocks []Block
	for _, policy := range policies {
		for _, stored := range []string{"", "A", "B", "AB", "BA", "ABC", "CAB", "DCAB", "a", "aB", "Ab", "ab"} {
			var inputs []*Input
			for _, in := range statuses(base(policy, s), stored, 10, 0, 1) {
				inputs = append(inputs, every(*in, s, same(pods))...)
			}
			name := stored
			if name == "" {
				name = "-"
			}
			blocks = append(blocks, block(NoErrors, inputs, "history", policy, name))
		}
	}
	for _, live := range []string{"gone", "other", "deleting"} {
		var inputs []*Input
		for _, stored := range []string{"a", "aB", "Ab"} {
			in := base("O", s)
			in.Live = live
			inputs = append(inputs, statuses(in, stored, defaultHistoryLimit)...)
		}
		blocks = append(blocks, block(NoErrors, inputs, "history-live", "O", live))
	}
	for _, stored := range []string{"", "A", "AB", "ABC", "aB"} {
		in := base("O", s)
		in.Template, in.Stored = 'A', stored
		in.Status.Current, in.Status.Update = 'A', 'B'
		in.HistoryLimit = 0
		few := cells([]string{absent, "aA"}, []string{absent})
		blocks = append(blocks, block(All, every(in, s, same(few)), "history-refused", "O", "-"+stored))
	}
	return blocks
}

// statuses is an input with each template, pair of revisions in the status, and limit.
func statuses(in Input, stored string, limits ...int) []*Input {
	var all []*Input
	for _, template := range []byte("AB") {
		for _, pair := range []string{"--", "AA", "BB", "AB", "CC"} {
			for _, limit := range limits {
				with := in
				with.Stored, with.Template, with.HistoryLimit = stored, template, limit
				with.Status.Current, with.Status.Update = pair[0], pair[1]
				all = append(all, &with)
			}
		}
	}
	return all
}
