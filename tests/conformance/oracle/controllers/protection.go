package controllers

import (
	"context"
	"fmt"
	"reflect"
	"strings"
	"sync"
	"time"

	core "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/client-go/informers"
	"k8s.io/client-go/kubernetes/fake"
	clients "k8s.io/client-go/testing"
	"k8s.io/client-go/tools/cache"
	"k8s.io/klog/v2"
	"k8s.io/kubernetes/pkg/controller/volume/pvcprotection"
	"k8s.io/kubernetes/pkg/controller/volume/pvprotection"
)

// protection is a real protection controller with caches that are filled by hand, and a client that
// takes every write. One is made for each input, and runs until it has looked at one object.
type protection struct {
	client    *fake.Clientset
	informers informers.SharedInformerFactory
	live      []core.Pod // what a live list finds
	word      func(runtime.Object) string
	writes    []string
}

func newProtection(word func(runtime.Object) string) *protection {
	p := &protection{client: &fake.Clientset{}, word: word}
	p.client.AddReactor("*", "*", p.answer)
	p.informers = informers.NewSharedInformerFactory(p.client, 0)
	return p
}

// answer is what the API server does.
func (p *protection) answer(action clients.Action) (bool, runtime.Object, error) {
	switch action := action.(type) {
	case clients.ListAction:
		found := &core.PodList{}
		for _, pod := range p.live {
			if pod.Namespace == action.GetNamespace() {
				found.Items = append(found.Items, pod)
			}
		}
		return true, found, nil
	case clients.UpdateAction:
		sign := "~"
		if action.GetSubresource() == "status" {
			sign = "="
		}
		object := action.GetObject().DeepCopyObject()
		p.writes = append(p.writes, sign+p.word(object))
		return true, object, nil
	}
	panic(fmt.Sprintf("%s %s is not expected", action.GetVerb(), action.GetResource().Resource))
}

// run lets the controller look at the object of a key, and is what it writes.
func (p *protection) run(controller any, key string) string {
	queue := &singleKey{done: make(chan struct{})}
	// In older releases a queue is one of any values.
	for _, like := range []any{&queueOf[string]{queue, key}, &queueOf[any]{queue, key}} {
		if place := field(controller, "queue"); reflect.TypeOf(like).Implements(place.Type()) {
			place.Set(valueOf(like))
		}
	}
	fields := reflect.TypeOf(controller).Elem()
	for i := range fields.NumField() {
		if name := fields.Field(i).Name; strings.HasSuffix(name, "ListerSynced") {
			field(controller, name).Set(valueOf(cache.InformerSynced(func() bool { return true })))
		}
	}
	ctx, stop := context.WithCancel(context.Background())
	var running sync.WaitGroup
	running.Go(func() { controller.(interface{ Run(context.Context, int) }).Run(ctx, 1) })
	<-queue.done
	stop()
	running.Wait()
	if queue.failed {
		p.writes = append(p.writes, "err")
	}
	if len(p.writes) == 0 {
		return "nothing"
	}
	return strings.Join(p.writes, " ")
}

// singleKey is a queue that hands out one key once, but for the key.
type singleKey struct {
	lock   sync.Mutex
	taken  bool
	failed bool
	done   chan struct{}
}

func (*singleKey) Len() int           { return 0 }
func (*singleKey) ShutDown()          {}
func (*singleKey) ShutDownWithDrain() {}
func (*singleKey) ShuttingDown() bool { return false }

type queueOf[T any] struct {
	*singleKey
	key T
}

func (q *queueOf[T]) Get() (key T, shutDown bool) {
	q.lock.Lock()
	defer q.lock.Unlock()
	if q.taken {
		return key, true
	}
	q.taken = true
	return q.key, false
}

func (q *queueOf[T]) AddRateLimited(T)        { q.failed = true }
func (q *queueOf[T]) Done(T)                  { close(q.done) }
func (*queueOf[T]) Add(T)                     {}
func (*queueOf[T]) AddAfter(T, time.Duration) {}
func (*queueOf[T]) Forget(T)                  {}
func (*queueOf[T]) NumRequeues(T) int         { return 0 }

// protectClaim is what the real controller does about the claim of an input.
func protectClaim(input string) (string, error) {
	objects, err := readUse(input)
	if err != nil {
		return "", err
	}
	p := newProtection(func(object runtime.Object) string {
		return protectedClaimWord(object.(*core.PersistentVolumeClaim))
	})
	claims, pods := p.informers.Core().V1().PersistentVolumeClaims(), p.informers.Core().V1().Pods()
	controller, err := pvcprotection.NewPVCProtectionController(klog.Background(), claims, pods, p.client)
	if err != nil {
		panic(err)
	}
	if objects.claim != nil {
		claims.Informer().GetIndexer().Add(objects.claim)
	}
	for _, pod := range objects.cached {
		pods.Informer().GetIndexer().Add(pod)
	}
	p.live = objects.live
	return p.run(controller, "ns/"+claimName), nil
}

// protectVolume is what the real controller does about the volume of an input.
func protectVolume(input string) (string, error) {
	volume, err := readProtectedVolume(input)
	if err != nil {
		return "", err
	}
	p := newProtection(func(object runtime.Object) string {
		return protectedVolumeWord(object.(*core.PersistentVolume))
	})
	volumes := p.informers.Core().V1().PersistentVolumes()
	// Newer releases return an error, too.
	function := valueOf(pvprotection.NewPVProtectionController)
	arguments := []reflect.Value{valueOf(klog.Background()), valueOf(volumes), valueOf(p.client)}
	controller := function.Call(arguments)[0].Interface()
	if volume != nil {
		volumes.Informer().GetIndexer().Add(volume)
	}
	return p.run(controller, "v0"), nil
}
