package members_test

import (
	"bytes"
	"errors"
	"testing"
	"time"

	"systole/shared/account"
	"systole/shared/api/members"
	"systole/shared/store"
)

// An operator's export is written for a person to read: indented, in English, with a
// name's own characters.
func TestAnExportIsWrittenForAPerson(t *testing.T) {
	at := time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)
	all := account.Export{
		Member:   store.Member{PK: 7, Username: "kim", Name: "Kim <& Co>", Created: at},
		Sessions: []store.Session{{ID: store.TokenID{1}, Issued: at, Used: at, Expires: at.Add(time.Hour), Client: store.Client{App: "okhttp"}}},
	}
	const want = `{
  "user": {
    "pk": 7,
    "username": "kim",
    "name": "Kim <& Co>",
    "age": null,
    "gender": null,
    "created": "2026-03-02T09:00:00Z"
  },
  "consent": null,
  "recovery_codes": {
    "left": 0,
    "made": null
  },
  "model": null,
  "sessions": [
    {
      "id": "0100000000000000",
      "issued": "2026-03-02T09:00:00Z",
      "used": "2026-03-02T09:00:00Z",
      "expires": "2026-03-02T10:00:00Z",
      "current": false,
      "client": "Android app (okhttp)",
      "network": null,
      "handed_by": null
    }
  ],
  "activity": [],
  "recordings": [],
  "code": 200
}
`
	var out bytes.Buffer
	if err := members.WriteExport(&out, all); err != nil || out.String() != want {
		t.Errorf("%v, got %s", err, out.String())
	}
	full := errors.New("the disk is full")
	if err := members.WriteExport(failing{full}, all); !errors.Is(err, full) {
		t.Errorf("%v", err)
	}
}

// failing is a writer that fails.
type failing struct{ err error }

func (f failing) Write([]byte) (int, error) { return 0, f.err }
