package dynamo

import (
	"encoding/hex"
	"fmt"
	"maps"

	"systole/shared/store"
)

func sessionItem(s store.Session) item {
	it := item{
		"id":         text(hex.EncodeToString(s.ID[:])),
		"username":   text(s.Username),
		"pk":         whole(s.PK),
		"issued":     moment(s.Issued),
		"used":       moment(s.Used),
		"expires":    whole(s.Expires.Unix()), // seconds, for DynamoDB's TTL
		"model_key":  text(s.TemplateKey),
		"valid_from": moment(s.ValidFrom),
	}
	if !s.Verified.IsZero() {
		it["verified"] = moment(s.Verified)
	}
	if s.Client != (store.Client{}) {
		it["client_app"], it["client_system"] = text(s.Client.App), text(s.Client.System)
	}
	if s.Network != "" {
		it["network"] = text(s.Network)
	}
	if s.HandedBy != (store.TokenID{}) {
		it["handed_by"] = text(hex.EncodeToString(s.HandedBy[:]))
	}
	maps.Copy(it, dueItem(store.DueSession, hex.EncodeToString(s.ID[:]), s.Due))
	if s.Challenge != (store.Challenge{}) {
		it["challenge"] = text(hex.EncodeToString(s.Challenge.Hash[:]))
		it["challenge_expires"] = moment(s.Challenge.Expires)
	}
	return it
}

func readSession(it item) (store.Session, error) {
	r := &reader{item: it}
	s := store.Session{
		ID:          r.hash("id"),
		Username:    r.text("username"),
		PK:          r.whole("pk"),
		Issued:      r.moment("issued"),
		Used:        r.moment("used"),
		Expires:     r.seconds("expires"),
		TemplateKey: r.text("model_key"),
		ValidFrom:   r.optionalMoment("valid_from"),
		Verified:    r.optionalMoment("verified"),
		Client:      store.Client{App: r.optionalText("client_app"), System: r.optionalText("client_system")},
		Network:     r.optionalText("network"),
		Due:         r.optionalMoment("due"),
	}
	if r.has("handed_by") {
		s.HandedBy = r.hash("handed_by")
	}
	if r.has("challenge") {
		s.Challenge = store.Challenge{Hash: r.hash("challenge"), Expires: r.moment("challenge_expires")}
	}
	return s, r.err
}

// hash decodes 32 bytes in hexadecimal digits.
func (r *reader) hash(name string) (h [32]byte) {
	h, err := tokenID(r.text(name))
	if err != nil {
		r.fail(name)
	}
	return h
}

func tokenID(s string) (id store.TokenID, err error) {
	if len(s) != hex.EncodedLen(len(id)) {
		return id, fmt.Errorf("token id has %d digits", len(s))
	}
	_, err = hex.Decode(id[:], []byte(s))
	return id, err
}
