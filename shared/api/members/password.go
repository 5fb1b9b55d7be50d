package members

import (
	"context"
	"net/http"

	"systole/shared/api"
)

// Passwords changes passwords.
type Passwords interface {
	ChangePassword(ctx context.Context, token, password, replacement string) error
}

// Password is the route by which a password is changed.
func Password(p Passwords) api.Route {
	return api.Route{Path: api.PathPassword, Methods: map[string]api.Handler{http.MethodPost: api.AuthorizedForm(changePassword(p), "password", "new_password")}}
}

func changePassword(p Passwords) api.Answer {
	return func(w http.ResponseWriter, r *api.Request) error {
		if err := p.ChangePassword(r.Context(), r.Token, r.Value("password"), r.Value("new_password")); err != nil {
			return err
		}
		return api.Done(w, r.Request, api.PasswordChanged)
	}
}
