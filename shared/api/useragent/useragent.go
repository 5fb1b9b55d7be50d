// Package useragent names programs by their User-Agent header (RFC 9110, 10.1.5),
// precisely enough for a person to recognise their own: by a few known words, and
// never by the header's own text, which its sender is free to choose.
package useragent

import (
	"strings"

	"systole/shared/store"
)

// maxHeader bounds the searched part of the header: no browser's is half as long.
const maxHeader = 1024 // bytes

// product is a word of the header, and the name of its program or system.
type product struct{ token, name string }

// apps are in order of precedence: a header names compatible programs before its
// own, and every browser of today calls itself Mozilla, most of them Chrome and
// Safari, too.
var apps = []product{
	{"Edg/", "Edge"}, {"EdgA/", "Edge"}, {"EdgiOS/", "Edge"}, {"OPR/", "Opera"}, {"SamsungBrowser/", "Samsung Internet"},
	{"Whale/", "Whale"}, {"Vivaldi/", "Vivaldi"}, {"KAKAOTALK", "KakaoTalk"}, {"NAVER(", "NAVER"},
	{"FxiOS/", "Firefox"}, {"Firefox/", "Firefox"}, {"CriOS/", "Chrome"}, {"HeadlessChrome/", "Chrome"}, {"Chrome/", "Chrome"},
	{"Version/", "Safari"}, // of a browser without another known word
	{"okhttp/", "okhttp"}, {"Dalvik/", "Dalvik"}, {"CFNetwork/", "CFNetwork"},
	{"curl/", "curl"}, {"Wget/", "Wget"}, {"HTTPie/", "HTTPie"}, {"PostmanRuntime/", "Postman"},
	{"python-requests/", "Python"}, {"python-httpx/", "Python"}, {"Python-urllib/", "Python"}, {"aiohttp/", "Python"},
	{"Go-http-client/", "Go"}, {"node", "Node.js"}, {"undici", "Node.js"}, {"axios/", "Node.js"}, {"Java/", "Java"}, {"Java-http-client/", "Java"},
	{"Apache-HttpClient/", "Java"}, {"Dart/", "Dart"},
}

// systems are in order of precedence: Android's header says Linux, too, and an
// iPhone's Mac OS X.
var systems = []product{
	{"Android", "Android"}, {"okhttp/", "Android"}, {"iPhone", "iPhone"}, {"iPad", "iPad"}, {"CrOS", "ChromeOS"},
	{"Windows", "Windows"}, {"Macintosh", "Mac"}, {"Darwin/", "Apple"}, {"Linux", "Linux"},
}

// Parse returns the client that a header names; the zero value for an unknown
// one.
func Parse(header string) store.Client {
	header = header[:min(len(header), maxHeader)]
	client := store.Client{App: first(apps, header)}
	if client.App == "" {
		return store.Client{}
	}
	client.System = first(systems, header)
	return client
}

func first(products []product, header string) string {
	for _, p := range products {
		if strings.Contains(header, p.token) {
			return p.name
		}
	}
	return ""
}
