package faults

// A reference model of the service: the right answers, and the state after them.
// It keeps every world that all answers so far allow: after a fault there are
// several, and later answers decide between them.

const (
	people  = 2
	secrets = 2 // number of passwords that a person may have
	tokens  = 16
)

// world is the part of the service's state that determines answers.
type world struct {
	exists [people]bool
	secret [people]int
	model  [people]bool
	had    [people]bool // whether the person has, or had, a model
	owner  [tokens]int  // for each token, which of the members that have had the name
	lives  [people]int  // number of members that have had the name
	row    [tokens]bool
	valid  [tokens]bool
}

// action is a client's action.
type action struct {
	kind        string
	person      int // for sign-up and log-in
	token       int // for all other actions
	secret, new int
	issued      int  // number of the token that would be issued
	proven      bool // the token's session has just proved the member's identity
}

// The answers of the reference model.
const (
	ok          = "ok"
	okNo        = "ok, and no"
	taken       = "username_taken"
	wrong       = "credentials_invalid"
	ended       = "token_invalid"
	wrongSecret = "password_wrong"
	none        = "no_model"
	unproven    = "log_in_again"
)

// whose returns the person that the token was issued to, and whether the token is
// valid.
func (w *world) whose(token int) (person int, valid bool) {
	for p := range people {
		if w.owner[token] == p+people*w.lives[p] {
			return p, w.valid[token] && w.exists[p]
		}
	}
	return 0, false
}

// issue adds a token of the person.
func (w world) issue(person, token int) world {
	w.owner[token] = person + people*w.lives[person]
	w.row[token], w.valid[token] = true, true
	return w
}

// void ends the validity of the person's tokens except keep; with drop it also
// forgets them.
func (w world) void(person int, drop bool, keep int) world {
	for t := range tokens {
		if t == keep || w.owner[t] != person+people*w.lives[person] {
			continue
		}
		w.valid[t] = false
		if drop {
			w.row[t] = false
		}
	}
	return w
}

const nobody = -1 // as keep: keeps no token

// do returns the answer in this world and the world after it, and the other
// worlds that are possible after a fault on the way.
func (w world) do(a action) (answer string, after world, partly []world) {
	switch a.kind {
	case "sign-up":
		return w.signUp(a)
	case "log-in":
		if !w.exists[a.person] || w.secret[a.person] != a.secret {
			return wrong, w, nil
		}
		return ok, w.issue(a.person, a.issued), nil
	case "log-out":
		after = w
		after.row[a.token], after.valid[a.token] = false, false
		if !w.row[a.token] {
			return ended, w, nil
		}
		return ok, after, nil
	}
	person, valid := w.whose(a.token)
	if !valid {
		return ended, w, nil
	}
	return w.doAs(person, a)
}

func (w world) signUp(a action) (answer string, after world, partly []world) {
	if w.exists[a.person] {
		return taken, w, nil
	}
	member := w
	member.exists[a.person], member.secret[a.person], member.model[a.person] = true, a.secret, false
	member.had[a.person] = false
	member.lives[a.person]++
	return ok, member.issue(a.person, a.issued), []world{member}
}

// doAs is do for the person with a valid token.
func (w world) doAs(person int, a action) (answer string, after world, partly []world) {
	after = w
	switch a.kind {
	case "has model":
		if !w.model[person] {
			return okNo, w, nil
		}
		return ok, w, nil
	case "make model":
		if w.had[person] && !a.proven {
			return unproven, w, nil
		}
		after.model[person], after.had[person] = true, true
		return ok, after, nil
	case "delete model":
		after.model[person] = false
		if !w.model[person] {
			return none, w, nil
		}
		if !a.proven {
			return unproven, w, nil
		}
		return ok, after, nil
	case "log out everywhere":
		return ok, w.void(person, true, nobody), []world{w.void(person, false, nobody)}
	}
	if w.secret[person] != a.secret {
		return wrongSecret, w, nil
	}
	if a.kind == "password" {
		after.secret[person] = a.new
		return ok, after.void(person, true, a.token), []world{after.void(person, false, nobody), after.void(person, false, a.token)}
	}
	return w.deleted(person)
}

// deleted is the deletion of an account, which takes several steps.
func (w world) deleted(person int) (answer string, after world, partly []world) {
	voided := w.void(person, false, nobody)
	unmodelled := voided
	unmodelled.model[person], unmodelled.had[person] = false, true
	ended := unmodelled.void(person, true, nobody)
	gone := ended
	gone.exists[person] = false
	return ok, gone, []world{voided, unmodelled, ended}
}
