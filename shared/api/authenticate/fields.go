package authenticate

import "systole/shared/api"

// The fields that can be refused.
var (
	// SamplingRateField states the rate of a file that doesn't.
	SamplingRateField = api.Field{Name: "sampling_rate", Hint: api.Sentence{
		KO: "초당 샘플 수(Hz)를 50~5000의 숫자로 보내 주세요.",
		EN: "Send the number of samples per second, 50 to 5000 (Hz).",
	}}
	fmrField = api.Field{Name: "fmr", Hint: api.Sentence{
		KO: "0보다 크고 서비스의 설정보다 작거나 같은 수로 보내 주세요.",
		EN: "Send a number above 0 and no larger than the service's own.",
	}}
	sizeField = api.Field{Name: "size", Hint: api.Sentence{
		KO: "파일의 바이트 수를 1 이상의 정수로 보내 주세요.",
		EN: "Send the file's size in bytes, a whole number from 1.",
	}}
)
