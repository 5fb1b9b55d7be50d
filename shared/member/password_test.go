package member

import (
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"systole/shared/fault"
)

func TestCommonPasswordsAreSortedLowerCaseAndLongEnough(t *testing.T) {
	lines := strings.Split(strings.TrimSuffix(commonPasswords, "\n"), "\n")
	if len(lines) < 8000 {
		t.Fatalf("%d lines", len(lines))
	}
	if !slices.IsSorted(lines) {
		t.Error("not sorted")
	}
	for _, line := range lines {
		if line != strings.ToLower(line) || utf8.RuneCountInString(line) < minPassword {
			t.Errorf("%q can never be asked for", line)
		}
		if strings.TrimSpace(line) == line && !isCommon(line) {
			t.Errorf("%q is not found", line)
		}
	}
}

func TestIsCommon(t *testing.T) {
	tests := map[string]bool{
		"password": true, "PassWord": true, "12345678": true, "qwertyuiop": true, " iloveyou ": true,
		"": false, "\n": false, "password\n12345678": false, "passwor": false, "gudrms12": false, "\uffff\uffff": false,
	}
	for password, want := range tests {
		if got := isCommon(password); got != want {
			t.Errorf("%q: %v, want %v", password, got, want)
		}
	}
}

func TestWordsThatOthersKnowMakeNoPassword(t *testing.T) {
	for password, want := range map[string]fault.Code{
		"systole1": fault.PasswordCommon, "Heartbeat": fault.PasswordCommon, "electrocardiogram": fault.PasswordCommon,
		"MyECG-heartbeat": fault.PasswordCommon, "심전도비밀번호1": fault.PasswordCommon,
		"Gildong1": fault.PasswordLikeName, "honggildong99": fault.PasswordLikeName, "gildong.hong!": fault.PasswordLikeName,
		"heart of an ox": "", "gildong sings at noon": "", "tachy-cardia!": "",
	} {
		if _, err := newPassword(password, "user", "Gildong Hong"); codeOf(err) != want {
			t.Errorf("%q: %v, want %q", password, err, want)
		}
	}
}

func BenchmarkNewPassword(b *testing.B) {
	for b.Loop() {
		if _, err := newPassword("gudrms12", "hyeonggeun2", "Hyeong-geun"); err != nil {
			b.Fatal(err)
		}
	}
}

func FuzzUsername(f *testing.F) {
	f.Add("hyeonggeun2")
	f.Add("cafe\u0301")
	f.Add("#pk-block:1")
	f.Fuzz(func(t *testing.T, s string) {
		name, err := username(s)
		if err != nil {
			return
		}
		if again, err := username(name); err != nil || again != name {
			t.Fatalf("%q became %q, which becomes %q, %v", s, name, again, err)
		}
		if strings.ContainsAny(name, "#/\\ \x00\n") || len(name) == 0 {
			t.Fatalf("%q became %q", s, name)
		}
	})
}
