package main

import (
	"crypto/rand"
	"testing"
	"time"

	"systole/infra/service"
	"systole/shared/api"
	"systole/shared/ecg/engine"
	"systole/shared/ecg/parameters"
	"systole/tests/support/fixture"
	"systole/tests/support/recordings"
)

// atFirst returns the service at its first version, which had only the oldest
// algorithm.
func (r *running) atFirst(t *testing.T) *running {
	t.Helper()
	settings, err := fixture.Settings()
	if err != nil {
		t.Fatal(err)
	}
	e := engine.With(recordings.RateHz, parameters.Shipped[len(parameters.Shipped)-1:])
	stores := service.Stores{Members: r.Members, Sessions: r.Sessions, Grants: r.Grants, Objects: r.Objects, Keys: r.Keys}
	first := *r
	first.handler = api.New(api.Settings{}, service.RoutesWith(e, settings, stores, time.Now, rand.Reader)...)
	return &first
}

func TestAfterAnUpdateKeptRecordingsMakeNewerModels(t *testing.T) {
	everywhere(t, func(t *testing.T, r *running) {
		first := r.atFirst(t)
		token := first.signUp(t, "gildong")
		first.upload(t, "/authenticate/make_model/", token, recordings.Enrolment(t, 1)).Want(t, 200, "")
		r.signUp(t, "without")
		r.upload(t, "/authenticate/make_model/", r.signUp(t, "newer"), recordings.Enrolment(t, 2)).Want(t, 200, "")

		r.want(t, []string{"migrate"}, "1 given a model by the newest algorithm beside the older one")
		r.want(t, []string{"check"}, "all of them agree")
		r.want(t, []string{"migrate"}, "0 given")

		m, err := r.Members.Member(t.Context(), "gildong")
		if err != nil || m.Template.Algorithm != parameters.Shipped[len(parameters.Shipped)-1].Name {
			t.Errorf("a rollback finds %+v, %v", m.Template, err)
		}
		r.upload(t, "/authenticate/check_user/", token, recordings.Probe(t, 1)).Want(t, 200, "")
		a := first.upload(t, "/authenticate/check_user/", token, recordings.Excerpt(t, "person01_rec3_12s.csv")).Want(t, 200, "")
		if a.Body["result"] != "true" {
			t.Errorf("after a rollback: %v", a)
		}
	})
}
