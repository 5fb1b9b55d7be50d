package dynamo_test

import (
	"errors"
	"net/http"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"

	"systole/shared/aws/dynamo"
	"systole/shared/member"
	"systole/shared/store"
	"systole/tests/support/servers"
)

// loser sends requests and, if told to, loses the reply to the next one: the
// request took effect and its caller does not learn of it.
type loser struct {
	next aws.HTTPClient
	lose bool
}

var errLost = errors.New("connection reset by peer")

func (l *loser) Do(r *http.Request) (*http.Response, error) {
	response, err := l.next.Do(r)
	if err != nil || !l.lose {
		return response, err
	}
	l.lose = false
	response.Body.Close()
	return nil, errLost
}

func TestALostReplyIsNoConflict(t *testing.T) {
	endpoint := servers.StartDynamoDB(t)
	config := servers.Config(t)
	line := &loser{next: config.HTTPClient}
	config.HTTPClient = line
	s := dynamo.New(config, &endpoint, servers.Tables())

	now := time.Unix(1_800_000_000, 0).UTC()
	hong := store.Member{Username: "hong", PK: 1, Name: "n", PasswordHash: "first", Created: now}
	model := store.Template{Version: "v1", Key: "models/1/v1", Made: now, Used: now}
	for _, step := range []struct {
		name  string
		write func() error
	}{
		{"create member", func() error { return s.CreateMember(t.Context(), hong) }},
		{"replace password", func() error { return s.ReplacePassword(t.Context(), "hong", "first", "second", time.Time{}) }},
		{"claim pk block", func() error { return s.ClaimPKBlock(t.Context(), 7, "me") }},
		{"set template", func() error { return s.SetTemplate(t.Context(), hong, model, nil) }},
		{"register probe", func() error {
			_, err := s.RegisterProbe(t.Context(), store.Session{Username: "hong", PK: 1}, store.Probe{ID: "a", Digest: []byte("x"), Limit: store.Backoff{Free: 1}})
			return err
		}},
		{"withdraw probe", func() error { return s.WithdrawProbe(t.Context(), "hong", "v1", "a") }},
		{"record acceptance", func() error { return s.RecordAcceptance(t.Context(), "hong", "v1", now) }},
		{"remove probe", func() error { return s.RemoveProbe(t.Context(), "hong", "a") }},
		{"clear template", func() error { hong.Template = &model; return s.ClearTemplate(t.Context(), hong, now, "", nil) }},
		{"create session", func() error {
			return s.CreateSession(t.Context(), store.Session{Username: "hong", Expires: now}, member.NewEvent(member.LoggedIn, now), nil)
		}},
		{"void tokens", func() error { return s.VoidTokens(t.Context(), "hong", 1, now) }},
		{"set consent", func() error { return s.SetConsent(t.Context(), "hong", 1, store.Consent{Version: "1", Given: now}) }},
		{"record network", func() error { return s.RecordNetwork(t.Context(), "hong", 1, "n", now, nil) }},
		{"admit attempt", func() error {
			return s.AdmitAttempt(t.Context(), "name:x", store.Backoff{Free: 5}, now, now.Add(time.Hour))
		}},
		{"take back attempt", func() error { return s.TakeBackAttempt(t.Context(), "name:x") }},
		{"clear attempts", func() error { return s.ClearAttempts(t.Context(), "name:x") }},
		{"note", func() error { return s.Note(t.Context(), "hong", member.NewEvent(member.LoggedIn, now)) }},
		{"forget activity", func() error { return s.ForgetActivity(t.Context(), "hong") }},
		{"keep session", func() error { return s.KeepSession(t.Context(), store.TokenID{}, now) }},
		{"set challenge", func() error { return s.SetChallenge(t.Context(), store.TokenID{}, store.Challenge{Expires: now}) }},
		{"delete sessions", func() error { return s.DeleteSessions(t.Context(), []store.TokenID{{1}}) }},
		{"delete member", func() error { return s.DeleteMember(t.Context(), "nobody", 1) }},
		{"touch session", func() error { return s.TouchSession(t.Context(), store.TokenID{}, now, "k") }},
	} {
		t.Run(step.name, func(t *testing.T) {
			line.lose = true
			if err := step.write(); err != nil {
				t.Error(err)
			}
			if line.lose {
				t.Error("no reply was lost")
			}
		})
	}
	other := hong
	other.PasswordHash = "somebody else's"
	if err := s.CreateMember(t.Context(), other); !errors.Is(err, store.ErrExists) {
		t.Errorf("a name that is taken: %v", err)
	}
}

func TestAStoreThatIsDownIsUnavailable(t *testing.T) {
	nowhere := "http://127.0.0.1:1"
	s := dynamo.New(servers.Config(t), &nowhere, servers.Tables())
	if _, err := s.Member(t.Context(), "hong"); !errors.Is(err, store.ErrUnavailable) {
		t.Errorf("error is %v", err)
	}
}
