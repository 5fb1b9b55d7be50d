package main

import (
	"bytes"
	"net/http"

	"github.com/aws/aws-lambda-go/events"

	"systole/shared/member"
	"systole/tests/support/recordings"
)

// sample is an event and its function's answer.
type sample struct {
	function string // its folder below functions/
	outcome  string
	event    any
	status   int
	answer   map[string]any // some of the answer's fields
}

// The members of the events. Their tokens are valid in no real deployment.
const (
	enrolled      = "0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a" // token of hong, who has a model
	withoutModel  = "0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b" // token of kim, who has none
	leaving       = "0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c" // token of lee, who logs out
	leavingByPost = "0d0d0d0d0d0d0d0d0d0d0d0d0d0d0d0d0d0d0d0d" // token of park, who logs out too
	staying       = "0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f" // token of han, who asks for all there is
	recovering    = "1b1b1b1b1b1b1b1b1b1b1b1b1b1b1b1b1b1b1b1b" // token of moon, who has recovery codes
	everywhere    = "1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a" // token of shin, who logs out everywhere
	unknown       = "0e0e0e0e0e0e0e0e0e0e0e0e0e0e0e0e0e0e0e0e" // nobody's

	password = "tachy-cardia!" // of all of them
)

// samples lists every event, in an order in which they can be sent: hong enrols
// before the first request for hong's model.
func samples() ([]sample, error) {
	own, err := recordings.Read(1, "enrolment")
	if err != nil {
		return nil, err
	}
	probe, err := recordings.Read(1, "probe")
	if err != nil {
		return nil, err
	}
	stranger, err := recordings.Read(2, "probe")
	if err != nil {
		return nil, err
	}
	var all []sample
	all = append(all, signUps()...)
	all = append(all, logIns()...)
	all = append(all, enrolments(own)...)
	all = append(all, modelQuestions()...)
	all = append(all, checks(probe, stranger)...)
	all = append(all, provider()...)
	all = append(all, logOuts()...)
	all = append(all, handOffs()...)
	all = append(all, recoveries()...)
	all = append(all, rights()...)
	all = append(all, deletions()...)
	return append(all, cleanups()...), nil
}

func signUps() []sample {
	const function, path = "members/create", "/members/create/"
	return []sample{
		{function, "ok", jsonRequest(path, fields{"username": "choi@example.com", "password": password, "name": "최민서", "age": 34, "gender": "female"}),
			200, fields{"code": 200.0}},
		{function, "ok_urlencoded", formRequest(path, "username=jung&password=tachy-cardia!&name=%EC%A0%95%ED%95%98%EC%9C%A4"),
			200, fields{"code": 200.0}},
		{function, "ok_multipart", fileRequest(path, "", fields{"username": "kang", "password": password, "name": "강도윤"}, "", nil),
			200, fields{"code": 200.0}},
		{function, "username_taken", jsonRequest(path, fields{"username": "hong", "password": password, "name": "홍길동"}),
			409, fields{"error": "username_taken"}},
		{function, "password_common", jsonRequest(path, fields{"username": "yoon", "password": "password1", "name": "윤서준"}),
			400, fields{"error": "password_common"}},
		{function, "field_missing", jsonRequest(path, fields{"username": "yoon", "password": password}),
			400, fields{"error": "field_missing"}},
		{function, "method_not_allowed", request(http.MethodGet, path, "", "", nil),
			405, fields{"error": "method_not_allowed"}},
	}
}

func logIns() []sample {
	const function, path = "members/login", "/members/login/"
	return []sample{
		{function, "ok", formRequest(path, "username=hong&password=tachy-cardia!"),
			200, fields{"code": "login_success"}},
		{function, "wrong_password", formRequest(path, "username=hong&password=brady-cardia!"),
			401, fields{"error": "credentials_invalid"}},
		{function, "malformed_body", request(http.MethodPost, path, "", "application/json", []byte(`{"username":"hong"`)),
			400, fields{"error": "malformed_body"}},
	}
}

func enrolments(own []byte) []sample {
	const function, path = "authenticate/make_model", "/authenticate/make_model/"
	rate := fields{"sampling_rate": recordings.RateHz}
	return []sample{
		{function, "ok", fileRequest(path, enrolled, rate, "data", own),
			200, fields{"detail": "저장완료."}},
		{function, "ok_token_field", fileRequest(path, "", fields{"sampling_rate": recordings.RateHz, "token": enrolled}, "EEG", own),
			200, fields{"detail": "저장완료."}},
		{function, "day_too_soon", fileRequest(path, enrolled, fields{"sampling_rate": recordings.RateHz, "mode": "add"}, "data", own),
			409, fields{"error": "day_too_soon"}},
		{function, "too_short", fileRequest(path, withoutModel, rate, "data", firstLines(own, recordings.RateHz)),
			422, fields{"error": "too_short"}},
		{function, "file_missing", fileRequest(path, withoutModel, rate, "", nil),
			400, fields{"error": "file_missing"}},
		{function, "token_invalid", fileRequest(path, unknown, rate, "data", own),
			401, fields{"error": "token_invalid"}},
	}
}

// firstLines returns the first n lines of text.
func firstLines(text []byte, n int) []byte {
	return bytes.Join(bytes.SplitAfterN(text, []byte("\n"), n+1)[:n], nil)
}

func modelQuestions() []sample {
	const function, path = "authenticate/has_model", "/authenticate/check_user/"
	return []sample{
		{function, "yes", request(http.MethodGet, path, enrolled, "", nil), 200, fields{"code": 200.0}},
		{function, "no", request(http.MethodGet, path, withoutModel, "", nil), 200, fields{"code": 400.0}},
		{function, "token_missing", request(http.MethodGet, path, "", "", nil), 401, fields{"error": "token_missing"}},
		{"authenticate/get_model", "yes", request(http.MethodGet, "/authenticate/get_model/", enrolled, "", nil),
			200, fields{"code": 200.0, "msg": "등록된 심전도가 있습니다."}},
		{"authenticate/get_model", "no", request(http.MethodGet, "/authenticate/get_model/", withoutModel, "", nil),
			200, fields{"code": 400.0, "msg": "등록된 심전도가 없습니다. 먼저 심전도를 등록해 주세요."}},
		{"authenticate/get_model", "token_missing", request(http.MethodGet, "/authenticate/get_model/", "", "", nil),
			401, fields{"error": "token_missing"}},
	}
}

func checks(probe, stranger []byte) []sample {
	const function, path = "authenticate/check_user", "/authenticate/check_user/"
	rate := fields{"sampling_rate": recordings.RateHz}
	return []sample{
		{function, "accepted", fileRequest(path, enrolled, rate, "ECG", probe),
			200, fields{"result": "true", "code": 200.0}},
		{function, "refused", fileRequest(path, enrolled, rate, "ECG", stranger),
			200, fields{"result": "false", "code": 400.0}},
		{function, "audience_invalid", fileRequest(path, enrolled, fields{"sampling_rate": recordings.RateHz, "audience": "shop"}, "ECG", probe),
			400, fields{"error": "field_invalid"}},
		{function, "no_model", fileRequest(path, withoutModel, rate, "ECG", probe),
			409, fields{"error": "no_model"}},
		{function, "recording_unsupported", fileRequest(path, enrolled, nil, "ECG", []byte("%PDF-1.7\n")),
			422, fields{"error": "recording_unsupported"}},
		{function, "token_invalid", fileRequest(path, unknown, rate, "ECG", probe),
			401, fields{"error": "token_invalid"}},
	}
}

// provider returns requests to the OpenID provider, which has no clients here.
func provider() []sample {
	const issuer = "https://abcdefghij.execute-api.us-east-1.amazonaws.com/prod"
	return []sample{
		{"openid/keys", "ok", request(http.MethodGet, "/.well-known/jwks.json", "", "", nil), 200, nil},
		{"openid/configuration", "ok", request(http.MethodGet, "/.well-known/openid-configuration", "", "", nil),
			200, fields{"issuer": issuer, "token_endpoint": issuer + "/openid/token"}},
		{"openid/par", "invalid_client", formRequest("/openid/par", "client_id=shop&client_secret=secret"), 401, fields{"error": "invalid_client"}},
		{"openid/token", "invalid_client", formRequest("/openid/token", "grant_type=authorization_code&code=c&client_id=shop&client_secret=secret"),
			401, fields{"error": "invalid_client"}},
		{"openid/userinfo", "invalid_token", bearer(request(http.MethodGet, "/openid/userinfo", "", "", nil), "used"), 401, fields{"error": "invalid_token"}},
		{"openid/flow", "flow_invalid", request(http.MethodGet, "/openid/flow", "", "", nil), 409, fields{"error": "flow_invalid"}},
		{"openid/password", "cross_site", formRequest("/openid/password", "flow=f&username=hong&password=tachy-cardia!"), 403, fields{"error": "cross_site"}},
		{"openid/heart", "cross_site", fileRequest("/openid/heart", "", fields{"flow": "f"}, "data", []byte("1\n")), 403, fields{"error": "cross_site"}},
	}
}

func bearer(e events.APIGatewayProxyRequest, token string) events.APIGatewayProxyRequest {
	e.Headers["Authorization"], e.MultiValueHeaders["Authorization"] = "Bearer "+token, []string{"Bearer " + token}
	return e
}

func logOuts() []sample {
	const function, path = "members/logout", "/members/logout/"
	return []sample{
		{function, "ok", request(http.MethodGet, path, leaving, "", nil), 200, fields{"code": "logout_success"}},
		{function, "ok_post", request(http.MethodPost, path, leavingByPost, "", nil), 200, fields{"code": "logout_success"}},
		{function, "token_invalid", request(http.MethodGet, path, unknown, "", nil), 401, fields{"error": "token_invalid"}},
	}
}

// handOffs returns requests that go on on another device. The code of a real one
// is drawn at random.
func handOffs() []sample {
	post := func(path, token, body string) any {
		return request(http.MethodPost, path, token, "application/x-www-form-urlencoded", []byte(body))
	}
	return []sample{
		{"members/hand_off", "ok", post("/console/hand_off/", staying, "page=https://systole.example/"), 200, fields{"expires_in": 180.0, "code": 200.0}},
		{"members/hand_off", "no_page", post("/console/hand_off/", staying, "page=javascript:1"), 400, fields{"error": "field_invalid"}},
		{"members/take_hand_off", "unknown", post("/console/hand_off/take/", "", "hand_off=ABCDEFGHIJKLMNOPQRSTUVWXYZ"), 404, fields{"error": "hand_off_invalid"}},
	}
}

// recoveryCode is moon's, whose codes are the bytes from 0 on.
const recoveryCode = "000G-40R4-0M30-E209-185G-R38E"

func recoveries() []sample {
	const codes, recover, end = "/members/recovery_codes/", "/members/recover/", "/members/sessions/end/"
	post := func(path, token, body string) any {
		return request(http.MethodPost, path, token, "application/x-www-form-urlencoded", []byte(body))
	}
	with := func(code string) any {
		return post(recover, "", "username=moon&recovery_code="+code+"&new_password=brady-cardia!")
	}
	return []sample{
		{"members/recovery_codes", "left", request(http.MethodGet, codes, recovering, "", nil), 200, fields{"left": 10.0, "code": 200.0}},
		{"members/recovery_codes", "made", post(codes, staying, "password=tachy-cardia!"), 200, fields{"code": 200.0}},
		{"members/recovery_codes", "wrong_password", post(codes, staying, "password=brady-cardia!"), 403, fields{"error": "password_wrong"}},
		{"members/recover", "wrong_code", with("7K3M-9QXA-0V5T-R2WD-H8CE-4NPB"), 401, fields{"error": "recovery_invalid"}},
		{"members/end_session", "others", post(end, recovering, "session=others"), 200, fields{"code": 200.0}},
		{"members/end_session", "unknown", post(end, recovering, "session=0123456789abcdef"), 404, fields{"error": "session_unknown"}},
		{"members/recover", "ok", with(recoveryCode), 200, fields{"code": 200.0}},
	}
}

// rights returns the requests for a person's data rights.
func rights() []sample {
	get := func(path, token string) any { return request(http.MethodGet, path, token, "", nil) }
	post := func(path, token, body string) any {
		return request(http.MethodPost, path, token, "application/x-www-form-urlencoded", []byte(body))
	}
	del := func(path, token string) any { return request(http.MethodDelete, path, token, "", nil) }
	const consent, password = "/members/consent/", "/members/password/"
	return []sample{
		{"members/consent", "none", get(consent, staying), 200, fields{"consent": nil, "code": 200.0}},
		{"members/consent", "given", post(consent, staying, "version="+member.ConsentVersion), 200, fields{"code": 200.0}},
		{"members/consent", "unknown_version", post(consent, staying, "version=1999-01"), 400, fields{"error": "field_invalid"}},
		{"members/consent", "withdrawn", del(consent, staying), 200, fields{"code": 200.0}},
		{"members/password", "ok", post(password, staying, "password=tachy-cardia!&new_password=brady-cardia!"), 200, fields{"code": 200.0}},
		{"members/password", "wrong", post(password, staying, "password=tachy-cardia!&new_password=brady-cardia!"), 403, fields{"error": "password_wrong"}},
		{"members/sessions", "list", get("/members/sessions/", staying), 200, fields{"code": 200.0}},
		{"members/sessions", "end_all", del("/members/sessions/", everywhere), 200, fields{"code": 200.0}},
		{"members/activity", "ok", get("/members/activity/", staying), 200, fields{"code": 200.0}},
		{"members/export", "ok", get("/members/me/export/", staying), 200, fields{"model": nil, "code": 200.0}},
		{"authenticate/challenge", "ok", post("/authenticate/challenge/", staying, ""), 200, fields{"expires_in": 120.0, "code": 200.0}},
	}
}

func deletions() []sample {
	const model, me = "/authenticate/model/", "/members/me/"
	with := func(password string) any {
		return request(http.MethodDelete, me, staying, "application/x-www-form-urlencoded", []byte("password="+password))
	}
	return []sample{
		{"authenticate/delete_model", "since", request(http.MethodDelete, model+"?since=2100-01-01", enrolled, "", nil), // nothing is added as late as that
			200, fields{"detail": "그때부터 추가된 심전도를 삭제했습니다. 그 전에 등록한 심전도는 남아 있습니다."}},
		{"authenticate/delete_model", "since_invalid", request(http.MethodDelete, model+"?since=yesterday", enrolled, "", nil), 400, fields{"error": "field_invalid"}},
		{"authenticate/delete_model", "ok", request(http.MethodDelete, model, enrolled, "", nil), 200, fields{"code": 200.0}},
		{"authenticate/delete_model", "no_model", request(http.MethodDelete, model, withoutModel, "", nil), 409, fields{"error": "no_model"}},
		{"members/delete", "wrong_password", with("tachy-cardia!"), 403, fields{"error": "password_wrong"}},
		{"members/delete", "ok", with("brady-cardia!"), 200, fields{"code": 200.0}},
	}
}

// cleanups returns events that aren't requests: the schedule sends an empty
// object, a person may ask for a report only.
func cleanups() []sample {
	return []sample{
		{"cleanup", "dry_run", fields{"dry_run": true}, 0, fields{"dry_run": true, "failed": 0.0, "finished": true}},
		{"cleanup", "schedule", fields{}, 0, fields{"dry_run": false, "failed": 0.0, "finished": true}},
	}
}
