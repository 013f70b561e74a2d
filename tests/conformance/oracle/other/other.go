// Package other records real code that is not the StatefulSet controller, for components of the
// model that are still to come. Each file calls the function that it names.
package other

// Block is a named list of cases, each a line.
type Block struct {
	Name  string
	Cases []string
}

// Files are all recordings, by the name of their file, in order.
func Files() []File {
	return []File{
		{"disruption", disruptions()},
		{"binder", binder()},
		{"grace", grace()},
		{"strategy", strategy()},
		{"patch", patches()},
	}
}

// File is a file of blocks.
type File struct {
	Name   string
	Blocks []Block
}
