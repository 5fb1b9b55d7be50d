package members

import (
	"context"
	"net/http"

	"systole/shared/api"
)

// Passwords changes passwords. address is where the caller is.
type Passwords interface {
	ChangePassword(ctx context.Context, token, password, replacement, address string) error
}

// Password is the route by which a password is changed.
func Password(p Passwords) api.Route {
	return api.Route{Path: api.PathPassword, Methods: map[string]api.Handler{http.MethodPost: changePassword(p)}}
}

func changePassword(p Passwords) api.Handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		form, err := api.Decode(w, r)
		if err != nil {
			return err
		}
		token, err := api.Token(r, form)
		if err != nil {
			return err
		}
		password, err := form.String("password")
		if err != nil {
			return err
		}
		replacement, err := form.String("new_password")
		if err != nil {
			return err
		}
		if err := p.ChangePassword(r.Context(), token, password, replacement, api.Address(r)); err != nil {
			return err
		}
		return api.Done(w, r, api.PasswordChanged)
	}
}
