package main

import (
	"context"
	_ "unsafe" // for go:linkname

	apps "k8s.io/api/apps/v1"
	"k8s.io/kubernetes/pkg/controller/statefulset"
)

// The real controller, in its own package, unchanged. These two functions are not exported, so the
// linker is asked for them.

//go:linkname syncSet k8s.io/kubernetes/pkg/controller/statefulset.(*StatefulSetController).sync
func syncSet(controller *statefulset.StatefulSetController, ctx context.Context, key string) error

//go:linkname newRevision k8s.io/kubernetes/pkg/controller/statefulset.newRevision
func newRevision(set *apps.StatefulSet, revision int64, collisionCount *int32) (*apps.ControllerRevision, error)
