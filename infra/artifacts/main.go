// Command artifacts builds every function as infra/Makefile does and writes what a
// release consists of: a zip of each with nothing of the day or the place in it, the
// hashes of zips and of the programs in them, and a list of all modules (CycloneDX).
//
//	go run ./infra/artifacts [-out .build/artifacts] [-only MembersCreate]
//
// Two builds of one commit with one version of Go are the same, byte for byte, but for
// the list of modules. That of a deployed function is compared with SHA256SUMS:
//
//	curl -so function.zip "$(aws lambda get-function --function-name systole-MembersCreate --query Code.Location --output text)"
//	unzip -p function.zip bootstrap | sha256sum
package main

import (
	"archive/zip"
	"bytes"
	"context"
	"crypto/sha256"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"systole/functions"
)

// sbom is the program that lists the modules, pinned to a version.
const sbom = "github.com/CycloneDX/cyclonedx-gomod/cmd/cyclonedx-gomod@v1.10.0"

func main() {
	out := flag.String("out", ".build/artifacts", "`folder` to write to")
	only := flag.String("only", "", "build the function of this `id` alone, without the list of modules")
	flag.Parse()
	if err := run(context.Background(), *out, *only); err != nil {
		fmt.Fprintln(os.Stderr, "artifacts:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, out, only string) error {
	if err := os.MkdirAll(out, 0o755); err != nil {
		return err
	}
	var sums []string
	for _, f := range functions.All() {
		if only != "" && f.ID() != only {
			continue
		}
		program, err := build(ctx, f.ID())
		if err != nil {
			return err
		}
		packed, err := pack(program)
		if err != nil {
			return err
		}
		if err := os.WriteFile(filepath.Join(out, f.ID()+".zip"), packed, 0o644); err != nil {
			return err
		}
		sums = append(sums, sum(packed, f.ID()+".zip"), sum(program, f.ID()+"/bootstrap"))
	}
	if len(sums) == 0 {
		return fmt.Errorf("no function is called %s", only)
	}
	if only == "" {
		modules := filepath.Join(out, "sbom.cdx.json")
		if err := command(ctx, "go", "run", sbom, "mod", "-json", "-licenses", "-noserial", "-output", modules, "."); err != nil {
			return err
		}
		text, err := os.ReadFile(modules)
		if err != nil {
			return err
		}
		sums = append(sums, sum(text, filepath.Base(modules)))
	}
	slices.Sort(sums)
	return os.WriteFile(filepath.Join(out, "SHA256SUMS"), []byte(strings.Join(sums, "")), 0o644)
}

// build returns the function's program, built by the make target that sam build
// uses.
func build(ctx context.Context, id string) ([]byte, error) {
	folder, err := os.MkdirTemp("", "artifacts")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(folder)
	if err := command(ctx, "make", "--silent", "-C", "infra", "build-"+id, "ARTIFACTS_DIR="+folder); err != nil {
		return nil, err
	}
	return os.ReadFile(filepath.Join(folder, "bootstrap"))
}

func command(ctx context.Context, name string, args ...string) error {
	if out, err := exec.CommandContext(ctx, name, args...).CombinedOutput(); err != nil {
		return fmt.Errorf("%s %s: %w\n%s", name, strings.Join(args, " "), err, out)
	}
	return nil
}

// packedTime is the time of the file in every zip: the earliest that the format
// allows.
var packedTime = time.Date(1980, 1, 1, 0, 0, 0, 0, time.UTC)

// pack returns the zip for Lambda.
func pack(program []byte) ([]byte, error) {
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	header := &zip.FileHeader{Name: "bootstrap", Method: zip.Deflate, Modified: packedTime}
	header.SetMode(0o755)
	w, err := z.CreateHeader(header)
	if err != nil {
		return nil, err
	}
	if _, err := w.Write(program); err != nil {
		return nil, err
	}
	if err := z.Close(); err != nil {
		return nil, err
	}
	return b.Bytes(), nil
}

// sum returns a line in the format of sha256sum.
func sum(b []byte, name string) string { return fmt.Sprintf("%x  %s\n", sha256.Sum256(b), name) }
