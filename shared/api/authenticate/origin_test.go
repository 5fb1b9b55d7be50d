package authenticate

import (
	"strings"
	"testing"
)

func TestOriginsAtTheirBounds(t *testing.T) {
	long := "https://" + strings.Repeat("a", 256-len("https://"))
	for origin, want := range map[string]bool{
		long: true, long + "a": false,
		"http://localhost:3000": true, "http://localhost:80": false, "http://localhost:": false,
		"http://127.8.7.6": true, "http://[::1]": true, "http://192.0.2.1:3000": false, "http://[2001:db8::1]": false,
		"https://SHOP.example": false, "HTTPS://shop.example": false, "https://%zz": false, "": false,
	} {
		if got := isOrigin(origin); got != want {
			t.Errorf("%.40q: %v, want %v", origin, got, want)
		}
	}
}

func TestAnAddressThatIsNoneHasNoOrigin(t *testing.T) {
	for address, want := range map[string]string{"https://ecg.example.com/prod": "https://ecg.example.com", "https://%zz": ""} {
		if got := originOf(address); got != want {
			t.Errorf("%s: %q, want %q", address, got, want)
		}
	}
}
