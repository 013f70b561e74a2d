package main

import "fmt"

// settled: the stored status is what a sync would write, or differs from it in one field. Only then
// does a sync leave the status alone, or write one field.
func settled(controller *Controller) []Block {
	one := cells([]string{absent, "nA", "aA", "axA"}, []string{absent})
	two := cells([]string{absent, "nB", "aA", "aB"}, []string{absent})
	var blocks []Block
	for _, policy := range policies {
		s := around(1, 2, 0, 1)
		update := base(policy, s)
		underway.put(&update)
		blocks = append(blocks,
			block(NoErrors, settle(controller, every(base(policy, s), s, same(one))), "settled", policy, s),
			block(NoErrors, settle(controller, every(update, s, same(two))), "settled", policy, s, underway),
		)
		small := around(0, 1, 0, 0)
		older := settle(controller, every(base(policy, small), small, same(one)))
		blocks = append(blocks, block(All, older, "settled-refused", policy, small))
	}
	return blocks
}

// settle replaces each input by several, whose stored status is that which the sync writes, or almost.
func settle(controller *Controller, inputs []*Input) []*Input {
	var all []*Input
	for _, in := range inputs {
		written := controller.status(in)
		all = append(all, with(in, written))
		older := written
		older.Older = true
		all = append(all, with(in, older))
		for i := range written.Counts {
			more := written
			more.Counts[i]++
			all = append(all, with(in, more))
		}
		named := written
		named.Current = 'C'
		all = append(all, with(in, named))
	}
	return all
}

func with(in *Input, status Status) *Input {
	copied := *in
	copied.Status = status
	return &copied
}

// status is what a sync writes as status, or the stored one if it writes none.
func (c *Controller) status(in *Input) Status {
	status := in.Status
	for _, write := range c.run(in, nil).Writes {
		if write.Object == '=' {
			status = statusOf(write.Word)
		}
	}
	return status
}

// statusOf reads the word of a status write.
func statusOf(word string) Status {
	var status Status
	counts := &status.Counts
	_, err := fmt.Sscanf(word, "=%c/%c:%d.%d.%d.%d.%d", &status.Current, &status.Update, &counts[0], &counts[1], &counts[2], &counts[3], &counts[4])
	if err != nil {
		panic(err)
	}
	return status
}
