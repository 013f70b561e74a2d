package main

// claims: claims that are present, missing or being deleted, and errors at each write.
func claims() []Block {
	pods := []string{absent, "pA", "pxA", "nA", "aA"}
	pairs := cells(pods, []string{absent, plain, "cx"})
	var blocks []Block
	for _, policy := range policies {
		for _, s := range []span{around(0, 1, 0, 1), around(0, 2, 0, 1), around(1, 1, 1, 1), around(0, 3, 0, 0)} {
			in := base(policy, s)
			in.Retention = "RR"
			blocks = append(blocks, block(NoErrors, every(in, s, same(pairs)), "claims", policy, s))
		}
	}
	return append(append(blocks, refused()...), flaws()...)
}

// refused: the API server refuses one write after the other.
func refused() []Block {
	pairs := join(
		cells([]string{absent, "pA"}, []string{absent, plain}),
		cells([]string{"aA", "axA", "fA"}, []string{plain}),
	)
	var blocks []Block
	for _, policy := range policies {
		for _, s := range []span{around(0, 1, 0, 1), around(0, 2, 0, 1), around(0, 3, 0, 1), around(1, 1, 1, 1), around(2, 2, 1, 1)} {
			in := base(policy, s)
			in.Retention = "RR"
			blocks = append(blocks, block(Natural, every(in, s, same(pairs)), "refused", policy, s))
		}
	}
	return blocks
}

// flaws: Pods without their identity label or their volume are updated.
func flaws() []Block {
	pods := []string{absent, "aA", "aAi", "aAv", "nAi", "nAv", "pAv", "axAi"}
	few := join(cells([]string{"aA", "aAi", "pAi"}, []string{plain}), cells([]string{"aAv"}, []string{absent}))
	var blocks []Block
	for _, policy := range policies {
		for _, retention := range []string{"RR", "RD"} {
			for _, s := range []span{around(0, 2, 0, 0), around(0, 1, 0, 1)} {
				in := base(policy, s)
				in.Retention = retention
				inputs := every(in, s, same(cells(pods, []string{absent, plain})))
				blocks = append(blocks, block(NoErrors, inputs, "flaws", policy, s, retention))
			}
		}
		s := around(1, 2, 0, 0)
		in := base(policy, s)
		in.Retention = "RR"
		blocks = append(blocks, block(All, every(in, s, same(few)), "flaws-refused", policy, s, "RR"))
	}
	return blocks
}
