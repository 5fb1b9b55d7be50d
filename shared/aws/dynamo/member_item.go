package dynamo

import (
	endian "encoding/binary"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"systole/shared/store"
)

func memberItem(m store.Member) item {
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
	if m.Consent != nil {
		maps.Copy(it, consentItem(*m.Consent))
	}
	if m.Template != nil {
		maps.Copy(it, templateItem(*m.Template))
	}
	if m.Failed != (store.Attempts{}) {
		it["model_failures"], it["model_failed_at"] = whole(int64(m.Failed.Failures)), moment(m.Failed.FailedAt)
	}
	if !m.Removed.IsZero() {
		it["template_removed"] = moment(m.Removed)
	}
	if m.MemoryKey != "" {
		it["memory_key"] = text(m.MemoryKey)
	}
	if m.LastCheck != (store.LastCheck{}) {
		it["check_key"], it["check_id"], it["check_at"] = text(m.LastCheck.Key), text(m.LastCheck.ID), moment(m.LastCheck.At)
	}
	if len(m.Uploads) > 0 {
		it["uploads"] = uploadsText(m.Uploads)
	}
	maps.Copy(it, dueItem(store.DueTemplate, m.Username, m.Seen))
	if len(m.SubjectSalt) > 0 {
		it["subject_salt"] = binary(m.SubjectSalt)
	}
	if !m.RecoveryCodes.Made.IsZero() {
		it["recovery_codes"] = recoveryCodes(m.RecoveryCodes)
	}
	if !m.Recovered.IsZero() {
		it["recovered"] = moment(m.Recovered)
	}
	if !m.RecoveredBefore.IsZero() {
		it["recovered_before"] = moment(m.RecoveredBefore)
	}
	for network, at := range m.Networks {
		it[networkPrefix+network] = moment(at)
	}
	for id, digest := range m.Digests {
		it[digestPrefix+id] = binary(digest)
	}
	return it
}

func consentItem(c store.Consent) item {
	return item{
		"consent_version":   text(c.Version),
		"consent_given":     moment(c.Given),
		"consent_withdrawn": moment(c.Withdrawn),
	}
}

func templateItem(m store.Template) item {
	it := item{
		"model_version":   text(m.Version),
		"model_key":       text(m.Key),
		"model_made":      moment(m.Made),
		"model_used":      moment(m.Used),
		"model_algorithm": text(m.Algorithm),
		"model_quality":   decimal(m.Quality),
		"model_failures":  whole(int64(m.Failures)),
		"model_failed_at": moment(m.FailedAt),
	}
	if m.Days > 0 {
		it["model_days"] = daysText(m)
	}
	return it
}

func readMember(it item) (store.Member, error) {
	r := &reader{item: it}
	m := store.Member{
		Username:        r.text("username"),
		PK:              r.whole("pk"),
		Name:            r.text("name"),
		Gender:          store.Gender(r.optionalText("gender")),
		PasswordHash:    r.text("password_hash"),
		Created:         r.moment("created"),
		TokensValidFrom: r.moment("tokens_valid_from"),
	}
	if r.has("age") {
		age := int(r.whole("age"))
		m.Age = &age
	}
	if r.has("consent_version") {
		m.Consent = &store.Consent{
			Version:   r.text("consent_version"),
			Given:     r.moment("consent_given"),
			Withdrawn: r.moment("consent_withdrawn"),
		}
	}
	if r.has("model_version") {
		m.Template = &store.Template{
			Version:   r.text("model_version"),
			Key:       r.text("model_key"),
			Made:      r.moment("model_made"),
			Used:      r.moment("model_used"),
			Algorithm: r.text("model_algorithm"),
			Quality:   r.decimal("model_quality"),
		}
	}
	if m.Template != nil && r.has("model_days") {
		r.days("model_days", m.Template)
	}
	if r.has("model_failures") { // pointers from before failures were counted have none
		failed := store.Attempts{Failures: int(r.whole("model_failures")), FailedAt: r.moment("model_failed_at")}
		if m.Template == nil {
			m.Failed = failed
		} else {
			m.Template.Failures, m.Template.FailedAt = failed.Failures, failed.FailedAt
		}
	}
	m.Removed, m.MemoryKey = r.optionalMoment("template_removed"), r.optionalText("memory_key")
	if r.has("check_key") {
		m.LastCheck = store.LastCheck{Key: r.text("check_key"), ID: r.text("check_id"), At: r.moment("check_at")}
	}
	if r.has("uploads") {
		m.Uploads = r.uploads("uploads")
	}
	m.Seen = r.optionalMoment("due")
	m.SubjectSalt = r.optionalBinary("subject_salt")
	m.RecoveryCodes, m.Recovered = r.recoveryCodes("recovery_codes"), r.optionalMoment("recovered")
	m.RecoveredBefore = r.optionalMoment("recovered_before")
	m.Digests = r.digests()
	m.Networks = r.networks()
	return m, r.err
}

// daysText encodes a template's days of enrolment, their number and the time of
// the last in nanoseconds since 1970, after its version: an earlier release of
// the service moves the pointer without changing this attribute.
func daysText(m store.Template) types.AttributeValue {
	at := int64(0)
	if !m.LastDay.IsZero() {
		at = m.LastDay.UnixNano()
	}
	return text(fmt.Sprintf("%s %d %d", m.Version, m.Days, at))
}

// days decodes the days of enrolment, if they are of this version of the
// template.
func (r *reader) days(name string, m *store.Template) {
	written, ok := strings.CutPrefix(r.text(name), m.Version+" ")
	if !ok {
		return
	}
	var at int64
	if _, err := fmt.Sscanf(written, "%d %d", &m.Days, &at); err != nil {
		r.fail(name)
	}
	if at != 0 {
		m.LastDay = time.Unix(0, at).UTC()
	}
}

// uploadsText encodes uploads as one attribute, for a condition to compare: of
// each its id, its size, and its expiry in nanoseconds since 1970.
func uploadsText(uploads []store.PendingUpload) types.AttributeValue {
	var words []string
	for _, u := range uploads {
		words = append(words, fmt.Sprintf("%s %d %d", u.ID, u.Size, u.Expires.UnixNano()))
	}
	return text(strings.Join(words, ","))
}

func (r *reader) uploads(name string) []store.PendingUpload {
	var all []store.PendingUpload
	for word := range strings.SplitSeq(r.text(name), ",") {
		var u store.PendingUpload
		var expires int64
		if _, err := fmt.Sscanf(word, "%s %d %d", &u.ID, &u.Size, &expires); err != nil {
			r.fail(name)
		}
		u.Expires = time.Unix(0, expires).UTC()
		all = append(all, u)
	}
	return all
}

// Lengths of the parts of a set of recovery codes, in bytes.
const (
	madeBytes   = 8
	digestBytes = 32 // SHA-256
)

// recoveryCodes encodes a set of recovery codes as one attribute, for a condition
// to compare: the time of its making in nanoseconds since 1970, and the digests
// of the codes left.
func recoveryCodes(codes store.RecoveryCodes) types.AttributeValue {
	return binary(slices.Concat(endian.BigEndian.AppendUint64(nil, uint64(codes.Made.UnixNano())), slices.Concat(codes.Left...)))
}

func (r *reader) recoveryCodes(name string) store.RecoveryCodes {
	all := r.optionalBinary(name)
	if all == nil {
		return store.RecoveryCodes{}
	}
	if len(all)%digestBytes != madeBytes {
		r.fail(name)
		return store.RecoveryCodes{}
	}
	codes := store.RecoveryCodes{Made: time.Unix(0, int64(endian.BigEndian.Uint64(all))).UTC()}
	for digest := range slices.Chunk(all[madeBytes:], digestBytes) {
		codes.Left = append(codes.Left, digest)
	}
	return codes
}

// networkPrefix begins the names of the attributes that hold networks.
const networkPrefix = "network_"

// networks decodes the attributes that hold networks.
func (r *reader) networks() map[string]time.Time {
	var networks map[string]time.Time
	for name := range r.item {
		network, ok := strings.CutPrefix(name, networkPrefix)
		if !ok {
			continue
		}
		if networks == nil {
			networks = make(map[string]time.Time)
		}
		networks[network] = r.moment(name)
	}
	return networks
}

// digests decodes the attributes that hold digests.
func (r *reader) digests() map[string][]byte {
	var digests map[string][]byte
	for name, value := range r.item {
		id, ok := strings.CutPrefix(name, digestPrefix)
		if !ok {
			continue
		}
		b, ok := value.(*types.AttributeValueMemberB)
		if !ok {
			r.fail(name)
			continue
		}
		if digests == nil {
			digests = make(map[string][]byte)
		}
		digests[id] = b.Value
	}
	return digests
}
