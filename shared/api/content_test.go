package api

import (
	"testing"

	"systole/shared/fault"
)

func TestABodyIsReadInTheCharacterSetThatItIsIn(t *testing.T) {
	for _, test := range []struct{ name, body, charset, want string }{
		{"UTF-8", "심장", "", "심장"},
		{"UTF-8 with a mark", "\ufeff심장", "", "심장"},
		{"UTF-8 with a mark, said to be another", "\ufeff심장", "utf-16", "심장"},
		{"UTF-16 with a mark", "\xff\xfea\x00\xec\xc2", "", "a심"},
		{"UTF-16 the other way round, with a mark", "\xfe\xff\x00a\xc2\xec", "", "a심"},
		{"UTF-16 that says so", "a\x00\xec\xc2", "UTF-16LE", "a심"},
		{"UTF-16 the other way round that says so", "\x00a\xc2\xec", "utf-16be", "a심"},
		{"Latin 1", "caf\xe9", "ISO-8859-1", "café"},
		{"UTF-8 said to be Latin 1", "café", "latin1", "café"},
		{"EUC-KR", "\xbd\xc9\xc0\xe5", "EUC-KR", "심장"},
		{"a syllable of CP949 alone", "\x8cc\xb9\xe6", "windows-949", "똠방"},
		{"Korean by the Internet's old name", "\xbd\xc9\xc0\xe5", "ks_c_5601-1987", "심장"},
		{"EUC-KR whose bytes are UTF-8 as well", "\xc2\xa5", "euc-kr", "짜"},
		{"UTF-8 said to be EUC-KR", "심장", "euc-kr", "심장"},
		{"ASCII in a set that isn't known", "abc", "koi8-r", "abc"},
	} {
		got, err := toUTF8([]byte(test.body), test.charset)
		if err != nil || string(got) != test.want {
			t.Errorf("%s: got %q %v, want %q", test.name, got, err, test.want)
		}
	}
	for _, test := range []struct {
		name, body, charset string
		want                fault.Code
	}{
		{"broken UTF-8", "\xff\xff", "", fault.MalformedBody},
		{"half a character of UTF-16", "\xff\xfea", "", fault.MalformedBody},
		{"half a character of EUC-KR", "\xbd\xc9\xc0", "euc-kr", fault.MalformedBody},
		{"no character of EUC-KR", "\xff\xff", "cp949", fault.MalformedBody},
		{"a set that isn't known", "\xe9", "koi8-r", fault.UnsupportedMediaType},
	} {
		if got, err := toUTF8([]byte(test.body), test.charset); !fault.Is(err, test.want) {
			t.Errorf("%s: got %q %v, want %s", test.name, got, err, test.want)
		}
	}
}
