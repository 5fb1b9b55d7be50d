// Package dumpdata reads the output of Django's manage.py dumpdata, as JSON or
// JSON lines, also several outputs in sequence: users, their profiles, and the
// tokens of Django REST Framework. Everything else in it is counted.
package dumpdata

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"
)

// User is a row of auth.user, or of a project's own user model.
type User struct {
	PK       int64
	Username string
	Password string // as Django stores it: kind, cost, salt and hash
	Name     string // the field name, else first and last name, else the user name
	Age      *int
	Gender   string // male, female or empty
	Joined   time.Time
	Active   bool
	Tokens   []Token
}

// Token is a row of authtoken.token.
type Token struct {
	Key     string
	Created time.Time
}

// Dump is the content of a dump.
type Dump struct {
	Users []User // in the order of their rows
	// Problems name rows that can't be read, and fields that were left out.
	Problems []string
	// Ignored counts the rows of each model without data about a member.
	Ignored map[string]int
}

// row is an object of the dump.
type row struct {
	Model  string                     `json:"model"`
	PK     json.RawMessage            `json:"pk"`
	Fields map[string]json.RawMessage `json:"fields"`
}

// reading is a dump being read. Rows may come in any order.
type reading struct {
	dump     Dump
	users    map[string]int // by pk, and by user name in quotes, as references write them
	profiles []row
	tokens   []row
	number   int // of rows so far
}

// Read reads a dump to its end. The error is that of a text that is not a dump;
// single rows that can't be read are problems.
func Read(in io.Reader) (Dump, error) {
	r := reading{dump: Dump{Ignored: map[string]int{}}, users: map[string]int{}}
	if err := r.rows(in); err != nil {
		return Dump{}, err
	}
	for _, p := range r.profiles {
		r.profile(p)
	}
	for _, t := range r.tokens {
		r.token(t)
	}
	return r.dump, nil
}

// rows reads lists of objects, and objects, in sequence.
func (r *reading) rows(in io.Reader) error {
	text := bufio.NewReader(in)
	for values := 0; ; values++ {
		first, err := skipSpace(text)
		switch {
		case errors.Is(err, io.EOF) && values > 0:
			return nil
		case err != nil:
			return fmt.Errorf("it is no output of dumpdata: %w", err)
		case first != '[' && first != '{':
			return errors.New("it is no output of dumpdata: write it with --format json, which is the default")
		}
		values := json.NewDecoder(text)
		if first == '{' {
			return r.objects(values)
		}
		if err := r.list(values); err != nil {
			return err
		}
		text = bufio.NewReader(io.MultiReader(values.Buffered(), text))
	}
}

// skipSpace returns the first byte other than white space, without consuming it.
func skipSpace(text *bufio.Reader) (byte, error) {
	for {
		b, err := text.Peek(1)
		if err != nil {
			return 0, err
		}
		if !unicode.IsSpace(rune(b[0])) {
			return b[0], nil
		}
		text.Discard(1)
	}
}

// list reads a list of objects.
func (r *reading) list(values *json.Decoder) error {
	if _, err := values.Token(); err != nil {
		return err
	}
	for values.More() {
		if err := r.next(values); err != nil {
			return err
		}
	}
	_, err := values.Token()
	return r.cutOff(err)
}

// objects reads objects to the end.
func (r *reading) objects(values *json.Decoder) error {
	for {
		if err := r.next(values); errors.Is(err, io.EOF) {
			return nil
		} else if err != nil {
			return err
		}
	}
}

func (r *reading) next(values *json.Decoder) error {
	var one row
	if err := values.Decode(&one); err != nil {
		return r.cutOff(err)
	}
	r.number++
	r.row(one)
	return nil
}

func (r *reading) cutOff(err error) error {
	if err != nil {
		return fmt.Errorf("after row %d of the dump: %w", r.number, err)
	}
	return nil
}

// row classifies a row by its fields, as the names of models are a project's own.
func (r *reading) row(one row) {
	model := strings.ToLower(one.Model)
	switch {
	case model == "authtoken.token":
		r.tokens = append(r.tokens, one)
	case one.Fields["username"] != nil && one.Fields["password"] != nil:
		r.user(one)
	case one.Fields["user"] != nil && (one.Fields["name"] != nil || one.Fields["age"] != nil || one.Fields["gender"] != nil):
		r.profiles = append(r.profiles, one)
	default:
		r.dump.Ignored[model]++
	}
}

func (r *reading) problem(one row, format string, args ...any) {
	r.dump.Problems = append(r.dump.Problems, fmt.Sprintf("%s %s: ", one.Model, one.PK)+fmt.Sprintf(format, args...))
}

func (r *reading) user(one row) {
	pk, err := strconv.ParseInt(string(one.PK), 10, 64)
	if err != nil {
		r.problem(one, "its pk is no number: pks are kept (dump without --natural-primary)")
		return
	}
	u := User{PK: pk, Username: text(one, "username"), Password: text(one, "password"), Active: true, Joined: moment(one, "date_joined")}
	u.Name = text(one, "name")
	if u.Name == "" {
		u.Name = strings.TrimSpace(text(one, "first_name") + " " + text(one, "last_name"))
	}
	if u.Name == "" {
		u.Name = u.Username
	}
	if b := one.Fields["is_active"]; b != nil {
		json.Unmarshal(b, &u.Active)
	}
	r.users[string(one.PK)] = len(r.dump.Users)
	r.users[strconv.Quote(u.Username)] = len(r.dump.Users)
	r.dump.Users = append(r.dump.Users, u)
	r.person(one, &r.dump.Users[len(r.dump.Users)-1])
}

// person reads age and gender, of a user or a profile.
func (r *reading) person(one row, u *User) {
	if b := one.Fields["age"]; b != nil && string(b) != "null" {
		age, err := strconv.Atoi(strings.Trim(string(b), `"`))
		if err != nil || age < 0 || age > 150 {
			r.problem(one, "age %s is left out: it is no whole number from 0 to 150", b)
		} else {
			u.Age = &age
		}
	}
	word := strings.ToLower(text(one, "gender"))
	switch word {
	case "male", "m", "man", "남", "남자", "남성":
		u.Gender = "male"
	case "female", "f", "w", "woman", "여", "여자", "여성":
		u.Gender = "female"
	case "":
	default:
		r.problem(one, "gender %q is left out: it is neither male nor female", word)
	}
}

func (r *reading) profile(one row) {
	u := r.referred(one)
	if u == nil {
		return
	}
	if name := text(one, "name"); name != "" {
		u.Name = name
	}
	r.person(one, u)
}

func (r *reading) token(one row) {
	var key string
	if json.Unmarshal(one.PK, &key) != nil || key == "" { // with --natural-primary it is among the fields
		key = text(one, "key")
	}
	one.PK = json.RawMessage("…") // it is a secret, and problems are printed
	u := r.referred(one)
	if u == nil {
		return
	}
	if key == "" {
		r.problem(one, "has no key")
		return
	}
	u.Tokens = append(u.Tokens, Token{key, moment(one, "created")})
}

// referred returns the user in the row's field user, by number or, with
// --natural-foreign, by user name.
func (r *reading) referred(one row) *User {
	reference := string(one.Fields["user"])
	var natural []string
	if json.Unmarshal(one.Fields["user"], &natural) == nil && len(natural) == 1 {
		reference = strconv.Quote(natural[0])
	}
	i, ok := r.users[reference]
	if !ok {
		r.problem(one, "its user isn't in the dump")
		return nil
	}
	return &r.dump.Users[i]
}

// text returns a field's text, "" if there is none.
func text(one row, field string) (s string) {
	json.Unmarshal(one.Fields[field], &s)
	return s
}

// moment returns a field's time, zero if there is none. Without USE_TZ Django
// writes no zone: then it is taken as UTC.
func moment(one row, field string) time.Time {
	s := text(one, field)
	for _, layout := range []string{time.RFC3339Nano, "2006-01-02T15:04:05.999999999"} {
		if t, err := time.Parse(layout, s); err == nil {
			return t.UTC()
		}
	}
	return time.Time{}
}

// Left lists the models that were ignored, with the numbers of their rows.
func (d Dump) Left() []string {
	var all []string
	for _, model := range slices.Sorted(maps.Keys(d.Ignored)) {
		all = append(all, fmt.Sprintf("%s: %d", model, d.Ignored[model]))
	}
	return all
}
