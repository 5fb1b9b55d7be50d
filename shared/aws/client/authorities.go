package client

import (
	"cmp"
	"os"
	"sync"
)

// amazonBundle has every certificate authority that Amazon Linux trusts.
const amazonBundle = "/etc/pki/tls/certs/ca-bundle.crt"

// oneBundle has Go read the certificate authorities of the system's bundle alone, where
// there is one. Before its first connection Go reads all files of the folders of
// certificates as well: on Amazon Linux the same authorities twice again, elsewhere
// hundreds of files. That was most of a function's first request.
func oneBundle(getenv func(string) string) {
	bundle := cmp.Or(getenv("SSL_CERT_FILE"), amazonBundle)
	if _, err := os.Stat(bundle); err == nil && getenv("SSL_CERT_DIR") == "" {
		os.Setenv("SSL_CERT_DIR", os.DevNull) // a folder of no files
	}
}

var authorities sync.Once
