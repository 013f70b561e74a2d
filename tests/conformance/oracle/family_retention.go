package main

var retentionPolicies = []string{"RR", "RD", "DR", "DD"}

// retentions: claims with every kind of owner, under each retention policy.
func retentions() []Block {
	wide := join(
		cells([]string{absent}, []string{absent, plain, "cx", "c:S", "c:s", "c:p", "c:T", "cx:p"}),
		cells([]string{"pA", "aA", "axA"}, []string{absent, plain, "cx", "c:S", "c:P", "c:s", "c:p", "c:T", "c:Q", "c:SP"}),
	)
	narrow := join(
		cells([]string{absent}, []string{absent, plain, "c:p", "c:S"}),
		cells([]string{"aA", "axA"}, []string{plain, "c:S", "c:P", "c:p"}),
	)
	foreign := cells(
		[]string{absent, "pA", "aA", "axA"},
		[]string{"c:F", "c:f", "c:FS", "c:SF", "c:FP", "c:PF", "c:Fs", "c:Fp", "c:fS", "c:fP", "c:FT", "c:Q", "c:t", "c:q", "c:sS", "c:pP"},
	)
	var blocks []Block
	add := func(kinds Kinds, choices []cell, family, policy, retention string, spans ...span) {
		for _, s := range spans {
			in := base(policy, s)
			in.Retention = retention
			blocks = append(blocks, block(kinds, every(in, s, same(choices)), family, policy, s, retention))
		}
	}
	for _, policy := range policies {
		for _, retention := range retentionPolicies {
			add(NoErrors, wide, "retention", policy, retention, around(0, 1, 0, 1), around(1, 1, 1, 0))
			add(NoErrors, narrow, "retention", policy, retention, around(0, 2, 0, 1), around(1, 1, 1, 1))
			add(NoErrors, foreign, "foreign", policy, retention, around(0, 1, 0, 0), around(0, 0, 0, 1))
		}
	}
	return append(blocks, retentionsRefused()...)
}

// retentionsRefused: errors at the writes of claims' owners among others.
func retentionsRefused() []Block {
	pairs := join(
		cells([]string{absent}, []string{absent, plain, "c:p"}),
		cells([]string{"pA", "aA"}, []string{absent, plain, "c:S", "c:P"}),
	)
	few := cells([]string{absent, "aA"}, []string{plain})
	var blocks []Block
	for _, policy := range policies {
		for _, retention := range retentionPolicies {
			for _, s := range []span{around(0, 1, 0, 1), around(1, 1, 1, 0)} {
				in := base(policy, s)
				in.Retention = retention
				blocks = append(blocks, block(Natural, every(in, s, same(pairs)), "retention-refused", policy, s, retention))
			}
		}
		s := around(0, 2, 0, 1)
		in := base(policy, s)
		in.Retention = "DD"
		blocks = append(blocks, block(All, every(in, s, same(few)), "retention-conflict", policy, s, "DD"))
	}
	return blocks
}
