package s3_test

import (
	"testing"

	"systole/shared/store/s3"
	"systole/tests/conformance"
	"systole/tests/servers"
)

func TestConformance(t *testing.T) {
	endpoint := servers.StartS3(t)
	conformance.Objects(t, s3.New(servers.Config(t), &endpoint, servers.Bucket))
}
