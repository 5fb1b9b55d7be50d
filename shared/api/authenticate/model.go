package authenticate

import (
	"context"
	"net/http"
	"time"

	"systole/shared/api"
	"systole/shared/fault"
)

// Deleter deletes templates; see biometric.Removal.
type Deleter interface {
	DeleteTemplate(ctx context.Context, token string) error
	DeleteSince(ctx context.Context, token string, since time.Time) (days int, err error)
}

// DeleteModel is the route that deletes the template.
func DeleteModel(d Deleter) api.Route {
	return api.Route{Path: api.PathModel, Methods: map[string]api.Handler{http.MethodDelete: api.Authorized(deleteModel(d))}, Fields: []api.Field{sinceField}}
}

func deleteModel(d Deleter) api.Answer {
	return func(w http.ResponseWriter, r *api.Request) error {
		if r.URL.Query().Has("since") {
			return deleteSince(d, w, r)
		}
		if err := d.DeleteTemplate(r.Context(), r.Token); err != nil {
			return err
		}
		return api.Done(w, r.Request, api.ModelDeleted)
	}
}

// deleteSince deletes additions to the template since the query's day or time. A
// day begins at midnight UTC.
func deleteSince(d Deleter, w http.ResponseWriter, r *api.Request) error {
	text := r.URL.Query().Get("since")
	since, err := time.Parse(time.RFC3339, text)
	if err != nil {
		since, err = time.Parse(time.DateOnly, text)
	}
	if err != nil {
		return fault.New(fault.FieldInvalid, "field", "since")
	}
	days, err := d.DeleteSince(r.Context(), r.Token, since)
	if err != nil {
		return err
	}
	if days == 0 {
		return api.Done(w, r.Request, api.ModelDeleted)
	}
	return api.Done(w, r.Request, api.ModelDaysDeleted)
}
