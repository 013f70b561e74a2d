// Command conformance records what the real controllers do. See ../README.md.
package main

import (
	"flag"
	"fmt"
	"os"

	"github.com/go-logr/logr"
	"k8s.io/apimachinery/pkg/util/runtime"
	"k8s.io/klog/v2"
	"straddle.dev/conformance/controllers"
)

func main() {
	folder := flag.String("into", "", "write recordings into this folder")
	only := flag.String("only", "", "record this file alone")
	flag.Parse()
	quiet()
	if err := run(*folder, *only, flag.Args()); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// quiet turns off the controller's log, and the pause that comes with each logged error.
func quiet() {
	klog.SetLogger(logr.Discard())
	runtime.ErrorHandlers = nil
}

// run records everything, or the inputs that are named.
func run(folder, only string, inputs []string) error {
	if len(inputs) > 0 {
		controller := newController()
		for _, text := range inputs {
			if line, is, err := controllers.One(text); is {
				if err != nil {
					return err
				}
				fmt.Println(line)
				continue
			}
			in, err := parseInput(text)
			if err != nil {
				return err
			}
			fmt.Println(controller.one(in))
		}
		return nil
	}
	if folder == "" {
		return fmt.Errorf("say -into FOLDER, or give inputs to run")
	}
	if err := os.MkdirAll(folder, 0o755); err != nil {
		return err
	}
	recorder := newRecorder(folder)
	for _, file := range append(files(recorder.controllers[0]), others()...) {
		if only != "" && only != file.Name {
			continue
		}
		if err := recorder.record(file); err != nil {
			return err
		}
	}
	return recorder.finish()
}
