package client

import (
	"cmp"
	"os"
	"sync"
)

// amazonBundle is the file with every certificate authority that Amazon Linux
// trusts.
const amazonBundle = "/etc/pki/tls/certs/ca-bundle.crt"

// oneBundle makes Go read certificate authorities from the system's bundle alone,
// if there is one. Before its first connection Go also reads all files in the
// folders of certificates: on Amazon Linux the same authorities twice more,
// elsewhere hundreds of files. That was most of the time of a function's first
// request.
func oneBundle(getenv func(string) string) {
	bundle := cmp.Or(getenv("SSL_CERT_FILE"), amazonBundle)
	if _, err := os.Stat(bundle); err == nil && getenv("SSL_CERT_DIR") == "" {
		os.Setenv("SSL_CERT_DIR", os.DevNull) // a folder without files
	}
}

var authorities sync.Once
