package authenticate_test

import (
	"testing"

	"systole/tests/support/recordings"

	"github.com/aws/aws-lambda-go/events"
)

// BenchmarkHandlers measures from the gateway's event to the answer, on stores in
// memory.
func BenchmarkHandlers(b *testing.B) {
	recording, probe := recordings.Excerpt(b, enrolment), recordings.Excerpt(b, same)
	benchmarks := []struct {
		name   string
		event  events.APIGatewayProxyRequest
		status int
	}{
		{"make_model", post(makeModel, file("data", recording)), 200},
		{"has_model", raw("GET", checkUser, "", nil), 200},
		{"check_user", post(checkUser, file("ECG", probe)), 200},
		{"without_token", with("", post(checkUser, file("ECG", probe))), 401},
	}
	for _, bb := range benchmarks {
		b.Run(bb.name, func(b *testing.B) {
			h := newFixture(b).enrolled(b)
			b.ReportAllocs()
			for b.Loop() {
				if a := h.serve(b, bb.event); a.status != bb.status {
					b.Fatalf("%+v", a)
				}
			}
		})
	}
}
