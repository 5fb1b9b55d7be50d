package requests

import (
	"bytes"
	"strings"
)

const (
	logIn  = "/members/login/"
	signUp = "/members/create/"
)

// logIns returns requests that send a log-in's two fields in different forms. The
// member is "kim", the password password.
func logIns() []request {
	of := func(name, source, contentType string, body []byte) request {
		r := request{name: "log-in: " + name, source: source, path: logIn, body: body, status: 200}
		if contentType != "" {
			r.header = []string{"Content-Type: " + contentType}
		}
		return r
	}
	json := []byte(`{"username":"kim","password":"` + password + `"}`)
	form := []byte("username=kim&password=" + password)
	parts := multipart("b", value("username", "kim"), value("password", password))
	inQuotes := func(name, content string) part {
		return part{"Content-Disposition: form-data; name=\"" + name + "\"\nContent-Type: application/json; charset=UTF-8", []byte(`"` + content + `"`)}
	}
	packed := of("gzip", "square/okhttp #350", "application/json", gzipped(json))
	packed.header = append(packed.header, "Content-Encoding: gzip")
	packedForm := of("deflate of a form", "AFNetworking's serializers", "application/x-www-form-urlencoded", deflated(form))
	packedForm.header = append(packedForm.header, "Content-Encoding: deflate")
	return []request{
		of("JSON", "the seed", "application/json", json),
		of("urlencoded", "the published app", "application/x-www-form-urlencoded", form),
		of("multipart", "the seed", "multipart/form-data; boundary=b", parts),
		of("charset=utf8", "jsor/hal-client #3", "application/json; charset=utf8", json),
		of("charset=UTF8 in quotes", "java.nio's alias", `application/json; charset="UTF8"`, json),
		of("charset=UTF_8", "java.nio's alias", "application/json; charset=UTF_8", json),
		of("charset=us-ascii", "Apache HttpClient 4's default of text", "application/json; charset=us-ascii", json),
		of("charset=ISO-8859-1", "Apache HttpClient 4's default of StringEntity", "application/json; charset=ISO-8859-1", json),
		of("charset=latin1", "IANA's alias", "application/json; charset=latin1", json),
		of("charset=windows-1252", "Visual Basic's default", "application/x-www-form-urlencoded; charset=windows-1252", form),
		of("charset=euc-kr, letters of ASCII", "Korean web pages of old", "application/x-www-form-urlencoded; charset=euc-kr", form),
		of("charset=", "clients that concatenate an empty string", "application/json; charset=", json),
		of("a byte order mark", "OCA/rest-framework #194, Badgerati/Pode #1604", "application/json", append([]byte("\ufeff"), json...)),
		of("UTF-16 with its mark", "PowerShell's > and -InFile", "application/json; charset=utf-16", inUTF16(string(json))),
		of("text/json", "older ASP.NET", "text/json", json),
		of("application/vnd.api+json", "RFC 6839; JSON:API clients", "application/vnd.api+json", json),
		of("application/json;odata=verbose", "SharePoint's clients", "application/json;odata=verbose", json),
		of("a semicolon behind the type", "hand-written clients", "application/json;", json),
		of("a type in upper case", "RFC 9110, 8.3.1", "APPLICATION/JSON", json),
		of("white space around it", "templates", "application/json", append([]byte("\r\n  "), append(json, '\n')...)),
		of("urlencoded with a line end behind it", "echo | curl -d @-", "application/x-www-form-urlencoded", []byte("password="+password+"&username=kim&x=\n")),
		of("urlencoded, a field twice", "hidden inputs", "application/x-www-form-urlencoded", []byte("username=x&username=kim&password="+password)),
		of("urlencoded with an empty field", "HTML forms", "application/x-www-form-urlencoded", append(form, "&remember="...)),
		of("further fields", "clients that send a whole form", "application/json", []byte(`{"username":"kim","password":"`+password+`","remember":true,"device":{"os":"iOS"}}`)),
		of("a part in quotes, as JSON", "square/retrofit #1210, #1476, #1116", "multipart/form-data; boundary=b", multipart("b", inQuotes("username", "kim"), inQuotes("password", password))),
		of("parts in text/plain", "OkHttp's toRequestBody", "multipart/form-data; boundary=b", multipart("b",
			part{"Content-Disposition: form-data; name=\"username\"\nContent-Transfer-Encoding: binary\nContent-Type: text/plain; charset=utf-8\nContent-Length: 3", []byte("kim")},
			part{"Content-Disposition: form-data; name=\"password\"\nContent-Type: multipart/form-data", []byte(password)})),
		packed, packedForm,
	}
}

// refusedLogIns returns invalid requests, each with the reason of its refusal.
func refusedLogIns() []request {
	of := func(name, contentType string, body []byte, status int, word string) request {
		return request{name: "log-in: " + name, source: "hand-written clients", path: logIn, header: []string{"Content-Type: " + contentType}, body: body, status: status, word: word}
	}
	return []request{
		of("JSON in quotes", "application/json", []byte(`"{\"username\":\"kim\"}"`), 400, "malformed_body json"),
		of("single quotes", "application/json", []byte(`{'username':'kim'}`), 400, "malformed_body json"),
		of("a comma too many", "application/json", []byte(`{"username":"kim",}`), 400, "malformed_body json"),
		of("a form under JSON's type", "application/json", []byte("username=kim"), 400, "malformed_body json"),
		of("JSON cut off", "application/json", []byte(`{"username":"kim"`), 400, "malformed_body cut_off"),
		of("a list", "application/json", []byte(`[{"username":"kim"}]`), 400, "malformed_body json"),
		of("JSON without a type", "text/plain;charset=UTF-8", []byte(`{"username":"kim"}`), 415, "unsupported_media_type"),
		of("XML", "application/xml", []byte("<username>kim</username>"), 415, "unsupported_media_type"),
		of("EUC-KR, cut in a letter", "application/x-www-form-urlencoded; charset=euc-kr", []byte("username=\xb1&password=x"), 400, "malformed_body charset"),
		of("Shift JIS", "application/x-www-form-urlencoded; charset=shift_jis", []byte("username=\x8b\xe0&password=x"), 415, "unsupported_media_type"),
		of("Latin-1 under UTF-8's name", "application/json; charset=utf-8", []byte("{\"username\":\"k\xefm\"}"), 400, "malformed_body charset"),
		of("a broken escape", "application/x-www-form-urlencoded", []byte("username=kim&password=100%"), 400, "malformed_body urlencoded"),
		of("no boundary", "multipart/form-data", multipart("b", value("username", "kim")), 400, "malformed_body boundary_missing"),
		of("a field of 70 KB", "multipart/form-data; boundary=b", multipart("b", value("username", strings.Repeat("k", 70<<10))), 413, "body_too_large"),
		of("a file of 100 KB", "multipart/form-data; boundary=b", multipart("b", file("data", bytes.Repeat([]byte("1\n"), 50<<10))), 413, "body_too_large"),
		of("a number for a name", "application/json", []byte(`{"username":5,"password":"x"}`), 400, "field_invalid"),
	}
}

// tokens returns requests that send the token in different forms.
func tokens(token string) []request {
	of := func(name, source, value string, status int, word string) request {
		return request{name: "token: " + name, source: source, path: "/authenticate/get_model/", token: value, status: status, word: word}
	}
	return []request{
		of("as the contract has it", "api.md", "Token "+token, 200, ""),
		of("a tab", "RFC 9110, 11.4 allows blanks only; Django takes it", "Token\t"+token, 200, ""),
		of("several blanks", "string templates", "Token   "+token, 200, ""),
		of("a blank behind it", "string templates", "Token "+token+" ", 200, ""),
		of("a scheme in lower case", "RFC 9110, 11.1: schemes have no case", "token "+token, 200, ""),
		of("a scheme in upper case", "RFC 9110, 11.1", "TOKEN "+token, 200, ""),
		of("Bearer", "OAuth clients", "Bearer "+token, 401, "token_missing"),
		of("no scheme", "hand-written clients", token, 401, "token_missing"),
		of("no token", "an empty setting", "Token", 401, "token_invalid"),
		of("undefined", "JavaScript's templates", "Token undefined", 401, "token_invalid"),
	}
}
