package controllers

import "strings"

// protectedClaimBlocks are the inputs of the protection of claims: each claim without a Pod and with each
// Pod, and fewer claims with two Pods of a smaller choice.
func protectedClaimBlocks() []Block {
	claims := append([]string{"-"}, each([]string{"P", "B", "L"}, []string{"", "f", "o", "fo", "fx", "ox", "fox"})...)
	claims = append(claims, each([]string{"B"}, []string{"", "f", "fx"}, []string{"u", "v"})...)
	states := each([]string{"P", "R", "S", "F"}, []string{"", "n"}, []string{"", "x", "z"})
	pods := each([]string{" pod:"}, states, []string{"c", "d", "m", "e", "E"}, []string{"", "i", "l"})
	none := Block{Name: "pvcprotection/none"}
	var blocks []Block
	for _, claim := range claims {
		none.Inputs = append(none.Inputs, "pvc:"+claim)
		blocks = append(blocks, Block{"pvcprotection/one/" + claim, each([]string{"pvc:" + claim}, pods)})
	}
	several := each([]string{" pod:"}, []string{"P", "R", "F"}, []string{"", "n"}, []string{"", "x"}, []string{"c", "d"}, []string{"", "i", "l"})
	for _, claim := range []string{"Bfx", "Pfx", "Bf"} {
		blocks = append(blocks, Block{"pvcprotection/two/" + claim, each([]string{"pvc:" + claim}, several, several)})
	}
	return append([]Block{none}, blocks...)
}

// protectedVolumeBlocks are the inputs of the protection of volumes. What is being deleted has a finalizer.
func protectedVolumeBlocks() []Block {
	blocks := []Block{{Name: "pvprotection/none", Inputs: []string{"pv:-"}}}
	for _, phase := range []string{"P", "A", "B", "R", "F"} {
		block := Block{Name: "pvprotection/" + phase}
		for _, state := range each([]string{phase}, []string{"-", "n", "u", "s", "o", "m"}, []string{"R", "D"},
			[]string{"", "k"}, []string{"", "d"}, []string{"", "f"}, []string{"", "p"}, []string{"", "x"}) {
			if strings.HasSuffix(state, "x") && !strings.ContainsAny(state, "fp") {
				continue
			}
			block.Inputs = append(block.Inputs, "pv:"+state)
		}
		blocks = append(blocks, block)
	}
	return blocks
}
