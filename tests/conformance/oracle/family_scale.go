package main

// scale: every combination of Pod states in and around ranges of each start and size.
func scale() []Block {
	none := []string{absent}
	wide := cells([]string{absent, "pA", "pxA", "nA", "nxA", "aA", "axA", "fA", "fxA", "sA"}, none)
	narrow := cells([]string{absent, "pA", "nA", "aA", "axA", "fA"}, none)
	narrowest := cells([]string{absent, "pA", "aA", "axA", "fA"}, none)
	var blocks []Block
	for _, policy := range policies {
		for start := range 3 {
			for replicas := range 4 {
				s := around(start, replicas, 2, 1)
				choices := wide
				switch s.to - s.from + 1 {
				case 5:
					choices = narrow
				case 6:
					choices = narrowest
				}
				blocks = append(blocks, block(NoErrors, every(base(policy, s), s, same(choices)), "scale", policy, s))
			}
		}
		s := around(-1, 2, 0, 1)
		blocks = append(blocks, block(NoErrors, every(base(policy, s), s, same(narrow)), "scale", policy, "no-start"))
	}
	return append(blocks, deleting()...)
}

// deleting: a set that is being deleted only writes its status.
func deleting() []Block {
	pods := []string{absent, "pA", "aA", "axA", "fA", "aA?", "aA~"}
	var blocks []Block
	for _, policy := range policies {
		for _, retention := range []string{"--", "DD"} {
			s := around(1, 1, 1, 1)
			in := base(policy, s)
			in.Deleting, in.Retention = true, retention
			claim := absent
			if retention != "--" {
				claim = plain
			}
			inputs := every(in, s, same(cells(pods, []string{claim})))
			blocks = append(blocks, block(NoErrors, inputs, "deleting", policy, s, retention))
		}
	}
	return blocks
}
