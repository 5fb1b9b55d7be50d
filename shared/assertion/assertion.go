// Package assertion signs the outcome of an accepted check for a third party: a
// token (JWT, RFC 7519, by the practices of RFC 8725) that the third party
// verifies by itself, with the keys that the service publishes.
package assertion

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"time"

	"github.com/go-jose/go-jose/v4"

	"systole/shared/biometric"
	"systole/shared/signing"
	"systole/shared/store"
)

// Lifetime is the time for which an assertion is valid: enough for its way from
// the person's device to the third party over a slow network.
const Lifetime = 2 * time.Minute

// Type is the type of the token (RFC 8725, 3.11): no other token of the service,
// and none of another service, is taken for an assertion.
const Type = "systole-assertion+jwt"

// ClassHeart is the authentication context class of an accepted check, on the
// session of a log-in by password.
const ClassHeart = "urn:systole:acr:heart"

// methods are the person's authentication methods (RFC 8176): the password, and
// the heart, for which the registry has no word; together several factors.
var methods = []string{"pwd", "ecg", "mfa"}

// claims are the content of an assertion. There is never a score among them.
type claims struct {
	Issuer   string   `json:"iss"`
	Subject  string   `json:"sub"` // a different one for each audience
	Audience string   `json:"aud"`
	Issued   int64    `json:"iat"`
	Expires  int64    `json:"exp"`
	ID       string   `json:"jti"`
	Nonce    string   `json:"nonce,omitempty"`
	AuthTime int64    `json:"auth_time"` // of the check
	Class    string   `json:"acr"`
	Methods  []string `json:"amr"`
	// FMR is the false match rate that the check was decided at.
	FMR float64 `json:"fmr"`
	// PasswordTime is the time of the log-in that began the session, which may be
	// weeks ago.
	PasswordTime int64 `json:"password_time"`
}

// Subjects names members to audiences; see member.Subjects.
type Subjects interface {
	Of(ctx context.Context, m store.Member, audience string) (string, error)
}

// Service signs assertions.
type Service struct {
	keys     *signing.Keys
	subjects Subjects
	now      func() time.Time
}

// NewService returns a Service.
func NewService(keys *signing.Keys, subjects Subjects, now func() time.Time) *Service {
	return &Service{keys: keys, subjects: subjects, now: now}
}

// Assert signs an accepted verdict for the audience and nonce of its check.
// issuer is the address of the service.
func (s *Service) Assert(ctx context.Context, issuer string, c biometric.Check, v biometric.Verdict) (string, error) {
	if !v.Accepted {
		return "", fmt.Errorf("assert: the check was not accepted")
	}
	subject, err := s.subjects.Of(ctx, v.Member, c.Audience)
	if err != nil {
		return "", err
	}
	now := s.now()
	payload, err := json.Marshal(claims{
		Issuer: issuer, Subject: subject, Audience: c.Audience, Nonce: c.AudienceNonce,
		Issued: now.Unix(), Expires: now.Add(Lifetime).Unix(), ID: rand.Text(),
		AuthTime: v.At.Unix(), Class: ClassHeart, Methods: methods, FMR: float64(v.FMR),
		PasswordTime: v.Session.Issued.Unix(),
	})
	if err != nil {
		return "", fmt.Errorf("encode assertion: %w", err)
	}
	return s.sign(ctx, payload)
}

func (s *Service) sign(ctx context.Context, payload []byte) (string, error) {
	key, err := s.keys.Current(ctx)
	if err != nil {
		return "", err
	}
	signer, err := jose.NewSigner(jose.SigningKey{Algorithm: jose.ES256, Key: key}, new(jose.SignerOptions).WithType(Type))
	if err != nil {
		return "", fmt.Errorf("sign assertion: %w", err)
	}
	signed, err := signer.Sign(payload)
	if err != nil {
		return "", fmt.Errorf("sign assertion: %w", err)
	}
	return signed.CompactSerialize()
}
