package main

import (
	"context"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"systole/shared/api"
	"systole/shared/biometric"
	"systole/shared/fault"
	"systole/shared/store"
)

// uploadsPath is the path to which files larger than a request are sent. In AWS
// this is S3.
const uploadsPath = "/uploads/"

// uploads receives files at addresses that it has signed, as S3 does.
type uploads struct {
	base    string // of the addresses: "http://127.0.0.1:8080"
	secret  []byte
	members store.MemberLister
	objects biometric.Objects
	now     func() time.Time
}

func newUploads(base string, members store.MemberLister, objects biometric.Objects, now func() time.Time) (*uploads, error) {
	secret := make([]byte, sha256.Size)
	if _, err := rand.Read(secret); err != nil {
		return nil, fmt.Errorf("draw secret: %w", err)
	}
	return &uploads{base, secret, members, objects, now}, nil
}

// PresignPut: see store.Presigner.
func (u *uploads) PresignPut(_ context.Context, key string, size int64, lifetime time.Duration) (store.SignedPut, error) {
	q := url.Values{
		"key": {key}, "size": {strconv.FormatInt(size, 10)}, "expires": {strconv.FormatInt(u.now().Add(lifetime).Unix(), 10)},
	}
	q.Set("signature", u.sign(q))
	return store.SignedPut{Method: http.MethodPut, URL: u.base + uploadsPath + "?" + q.Encode(), Headers: map[string]string{}}, nil
}

func (u *uploads) sign(q url.Values) string {
	mac := hmac.New(sha256.New, u.secret)
	for _, name := range []string{"key", "size", "expires"} {
		mac.Write([]byte(url.QueryEscape(q.Get(name)) + "\n"))
	}
	return hex.EncodeToString(mac.Sum(nil))
}

// awaited returns fault.UploadMissing for a file that its member no longer
// awaits: account or template was deleted since, or the file was used.
func (u *uploads) awaited(ctx context.Context, key string) error {
	pk, ok := store.Owner(key)
	if !ok {
		return fault.New(fault.UploadMissing)
	}
	m, err := u.members.MemberByPK(ctx, pk)
	if err != nil && !errors.Is(err, store.ErrNotFound) {
		return fmt.Errorf("read member: %w", err)
	}
	if !m.Awaits(key) {
		return fault.New(fault.UploadMissing)
	}
	return nil
}

// ServeHTTP answers pages of every origin, as the bucket of template.yaml does:
// the address is the permission, and no cookie is sent.
func (u *uploads) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Access-Control-Allow-Origin", "*")
	if r.Method == http.MethodOptions {
		w.Header().Set("Access-Control-Allow-Methods", http.MethodPut)
		w.Header().Set("Access-Control-Allow-Headers", "*")
		w.WriteHeader(http.StatusNoContent)
		return
	}
	if err := u.take(w, r); err != nil {
		api.Refuse(w, r, err)
		return
	}
	w.WriteHeader(http.StatusOK)
}

func (u *uploads) take(w http.ResponseWriter, r *http.Request) error {
	q := r.URL.Query()
	if r.Method != http.MethodPut {
		return fault.New(fault.MethodNotAllowed)
	}
	if !hmac.Equal([]byte(q.Get("signature")), []byte(u.sign(q))) {
		return fault.New(fault.UploadMissing)
	}
	size, errSize := strconv.ParseInt(q.Get("size"), 10, 64)
	expires, errExpires := strconv.ParseInt(q.Get("expires"), 10, 64)
	if errors.Join(errSize, errExpires) != nil || u.now().Unix() >= expires {
		return fault.New(fault.UploadMissing)
	}
	if err := u.awaited(r.Context(), q.Get("key")); err != nil {
		return err
	}
	if r.ContentLength != size {
		return fault.New(fault.FieldInvalid, "field", "size")
	}
	data, err := io.ReadAll(http.MaxBytesReader(w, r.Body, size))
	if fault.Is(err, fault.Unavailable) {
		return err
	}
	if err != nil || int64(len(data)) != size {
		return fault.New(fault.MalformedBody).Because(err)
	}
	err = u.objects.Put(r.Context(), q.Get("key"), data)
	if errors.Is(err, store.ErrExists) {
		return fault.New(fault.Conflict)
	}
	return err
}
