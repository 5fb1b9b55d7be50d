package authenticate

import (
	"fmt"

	"systole/shared/api"
	"systole/shared/ecg/rate"
	"systole/shared/fault"
)

// FileParts are the names of a multipart body's parts that hold recordings:
// clients differ in them.
var FileParts = []string{"data", "ECG", "EEG"}

// SamplingRateField is the field with the sampling rate of a file that doesn't
// state its own.
func SamplingRateField() api.Field {
	return api.Field{Name: "sampling_rate", Hint: api.Sentence{
		KO: fmt.Sprintf("초당 샘플 수(Hz)를 %d~%d의 숫자로 보내 주세요.", rate.MinHz, rate.MaxHz),
		EN: fmt.Sprintf("Send the number of samples per second, %d to %d (Hz).", rate.MinHz, rate.MaxHz),
	}}
}

// SamplingRate returns the field's value in Hz, 0 if it is missing.
func SamplingRate(form *api.Form) (float64, error) {
	hz, err := form.Float("sampling_rate")
	if hz == nil {
		return 0, err
	}
	if !rate.Usable(*hz) {
		return 0, fault.New(fault.FieldInvalid, "field", "sampling_rate")
	}
	return *hz, nil
}

// Other fields that can be refused.
var (
	fmrField = api.Field{Name: "fmr", Hint: api.Sentence{
		KO: "0보다 크고 서비스의 설정보다 작거나 같은 수로 보내 주세요.",
		EN: "Send a number above 0 and no larger than the service's own.",
	}}
	modeField = api.Field{Name: "mode", Hint: api.Sentence{
		KO: "add(다른 날의 기록을 더하기) 또는 replace(바꾸기)로 보내 주세요.",
		EN: "Send add, for another day's recording, or replace.",
	}}
	proveField = api.Field{Name: "prove", Hint: api.Sentence{
		KO: "true 또는 false로 보내 주세요.",
		EN: "Send true or false.",
	}}
	audienceField = api.Field{Name: "audience", Hint: api.Sentence{
		KO: "확인 결과를 받을 곳의 주소를 https://shop.example 처럼 경로 없이 보내 주세요. 웹 페이지는 자신의 주소만 보낼 수 있습니다.",
		EN: "Send the origin of the third party, such as https://shop.example, without a path. A web page can name its own only.",
	}}
	audienceNonceField = api.Field{Name: "audience_nonce", Hint: api.Sentence{
		KO: "audience와 함께, 그곳에서 받은 값을 공백 없는 ASCII 1~256자로 보내 주세요.",
		EN: "Send the third party's value beside an audience, 1 to 256 characters of ASCII without spaces.",
	}}
	enrolmentField = api.Field{Name: "enrolment", Hint: api.Sentence{
		KO: "true로 보내거나 빼 주세요.",
		EN: "Send true, or leave it out.",
	}}
	sinceField = api.Field{Name: "since", Hint: api.Sentence{
		KO: "날짜(2026-03-02) 또는 시각(2026-03-02T20:00:00Z)으로 보내 주세요.",
		EN: "Send a day, such as 2026-03-02, or a time, such as 2026-03-02T20:00:00Z.",
	}}
	sizeField = api.Field{Name: "size", Hint: api.Sentence{
		KO: "파일의 바이트 수를 1 이상의 정수로 보내 주세요.",
		EN: "Send the file's size in bytes, a whole number from 1.",
	}}
)
