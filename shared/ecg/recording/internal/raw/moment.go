package raw

import "time"

// momentLayouts are dates and times as loggers write them.
var momentLayouts = [...]string{
	time.RFC3339Nano, "2006-01-02T15:04:05.999999999", "2006-01-02 15:04:05.999999999",
	"2006/01/02 15:04:05.999999999", "02.01.2006 15:04:05.999999999", "15:04:05.999999999",
}

// ParseMoment reads a date and time as seconds.
func ParseMoment(s string) (float64, bool) {
	for _, layout := range momentLayouts {
		if at, err := time.Parse(layout, s); err == nil {
			if at.Year() == 0 {
				at = at.AddDate(1970, 0, 0)
			}
			return float64(at.Unix()) + float64(at.Nanosecond())/1e9, true
		}
	}
	return 0, false
}
