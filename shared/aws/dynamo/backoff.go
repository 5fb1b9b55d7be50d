package dynamo

import (
	"fmt"
	"strings"
	"time"

	"systole/shared/store"
)

// admits returns the condition that the backoff admits an attempt at this time,
// on a row with these two attributes, and adds the condition's values to values.
// Waits grow with failures, so each term says: up to so many failures, the last
// one was early enough.
func admits(b store.Backoff, at time.Time, failures, failedAt string, values item) string {
	values[":free"] = whole(int64(b.Free))
	any := []string{failures + " < :free"}
	for n := b.Free; ; n++ {
		wait := b.Wait(n)
		count, time := fmt.Sprint(":count", n), fmt.Sprint(":time", n)
		values[time] = moment(at.Add(-wait))
		if wait >= b.Longest {
			any = append(any, fmt.Sprintf("%s <= %s", failedAt, time))
			break
		}
		values[count] = whole(int64(n))
		any = append(any, fmt.Sprintf("(%s <= %s AND %s <= %s)", failures, count, failedAt, time))
	}
	condition := "(" + strings.Join(any, " OR ") + ")"
	if b.Most > 0 {
		values[":most"] = whole(int64(b.Most))
		condition = "(" + failures + " < :most AND " + condition + ")"
	}
	return condition
}
