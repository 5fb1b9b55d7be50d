package authenticate

import (
	"context"
	"net/http"

	"systole/shared/api"
	"systole/shared/member"
)

// Challenger hands out nonces.
type Challenger interface {
	Challenge(ctx context.Context, token string) (nonce string, err error)
}

// Challenge is the route that gives a nonce for the next check.
func Challenge(c Challenger) api.Route {
	return api.Route{Path: api.PathChallenge, Methods: map[string]api.Handler{http.MethodPost: challenge(c)}}
}

func challenge(c Challenger) api.Handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		form, err := api.Decode(w, r)
		if err != nil {
			return err
		}
		token, err := api.Token(r, form)
		if err != nil {
			return err
		}
		nonce, err := c.Challenge(r.Context(), token)
		if err != nil {
			return err
		}
		return api.JSON(w, http.StatusOK, struct {
			Nonce     string `json:"nonce"`
			ExpiresIn int    `json:"expires_in"` // seconds
			Code      int    `json:"code"`
		}{nonce, int(member.ChallengeLifetime.Seconds()), http.StatusOK})
	}
}
