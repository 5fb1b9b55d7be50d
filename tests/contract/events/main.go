// Command events makes the sample events in events/, one a function and
// outcome, out of requests that real clients send and of real recordings:
//
//	go run ./tests/contract/events
package main

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"path/filepath"
)

func main() {
	into := flag.String("into", "events", "`folder` to write to")
	flag.Parse()
	if err := run(*into); err != nil {
		fmt.Fprintln(os.Stderr, "events:", err)
		os.Exit(1)
	}
}

func run(into string) error {
	all, err := samples()
	if err != nil {
		return err
	}
	for _, s := range all {
		text, err := s.json()
		if err != nil {
			return err
		}
		path := filepath.Join(into, s.file())
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			return err
		}
		if err := os.WriteFile(path, text, 0o644); err != nil {
			return err
		}
	}
	return nil
}

// file returns the sample's file, below events/, in the folder that its function
// has below functions/.
func (s sample) file() string { return s.function + "/" + s.outcome + ".json" }

// json returns the event in the file's form.
func (s sample) json() ([]byte, error) {
	var text bytes.Buffer
	encoder := json.NewEncoder(&text)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", "  ")
	if err := encoder.Encode(s.event); err != nil {
		return nil, fmt.Errorf("%s: %w", s.file(), err)
	}
	return text.Bytes(), nil
}
