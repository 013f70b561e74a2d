package other

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"
	_ "unsafe" // for go:linkname

	apps "k8s.io/api/apps/v1"
	core "k8s.io/api/core/v1"
	policy "k8s.io/api/policy/v1"
	meta "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/apimachinery/pkg/util/intstr"
	"k8s.io/client-go/informers"
	"k8s.io/client-go/kubernetes/fake"
	clients "k8s.io/client-go/testing"
	"k8s.io/client-go/tools/cache"
	"k8s.io/kubernetes/pkg/controller/disruption"
)

//go:linkname syncBudget k8s.io/kubernetes/pkg/controller/disruption.(*DisruptionController).sync
func syncBudget(controller *disruption.DisruptionController, ctx context.Context, key string) error

// budgets runs the real disruption controller's sync and keeps the status that it writes.
type budgets struct {
	real               *disruption.DisruptionController
	pods, sets, stores cache.Indexer
	written            *policy.PodDisruptionBudgetStatus
}

func newBudgets() *budgets {
	b := &budgets{}
	client := &fake.Clientset{}
	client.AddReactor("update", "poddisruptionbudgets", func(action clients.Action) (bool, runtime.Object, error) {
		budget := action.(clients.UpdateAction).GetObject().(*policy.PodDisruptionBudget)
		b.written = &budget.Status
		return true, budget, nil
	})
	all := informers.NewSharedInformerFactory(client, 0)
	b.real = disruption.NewDisruptionController(context.Background(),
		all.Core().V1().Pods(), all.Policy().V1().PodDisruptionBudgets(), all.Core().V1().ReplicationControllers(),
		all.Apps().V1().ReplicaSets(), all.Apps().V1().Deployments(), all.Apps().V1().StatefulSets(), client, nil, nil, nil)
	b.pods = all.Core().V1().Pods().Informer().GetIndexer()
	b.sets = all.Apps().V1().StatefulSets().Informer().GetIndexer()
	b.stores = all.Policy().V1().PodDisruptionBudgets().Informer().GetIndexer()
	return b
}

// disruption is the status of a budget, for each budget, size of the set, and state of its Pods.
func disruptions() []Block {
	b := newBudgets()
	states := []string{"", "a", "n", "ax", "ad", "ae"}
	var blocks []Block
	for _, limit := range []string{
		"minAvailable=0", "minAvailable=1", "minAvailable=2", "minAvailable=3", "minAvailable=4",
		"minAvailable=0%", "minAvailable=1%", "minAvailable=34%", "minAvailable=50%", "minAvailable=100%",
		"maxUnavailable=0", "maxUnavailable=1", "maxUnavailable=2", "maxUnavailable=4",
		"maxUnavailable=0%", "maxUnavailable=34%", "maxUnavailable=50%", "maxUnavailable=100%",
	} {
		block := Block{Name: "disruption/" + limit}
		for replicas := range 5 {
			for _, pods := range everyPod(states, 3) {
				block.Cases = append(block.Cases, b.line(limit, replicas, pods))
			}
			for _, pods := range everyPod([]string{"", "a", "a?", "n?"}, 2) {
				block.Cases = append(block.Cases, b.line(limit, replicas, pods))
			}
		}
		slices.Sort(block.Cases)
		block.Cases = slices.Compact(block.Cases)
		blocks = append(blocks, block)
	}
	return blocks
}

// everyPod is each way to give so many ordinals a state; no state is no Pod.
func everyPod(states []string, count int) [][]string {
	all := [][]string{{}}
	for ordinal := range count {
		var next [][]string
		for _, before := range all {
			for _, state := range states {
				words := slices.Clone(before)
				if state != "" {
					words = append(words, fmt.Sprintf("%d:%s", ordinal, state))
				}
				next = append(next, words)
			}
		}
		all = next
	}
	return all
}

// line is one case: the limit, the replicas of the set, and the Pods.
func (b *budgets) line(limit string, replicas int, pods []string) string {
	set := &apps.StatefulSet{ObjectMeta: meta.ObjectMeta{Name: "web", Namespace: "ns", UID: "set"}}
	set.Spec.Replicas = new(int32(replicas))
	budget := newBudget(limit)
	objects := make([]any, len(pods))
	for i, word := range pods {
		pod := budgetPod(word, set)
		objects[i] = pod
		switch {
		case strings.Contains(word, "d"):
			budget.Status.DisruptedPods[pod.Name] = meta.Now()
		case strings.Contains(word, "e"):
			budget.Status.DisruptedPods[pod.Name] = meta.NewTime(time.Unix(0, 0))
		}
	}
	replace(b.sets, set)
	replace(b.pods, objects...)
	replace(b.stores, budget)
	b.written = nil
	if err := syncBudget(b.real, context.Background(), "ns/budget"); err != nil || b.written == nil {
		panic(fmt.Sprintf("%s %d %v: no status, %v", limit, replicas, pods, err))
	}
	input := append([]string{limit, fmt.Sprintf("replicas=%d", replicas)}, pods...)
	return strings.Join(input, " ") + " => " + budgetStatus(b.written)
}

func replace(store cache.Indexer, objects ...any) {
	if err := store.Replace(objects, ""); err != nil {
		panic(err)
	}
}

// newBudget has a status that is older than its spec, so that each sync writes all of it.
func newBudget(limit string) *policy.PodDisruptionBudget {
	kind, number, _ := strings.Cut(limit, "=")
	value := intstr.Parse(number)
	budget := &policy.PodDisruptionBudget{
		ObjectMeta: meta.ObjectMeta{Name: "budget", Namespace: "ns", Generation: 2},
		Spec:       policy.PodDisruptionBudgetSpec{Selector: &meta.LabelSelector{MatchLabels: map[string]string{"app": "web"}}},
		Status:     policy.PodDisruptionBudgetStatus{ObservedGeneration: 1, DisruptedPods: map[string]meta.Time{}},
	}
	if kind == "minAvailable" {
		budget.Spec.MinAvailable = &value
	} else {
		budget.Spec.MaxUnavailable = &value
	}
	return budget
}

// budgetPod reads a Pod's word: `a` Ready, `n` not, `x` terminating, `?` without an owner; `d` and `e`
// are in the budget's disruptedPods, since now and since long.
func budgetPod(word string, set *apps.StatefulSet) *core.Pod {
	ordinal, state, _ := strings.Cut(word, ":")
	pod := &core.Pod{ObjectMeta: meta.ObjectMeta{
		Name:      "web-" + ordinal,
		Namespace: "ns",
		UID:       types.UID(ordinal),
		Labels:    map[string]string{"app": "web"},
	}}
	if !strings.Contains(state, "?") {
		owner := meta.NewControllerRef(set, apps.SchemeGroupVersion.WithKind("StatefulSet"))
		pod.OwnerReferences = []meta.OwnerReference{*owner}
	}
	if strings.Contains(state, "x") {
		pod.DeletionTimestamp = new(meta.NewTime(time.Unix(0, 0)))
	}
	ready := core.ConditionFalse
	if state[0] == 'a' {
		ready = core.ConditionTrue
	}
	pod.Status.Phase = core.PodRunning
	pod.Status.Conditions = []core.PodCondition{{Type: core.PodReady, Status: ready}}
	return pod
}

func budgetStatus(status *policy.PodDisruptionBudgetStatus) string {
	words := []string{
		fmt.Sprintf("expected=%d", status.ExpectedPods),
		fmt.Sprintf("desired=%d", status.DesiredHealthy),
		fmt.Sprintf("healthy=%d", status.CurrentHealthy),
		fmt.Sprintf("allowed=%d", status.DisruptionsAllowed),
	}
	var disrupted []string
	for name := range status.DisruptedPods {
		disrupted = append(disrupted, "disrupted:"+strings.TrimPrefix(name, "web-"))
	}
	slices.Sort(disrupted)
	return strings.Join(append(words, disrupted...), " ")
}
