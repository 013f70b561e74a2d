package other

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"time"

	"k8s.io/apimachinery/pkg/api/errors"
	meta "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/apiserver/pkg/registry/rest"
	"k8s.io/kubernetes/pkg/apis/core"
	registry "k8s.io/kubernetes/pkg/registry/core/pod"
)

// grace is what rest.BeforeDelete decides about a DELETE of a Pod, with the registry's strategy.
func grace() []Block {
	first := Block{Name: "grace/first"}
	again := Block{Name: "grace/again"}
	for _, phase := range []core.PodPhase{core.PodPending, core.PodRunning, core.PodFailed, core.PodSucceeded, core.PodUnknown} {
		for _, node := range []string{"-", "a"} {
			for _, own := range []string{"0", "30"} {
				for _, asked := range []string{"-", "-1", "0", "1", "10", "30", "60"} {
					for _, precondition := range []string{"-", "uid", "other-uid", "version", "other-version"} {
						first.Cases = append(first.Cases, deletion(phase, node, own, "-", "-", asked, precondition))
					}
					for _, left := range []string{"none", "-1", "0", "10", "30"} {
						for _, due := range []string{"past", "future"} {
							again.Cases = append(again.Cases, deletion(phase, node, own, left, due, asked, "-"))
						}
					}
				}
			}
		}
	}
	return []Block{first, again}
}

// deletion is one case. Left is the deletionGracePeriodSeconds of a Pod that is terminating: `none`
// if it has no such field; `-` is a Pod that is not. Due is when its deletionTimestamp is.
func deletion(phase core.PodPhase, node, own, left, due, asked, precondition string) string {
	pod := &core.Pod{ObjectMeta: meta.ObjectMeta{Name: "web-0", Namespace: "ns", UID: "uid", ResourceVersion: "7", Generation: 1}}
	pod.Status.Phase = phase
	pod.Spec.NodeName = strings.Trim(node, "-")
	pod.Spec.TerminationGracePeriodSeconds = seconds(own)
	stamp := meta.Date(1990, time.January, 1, 12, 0, 0, 0, time.UTC)
	if due == "future" {
		stamp = meta.Date(2200, time.January, 1, 12, 0, 0, 0, time.UTC)
	}
	if left != "-" {
		pod.DeletionTimestamp = stamp.DeepCopy()
		pod.DeletionGracePeriodSeconds = seconds(left)
	}
	options := &meta.DeleteOptions{GracePeriodSeconds: seconds(asked), Preconditions: preconditions(precondition)}
	called := time.Now()
	graceful, pending, err := rest.BeforeDelete(registry.Strategy, context.Background(), pod, options)

	input := fmt.Sprintf("phase=%s node=%s own=%s left=%s due=%s asked=%s precondition=%s", phase, node, own, left, due, asked, precondition)
	switch {
	case errors.IsConflict(err):
		return input + " => conflict"
	case err != nil:
		panic(err)
	}
	outcome := "remove"
	switch {
	case graceful && *options.GracePeriodSeconds > 0:
		outcome = "terminate"
	case pending:
		outcome = "unchanged"
	}
	return fmt.Sprintf("%s => %s graceful=%t pending=%t grace=%s stamp=%s generation=%d",
		input, outcome, graceful, pending, text(pod.DeletionGracePeriodSeconds), moved(pod.DeletionTimestamp, stamp, called), pod.Generation)
}

// moved is what became of a deletionTimestamp: set or moved to so many seconds from the call, moved by
// so many seconds, kept, or still absent.
func moved(after *meta.Time, before meta.Time, called time.Time) string {
	switch {
	case after == nil:
		return "-"
	case after.Equal(&before):
		return "kept"
	case after.Year() == before.Year():
		return fmt.Sprintf("%+d", after.Unix()-before.Unix())
	}
	// The function's own now is between the call and this moment.
	for seconds := range 100 {
		now := after.Add(time.Duration(-seconds) * time.Second)
		if !now.Before(called) && !now.After(time.Now()) {
			return fmt.Sprintf("now+%d", seconds)
		}
	}
	panic(fmt.Sprintf("a deletionTimestamp of %v after a call at %v", after, called))
}

func seconds(word string) *int64 {
	value, err := strconv.ParseInt(word, 10, 64)
	if err != nil {
		return nil
	}
	return &value
}

func text(seconds *int64) string {
	if seconds == nil {
		return "-"
	}
	return strconv.FormatInt(*seconds, 10)
}

func preconditions(word string) *meta.Preconditions {
	switch word {
	case "uid", "other-uid":
		return &meta.Preconditions{UID: new(types.UID(word))}
	case "version":
		return &meta.Preconditions{ResourceVersion: new("7")}
	case "other-version":
		return &meta.Preconditions{ResourceVersion: new("6")}
	}
	return nil
}
