package main

import "fmt"

// revisionState is what revisions are stored, the template, and what the status names.
type revisionState struct {
	stored          string
	template        byte
	current, update byte
}

func (r revisionState) String() string {
	return fmt.Sprintf("%s>%c-%c%c", r.stored, r.template, r.current, r.update)
}

func (r revisionState) put(in *Input) {
	in.Stored, in.Template = r.stored, r.template
	in.Status.Current, in.Status.Update = r.current, r.update
}

var (
	underway = revisionState{"AB", 'B', 'A', 'B'} // an update that the controller knows of
	fresh    = revisionState{"A", 'B', 'A', 'A'}  // a template that was patched just now
)

// plan is a strategy, with the stored currentReplicas that matter where it has no parameters.
type plan struct {
	strategy Strategy
	current  int
}

func (p plan) String() string {
	if p.strategy.OnDelete || p.strategy.Partition >= 0 {
		return p.strategy.String()
	}
	return fmt.Sprintf("roll-%d", p.current)
}

func (p plan) put(in *Input) {
	in.Strategy = p.strategy
	in.Status.Counts[3] = p.current
}

func rolling(partition, maxUnavailable int) plan {
	return plan{strategy: Strategy{Partition: partition, MaxUnavailable: maxUnavailable}}
}

func onDelete() plan {
	return plan{strategy: Strategy{OnDelete: true, Partition: -1, MaxUnavailable: -1}}
}

// bare is a rolling update without parameters.
func bare(current int) plan {
	return plan{strategy: Strategy{Partition: -1, MaxUnavailable: -1}, current: current}
}

// updates: Pods of two revisions, under each strategy.
func updates() []Block {
	pods := cells([]string{absent, "pA", "pB", "nA", "nB", "aA", "aB", "axA", "axB"}, []string{absent})
	plans := []plan{rolling(0, -1), rolling(1, -1), rolling(2, -1), rolling(3, -1), onDelete(), bare(0), bare(1), bare(2), bare(3)}
	most := []plan{rolling(0, 2), rolling(1, 2), rolling(0, 3)}
	var blocks []Block
	for _, policy := range policies {
		for _, s := range []span{around(0, 3, 0, 0), around(2, 3, 0, 0), around(1, 2, 1, 0)} {
			for _, p := range plans {
				blocks = append(blocks, update(NoErrors, pods, "update", policy, s, p, underway), update(NoErrors, pods, "update", policy, s, p, fresh))
			}
		}
		for _, s := range []span{around(0, 3, 0, 0), around(1, 2, 1, 0)} {
			for _, p := range most {
				blocks = append(blocks, update(NoErrors, pods, "update", policy, s, p, underway))
			}
		}
	}
	return append(blocks, updatesRefused()...)
}

func updatesRefused() []Block {
	pods := cells([]string{absent, "nB", "aA", "aB", "axA"}, []string{absent})
	var blocks []Block
	for _, policy := range policies {
		for _, s := range []span{around(0, 3, 0, 0), around(1, 2, 1, 0)} {
			for _, p := range []plan{rolling(0, -1), rolling(1, -1), rolling(0, 2), onDelete(), bare(2)} {
				blocks = append(blocks, update(Natural, pods, "update-refused", policy, s, p, underway))
			}
		}
	}
	return blocks
}

func update(kinds Kinds, pods []cell, family, policy string, s span, p plan, revisions revisionState) Block {
	in := base(policy, s)
	p.put(&in)
	revisions.put(&in)
	return block(kinds, every(in, s, same(pods)), family, policy, s, p, revisions)
}

// available: Pods that are Ready and not yet Available.
func available() []Block {
	one := cells([]string{absent, "pA", "nA", "rA", "aA", "nxA", "rxA", "axA"}, []string{absent})
	two := cells([]string{absent, "nA", "rA", "aA", "rB", "aB", "rxA"}, []string{absent})
	var blocks []Block
	for _, policy := range policies {
		for _, s := range []span{around(0, 1, 0, 1), around(0, 2, 0, 1), around(0, 3, 0, 1), around(1, 1, 1, 1), around(2, 1, 2, 1)} {
			in := base(policy, s)
			in.MinReady = true
			blocks = append(blocks, block(NoErrors, every(in, s, same(one)), "available", policy, s))
		}
		for _, p := range []plan{rolling(0, -1), rolling(1, -1), rolling(0, 2), onDelete(), bare(1)} {
			s := around(0, 3, 0, 0)
			in := base(policy, s)
			in.MinReady = true
			p.put(&in)
			underway.put(&in)
			blocks = append(blocks, block(NoErrors, every(in, s, same(two)), "available-update", policy, s, p))
		}
	}
	return blocks
}
