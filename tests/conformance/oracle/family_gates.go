package main

import (
	"fmt"

	"k8s.io/apiserver/pkg/util/feature"
	"k8s.io/component-base/featuregate"
)

// gates: what a sync does with each gate away from its default, for the gates that this release lets
// one set.
func gates() []Block {
	var blocks []Block
	for _, gate := range []struct {
		name   string
		blocks func() []Block
	}{
		{"StatefulSetStartOrdinal", startIgnored},
		{"StatefulSetAutoDeletePVC", retentionsRefused},
		{"MaxUnavailableStatefulSet", mostUnavailable},
	} {
		value, ok := opposite(gate.name)
		if !ok {
			continue
		}
		for _, block := range gate.blocks() {
			block.Gate = value
			block.Name = fmt.Sprintf("gate/%s/%s", value, block.Name)
			blocks = append(blocks, block)
		}
	}
	return blocks
}

// opposite is a gate with the value that is not its default, if it has one.
func opposite(name string) (string, bool) {
	spec, known := feature.DefaultMutableFeatureGate.GetAll()[featuregate.Feature(name)]
	if !known || spec.LockToDefault {
		return "", false
	}
	return fmt.Sprintf("%s=%t", name, !spec.Default), true
}

// startIsIgnored says whether the controller's gate makes every range begin at 0 now.
func startIsIgnored() bool {
	const gate = featuregate.Feature("StatefulSetStartOrdinal")
	_, known := feature.DefaultMutableFeatureGate.GetAll()[gate]
	return known && !feature.DefaultMutableFeatureGate.Enabled(gate)
}

func startIgnored() []Block {
	pods := cells([]string{absent, "pA", "nA", "aA", "axA", "fA"}, []string{absent})
	var blocks []Block
	for _, policy := range policies {
		for _, s := range []span{around(1, 2, 1, 0), around(2, 1, 2, 0), around(3, 2, 3, -1), around(1, 0, 1, 1)} {
			blocks = append(blocks, block(NoErrors, every(base(policy, s), s, same(pods)), "scale", policy, s))
		}
	}
	return blocks
}

func mostUnavailable() []Block {
	pods := cells([]string{absent, "nA", "nB", "aA", "aB", "axA", "axB"}, []string{absent})
	var blocks []Block
	for _, policy := range policies {
		for _, s := range []span{around(0, 3, 0, 0), around(1, 2, 1, 0)} {
			for _, p := range []plan{rolling(0, -1), rolling(0, 1), rolling(0, 2), rolling(1, 2), rolling(0, 3)} {
				blocks = append(blocks, update(NoErrors, pods, "update", policy, s, p, underway))
			}
		}
	}
	return blocks
}
