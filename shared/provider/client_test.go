package provider

import (
	"fmt"
	"strings"
	"testing"
)

var hash = strings.Repeat("0a", 32)

func registration(changes string) string {
	return fmt.Sprintf(`[{"client_id":"shop","client_name":"Shop","client_secret_sha256":%q,"redirect_uris":["https://shop.example/in"]%s}]`, hash, changes)
}

func TestARegistrationThatIsUnsafeIsRefused(t *testing.T) {
	for _, text := range []string{
		registration(""), registration(`,"application_type":"native","redirect_uris":["com.example.app:/in","http://127.0.0.1/in","http://[::1]/in"]`),
		registration(`,"redirect_uris":["http://localhost:3000/in"]`), registration(`,"default_acr_values":["urn:systole:acr:heart"]`),
		registration(`,"post_logout_redirect_uris":["https://shop.example/out"]`), "", " ",
		`[{"client_id":"app","client_name":"App","application_type":"native","redirect_uris":["com.example.app:/in"]}]`,
	} {
		if _, err := ParseClients(text); err != nil {
			t.Errorf("%s: %v", text, err)
		}
	}
	for _, text := range []string{
		"x", `{"client_id":"shop"}`, registration(`,"redirect_uri":"https://shop.example/in"`), registration(`,"client_id":""`), registration(`,"client_id":"a b"`),
		registration(`,"client_id":"a:b"`), registration(`,"client_name":""`), registration(`,"client_secret_sha256":"secret"`), registration(`,"client_secret_sha256":""`),
		registration(`,"application_type":"spa"`), registration(`,"redirect_uris":[]`), registration(`,"redirect_uris":["/in"]`),
		registration(`,"redirect_uris":["http://shop.example/in"]`), registration(`,"redirect_uris":["https://*.shop.example/in"]`),
		registration(`,"redirect_uris":["https://shop.example/in#"]`), registration(`,"redirect_uris":["https://shop.example/in#a"]`),
		registration(`,"redirect_uris":["https://user@shop.example/in"]`), registration(`,"redirect_uris":["https://shop.example\\@evil.example"]`),
		registration(`,"redirect_uris":["com.example.app:/in"]`), registration(`,"application_type":"native","redirect_uris":["app:/in"]`),
		registration(`,"application_type":"native","redirect_uris":["http://192.168.0.7/in"]`), registration(`,"redirect_uris":["javascript:alert(1)"]`),
		registration(`,"post_logout_redirect_uris":["http://shop.example/out"]`), registration(`,"default_acr_values":["gold"]`),
		strings.Replace(registration(""), "}]", "},"+strings.Trim(registration(""), "[]")+"]", 1),
	} {
		if _, err := ParseClients(text); err == nil {
			t.Errorf("taken: %s", text)
		}
	}
}

func TestTheLevelIsTheFirstThatIsThereAndTheRegistrationsAtLeast(t *testing.T) {
	heart := Client{DefaultLevels: []Level{Heart}}
	for _, tt := range []struct {
		asked  []string
		client Client
		want   Level
		ok     bool
	}{
		{nil, Client{}, Password, true},
		{[]string{string(Heart)}, Client{}, Heart, true},
		{[]string{"gold", string(Heart), string(Password)}, Client{}, Heart, true},
		{[]string{string(Password), string(Heart)}, Client{}, Password, true},
		{[]string{"gold"}, Client{}, "", false},
		{nil, heart, Heart, true},
		{[]string{string(Password)}, heart, Heart, true}, // a request cannot weaken the registration
		{[]string{"gold"}, heart, "", false},
	} {
		if got, ok := Choose(tt.asked, tt.client); got != tt.want || ok != tt.ok {
			t.Errorf("%v of %v: %s, %v", tt.asked, tt.client.DefaultLevels, got, ok)
		}
	}
}
