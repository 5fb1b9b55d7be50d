package api

import (
	"bytes"
	"encoding/json"
	"log/slog"
	"net/http"
	"reflect"
	"testing"
	"time"

	"systole/shared/fault"
	"systole/shared/measure"
)

func TestTheLogCarriesMetrics(t *testing.T) {
	var out bytes.Buffer
	at := time.UnixMilli(1_700_000_000_000)
	h := New(Settings{
		Logger:           slog.New(slog.NewJSONHandler(&out, nil)),
		MetricsNamespace: "systole",
		Now:              func() time.Time { return at },
	}, Route{Path: PathCheckUser, Methods: map[string]Handler{
		"GET": func(w http.ResponseWriter, r *http.Request) error {
			measure.Step(r.Context(), "store")()
			measure.Add(r.Context(), "quality", measure.None, 0.75)
			return JSON(w, http.StatusOK, nil)
		},
		"POST": failing(fault.New(fault.NoModel)),
	}})
	count := func(name string) any { return map[string]any{"Name": name, "Unit": "Count"} }
	ms := func(name string) any { return map[string]any{"Name": name, "Unit": "Milliseconds"} }
	by := func(dimension string, metrics ...any) any {
		return map[string]any{"Namespace": "systole", "Dimensions": []any{[]any{dimension}}, "Metrics": metrics}
	}
	tests := []struct {
		method     string
		fields     map[string]any
		directives []any
	}{
		{"GET", map[string]any{"requests": 1.0, "cold_starts": 1.0, "store_ms": 0.0, "quality": 0.75},
			[]any{by("route", count("requests"), ms("ms"), count("cold_starts"), ms("store_ms"),
				map[string]any{"Name": "quality", "Unit": "None"})}},
		{"POST", map[string]any{"requests": 1.0, "error": "no_model", "refusals": 1.0},
			[]any{by("route", count("requests"), ms("ms")), by("error", count("refusals"))}},
	}
	for _, tt := range tests {
		out.Reset()
		serve(h, tt.method, PathCheckUser)
		var got map[string]any
		if err := json.Unmarshal(out.Bytes(), &got); err != nil {
			t.Fatal(err)
		}
		want := map[string]any{"Timestamp": float64(at.UnixMilli()), "CloudWatchMetrics": tt.directives}
		if !reflect.DeepEqual(got["_aws"], want) {
			t.Errorf("%s: got  %v\nwant %v", tt.method, got["_aws"], want)
		}
		for _, common := range []string{"time", "level", "msg", "method", "route", "status", "ms", "ip", "_aws"} {
			delete(got, common)
		}
		if !reflect.DeepEqual(got, tt.fields) {
			t.Errorf("%s: got  %v\nwant %v", tt.method, got, tt.fields)
		}
	}
}

func TestARouteIsCalledByItsNameOrItsPath(t *testing.T) {
	var out bytes.Buffer
	fine := map[string]Handler{http.MethodGet: func(w http.ResponseWriter, _ *http.Request) error { return nil }}
	h := New(Settings{Logger: slog.New(slog.NewJSONHandler(&out, nil))},
		Route{Path: "", Methods: fine}, Route{Path: "/console/page.0a1b.js", Name: "/console/", Methods: fine}, Route{Path: PathCheckUser, Methods: fine})
	for path, want := range map[string]string{"/": "/", "/console/page.0a1b.js": "/console/", PathCheckUser: PathCheckUser, "/nowhere": "none"} {
		out.Reset()
		serve(h, http.MethodGet, path)
		var line struct{ Route string }
		if err := json.Unmarshal(out.Bytes(), &line); err != nil || line.Route != want {
			t.Errorf("%s is called %q, want %q (%v)", path, line.Route, want, err)
		}
	}
}
