package cloud

import (
	"crypto/tls"
	"net"
	"net/http"
	"net/http/httputil"
	"net/url"

	"systole/functions"
	"systole/tests/support/roles"
)

// bucketOf returns the address of S3 for a function. The emulator reveals to
// every caller that an object is missing; S3 only to those who may list the
// bucket.
func (c *Cloud) bucketOf(f functions.Function) (string, error) {
	if !f.Uses("Bucket") {
		return c.URL, nil
	}
	to, err := url.Parse(c.URL)
	if err != nil {
		return "", err
	}
	certificate, err := c.Certificate()
	if err != nil {
		return "", err
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	server := &http.Server{Handler: &httputil.ReverseProxy{
		Rewrite: func(r *httputil.ProxyRequest) {
			r.SetURL(to)
			r.Out.Host = r.In.Host // signed
		},
		Transport:      c.Client.Transport,
		ModifyResponse: roles.Unlisted(f),
	}}
	c.buckets = append(c.buckets, server)
	go server.Serve(tls.NewListener(listener, &tls.Config{Certificates: []tls.Certificate{certificate}}))
	return "https://" + listener.Addr().String(), nil
}
