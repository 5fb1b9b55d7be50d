package dumpdata

import (
	"bytes"
	"fmt"
	"os"
	"strings"
	"testing"
)

// The files that tests/clients/django writes after its command fill, with Django
// 5.2.19: with the details in the user model, and in a model beside it.
var files = map[string]string{
	"testdata/user.json":     "auth.group: 1 auth.permission: 24 contenttypes.contenttype: 6",
	"testdata/profile.jsonl": "auth.group: 1 auth.permission: 28",
}

func TestUsersAreReadWithTheirProfilesAndTokens(t *testing.T) {
	const want = `1 pbkdf2_sha256 "pbkdf2_sha256" 26 male active pbkdf2_sha256 1
2 argon2 "argon2" 26 male active argon2 1
3 bcrypt_sha256 "bcrypt_sha256" 26 male active bcrypt_sha256 1
4 scrypt "scrypt" 26 male active scrypt 1
5 홍길동 "홍 길동" - female active pbkdf2_sha256 0
6 old "Old" -  active pbkdf2_sha256 0
7 odd "Odd" -  active pbkdf2_sha256 0
8 with space "Space" -  active pbkdf2_sha256 0
9 unusable "No password" -  active ! 0
10 gone "Gone" -  gone pbkdf2_sha256 0
`
	for file, ignored := range files {
		b, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		dump, err := Read(bytes.NewReader(b))
		if err != nil {
			t.Fatalf("%s: %v", file, err)
		}
		var got strings.Builder
		for _, u := range dump.Users {
			age, state := "-", "active"
			if u.Age != nil {
				age = fmt.Sprint(*u.Age)
			}
			if !u.Active {
				state = "gone"
			}
			kind, _, _ := strings.Cut(u.Password, "$")
			if strings.HasPrefix(kind, "!") {
				kind = "!" // Django appends random characters
			}
			fmt.Fprintln(&got, u.PK, u.Username, fmt.Sprintf("%q", u.Name), age, u.Gender, state, kind, len(u.Tokens))
		}
		if got.String() != want {
			t.Errorf("%s:\n%s", file, got.String())
		}
		if problems := strings.Join(dump.Problems, "\n"); len(dump.Problems) != 2 || !strings.Contains(problems, "age -1 is left out") || !strings.Contains(problems, `gender "both" is left out`) {
			t.Errorf("%s: problems %q", file, problems)
		}
		if left := strings.Join(dump.Left(), " "); left != ignored {
			t.Errorf("%s: ignored %s", file, left)
		}
		if u := dump.Users[0]; u.Joined.IsZero() || u.Tokens[0].Created.IsZero() || len(u.Tokens[0].Key) != 40 {
			t.Errorf("%s: %+v", file, u)
		}
	}
}

func TestWhatIsNoDumpOrCutOffIsRefused(t *testing.T) {
	for _, text := range []string{
		"", "   ", "- model: auth.user", "<?xml", `[{"model":"auth.user"`, `[{"model":"auth.user","pk":1,"fields":{}},`, `[1]`, `{"model":1}`, `[]]`, `[] x`, `[{"model":"auth.user"}] [`,
	} {
		if dump, err := Read(strings.NewReader(text)); err == nil {
			t.Errorf("%q: %+v", text, dump)
		}
	}
}

// Projects keep their fixtures in a file for each model. In a file written by
// hand a token's primary key may be a number.
func TestSeveralFilesAreReadOneAfterAnother(t *testing.T) {
	dump, err := Read(strings.NewReader(`[{"model":"auth.user","pk":1,"fields":{"username":"u","password":"p"}}]
[ ]
[
  {"model":"authtoken.token","pk":1,"fields":{"key":"9944b09199c62bcf9418ad846dd0e4bbdfc6ee4b","user":1,"created":"2020-08-29T13:24:27.172"}}
]
`))
	if err != nil || len(dump.Users) != 1 || len(dump.Users[0].Tokens) != 1 || dump.Users[0].Tokens[0].Created.Year() != 2020 || len(dump.Problems) > 0 {
		t.Errorf("%+v, %v", dump, err)
	}
}

func TestRowsThatCantBeReadAreNamedWithoutTheirSecrets(t *testing.T) {
	const token = "9944b09199c62bcf9418ad846dd0e4bbdfc6ee4b"
	dump, err := Read(strings.NewReader(`[
		{"model":"auth.user","pk":"8f14e45f","fields":{"username":"u","password":"p"}},
		{"model":"authtoken.token","pk":"` + token + `","fields":{"user":7}},
		{"model":"members.profile","pk":1,"fields":{"user":7,"name":"N"}}]`))
	if err != nil || len(dump.Problems) != 3 || strings.Contains(strings.Join(dump.Problems, ""), token) {
		t.Errorf("%q, %v", dump.Problems, err)
	}
}

func FuzzRead(f *testing.F) {
	for file := range files {
		b, err := os.ReadFile(file)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(b)
	}
	f.Add([]byte(`{"model":"auth.user","pk":1,"fields":{"username":null,"password":null,"age":1e9,"user":["x"]}}`))
	f.Fuzz(func(t *testing.T, b []byte) {
		dump, err := Read(bytes.NewReader(b))
		if err != nil && len(dump.Users) > 0 {
			t.Error("users of a text that is no dump")
		}
	})
}
