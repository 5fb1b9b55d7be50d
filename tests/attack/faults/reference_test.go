package faults

// A reference model of the service: the answers that are right, and the state
// afterwards. It keeps every possible world, given all answers up to now: after
// a fault there are several, and later answers tell which one it is.

const (
	people  = 2
	secrets = 2 // passwords that somebody may have
	tokens  = 16
)

// world is the part of the service's state that decides answers.
type world struct {
	exists [people]bool
	secret [people]int
	model  [people]bool
	had    [people]bool // a model, now or earlier
	owner  [tokens]int  // of each token, which member of that name it is of
	lives  [people]int  // how many members had the name before
	row    [tokens]bool
	valid  [tokens]bool
}

// action is something that a client does.
type action struct {
	kind        string
	person      int // sign-up and log-in
	token       int // all others
	secret, new int
	issued      int  // number of the token that would be issued
	proven      bool // the token's session has just proven that it is the member's
}

// The answers that the reference knows.
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

// whose is the person of the token, and whether the token is good.
func (w *world) whose(token int) (person int, valid bool) {
	for p := range people {
		if w.owner[token] == p+people*w.lives[p] {
			return p, w.valid[token] && w.exists[p]
		}
	}
	return 0, false
}

// issue makes a token of the person's.
func (w world) issue(person, token int) world {
	w.owner[token] = person + people*w.lives[person]
	w.row[token], w.valid[token] = true, true
	return w
}

// void ends the validity of the person's tokens; drop also forgets them.
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

const nobody = -1 // token to keep of none

// do returns the answer in this world, how the world is afterwards, and how else
// it may be when a fault came in between.
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

// doAs is do for the person of a good token.
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

// deleted is the deletion of an account, which goes on in steps.
func (w world) deleted(person int) (answer string, after world, partly []world) {
	voided := w.void(person, false, nobody)
	unmodelled := voided
	unmodelled.model[person], unmodelled.had[person] = false, true
	ended := unmodelled.void(person, true, nobody)
	gone := ended
	gone.exists[person] = false
	return ok, gone, []world{voided, unmodelled, ended}
}
