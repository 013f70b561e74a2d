package main

import (
	"context"

	apps "k8s.io/api/apps/v1"
	core "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/client-go/informers"
	"k8s.io/client-go/kubernetes/fake"
	clients "k8s.io/client-go/testing"
	"k8s.io/client-go/tools/cache"
	"k8s.io/kubernetes/pkg/controller/statefulset"
)

// Controller runs the real controller's sync on one input after another. Its informers are never
// started: their stores are filled by hand. Its client answers what the input says, and keeps every
// write.
type Controller struct {
	names                         *revisionNames
	real                          *statefulset.StatefulSetController
	client                        *fake.Clientset
	pods, sets, claims, revisions cache.Indexer
	known                         map[string]any // objects by their word: the controller changes none
	server                        server
}

// Output is what a sync did.
type Output struct {
	Writes []Write
	Failed bool
}

func newController() *Controller {
	c := &Controller{names: newRevisionNames(), client: &fake.Clientset{}, known: map[string]any{}}
	c.server.names = c.names
	c.client.AddReactor("*", "*", func(action clients.Action) (bool, runtime.Object, error) {
		object, err := c.server.answer(action)
		return true, object, err
	})
	factory := informers.NewSharedInformerFactory(c.client, 0)
	pods, claims := factory.Core().V1().Pods(), factory.Core().V1().PersistentVolumeClaims()
	sets, revisions := factory.Apps().V1().StatefulSets(), factory.Apps().V1().ControllerRevisions()
	c.real = statefulset.NewStatefulSetController(context.Background(), pods, sets, claims, revisions, c.client)
	c.pods, c.claims = pods.Informer().GetIndexer(), claims.Informer().GetIndexer()
	c.sets, c.revisions = sets.Informer().GetIndexer(), revisions.Informer().GetIndexer()
	return c
}

// run is one sync on one input. Refusals say which writes are refused.
func (c *Controller) run(in *Input, refused *refusal) Output {
	c.fill(in)
	c.server.begin(in, refused)
	c.client.ClearActions()
	err := syncSet(c.real, context.Background(), namespace+"/"+setName)
	return Output{Writes: c.server.end(), Failed: err != nil}
}

// fill puts what the input says into the stores that the controller reads.
func (c *Controller) fill(in *Input) {
	set := c.object(in.set(), func() any { return in.object(c.names) }).(*apps.StatefulSet)
	c.server.set = set
	replace(c.sets, set)
	revisions := c.object("revisions "+in.Stored, func() any { return c.names.stored(in.Stored) }).([]*apps.ControllerRevision)
	replace(c.revisions, revisions...)
	pods := make([]*core.Pod, 0, len(in.Pods))
	for _, pod := range in.Pods {
		key := pod.String() + in.Retention[:1]
		pods = append(pods, c.object(key, func() any { return pod.object(c.names, in.Retention != "--") }).(*core.Pod))
	}
	replace(c.pods, pods...)
	claims := make([]*core.PersistentVolumeClaim, 0, len(in.Claims))
	for _, claim := range in.Claims {
		claims = append(claims, c.object(claim.String(), func() any { return claim.object() }).(*core.PersistentVolumeClaim))
	}
	replace(c.claims, claims...)
}

// object is made once for each word.
func (c *Controller) object(word string, make func() any) any {
	if len(c.known) > 100_000 {
		clear(c.known)
	}
	object, ok := c.known[word]
	if !ok {
		object = make()
		c.known[word] = object
	}
	return object
}

func replace[T any](store cache.Indexer, objects ...T) {
	list := make([]any, len(objects))
	for i, object := range objects {
		list[i] = object
	}
	if err := store.Replace(list, ""); err != nil {
		panic(err)
	}
}
