package table

import (
	"systole/shared/ecg/recording/internal/raw"
)

// Recording tells the columns of time from those of leads, and finds units.
func (t *Table) Recording() (*raw.Recording, error) {
	r := &raw.Recording{RateHz: t.RateHz, Left: t.left}
	if t.open > 0 {
		r.Notef("lines_left_open", "%d lines without a number", t.open)
	}
	if t.moments == nil {
		t.moments = make([]bool, len(t.Columns))
	}
	clock, leads := t.clock()
	if _, maybe := t.namesTime(0); clock == nil && len(t.Columns) > 1 && maybe {
		return nil, raw.Refuse(raw.Unreadable, 0, "its column of times doesn't move on evenly")
	}
	if len(leads) == 0 {
		return nil, raw.Refuse(raw.Unreadable, 0, "it has times and no signal")
	}
	for i, column := range leads {
		name := ""
		if t.Names != nil {
			name = t.Names[column]
		}
		samples := t.Columns[column]
		scale, unit, stated := raw.Unit(name, samples)
		if scale != 1 {
			for j := range samples {
				samples[j] *= scale
			}
		}
		if !stated && i == 0 {
			r.Notef("unit_guessed", "unit guessed as %s", unit)
		}
		r.Leads = append(r.Leads, raw.Lead{Name: raw.BareName(name), MV: samples})
	}
	if clock == nil {
		return r, nil
	}
	if r.RateHz == 0 {
		r.RateHz, r.RateGuessed = clock.rateHz, clock.guessed
	}
	return r, clock.follow(r)
}
