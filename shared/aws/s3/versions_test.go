package s3_test

import (
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	awss3 "github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"

	"systole/shared/aws/s3"
	"systole/tests/support/servers"
)

func TestWhatIsErasedHasNoOlderVersionLeft(t *testing.T) {
	endpoint := servers.StartS3(t)
	client := awss3.NewFromConfig(servers.Config(t), func(o *awss3.Options) { o.BaseEndpoint, o.UsePathStyle = &endpoint, true })
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	_, err := client.PutBucketVersioning(t.Context(), &awss3.PutBucketVersioningInput{
		Bucket:                  aws.String(servers.Bucket),
		VersioningConfiguration: &types.VersioningConfiguration{Status: types.BucketVersioningStatusEnabled},
	})
	must(err)
	versions := func() int {
		out, err := client.ListObjectVersions(t.Context(), &awss3.ListObjectVersionsInput{Bucket: aws.String(servers.Bucket)})
		must(err)
		return len(out.Versions) + len(out.DeleteMarkers)
	}

	o := s3.New(servers.Config(t), &endpoint, servers.Bucket)
	must(o.Put(t.Context(), "uploads/7/a/0", []byte("first")))
	must(o.Replace(t.Context(), "uploads/7/a/0", []byte("second")))
	must(o.Put(t.Context(), "uploads/7/b/0", []byte("deleted, and still there")))
	must(o.Delete(t.Context(), "uploads/7/b/0"))
	must(o.Put(t.Context(), "uploads/77/a/0", []byte("another person's")))
	if n := versions(); n != 5 {
		t.Fatalf("%d versions and markers before, want 5", n)
	}
	must(o.Erase(t.Context(), "uploads/7/"))
	if n := versions(); n != 1 {
		t.Errorf("%d versions and markers are left, want the other person's", n)
	}
}
