package authenticate

import (
	"context"
	"net/http"

	"systole/shared/api"
)

// Deleter deletes templates; see biometric.Deletion.
type Deleter interface {
	DeleteTemplate(ctx context.Context, token string) error
}

// DeleteModel is the route that deletes the template.
func DeleteModel(d Deleter) api.Route {
	return api.Route{Path: api.PathModel, Methods: map[string]api.Handler{http.MethodDelete: deleteModel(d)}}
}

func deleteModel(d Deleter) api.Handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		token, err := api.Token(r, nil)
		if err != nil {
			return err
		}
		if err := d.DeleteTemplate(r.Context(), token); err != nil {
			return err
		}
		return api.Done(w, r, api.ModelDeleted)
	}
}
