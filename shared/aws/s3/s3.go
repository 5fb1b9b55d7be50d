// Package s3 keeps objects in an S3 bucket.
package s3

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"
	"github.com/aws/smithy-go"

	"systole/shared/aws/client"
	"systole/shared/store"
)

// Objects keeps objects in one bucket.
type Objects struct {
	client *s3.Client
	bucket string
}

// New returns the objects of a bucket. It makes no call yet. endpoint is nil for
// AWS's own.
func New(config aws.Config, endpoint *string, bucket string) *Objects {
	client := s3.NewFromConfig(config, func(o *s3.Options) {
		o.BaseEndpoint = endpoint
		o.UsePathStyle = endpoint != nil // bucket names are not host names there
	})
	return &Objects{client, bucket}
}

// Put: see store.Objects. If the key is taken, perhaps by an earlier run whose
// reply was lost, the contents are compared.
func (o *Objects) Put(ctx context.Context, key string, data []byte) error {
	_, err := o.client.PutObject(ctx, &s3.PutObjectInput{
		Bucket: &o.bucket, Key: &key, Body: bytes.NewReader(data), IfNoneMatch: aws.String("*"),
	})
	if !taken(err) {
		return client.Error("put object", err)
	}
	old, err := o.Get(ctx, key)
	if errors.Is(err, store.ErrNotFound) { // the other writer isn't finished, or has failed
		return fmt.Errorf("put object: %w", store.ErrUnavailable)
	}
	if err != nil {
		return fmt.Errorf("put object: read back: %w", err)
	}
	if !bytes.Equal(old, data) {
		return fmt.Errorf("put object: %w", store.ErrExists)
	}
	return nil
}

// taken reports whether a conditional write lost: against an existing object, or
// a concurrent writer.
func taken(err error) bool {
	var answer smithy.APIError
	if !errors.As(err, &answer) {
		return false
	}
	code := answer.ErrorCode()
	return code == "PreconditionFailed" || code == "ConditionalRequestConflict"
}

// Replace: see store.Objects.
func (o *Objects) Replace(ctx context.Context, key string, data []byte) error {
	_, err := o.client.PutObject(ctx, &s3.PutObjectInput{Bucket: &o.bucket, Key: &key, Body: bytes.NewReader(data)})
	return client.Error("replace object", err)
}

// Get: see store.Objects.
func (o *Objects) Get(ctx context.Context, key string) ([]byte, error) {
	out, err := o.client.GetObject(ctx, &s3.GetObjectInput{Bucket: &o.bucket, Key: &key})
	var none *types.NoSuchKey
	if errors.As(err, &none) {
		return nil, fmt.Errorf("get object: %w", store.ErrNotFound)
	}
	if err != nil {
		return nil, client.Error("get object", err)
	}
	defer out.Body.Close()
	if size := out.ContentLength; size == nil || *size > store.MaxObjectBytes {
		return nil, fmt.Errorf("get object: it has %d bytes, at most %d are read", aws.ToInt64(size), store.MaxObjectBytes)
	}
	data := make([]byte, *out.ContentLength)
	_, err = io.ReadFull(out.Body, data)
	_, ended := io.Copy(io.Discard, out.Body) // the checksum is compared at the end
	if err := errors.Join(err, ended); err != nil {
		return nil, client.Error("get object: body", err)
	}
	return data, nil
}

// Delete: see store.Objects.
func (o *Objects) Delete(ctx context.Context, key string) error {
	_, err := o.client.DeleteObject(ctx, &s3.DeleteObjectInput{Bucket: &o.bucket, Key: &key})
	return client.Error("delete object", err)
}

// Erase: see store.Objects.
func (o *Objects) Erase(ctx context.Context, prefix string) error {
	return o.EraseThrough(ctx, prefix, store.LastKey)
}

// EraseThrough: see store.Objects. Versions are listed by their keys' order.
func (o *Objects) EraseThrough(ctx context.Context, prefix, last string) error {
	last = prefix + last
	pages := s3.NewListObjectVersionsPaginator(o.client, &s3.ListObjectVersionsInput{Bucket: &o.bucket, Prefix: &prefix})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return client.Error("erase objects", err)
		}
		for _, v := range page.Versions {
			if aws.ToString(v.Key) > last {
				continue
			}
			if err := o.eraseVersion(ctx, v.Key, v.VersionId); err != nil {
				return err
			}
		}
		for _, marker := range page.DeleteMarkers {
			if aws.ToString(marker.Key) > last {
				continue
			}
			if err := o.eraseVersion(ctx, marker.Key, marker.VersionId); err != nil {
				return err
			}
		}
	}
	return nil
}

func (o *Objects) eraseVersion(ctx context.Context, key, version *string) error {
	_, err := o.client.DeleteObject(ctx, &s3.DeleteObjectInput{Bucket: &o.bucket, Key: key, VersionId: version})
	return client.Error("erase object", err)
}

// List: see store.Objects. A page has at most 1,000 objects, whatever limit
// says.
func (o *Objects) List(ctx context.Context, prefix, after string, limit int) ([]store.Object, string, error) {
	out, err := o.client.ListObjectsV2(ctx, &s3.ListObjectsV2Input{
		Bucket: &o.bucket, Prefix: &prefix, StartAfter: &after, MaxKeys: aws.Int32(int32(min(limit, 1000))),
	})
	if err != nil {
		return nil, "", client.Error("list objects", err)
	}
	list := make([]store.Object, len(out.Contents))
	for i, c := range out.Contents {
		list[i] = store.Object{Key: aws.ToString(c.Key), Size: aws.ToInt64(c.Size), Modified: aws.ToTime(c.LastModified)}
	}
	if !aws.ToBool(out.IsTruncated) || len(list) == 0 {
		return list, "", nil
	}
	return list, list[len(list)-1].Key, nil
}
