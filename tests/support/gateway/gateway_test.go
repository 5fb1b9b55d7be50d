package gateway

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/aws/aws-lambda-go/events"

	"systole/functions"
)

func TestARequestReachesTheFunctionOfItsMethodInBothSlashForms(t *testing.T) {
	for request, want := range map[string]string{
		"POST /members/create":              "members/create",
		"POST /members/create/":             "members/create",
		"GET /authenticate/check_user/":     "authenticate/has_model",
		"HEAD /authenticate/check_user":     "authenticate/has_model",
		"POST /authenticate/check_user/":    "authenticate/check_user",
		"PATCH /authenticate/check_user":    "authenticate/has_model",
		"OPTIONS /authenticate/check_user/": "authenticate/has_model",
		"GET /":                             "console",
		"GET /console/app.js":               "console",
		"GET /console/more/app.js":          "",
		"GET /console/":                     "",
		"GET /nowhere":                      "",
		"GET /members":                      "",
	} {
		method, path, _ := strings.Cut(request, " ")
		if f, _ := At(method, path); f.Folder != want {
			t.Errorf("%s reaches %q, not %q", request, f.Folder, want)
		}
	}
}

func TestTheGatewayAnswersByItself(t *testing.T) {
	crash, late := errors.New("signal: killed"), context.DeadlineExceeded
	for name, c := range map[string]struct {
		path    string
		size    int
		err     error
		status  int
		answers string
	}{
		"for the function":               {"/members/create/", 10, nil, 200, "{}"},
		"no such address":                {"/nowhere", 10, nil, 404, `"error":"not_found"`},
		"too large for a function":       {"/members/create/", 5 << 20, nil, 413, `{"message": "Request Too Long"}`},
		"too large for the gateway":      {"/members/create/", 10<<20 + 1, nil, 413, "HTTP content length exceeded 10485760 bytes."},
		"a function that ends":           {"/members/create/", 10, crash, 503, `"error":"unavailable"`},
		"a function that takes too long": {"/members/create/", 10, late, 503, `"error":"unavailable"`},
	} {
		function := func(functions.Function) Function {
			return func(context.Context, events.APIGatewayProxyRequest) (events.APIGatewayProxyResponse, error) {
				return events.APIGatewayProxyResponse{StatusCode: 200, Body: "{}"}, c.err
			}
		}
		w := httptest.NewRecorder()
		To(function).ServeHTTP(w, httptest.NewRequest(http.MethodPost, c.path, strings.NewReader(strings.Repeat("x", c.size))))
		if w.Code != c.status || !strings.Contains(w.Body.String(), c.answers) {
			t.Errorf("%s: %d %s", name, w.Code, w.Body)
		}
	}
}
