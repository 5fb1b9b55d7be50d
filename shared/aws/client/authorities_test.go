package client

import (
	"os"
	"path/filepath"
	"testing"
)

func TestOneBundleOfAuthoritiesIsReadWhereThereIsOne(t *testing.T) {
	bundle := filepath.Join(t.TempDir(), "bundle.crt")
	if err := os.WriteFile(bundle, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct{ file, dir, want string }{
		"a bundle":                       {bundle, "", os.DevNull},
		"a bundle, and a folder by name": {bundle, "/etc/mine", "/etc/mine"},
		"a bundle that isn't there":      {bundle + ".gone", "", ""},
	} {
		t.Setenv("SSL_CERT_FILE", c.file)
		t.Setenv("SSL_CERT_DIR", c.dir)
		oneBundle(os.Getenv)
		if got := os.Getenv("SSL_CERT_DIR"); got != c.want {
			t.Errorf("%s: the folder is %q, want %q", name, got, c.want)
		}
	}
}
