package gateway

import "testing"

func TestAMethodIsAToken(t *testing.T) {
	for s, want := range map[string]bool{
		"GET": true, "azAZ09": true, "a-b_c.d~e!": true, "": false,
		"a b": false, "a/b": false, "a:b": false, "a@b": false, "a[b": false, "a{b": false, "a\x00": false, "é": false,
	} {
		if got := isToken(s); got != want {
			t.Errorf("%q: %v", s, got)
		}
	}
}
