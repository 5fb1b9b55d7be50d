package django

import (
	"strings"
	"testing"
)

// Hashes of password that Django 5.2.19 made with argon2-cffi 25.1.0 and bcrypt
// 5.0.0; the cheap ones with 1,000 iterations and 4 rounds.
const (
	password    = "tachy-심전도!"
	pbkdf2Hash  = "pbkdf2_sha256$1000000$rwq9MtftSrPQsay0t0KuEM$rfh/khQ2Su4H2Hje7qrB5rmlgK0wmw06op3Yw13osJ8="
	bcryptHash  = "bcrypt_sha256$$2b$12$.NOqgGSCFpTxpgd25dTR9uu77k41YEWrMCWxslrW1GuaLN8LLhIfy"
	cheapPBKDF2 = "pbkdf2_sha256$1000$rwq9MtftSrPQsay0t0KuEM$q94lSgBJb0hrzSoxj2k/LlCV/VqXkH8R7mCmQNQi50U="
	cheapBcrypt = "bcrypt_sha256$$2b$04$0x3iAMC/HF746bFzUb.vRuCZ2dMN9t.RfzWFlP5G4zgaP.jUplP.S"
	argon2Hash  = "argon2$argon2id$v=19$m=102400,t=2,p=8$WElRcG14ZU5TNG9NMHV2WHp5bTMzUQ$gDrqd+fZj5AcdL+92kNRAn+aPy2fAW1WA+kcbjvS4vg"
	scryptHash  = "scrypt$16384$pcCMDLjdQJ0JMxIswluvT4$8$5$776l01pN44ROzEEjT8M/SW5KwEfF+bNyCQvKAEkaBDZzv1L8vIxQnZ0SvRrfuI/ATuSMJj0KaRs3X2fUAO3daA=="
	unusable    = "!0nksgyAJFURbXdHI2qnRy6YHTPYkRNwxyOBnKqCI"
)

func TestDjangosHashesAreVerifiedAsTheyAre(t *testing.T) {
	for _, stored := range []string{pbkdf2Hash, bcryptHash, cheapPBKDF2, cheapBcrypt} {
		verify, ok := Parse(stored)
		if !ok {
			t.Fatalf("%s isn't known", stored)
		}
		if !verify(password) {
			t.Errorf("%s: the right password is refused", stored)
		}
		if cheap := stored != pbkdf2Hash && stored != bcryptHash; cheap && (verify(password+" ") || verify("")) {
			t.Errorf("%s: a wrong password is taken", stored)
		}
	}
}

func TestHashesAreStoredAsTheyCanBeVerified(t *testing.T) {
	for field, want := range map[string]string{
		pbkdf2Hash: pbkdf2Hash, bcryptHash: bcryptHash, argon2Hash: strings.TrimPrefix(argon2Hash, "argon2"),
		scryptHash: "", unusable: "", "": "", "argon2$argon2i$v=19$m=512,t=2,p=2$a$b": "",
	} {
		stored, ok := Hash(field)
		if ok != (want != "") || ok && stored != want {
			t.Errorf("%q is stored as %q, %v", field, stored, ok)
		}
	}
}

func TestAHashThatCostsTooMuchIsRefused(t *testing.T) {
	for _, stored := range []string{
		strings.Replace(pbkdf2Hash, "1000000", "4000001", 1), strings.Replace(pbkdf2Hash, "1000000", "0", 1), strings.Replace(pbkdf2Hash, "1000000", "-1", 1),
		strings.Replace(bcryptHash, "$12$", "$16$", 1), bcryptHash + "x", pbkdf2Hash[:len(pbkdf2Hash)-4], "pbkdf2_sha256$1$$rfh/khQ2Su4H2Hje7qrB5rmlgK0wmw06op3Yw13osJ8=",
		"pbkdf2_sha256$1$" + strings.Repeat("s", 300) + "$rfh/khQ2Su4H2Hje7qrB5rmlgK0wmw06op3Yw13osJ8=",
	} {
		if _, ok := Parse(stored); ok {
			t.Errorf("%q is taken", stored)
		}
	}
}

func TestAHashMayCostAsMuchAsTheBounds(t *testing.T) {
	const hash = "$rfh/khQ2Su4H2Hje7qrB5rmlgK0wmw06op3Yw13osJ8="
	longest := strings.Repeat("s", 256-len("pbkdf2_sha256$1$"+hash))
	for _, tt := range []struct {
		stored string
		known  bool
	}{
		{"pbkdf2_sha256$1$s" + hash, true},
		{"pbkdf2_sha256$4000000$s" + hash, true},
		{"pbkdf2_sha256$1$" + longest + hash, true},
		{"pbkdf2_sha256$1$s" + longest + hash, false},
		{"pbkdf2_sha256$1e3$s" + hash, false},
		{"pbkdf2_sha256$1$s" + hash + "$", false},
		{"pbkdf2_sha256$1$s$rfh/khQ2Su4H2Hje7qrB5rmlgK0wmw06op3Yw13osA==", false}, // 31 bytes
		{"pbkdf2_sha256$1$s$rfh/khQ2Su4H2Hje7qrB5rmlgK0wmw06op3Yw13osJ8", false},  // invalid base64
		{"pbkdf2_sha256$1$s" + hash + "*", false},
		{"pbkdf2_sha256$1$s", false},
		{strings.Replace(bcryptHash, "$12$", "$15$", 1), true},
		{"bcrypt_sha256$" + strings.Repeat("x", 60), false},
		{bcryptHash[:len(bcryptHash)-1], false},
		{"", false},
	} {
		if _, ok := Parse(tt.stored); ok != tt.known {
			t.Errorf("%q: known %v, want %v", tt.stored, ok, tt.known)
		}
	}
}

func FuzzParse(f *testing.F) {
	for _, stored := range []string{pbkdf2Hash, bcryptHash, argon2Hash, scryptHash, unusable} {
		f.Add(stored)
	}
	f.Fuzz(func(t *testing.T, stored string) {
		if _, ok := Parse(stored); ok && !strings.HasPrefix(stored, "pbkdf2_sha256$") && !strings.HasPrefix(stored, "bcrypt_sha256$$2") {
			t.Errorf("%q is taken", stored)
		}
	})
}
