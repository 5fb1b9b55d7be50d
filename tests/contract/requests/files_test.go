package requests

import (
	"bytes"
	"fmt"
	"strings"
)

const enrol = "/authenticate/make_model/"

// multipartOf returns an enrolment request.
func multipartOf(name, source, contentType string, body []byte) request {
	return request{name: name, source: source, path: enrol, header: []string{"Content-Type: " + contentType}, body: body, status: 200}
}

// withBoundary returns clients' requests that differ in the boundary and in its
// notation.
func withBoundary(ecg []byte) []request {
	const form = "multipart/form-data; boundary="
	clients := []struct{ name, source, header, boundary string }{
		{"curl", "curl, lib/mime.c", form + "%s", "------------------------d74496d66958873e"},
		{"Chrome", "Chromium, net/base/mime_util.cc", form + "%s", "----WebKitFormBoundary7MA4YWxkTrZu0gW"},
		{"Firefox", "Gecko, dom/html/HTMLFormSubmission.cpp", form + "%s", "---------------------------9051914041544843365972754266"},
		{"Firefox 132", "Gecko bug 1916652", form + "%s", "----geckoformboundary6f8c2a1e4b7d9c3a5e1f"},
		{"Python requests", "urllib3, filepost.py", form + "%s", "0d0f3e7b6c1f4c7b9a5f2d8e1c3b4a69"},
		{"Python aiohttp", "aiohttp, multipart.py", form + "%s", "6c1b2c3d4e5f60718293a4b5c6d7e8f9"},
		{"Node, form-data", "form-data/form-data, lib/form_data.js", form + "%s", "--------------------------515890814546601021194782"},
		{"Node, undici", "nodejs/undici, lib/web/fetch/body.js", form + "%s", "----formdata-undici-048216379182"},
		{"OkHttp", "square/okhttp, MultipartBody.kt", form + "%s", "3f1a9c6e-5b2d-4e8a-9c7f-1d2e3f4a5b6c"},
		{"Apache HttpClient 4", "httpcomponents, MultipartEntityBuilder", form + "%s; charset=UTF-8", "kX3e7Fq9_aZ-1bC4dE6gH8"},
		{"Apache HttpClient 5", "httpcomponents 5, MultipartEntityBuilder", form + "%s", "httpclient_boundary_7f0d1c2b-1a2b-3c4d-5e6f-708192a3b4c5"},
		{".NET HttpClient", "dotnet/runtime, MultipartContent.cs", form + "\"%s\"", "2f8f5b76-7a2c-4a0a-8d4a-3f9a1b2c3d4e"},
		{"Dart http", "dart-lang/http, multipart_request.dart", form + "%s", "dart-http-boundary-_w+X1aB2cD3eF4gH5iJ6kL7mN8oP9qR0sT1uV2wX3yZ"},
		{"Dio", "cfug/dio, form_data.dart", form + "%s", "--dio-boundary-2946587123"},
		{"Alamofire", "Alamofire, MultipartFormData.swift", form + "%s", "alamofire.boundary.a1b2c3d4e5f60718"},
		{"React Native", "facebook/react-native, RCTHTTPRequestHandler", form + "%s", "Jx7rTz0qLw3mVb5nKc8yHd2fGs4aPe6u"},
		{"Postman", "postman-request", form + "%s", "--------------------------972315648012345678901234"},
		{"Insomnia", "Kong/insomnia, multipart.ts", form + "%s", "X-INSOMNIA-BOUNDARY"},
		{"Guzzle", "guzzle/psr7, MultipartStream.php", form + "%s", "5e9f8c7b6a4d3c2b1a0f9e8d7c6b5a4938271605"},
		{"Ruby multipart-post", "socketry/multipart-post", form + "%s", "-----------RubyMultipartPost-3a1f5c7e9b2d4f6a8c0e"},
		{"Go", "mime/multipart", form + "%s", "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"},
		{"Rust reqwest", "seanmonstar/reqwest, multipart.rs", form + "%s", "6b1c0a3f5d7e9b2c-4a6c8e0f1b3d5f7a-9c1e3f5b7d9a0c2e-4f6b8d0a1c3e5f7b"},
		{"Qt", "QHttpMultiPart documentation", form + "\"%s\"", "boundary_.oOo._MTIzNDU2Nzg5MDEyMzQ1Njc4OQ=="},
		{"Unity", "UnityWebRequest.GenerateBoundary", form + "\"%s\"", "7Zx9YtB3mNqWcR5kLpHs2fVdGj8aTeUo4iQ1rXvC"},
		{"JavaMail", "RFC 2046, 5.1.1: specials need quotes that it leaves out", form + "%s", "----=_Part_3_1234567.1700000000000"},
		{"Indy", "IdMultipartFormData, sGenerateMultipartBoundary", form + "%s", "--------BOUNDARY:=/7?x"},
		{"early .NET", "RFC 2046, 5.1.1: specials need quotes that it leaves out", form + "%s", "uuid:0ca0e16e/feb1:426c"},
		{"a name in upper case", "RFC 9110, 5.6.6: names of parameters have no case", "multipart/form-data; Boundary=%s", "abc"},
		{"a type in upper case", "RFC 9110, 8.3.1: types have no case", "MULTIPART/FORM-DATA; boundary=%s", "abc"},
		{"blanks around the semicolon", "RFC 9110, 5.6.6", "multipart/form-data ; boundary=%s", "abc"},
		{"a semicolon behind it", "hand-written clients", form + "%s;", "abc"},
		{"charset before it", "AsyncHttpClient", "multipart/form-data; charset=utf-8; boundary=%s", "abc"},
		{"70 letters", "RFC 2046, 5.1.1: the longest", form + "%s", strings.Repeat("b", 70)},
		{"one letter", "hand-written clients", form + "%s", "x"},
	}
	var all []request
	for _, c := range clients {
		body := multipart(c.boundary, file("data", ecg), rate)
		all = append(all, multipartOf("boundary of "+c.name, c.source, fmt.Sprintf(c.header, c.boundary), body))
	}
	return all
}

// withParts returns clients' requests that differ in the notation of a part.
func withParts(ecg []byte) []request {
	const contentType = "multipart/form-data; boundary=b"
	head := func(lines string) part { return part{lines, ecg} }
	of := func(name, source string, parts ...part) request {
		return multipartOf(name, source, contentType, multipart("b", parts...))
	}
	return []request{
		of("data, as the seed has it", "api.md", file("data", ecg), rate),
		of("ECG, as the seed has it", "api.md", file("ECG", ecg), rate),
		of("EEG and */*, as the app has it", "the published app", head("Content-Disposition: form-data; name=\"EEG\"; filename=\"2021-11-02 10:11:12.csv\"\nContent-Type: */*\nContent-Length: 4711"), rate),
		of("a token field beside it", "the app of October 2021", value("note", "x"), file("EEG", ecg), rate),
		of("a name in another case", "hand-written clients", file("ecg", ecg), rate),
		of("data[]", "axios/axios #5822, expressjs/multer #305", file("data[]", ecg), rate),
		of("data[0]", "danialfarid/ng-file-upload #217", file("data[0]", ecg), rate),
		of("ECG[]", "Ruby on Rails, Faraday's nested parameters", file("ECG[]", ecg), rate),
		of("a name that nobody expects", "expressjs/multer #405", file("file", ecg), rate),
		of("another, with brackets", "Uppy's default is files[]", file("files[]", ecg), rate),
		of("no name at all", "hand-written clients", head("Content-Disposition: form-data; filename=\"ecg.csv\""), rate),
		of("no disposition at all", "hand-written clients", head("Content-Type: text/csv"), rate),
		of("no file name, another name", "a JSON library's file as a field", head("Content-Disposition: form-data; name=\"recording_file\""), rate),
		of("no file name", "curl -F data=<file", head("Content-Disposition: form-data; name=\"data\""), rate),
		of("no quotes", ".NET HttpClient", head("Content-Disposition: form-data; name=data; filename=ecg.csv; filename*=utf-8''ecg.csv"), rate),
		of("only filename*", "dotnet/runtime, RFC 5987", head("Content-Disposition: form-data; name=data; filename*=UTF-8''%EC%8B%AC%EC%A0%84%EB%8F%84.csv"), rate),
		of("quotes in the file name", "hand-written clients: unescaped", head("Content-Disposition: form-data; name=\"data\"; filename=\"my \"heart\" of today.csv\"\nContent-Type: text/csv"), rate),
		of("a backslash before the quotes", "curl before 7.81", head(`Content-Disposition: form-data; name="data"; filename="my \"heart\".csv"`), rate),
		of("quotes as %22", "Chrome, WHATWG HTML 4.10.21.8", head("Content-Disposition: form-data; name=\"data\"; filename=\"my %22heart%22.csv\""), rate),
		of("a path of Windows", "Internet Explorer", head(`Content-Disposition: form-data; name="data"; filename="C:\Users\kim\ecg.csv"`), rate),
		of("a path that ends in a backslash", "hand-written clients", head(`Content-Disposition: form-data; name="data"; filename="C:\ecg\"`), rate),
		of("Korean", "browsers send UTF-8 as it is", head("Content-Disposition: form-data; name=\"data\"; filename=\"심전도 기록.csv\""), rate),
		of("Korean in Latin-1's bytes", "clients with a platform charset", head("Content-Disposition: form-data; name=\"data\"; filename=\"\xbd\xc9\xc0\xfc\xb5\xb5.csv\""), rate),
		of("a semicolon in the file name", "hand-written clients", head("Content-Disposition: form-data; name=\"data\"; filename=\"a;b=c.csv\""), rate),
		of("file name before the name", "UnityWebRequest and others", head("Content-Disposition: form-data; filename=\"ecg.csv\"; name=\"data\""), rate),
		of("header names in lower case", "Unity, Dart", head("content-disposition: form-data; name=\"data\"; filename=\"ecg.csv\"\ncontent-type: text/csv"), rate),
		of("header names in upper case", "hand-written clients", head("CONTENT-DISPOSITION: form-data; name=\"data\"; filename=\"ecg.csv\""), rate),
		of("no blank behind the colon", "hand-written clients", head("Content-Disposition:form-data;name=\"data\";filename=\"ecg.csv\""), rate),
		of("a transfer encoding of binary", "Apache HttpClient, loopj", head("Content-Disposition: form-data; name=\"data\"; filename=\"ecg.csv\"\nContent-Type: application/octet-stream\nContent-Transfer-Encoding: binary"), rate),
		of("a transfer encoding of 8bit", "Apache HttpClient's text", file("data", ecg), part{"Content-Disposition: form-data; name=\"sampling_rate\"\nContent-Type: text/plain; charset=ISO-8859-1\nContent-Transfer-Encoding: 8bit", []byte("500")}),
		of("base64", "Django's http.multipartparser decodes it", part{"Content-Disposition: form-data; name=\"data\"; filename=\"ecg.csv\"\nContent-Transfer-Encoding: base64", inBase64(ecg)}, rate),
		of("Base64 in capitals, for a field too", "Delphi's Indy", part{"Content-Disposition: form-data; name=\"data\"; filename=\"ecg.csv\"\nContent-Transfer-Encoding: BASE64", inBase64(ecg)},
			part{"Content-Disposition: form-data; name=\"sampling_rate\"\nContent-Transfer-Encoding: base64", []byte("NTAw")}),
		of("quoted-printable", "Delphi's Indy", part{"Content-Disposition: form-data; name=\"data\"; filename=\"ecg.csv\"\nContent-Transfer-Encoding: quoted-printable", inQuotedPrintable(ecg)}, rate),
		of("a field in quotes, as JSON", "square/retrofit #1210, #2255", file("data", ecg), part{"Content-Disposition: form-data; name=\"sampling_rate\"\nContent-Type: application/json; charset=UTF-8", []byte(`"500"`)}),
		of("a field as a JSON number", "square/retrofit #1210", file("data", ecg), part{"Content-Disposition: form-data; name=\"sampling_rate\"\nContent-Type: application/json", []byte("500")}),
		of("a field in quotes, as text", "hand-written clients that stringify", file("data", ecg), value("sampling_rate", `"500"`)),
		of("a decimal comma", "jlennox/HeartRate #27", file("data", ecg), value("sampling_rate", "500,0")),
		of("a rate with a line end", "shell scripts", file("data", ecg), value("sampling_rate", "500\n")),
		of("a rate in UTF-16", "hand-written clients on Windows", file("data", ecg), part{"Content-Disposition: form-data; name=\"sampling_rate\"\nContent-Type: text/plain; charset=utf-16", inUTF16("500")}),
		of("an untouched file input beside it", "HTML forms: browsers send an empty part", file("data", ecg), part{"Content-Disposition: form-data; name=\"ECG\"; filename=\"\"\nContent-Type: application/octet-stream", nil}, rate),
		of("the untouched one first", "HTML forms", part{"Content-Disposition: form-data; name=\"data\"; filename=\"\"\nContent-Type: application/octet-stream", nil}, file("EEG", ecg), rate),
		of("a thumbnail beside it", "share sheets", part{"Content-Disposition: form-data; name=\"preview\"; filename=\"p.png\"", bytes.Repeat([]byte{0x89}, 100_000)}, file("data", ecg), rate),
	}
}

// withBodies returns clients' requests that differ in the bytes around the parts,
// or have no parts.
func withBodies(ecg []byte) []request {
	const contentType = "multipart/form-data; boundary=b"
	whole := multipart("b", file("data", ecg), rate)
	raw := func(name, source, contentType string, body []byte) request {
		r := multipartOf(name, source, contentType, body)
		r.path += "?sampling_rate=500"
		return r
	}
	all := []request{
		multipartOf("a preamble and an epilogue", "RFC 2046, 5.1.1; Alamofire", contentType, bytes.Join([][]byte{[]byte("This is a message.\r\n"), whole, []byte("epilogue\r\n")}, nil)),
		multipartOf("bare line feeds", "hand-written clients of microcontrollers", contentType, lines("\n", "b", file("data", ecg), rate)),
		multipartOf("no line end behind the last line", "URLSession, hand-written", contentType, bytes.TrimSuffix(whole, []byte("\r\n"))),
		multipartOf("an empty line before the first", "hand-written clients", contentType, append([]byte("\r\n"), whole...)),
		raw("curl --data-binary", "curl's default type", "application/x-www-form-urlencoded", ecg),
		raw("text/csv", "upload tasks of iOS", "text/csv", ecg),
		raw("text/csv with a charset", "RFC 4180", "text/csv; charset=utf-8; header=absent", ecg),
		raw("application/octet-stream", "URLSessionUploadTask, WorkManager", "application/octet-stream", ecg),
		raw("text/plain", "fetch with a string", "text/plain;charset=UTF-8", ecg),
		raw("application/vnd.ms-excel", "browsers on Windows take it for CSV's", "application/vnd.ms-excel", ecg),
		raw("no type", "hand-written clients", "", ecg),
		raw("a type that is none", "hand-written clients", "csv", ecg),
	}
	for coding, body := range map[string][]byte{"gzip": gzipped(whole), "deflate": deflated(whole), "identity": whole, "GZIP": gzipped(whole)} {
		r := multipartOf("Content-Encoding: "+coding, "square/okhttp #350, square/retrofit #1271", contentType, body)
		r.header = append(r.header, "Content-Encoding: "+coding)
		all = append(all, r)
	}
	unpacked := multipartOf("gzip that a gateway unpacked", "API Gateway with compression turned on", contentType, whole)
	unpacked.header = append(unpacked.header, "Content-Encoding: gzip")
	return append(all, unpacked)
}

// refusedFiles returns invalid requests, each with the reason of its refusal.
func refusedFiles(ecg []byte) []request {
	const contentType = "multipart/form-data; boundary=b"
	whole := multipart("b", file("data", ecg), rate)
	refused := func(r request, status int, word string) request {
		r.status, r.word = status, word
		return r
	}
	br := multipartOf("Content-Encoding: br", "clients that compress with brotli", contentType, whole)
	br.header = append(br.header, "Content-Encoding: br")
	torn := multipartOf("gzip cut off", "lost connections", contentType, gzipped(whole)[:100])
	torn.header = append(torn.header, "Content-Encoding: gzip")
	bomb := multipartOf("a gzip bomb", "CWE-409", contentType, gzipped(make([]byte, 64<<20)))
	bomb.header = append(bomb.header, "Content-Encoding: gzip")
	return []request{
		refused(multipartOf("no boundary", "axios/axios #318, fluttercommunity/flutter_uploader #184", "multipart/form-data", whole), 400, "malformed_body boundary_missing"),
		refused(multipartOf("an empty boundary", "axios/axios #1390", "multipart/form-data; boundary=", whole), 400, "malformed_body boundary_missing"),
		refused(multipartOf("a boundary of another body", "a header kept from an earlier request", "multipart/form-data; boundary=other", whole), 400, "malformed_body boundary_not_found"),
		refused(multipartOf("multipart as text", "React Native with a type set by hand", "text/plain", whole), 400, "malformed_body boundary_missing"),
		refused(multipartOf("cut off", "lost connections", contentType, whole[:len(whole)/2]), 400, "malformed_body cut_off"),
		refused(multipartOf("multipart/mixed", "mail libraries", "multipart/mixed; boundary=b", whole), 415, "unsupported_media_type"),
		refused(multipartOf("two files under other names", "expressjs/multer #405", contentType, multipart("b", file("a", ecg), file("c", ecg), rate)), 400, "file_missing"),
		refused(multipartOf("no file", "a form without its input", contentType, multipart("b", rate)), 400, "file_missing"),
		refused(multipartOf("broken base64", "truncated strings", contentType, multipart("b", part{"Content-Disposition: form-data; name=\"data\"\nContent-Transfer-Encoding: base64", []byte("ab!!")})), 400, "malformed_body transfer_encoding"),
		refused(multipartOf("thousands with a comma", "1,000 is 1000 or 1", contentType, multipart("b", file("data", ecg), value("sampling_rate", "1,000"))), 400, "field_invalid"),
		refused(multipartOf("an empty file", "an input of a deleted file", contentType, multipart("b", file("data", nil), rate)), 422, "recording_empty"),
		refused(br, 415, "unsupported_media_type"),
		refused(torn, 400, "malformed_body compressed"),
		refused(bomb, 413, "body_too_large"),
	}
}
