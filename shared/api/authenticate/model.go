package authenticate

import (
	"context"
	"net/http"

	"systole/shared/api"
)

// Deleter deletes models.
type Deleter interface {
	DeleteModel(ctx context.Context, token string) error
}

// DeleteModel is the route by which a model is deleted.
func DeleteModel(d Deleter) api.Route {
	return api.Route{Path: api.PathModel, Methods: map[string]api.Handler{http.MethodDelete: deleteModel(d)}}
}

func deleteModel(d Deleter) api.Handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		token, err := api.Token(r, nil)
		if err != nil {
			return err
		}
		if err := d.DeleteModel(r.Context(), token); err != nil {
			return err
		}
		return api.Done(w, r, api.ModelDeleted)
	}
}
