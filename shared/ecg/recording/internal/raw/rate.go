package raw

import "strings"

// RateIn finds a rate in a header row such as "Sample Rate,512.8 hertz".
func RateIn(fields []string) (float64, bool) {
	for i, field := range fields {
		lower := strings.ToLower(field)
		end := strings.Index(lower, "hz")
		if end < 0 {
			end = strings.Index(lower, "hertz")
		}
		if end < 0 {
			continue
		}
		digits := strings.TrimSpace(lower[:end])
		if cut := strings.LastIndexFunc(digits, func(r rune) bool { return (r < '0' || r > '9') && r != '.' && r != ',' }); cut >= 0 {
			digits = digits[cut+1:]
		}
		if digits == "" && i+1 < len(fields) { // "Rate (Hz),500"
			digits = strings.TrimSpace(fields[i+1])
		}
		hz, ok := ParseNumber([]byte(strings.Replace(digits, ",", ".", 1)), false)
		if ok && hz > 0 {
			return hz, true
		}
	}
	return 0, false
}
