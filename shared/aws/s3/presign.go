package s3

import (
	"context"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"

	"systole/shared/aws/client"
	"systole/shared/store"
)

// PresignPut: see store.Presigner. It makes no call: the signature is computed
// here. Size and condition are part of it.
func (o *Objects) PresignPut(ctx context.Context, key string, size int64, lifetime time.Duration) (store.SignedPut, error) {
	signer := s3.NewPresignClient(o.client, s3.WithPresignExpires(lifetime))
	signed, err := signer.PresignPutObject(ctx, &s3.PutObjectInput{
		Bucket: &o.bucket, Key: &key, ContentLength: &size, IfNoneMatch: aws.String("*"),
	})
	if err != nil {
		return store.SignedPut{}, client.Error("presign put", err)
	}
	upload := store.SignedPut{Method: signed.Method, URL: signed.URL, Headers: map[string]string{}}
	for name, values := range signed.SignedHeader {
		if name != "Host" && name != "Content-Length" { // every client sends these on its own
			upload.Headers[name] = values[0]
		}
	}
	return upload, nil
}
