package authenticate

import (
	"context"
	"net/http"

	"systole/shared/api"
	"systole/shared/biometric"
	"systole/shared/fault"
)

// Uploader hands out uploads for files that are larger than a request may be; see
// biometric.Uploads.
type Uploader interface {
	Upload(ctx context.Context, token string, size int64) (biometric.Upload, error)
}

// Uploads is the route that hands out an upload.
func Uploads(u Uploader) api.Route {
	return api.Route{Path: api.PathUploads, Methods: map[string]api.Handler{http.MethodPost: api.AuthorizedForm(upload(u))}, Fields: []api.Field{sizeField}}
}

type uploadAnswer struct {
	Upload    string            `json:"upload"`
	Method    string            `json:"method"`
	URL       string            `json:"url"`
	Headers   map[string]string `json:"headers"`
	ExpiresIn int               `json:"expires_in"` // seconds
	Code      int               `json:"code"`
}

func upload(u Uploader) api.Answer {
	return func(w http.ResponseWriter, r *api.Request) error {
		size, err := r.Form.Int("size")
		if err != nil {
			return err
		}
		if size == nil {
			return fault.New(fault.FieldMissing, "field", "size")
		}
		up, err := u.Upload(r.Context(), r.Token, int64(*size))
		if err != nil {
			return err
		}
		return api.JSON(w, http.StatusOK, uploadAnswer{up.ID, up.Method, up.URL, up.Headers, int(biometric.UploadLifetime.Seconds()), http.StatusOK})
	}
}
