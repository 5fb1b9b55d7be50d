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
	return api.Route{Path: api.PathModel, Methods: map[string]api.Handler{http.MethodDelete: api.Authorized(deleteModel(d))}}
}

func deleteModel(d Deleter) api.Answer {
	return func(w http.ResponseWriter, r *api.Request) error {
		if err := d.DeleteTemplate(r.Context(), r.Token); err != nil {
			return err
		}
		return api.Done(w, r.Request, api.ModelDeleted)
	}
}
