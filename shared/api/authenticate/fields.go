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

// SamplingRateField states the rate of a file that doesn't.
func SamplingRateField() api.Field {
	return api.Field{Name: "sampling_rate", Hint: api.Sentence{
		KO: fmt.Sprintf("초당 샘플 수(Hz)를 %d~%d의 숫자로 보내 주세요.", rate.MinHz, rate.MaxHz),
		EN: fmt.Sprintf("Send the number of samples per second, %d to %d (Hz).", rate.MinHz, rate.MaxHz),
	}}
}

// SamplingRate is the field's value in Hz, 0 without one.
func SamplingRate(form *api.Form) (float64, error) {
	hz, err := form.Float("sampling_rate")
	if err != nil || hz == nil {
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
	proveField = api.Field{Name: "prove", Hint: api.Sentence{
		KO: "true 또는 false로 보내 주세요.",
		EN: "Send true or false.",
	}}
	sizeField = api.Field{Name: "size", Hint: api.Sentence{
		KO: "파일의 바이트 수를 1 이상의 정수로 보내 주세요.",
		EN: "Send the file's size in bytes, a whole number from 1.",
	}}
)
