package controllers

import (
	"context"
	"fmt"
	"slices"
	"strings"
	_ "unsafe" // for go:linkname

	core "k8s.io/api/core/v1"
	storage "k8s.io/api/storage/v1"
	"k8s.io/apimachinery/pkg/api/errors"
	meta "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/client-go/informers"
	"k8s.io/client-go/kubernetes/fake"
	clients "k8s.io/client-go/testing"
	"k8s.io/client-go/tools/cache"
	"k8s.io/kubernetes/pkg/controller/volume/persistentvolume"
	"k8s.io/kubernetes/pkg/util/goroutinemap"
)

//go:linkname syncClaim k8s.io/kubernetes/pkg/controller/volume/persistentvolume.(*PersistentVolumeController).syncClaim
func syncClaim(controller *persistentvolume.PersistentVolumeController, ctx context.Context, claim *core.PersistentVolumeClaim) error

//go:linkname syncVolume k8s.io/kubernetes/pkg/controller/volume/persistentvolume.(*PersistentVolumeController).syncVolume
func syncVolume(controller *persistentvolume.PersistentVolumeController, ctx context.Context, volume *core.PersistentVolume) error

// volumeController is the real persistent volume controller, with caches that are filled by hand,
// and a client that takes every write and keeps what it was.
type volumeController struct {
	real    *persistentvolume.PersistentVolumeController
	cached  cache.Indexer // the claims of the informer
	classes cache.Indexer
	stored  *volumeObjects
	writes  []string
}

func newVolumeController() *volumeController {
	c := &volumeController{}
	client := &fake.Clientset{}
	client.AddReactor("*", "*", c.answer)
	all := informers.NewSharedInformerFactory(client, 0)
	real, err := persistentvolume.NewController(context.Background(), persistentvolume.ControllerParameters{
		KubeClient:                client,
		VolumeInformer:            all.Core().V1().PersistentVolumes(),
		ClaimInformer:             all.Core().V1().PersistentVolumeClaims(),
		ClassInformer:             all.Storage().V1().StorageClasses(),
		PodInformer:               all.Core().V1().Pods(),
		NodeInformer:              all.Core().V1().Nodes(),
		EnableDynamicProvisioning: true,
	})
	if err != nil {
		panic(err)
	}
	c.real = real
	c.cached = all.Core().V1().PersistentVolumeClaims().Informer().GetIndexer()
	c.classes = all.Storage().V1().StorageClasses().Informer().GetIndexer()
	for name, provisioner := range map[string]string{"dynamic": driver, "static": "kubernetes.io/no-provisioner"} {
		immediate, policy := storage.VolumeBindingImmediate, core.PersistentVolumeReclaimDelete
		class := &storage.StorageClass{ObjectMeta: meta.ObjectMeta{Name: name}, Provisioner: provisioner}
		class.VolumeBindingMode, class.ReclaimPolicy = &immediate, &policy
		c.classes.Add(class)
	}
	store := field(real, "volumes", "store")
	store.Set(valueOf(inOrder{store.Interface().(cache.Indexer)}))
	field(real, "eventRecorder").Set(valueOf(&events{c}))
	return c
}

// inOrder lists volumes by name. The real cache lists them in the order of a map, that is in any.
type inOrder struct{ cache.Indexer }

func (i inOrder) Index(name string, like any) ([]any, error) {
	found, err := i.Indexer.Index(name, like)
	slices.SortFunc(found, func(a, b any) int {
		return strings.Compare(a.(*core.PersistentVolume).Name, b.(*core.PersistentVolume).Name)
	})
	return found, err
}

// events keeps the reasons of events.
type events struct{ of *volumeController }

func (e *events) Event(_ runtime.Object, _, reason, _ string) {
	e.of.writes = append(e.of.writes, "*"+reason)
}

func (e *events) Eventf(object runtime.Object, kind, reason, format string, _ ...any) {
	e.Event(object, kind, reason, format)
}

func (e *events) AnnotatedEventf(object runtime.Object, _ map[string]string, kind, reason, format string, _ ...any) {
	e.Event(object, kind, reason, format)
}

// answer is what the API server does: it takes every write.
func (c *volumeController) answer(action clients.Action) (bool, runtime.Object, error) {
	switch action := action.(type) {
	case clients.GetAction:
		if found := c.stored.named(action.GetNamespace(), action.GetName()); found != nil {
			return true, found.DeepCopyObject(), nil
		}
		return true, nil, errors.NewNotFound(action.GetResource().GroupResource(), action.GetName())
	case clients.UpdateAction:
		sign := "~"
		if action.GetSubresource() == "status" {
			sign = "="
		}
		object := action.GetObject().DeepCopyObject()
		c.writes = append(c.writes, sign+wordOf(object))
		c.stored.put(object)
		return true, object, nil
	}
	panic(fmt.Sprintf("%s %s is not expected", action.GetVerb(), action.GetResource().Resource))
}

// run is what one sync of each object does, from the same start.
func (c *volumeController) run(input string) (string, error) {
	objects, err := readVolumeObjects(input)
	if err != nil {
		return "", err
	}
	var outputs []string
	sync := func(subject string, call func(context.Context) error) {
		if err := call(context.Background()); err != nil {
			c.writes = append(c.writes, "err")
		}
		field(c.real, "runningOperations").Interface().(goroutinemap.GoRoutineMap).WaitForCompletion()
		outputs = append(outputs, strings.Join(append([]string{subject + ":"}, c.writes...), " "))
	}
	if objects.claim != nil {
		claim := c.fill(input).claim
		sync("claim", func(ctx context.Context) error { return syncClaim(c.real, ctx, claim) })
	}
	for i := range objects.volumes {
		volume := c.fill(input).volumes[i]
		sync(volume.Name, func(ctx context.Context) error { return syncVolume(c.real, ctx, volume) })
	}
	if outputs == nil {
		return "nothing", nil
	}
	return strings.Join(outputs, " ; "), nil
}

// fill makes an input's objects all that there is, and that the caches have.
func (c *volumeController) fill(input string) *volumeObjects {
	c.stored, _ = readVolumeObjects(input)
	c.writes = nil
	var volumes, claims []any
	for _, volume := range c.stored.volumes {
		volumes = append(volumes, volume.DeepCopy())
	}
	for _, claim := range []*core.PersistentVolumeClaim{c.stored.claim, c.stored.other} {
		if claim != nil {
			claims = append(claims, claim.DeepCopy())
		}
	}
	field(c.real, "volumes", "store").Interface().(cache.Indexer).Replace(volumes, "")
	field(c.real, "claims").Interface().(cache.Store).Replace(claims, "")
	c.cached.Replace(claims, "")
	field(c.real, "runningOperations").Set(valueOf(goroutinemap.NewGoRoutineMap(true)))
	given, _ := readVolumeObjects(input)
	return given
}
