package members

import (
	"strings"
	"testing"

	"systole/shared/api"
)

// The sentence on each refused field says what to send instead, in both
// languages.
func TestFieldsThatCanBeRefusedAreExplained(t *testing.T) {
	for _, route := range []api.Route{Create(nil), Activity(nil), Consent(nil, nil, false)} {
		if len(route.Fields) == 0 {
			t.Errorf("%s explains no field", route.Path)
		}
		for _, f := range route.Fields {
			if f.Name == "" || f.Hint.KO == "" || f.Hint.EN == "" || strings.EqualFold(f.Hint.KO, f.Hint.EN) {
				t.Errorf("%q of %s: %+v", f.Name, route.Path, f.Hint)
			}
		}
	}
}
