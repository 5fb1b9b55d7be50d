package dynamo

import (
	"encoding/hex"
	"fmt"
	"strconv"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"systole/shared/member"
)

// item is a row. It is written out by hand: the SDK's marshalling works by
// reflection, which a cold start would pay for.
type item map[string]types.AttributeValue

func text(s string) types.AttributeValue { return &types.AttributeValueMemberS{Value: s} }
func whole(n int64) types.AttributeValue {
	return &types.AttributeValueMemberN{Value: strconv.FormatInt(n, 10)}
}

// moment is a time in nanoseconds since 1970, 0 for the zero time.
func moment(t time.Time) types.AttributeValue {
	if t.IsZero() {
		return whole(0)
	}
	return whole(t.UnixNano())
}

func decimal(x float64) types.AttributeValue {
	return &types.AttributeValueMemberN{Value: strconv.FormatFloat(x, 'g', -1, 64)}
}

// reader takes a row apart and remembers the first attribute that isn't what
// it should be.
type reader struct {
	item item
	err  error
}

func (r *reader) has(name string) bool { return r.item[name] != nil }

func (r *reader) text(name string) string {
	if s, ok := r.item[name].(*types.AttributeValueMemberS); ok {
		return s.Value
	}
	r.fail(name)
	return ""
}

func (r *reader) optionalText(name string) string {
	if !r.has(name) {
		return ""
	}
	return r.text(name)
}

func (r *reader) number(name string) string {
	if n, ok := r.item[name].(*types.AttributeValueMemberN); ok {
		return n.Value
	}
	r.fail(name)
	return "0"
}

func (r *reader) whole(name string) int64 {
	n, err := strconv.ParseInt(r.number(name), 10, 64)
	if err != nil {
		r.fail(name)
	}
	return n
}

func (r *reader) decimal(name string) float64 {
	x, err := strconv.ParseFloat(r.number(name), 64)
	if err != nil {
		r.fail(name)
	}
	return x
}

func (r *reader) moment(name string) time.Time {
	n := r.whole(name)
	if n == 0 {
		return time.Time{}
	}
	return time.Unix(0, n).UTC()
}

func (r *reader) fail(name string) {
	if r.err == nil {
		r.err = fmt.Errorf("attribute %s is missing or of another type", name)
	}
}

func memberItem(m member.Member) item {
	it := item{
		"username":          text(m.Username),
		"pk":                whole(m.PK),
		"name":              text(m.Name),
		"password_hash":     text(m.PasswordHash),
		"created":           moment(m.Created),
		"tokens_valid_from": moment(m.TokensValidFrom),
	}
	if m.Age != nil {
		it["age"] = whole(int64(*m.Age))
	}
	if m.Gender != "" {
		it["gender"] = text(string(m.Gender))
	}
	if m.Model != nil {
		for name, value := range modelItem(*m.Model) {
			it[name] = value
		}
	}
	return it
}

func modelItem(m member.Model) item {
	return item{
		"model_version":   text(m.Version),
		"model_key":       text(m.Key),
		"model_made":      moment(m.Made),
		"model_used":      moment(m.Used),
		"model_algorithm": text(m.Algorithm),
		"model_quality":   decimal(m.Quality),
		"model_failures":  whole(int64(m.Failures)),
		"model_failed_at": moment(m.FailedAt),
	}
}

func readMember(it item) (member.Member, error) {
	r := &reader{item: it}
	m := member.Member{
		Username:        r.text("username"),
		PK:              r.whole("pk"),
		Name:            r.text("name"),
		Gender:          member.Gender(r.optionalText("gender")),
		PasswordHash:    r.text("password_hash"),
		Created:         r.moment("created"),
		TokensValidFrom: r.moment("tokens_valid_from"),
	}
	if r.has("age") {
		age := int(r.whole("age"))
		m.Age = &age
	}
	if r.has("model_version") {
		m.Model = &member.Model{
			Version:   r.text("model_version"),
			Key:       r.text("model_key"),
			Made:      r.moment("model_made"),
			Used:      r.moment("model_used"),
			Algorithm: r.text("model_algorithm"),
			Quality:   r.decimal("model_quality"),
		}
	}
	if r.has("model_failures") { // pointers written before failures were counted have none
		m.Model.Failures = int(r.whole("model_failures"))
		m.Model.FailedAt = r.moment("model_failed_at")
	}
	return m, r.err
}

func sessionItem(s member.Session) item {
	return item{
		"id":        text(hex.EncodeToString(s.ID[:])),
		"username":  text(s.Username),
		"pk":        whole(s.PK),
		"issued":    moment(s.Issued),
		"used":      moment(s.Used),
		"expires":   whole(s.Expires.Unix()), // seconds, as DynamoDB's TTL wants it
		"model_key": text(s.ModelKey),
	}
}

func readSession(it item) (member.Session, error) {
	r := &reader{item: it}
	id, err := tokenID(r.text("id"))
	if err != nil {
		r.fail("id")
	}
	return member.Session{
		ID:       id,
		Username: r.text("username"),
		PK:       r.whole("pk"),
		Issued:   r.moment("issued"),
		Used:     r.moment("used"),
		Expires:  time.Unix(r.whole("expires"), 0).UTC(),
		ModelKey: r.text("model_key"),
	}, r.err
}

func tokenID(s string) (id member.TokenID, err error) {
	if len(s) != hex.EncodedLen(len(id)) {
		return id, fmt.Errorf("token id has %d digits", len(s))
	}
	_, err = hex.Decode(id[:], []byte(s))
	return id, err
}
