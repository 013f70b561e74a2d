package controllers

import "strings"

// volumeBlocks are the inputs of the persistent volume controller: a claim with no volume, with each
// volume, and with two of a smaller choice.
func volumeBlocks() []Block {
	none := Block{Name: "volumes/none"}
	for _, class := range []string{"dynamic", "static", "none"} {
		for _, claim := range claimWords() {
			none.Inputs = append(none.Inputs, class+" "+claim)
		}
	}
	blocks := []Block{none}
	single := each([]string{"P", "A", "B", "R", "F"}, []string{"-", "n", "u", "s", "o", "m"}, []string{"R", "D"},
		[]string{"", "k"}, []string{"", "d"}, []string{"", "x"})
	for _, claim := range claimWords() {
		if strings.Contains(claim, "=1") {
			continue
		}
		blocks = append(blocks, volumeBlock("dynamic", claim, single))
		// What class a claim has matters once no volume is found for it.
		if claim == "cP" || claim == "cPa" || claim == "cPx" {
			blocks = append(blocks, volumeBlock("static", claim, single), volumeBlock("none", claim, single))
		}
	}
	held := each([]string{"B", "R", "A"}, []string{"u", "s"}, []string{"R", "D"}, []string{"", "k"}, []string{"d"}, []string{"f", "fx"})
	for _, claim := range []string{"c-", "cP", "cB=0bk"} {
		block := volumeBlock("dynamic", claim, held)
		block.Name += "/held"
		blocks = append(blocks, block)
	}
	several := append(each([]string{"A", "B", "R"}, []string{"-", "n", "u", "s", "o"}, []string{"Rd", "Dd", "Rdx"}),
		"AuDkd", "BuDkd", "RuDkd", "AuRk", "BuRk", "AuR", "BuR", "AuD")
	for _, claim := range []string{"c-", "cP", "cP=0", "cP=1", "cP=0k", "cPx", "cB=0bk", "cB=1bk", "cB=0b", "cB=0bkx"} {
		block := Block{Name: "volumes/two/" + claim}
		for _, first := range several {
			for _, second := range several {
				block.Inputs = append(block.Inputs, "dynamic "+claim+" v0:"+first+" v1:"+second)
			}
		}
		blocks = append(blocks, block)
	}
	return blocks
}

// claimWords are all claims: absent; unbound, naming no volume or one; bound; and what is between
// two of the writes that bind one.
func claimWords() []string {
	words := []string{"c-", "cP", "cPa", "cPx", "cPax", "cPk"}
	words = append(words, each([]string{"cP="}, []string{"0", "1", "9"}, []string{"", "k"}, []string{"", "x"})...)
	words = append(words, each([]string{"cB="}, []string{"0", "1", "9"}, []string{"b", "bk"}, []string{"", "x"})...)
	return append(words, "cP=0bk", "cP=9bk", "cB=0", "cBb", "cL=0b", "cL=9b", "cLb")
}

func volumeBlock(class, claim string, volumes []string) Block {
	block := Block{Name: "volumes/one/" + class + "/" + claim}
	for _, volume := range volumes {
		block.Inputs = append(block.Inputs, class+" "+claim+" v0:"+volume)
	}
	return block
}
