package member

import (
	"testing"
	"time"

	"systole/shared/store"
)

func TestAnotherDayIsAskedForOncePerDayUpToThree(t *testing.T) {
	now := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	for name, c := range map[string]struct {
		template *store.Template
		days     int // 0 if none is asked for
	}{
		"no template":                    {nil, 0},
		"enrolled a minute ago":          {&store.Template{Days: 1, LastDay: now.Add(-time.Minute)}, 0},
		"enrolled yesterday":             {&store.Template{Days: 1, LastDay: now.Add(-24 * time.Hour)}, 1},
		"adapted since":                  {&store.Template{Days: 1, LastDay: now.Add(-24 * time.Hour), Made: now}, 1},
		"second day yesterday":           {&store.Template{Days: 2, LastDay: now.Add(-24 * time.Hour)}, 2},
		"three days":                     {&store.Template{Days: 3, LastDay: now.Add(-24 * time.Hour)}, 0},
		"written before days were known": {&store.Template{Made: now.Add(-24 * time.Hour)}, 1},
		"the same, just now":             {&store.Template{Made: now}, 0},
	} {
		t.Run(name, func(t *testing.T) {
			got := AnotherDay(store.Member{Template: c.template}, now)
			if c.days == 0 && got != nil || c.days != 0 && (got == nil || *got != Days{c.days, 3}) {
				t.Errorf("got %+v, want %d days of 3", got, c.days)
			}
		})
	}
}
