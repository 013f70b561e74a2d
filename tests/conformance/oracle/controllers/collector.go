package controllers

import (
	"context"
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"sync"
	"time"
	_ "unsafe" // for go:linkname

	"k8s.io/apimachinery/pkg/api/errors"
	kinds "k8s.io/apimachinery/pkg/api/meta"
	meta "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/informers"
	"k8s.io/client-go/metadata"
	"k8s.io/client-go/tools/cache"
	"k8s.io/klog/v2"
	"k8s.io/kubernetes/pkg/controller/garbagecollector"
)

//go:linkname processGraphChanges k8s.io/kubernetes/pkg/controller/garbagecollector.(*GraphBuilder).processGraphChanges
func processGraphChanges(builder *garbagecollector.GraphBuilder, logger klog.Logger) bool

//go:linkname syncMonitors k8s.io/kubernetes/pkg/controller/garbagecollector.(*GraphBuilder).syncMonitors
func syncMonitors(builder *garbagecollector.GraphBuilder, logger klog.Logger, resources map[schema.GroupVersionResource]struct{}) error

//go:linkname processAttemptToDelete k8s.io/kubernetes/pkg/controller/garbagecollector.(*GarbageCollector).processAttemptToDeleteWorker
func processAttemptToDelete(collector *garbagecollector.GarbageCollector, ctx context.Context) bool

//go:linkname processAttemptToOrphan k8s.io/kubernetes/pkg/controller/garbagecollector.(*GarbageCollector).processAttemptToOrphanWorker
func processAttemptToOrphan(collector *garbagecollector.GarbageCollector, logger klog.Logger) bool

// collector is the real garbage collector. Its graph is built from events that are handed to it, its
// queues are worked off until they are empty, and nothing that it writes comes back to it.
type collector struct {
	real     *garbagecollector.GarbageCollector
	builder  *garbagecollector.GraphBuilder
	handlers map[string]cache.ResourceEventHandler
	objects  []*meta.PartialObjectMetadata
	lock     sync.Mutex // dependents are orphaned concurrently
	writes   []string
	count    int
}

func newCollector() *collector {
	c := &collector{handlers: map[string]cache.ResourceEventHandler{}}
	mapper := kinds.NewDefaultRESTMapper(nil)
	resources := map[schema.GroupVersionResource]struct{}{}
	for _, kind := range []schema.GroupVersionKind{setKind, podKind, claimKind} {
		mapper.Add(kind, kinds.RESTScopeNamespace)
		plural, _ := kinds.UnsafeGuessKindToResource(kind)
		resources[plural] = struct{}{}
	}
	given := []any{nil, metadataClient{of: c}, resettable{mapper}, map[schema.GroupResource]struct{}{}, monitored{c}, make(<-chan struct{})}
	// Newer releases ask for a context first.
	function := reflect.ValueOf(garbagecollector.NewGarbageCollector)
	if function.Type().NumIn() > len(given) {
		given = append([]any{context.Background()}, given...)
	}
	arguments := make([]reflect.Value, len(given))
	for i := range given {
		arguments[i] = reflect.New(function.Type().In(i)).Elem()
		if given[i] != nil {
			arguments[i].Set(reflect.ValueOf(given[i]))
		}
	}
	c.real = function.Call(arguments)[0].Interface().(*garbagecollector.GarbageCollector)
	c.builder = field(c.real, "dependencyGraphBuilder").Interface().(*garbagecollector.GraphBuilder)
	if err := syncMonitors(c.builder, klog.Background(), resources); err != nil {
		panic(err)
	}
	return c
}

// resettable is a mapper that never changes.
type resettable struct{ *kinds.DefaultRESTMapper }

func (resettable) Reset() {}

// monitored are informers that only tell the collector what they are told.
type monitored struct{ of *collector }

func (m monitored) ForResource(resource schema.GroupVersionResource) (informers.GenericInformer, error) {
	return monitor{of: m.of, resource: resource.Resource}, nil
}

func (monitored) Start(<-chan struct{}) {}

type monitor struct {
	informers.GenericInformer
	cache.SharedIndexInformer
	of       *collector
	resource string
}

func (m monitor) Informer() cache.SharedIndexInformer { return m }
func (monitor) GetController() cache.Controller       { return nil }
func (monitor) GetStore() cache.Store                 { return nil }

func (m monitor) AddEventHandler(handler cache.ResourceEventHandler) (cache.ResourceEventHandlerRegistration, error) {
	m.of.handlers[m.resource] = handler
	return nil, nil
}

func (m monitor) AddEventHandlerWithResyncPeriod(handler cache.ResourceEventHandler, _ time.Duration) (cache.ResourceEventHandlerRegistration, error) {
	return m.AddEventHandler(handler)
}

// metadataClient is the API server: it takes every write, and has what the input has.
type metadataClient struct {
	metadata.ResourceInterface
	of       *collector
	resource string
}

func (m metadataClient) Resource(resource schema.GroupVersionResource) metadata.Getter {
	return metadataClient{of: m.of, resource: resource.Resource}
}

func (m metadataClient) Namespace(string) metadata.ResourceInterface { return m }

func (m metadataClient) Get(_ context.Context, name string, _ meta.GetOptions, _ ...string) (*meta.PartialObjectMetadata, error) {
	for _, object := range m.of.objects {
		if object.Name == name && resourceOf(object) == m.resource {
			return object.DeepCopy(), nil
		}
	}
	return nil, errors.NewNotFound(schema.GroupResource{Resource: m.resource}, name)
}

func (m metadataClient) Delete(ctx context.Context, name string, options meta.DeleteOptions, _ ...string) error {
	object, err := m.Get(ctx, name, meta.GetOptions{})
	if err != nil || options.Preconditions == nil || *options.Preconditions.UID != object.UID {
		panic("a delete of what is not there, or without the uid of what is")
	}
	m.of.wrote("-" + subjectOf(object) + "/" + string(*options.PropagationPolicy))
	return nil
}

// Patch is written as the owners and finalizers that it takes away, or what it changes besides.
func (m metadataClient) Patch(ctx context.Context, name string, _ types.PatchType, data []byte, _ meta.PatchOptions, _ ...string) (*meta.PartialObjectMetadata, error) {
	object, err := m.Get(ctx, name, meta.GetOptions{})
	if err != nil {
		return nil, err
	}
	var patch struct {
		Metadata struct {
			UID             types.UID `json:"uid"`
			Finalizers      *[]string `json:"finalizers"`
			OwnerReferences []struct {
				Patch string    `json:"$patch"`
				UID   types.UID `json:"uid"`
				Block *bool     `json:"blockOwnerDeletion"`
			} `json:"ownerReferences"`
		} `json:"metadata"`
	}
	if err := json.Unmarshal(data, &patch); err != nil {
		panic(err)
	}
	if uid := patch.Metadata.UID; uid != "" && uid != object.UID {
		panic("a patch of another object")
	}
	word := "/" + subjectOf(object) + ":"
	for _, reference := range patch.Metadata.OwnerReferences {
		letter := string(reference.UID[:1])
		switch {
		case reference.Patch == "delete":
			word += letter
		case reference.Block != nil && !*reference.Block:
			word += letter + "'"
		default:
			panic(string(data))
		}
	}
	if strings.Contains(string(data), `"finalizers"`) {
		word += "-finalizer"
	}
	m.of.wrote(word)
	return object, nil
}

func (c *collector) wrote(word string) {
	c.lock.Lock()
	defer c.lock.Unlock()
	c.writes = append(c.writes, word)
}

// run is what the collector writes about an input's objects, as a set: in which order it looks at them is
// that of a map.
func (c *collector) run(input string) (string, error) {
	c.count++
	objects, err := readOwned(input, fmt.Sprint(c.count))
	if err != nil {
		return "", err
	}
	c.objects, c.writes = objects, nil
	for _, object := range objects {
		c.handlers[resourceOf(object)].OnAdd(object, true)
	}
	c.work()
	writes := slices.Compact(slices.Sorted(slices.Values(c.writes)))
	c.objects = nil
	for _, object := range slices.Backward(objects) {
		c.handlers[resourceOf(object)].OnDelete(object)
		c.work()
	}
	if len(writes) == 0 {
		return "nothing", nil
	}
	return strings.Join(writes, " "), nil
}

// work empties the queues.
func (c *collector) work() {
	for {
		switch {
		case c.waiting(c.builder, "graphChanges"):
			processGraphChanges(c.builder, klog.Background())
		case c.waiting(c.real, "attemptToDelete"):
			processAttemptToDelete(c.real, context.Background())
		case c.waiting(c.real, "attemptToOrphan"):
			processAttemptToOrphan(c.real, klog.Background())
		default:
			return
		}
	}
}

func (c *collector) waiting(of any, queue string) bool {
	return field(of, queue).Interface().(interface{ Len() int }).Len() > 0
}
