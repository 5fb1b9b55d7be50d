package s3_test

import (
	"testing"

	"systole/shared/aws/s3"
	"systole/shared/store/storetest"
	"systole/tests/support/servers"
)

func TestConformance(t *testing.T) {
	endpoint := servers.StartS3(t)
	storetest.Objects(t, s3.New(servers.Config(t), &endpoint, servers.Bucket))
}
