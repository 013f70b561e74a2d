package main

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
)

const (
	runsOfEach   = 120 // for each policy
	stepsOfRun   = 120
	highestStart = 2
	mostReplicas = 3
)

// runs: whole runs from seeded schedules. What a sync writes is there at the next one, and between
// syncs somebody patches the set, kubelets go on, Pods are evicted and claims deleted.
func runs(controller *Controller) []Block {
	var blocks []Block
	for _, policy := range policies {
		for seed := range uint64(runsOfEach) {
			name := fmt.Sprintf("runs/%s/%d", policy, seed)
			blocks = append(blocks, Block{Name: name, Lines: func() []string {
				return newSchedule(controller, policy, seed).lines()
			}})
		}
	}
	return blocks
}

// schedule is the state of a run: the objects are those of the next input.
type schedule struct {
	random     *rand.Rand
	controller *Controller
	in         Input
}

func newSchedule(controller *Controller, policy string, seed uint64) *schedule {
	random := rand.New(rand.NewPCG(seed, uint64(policy[0])))
	in := base(policy, around(random.IntN(2), 2, 0, 0))
	in.Retention = append(retentionPolicies, "--")[random.IntN(5)]
	in.MinReady = random.IntN(3) == 0
	in.HistoryLimit = random.IntN(3)
	in.Stored, in.Status = "", Status{Current: '-', Update: '-', Older: true}
	return &schedule{random: random, controller: controller, in: in}
}

func (r *schedule) lines() []string {
	var lines []string
	seen := ""
	for range stepsOfRun {
		if now := r.in.String(); now != seen && r.random.IntN(2) == 0 {
			lines = append(lines, r.sync())
			seen = now
		} else {
			r.disturb()
		}
	}
	return lines
}

// sync runs the controller, now and then with an error at one of its writes, and keeps what it wrote.
func (r *schedule) sync() string {
	in := r.copy()
	writes, line := r.controller.line(in, nil)
	if len(writes) > 0 && r.random.IntN(6) == 0 {
		at := r.random.IntN(len(writes))
		choices := refusals(writes, at, Natural)
		refused := choices[r.random.IntN(len(choices))]
		in.Refusal = Refusal{At: at + 1, Kind: refused.kind()}
		writes, line = r.controller.line(in, refused)
	}
	for _, write := range writes {
		if !write.Refused {
			r.apply(write)
		}
	}
	r.in.sorted()
	return line
}

// copy is the present input, which later steps do not change.
func (r *schedule) copy() *Input {
	in := r.in
	in.Pods = append([]Pod(nil), r.in.Pods...)
	in.Claims = append([]Claim(nil), r.in.Claims...)
	return &in
}

// apply does what the API server would do with a write.
func (r *schedule) apply(write Write) {
	word := write.Word
	switch {
	case write.Object == '=':
		r.in.Status = statusOf(word)
	case write.Object == 'r':
		r.applyRevision(word)
	case word[0] == '+' && r.isTaken(write):
		// The recorder takes a create of a name that is taken; it changes nothing.
	case write.Object == 'c' && word[0] == '+':
		r.in.Claims = append(r.in.Claims, Claim{Ordinal: write.Ordinal})
	case write.Object == 'c':
		_, owners, _ := strings.Cut(word, ":")
		r.claim(write.Ordinal).Owners = strings.Trim(owners, "-")
	case word[0] == '+':
		r.in.Pods = append(r.in.Pods, Pod{Ordinal: write.Ordinal, State: 'p', Revision: word[len(word)-1]})
	case word[0] == '-':
		r.delete(write.Ordinal)
	case word[0] == '@':
		r.pod(write.Ordinal).Owner = 0
	case word[0] == '/':
		r.remove(write.Ordinal)
	case word[0] == '~':
		r.pod(write.Ordinal).Flaw = 0
	}
}

// isTaken says whether there is a Pod or claim of a new one's name.
func (r *schedule) isTaken(write Write) bool {
	if write.Object == 'c' {
		return slices.ContainsFunc(r.in.Claims, func(claim Claim) bool { return claim.Ordinal == write.Ordinal })
	}
	_, taken := r.in.pod(write.Ordinal)
	return taken
}

func (r *schedule) applyRevision(word string) {
	letter := word[2:3]
	switch word[0] {
	case '+':
		r.in.Stored += letter
	case '-':
		r.in.Stored = strings.Replace(r.in.Stored, letter, "", 1)
	case '~':
		r.in.Stored = strings.Replace(r.in.Stored, letter, "", 1) + letter
	}
}

func (r *schedule) pod(ordinal int) *Pod {
	for i := range r.in.Pods {
		if r.in.Pods[i].Ordinal == ordinal {
			return &r.in.Pods[i]
		}
	}
	return &Pod{}
}

func (r *schedule) claim(ordinal int) *Claim {
	for i := range r.in.Claims {
		if r.in.Claims[i].Ordinal == ordinal {
			return &r.in.Claims[i]
		}
	}
	return &Claim{}
}

// delete is a DELETE with the Pod's own grace: a Pod that no container of can run is gone at once.
func (r *schedule) delete(ordinal int) {
	pod := r.pod(ordinal)
	if strings.IndexByte("fs", pod.State) >= 0 || pod.State == 'p' && r.random.IntN(2) == 0 {
		r.remove(ordinal)
		return
	}
	pod.Terminating = true
}

// remove takes a Pod away. Owner references to it are then to a Pod with another uid.
func (r *schedule) remove(ordinal int) {
	var rest []Pod
	for _, pod := range r.in.Pods {
		if pod.Ordinal != ordinal {
			rest = append(rest, pod)
		}
	}
	r.in.Pods = rest
	claim := r.claim(ordinal)
	claim.Owners = strings.NewReplacer("P", "p", "Q", "q").Replace(claim.Owners)
}

// disturb is one step of somebody else.
func (r *schedule) disturb() {
	switch r.random.IntN(12) {
	case 0, 1:
		r.patch()
	case 2:
		r.collect()
	default:
		if len(r.in.Pods) > 0 {
			r.kubelet(&r.in.Pods[r.random.IntN(len(r.in.Pods))])
		}
	}
}

// patch changes one part of the set.
func (r *schedule) patch() {
	switch r.random.IntN(6) {
	case 0:
		r.in.Start = r.random.IntN(highestStart + 1)
	case 1, 2:
		r.in.Replicas = r.random.IntN(mostReplicas + 1)
	case 3: // both at once, as a migration does
		if r.in.Start > 0 && r.in.Replicas < mostReplicas {
			r.in.Start, r.in.Replicas = r.in.Start-1, r.in.Replicas+1
		}
	case 4:
		r.in.Template = letters[r.random.IntN(3)]
	case 5:
		r.in.Strategy = []plan{rolling(0, -1), rolling(1, -1), rolling(2, -1), bare(0), onDelete()}[r.random.IntN(5)].strategy
	}
	r.in.Status.Older = true
}

// collect deletes a claim, or ends the deletion of those that no Pod holds.
func (r *schedule) collect() {
	if len(r.in.Claims) == 0 {
		return
	}
	i := r.random.IntN(len(r.in.Claims))
	claim := &r.in.Claims[i]
	_, held := r.in.pod(claim.Ordinal)
	switch {
	case !held && (claim.Deleting || claim.Owners == "p"):
		r.in.Claims = append(r.in.Claims[:i:i], r.in.Claims[i+1:]...)
	case r.random.IntN(3) == 0:
		claim.Deleting = true
	}
}

// kubelet is what may happen to a Pod next.
func (r *schedule) kubelet(pod *Pod) {
	if pod.Terminating {
		r.remove(pod.Ordinal)
		return
	}
	switch chance := r.random.IntN(20); {
	case chance == 0:
		r.delete(pod.Ordinal)
	case chance == 1:
		pod.State = "fs"[r.random.IntN(2)]
	case chance == 2 && pod.State == 'a':
		pod.State = 'n'
	case chance == 3:
		pod.Owner = '?'
	case chance == 4:
		pod.Flaw = 'i'
	case pod.State == 'p':
		pod.State = 'n'
	case pod.State == 'n' && r.in.MinReady:
		pod.State = 'r'
	case pod.State == 'n' || pod.State == 'r':
		pod.State = 'a'
	}
}
