package useragent_test

import (
	"strings"
	"testing"

	"systole/shared/api/useragent"
	"systole/shared/store"
)

func TestAProgramIsToldInWordsThatItsOwnerKnows(t *testing.T) {
	tests := []struct {
		header, app, system string
	}{
		{"Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36", "Chrome", "Windows"},
		{"Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36 Edg/142.0.0.0", "Edge", "Windows"},
		{"Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.6 Safari/605.1.15", "Safari", "Mac"},
		{"Mozilla/5.0 (iPhone; CPU iPhone OS 18_6 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.6 Mobile/15E148 Safari/604.1", "Safari", "iPhone"},
		{"Mozilla/5.0 (iPhone; CPU iPhone OS 18_6 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) CriOS/142.0.7444.77 Mobile/15E148 Safari/604.1", "Chrome", "iPhone"},
		{"Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) SamsungBrowser/28.0 Chrome/130.0.0.0 Mobile Safari/537.36", "Samsung Internet", "Android"},
		{"Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0", "Firefox", "Linux"},
		{"Mozilla/5.0 (X11; CrOS x86_64 14541.0.0) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36", "Chrome", "ChromeOS"},
		{"Mozilla/5.0 (Linux; Android 14; SM-S928N; wv) AppleWebKit/537.36 (KHTML, like Gecko) Version/4.0 Chrome/142.0.0.0 Mobile Safari/537.36;KAKAOTALK 2410850", "KakaoTalk", "Android"},
		{"okhttp/4.9.1", "okhttp", "Android"},
		{"Dalvik/2.1.0 (Linux; U; Android 14; SM-S928N Build/UP1A.231005.007)", "Dalvik", "Android"},
		{"MyApp/1 CFNetwork/3826.500.131 Darwin/24.5.0", "CFNetwork", "Apple"},
		{"curl/8.14.1", "curl", ""},
		{"Wget/1.25.0", "Wget", ""},
		{"python-requests/2.32.5", "Python", ""},
		{"Python-urllib/3.13", "Python", ""},
		{"Go-http-client/1.1", "Go", ""},
		{"node", "Node.js", ""},
		{"", "", ""},
		{"Mozilla/5.0", "", ""},
		{"<script>alert(1)</script>", "", ""},
	}
	for _, tt := range tests {
		if got, want := useragent.Parse(tt.header), (store.Client{App: tt.app, System: tt.system}); got != want {
			t.Errorf("%q is %+v, want %+v", tt.header, got, want)
		}
	}
}

// The stored client is short and contains nothing of the header's own text.
func FuzzNothingOfTheHeaderIsKept(f *testing.F) {
	f.Add("Mozilla/5.0 (Windows NT 10.0) Chrome/142.0.0.0")
	f.Add("curl/8\x00\xff")
	f.Add(strings.Repeat("a", 2000) + "curl/8")
	f.Fuzz(func(t *testing.T, header string) {
		got := useragent.Parse(header)
		if len(got.App) > 20 || len(got.System) > 20 || useragent.Parse("padding "+got.App+"/1").App == "" && got.App == header && header != "" {
			t.Errorf("%q is %+v", header, got)
		}
	})
}
