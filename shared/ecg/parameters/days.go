package parameters

import "slices"

// MaxDays bounds the days of enrolment in a template. On PTB-XL's patients the
// second day takes a fifth off the false non-matches, a third day a tenth; a
// fourth showed no effect on the few who came as often (tests/science/evaluate).
const MaxDays = 5

// CombineDays returns the template of several days' templates, in which each day
// counts the same: the many recordings of one day share what changes by the next
// day.
func CombineDays(days []Template) Template {
	if len(days) == 1 {
		return days[0]
	}
	all := Template{Mean: make([]float32, len(days[0].Mean)), Days: len(days)}
	for _, day := range days {
		all.Weight += day.Weight
		all.Recordings += day.Recordings
		for i, v := range day.Mean {
			all.Mean[i] += v / float32(len(days))
		}
	}
	return all
}

// WithDay returns the days with another one, which is the last. Beyond MaxDays it
// drops the earlier day that the others represent best, which adds least, and
// returns its index, else -1.
func (p *Parameters) WithDay(days []Template, day Template) (with []Template, left int) {
	days = append(slices.Clone(days), day)
	if len(days) <= MaxDays {
		return days, -1
	}
	least, highest := 0, 0.0
	for i := range days[:len(days)-1] {
		others := CombineDays(slices.Delete(slices.Clone(days), i, i+1))
		if score := p.Compare(&others, days[i].Mean); i == 0 || score > highest {
			least, highest = i, score
		}
	}
	return slices.Delete(days, least, least+1), least
}
