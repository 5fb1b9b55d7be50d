// Package python installs Python packages: other implementations that tests
// compare with.
package python

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"

	"systole/tests/support/gotool"
)

// Install returns the interpreter of a virtual environment below .build, called
// name, that has the packages of a requirements file. It installs them on first
// use and again when the file has changed.
func Install(ctx context.Context, name, requirements string) (interpreter string, err error) {
	root, err := gotool.Root()
	if err != nil {
		return "", err
	}
	want, err := os.ReadFile(requirements)
	if err != nil {
		return "", err
	}
	venv := filepath.Join(root, ".build", name)
	if err := os.MkdirAll(venv, 0o755); err != nil {
		return "", err
	}
	release, err := gotool.Lock(filepath.Join(venv, "install.lock")) // test binaries run side by side: one installs, the others wait
	if err != nil {
		return "", err
	}
	defer release()
	interpreter, installed := filepath.Join(venv, "bin/python"), filepath.Join(venv, "installed.txt")
	if got, err := os.ReadFile(installed); err == nil && bytes.Equal(got, want) {
		return interpreter, nil
	}
	for _, args := range [][]string{
		{"python3", "-m", "venv", venv},
		{interpreter, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "-r", requirements},
	} {
		if out, err := exec.CommandContext(ctx, args[0], args[1:]...).CombinedOutput(); err != nil {
			return "", fmt.Errorf("%v: %w\n%s", args, err, out)
		}
	}
	return interpreter, os.WriteFile(installed, want, 0o600)
}
