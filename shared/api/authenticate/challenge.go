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

// Challenge is the route that hands out a nonce for the next check.
func Challenge(c Challenger) api.Route {
	return api.Route{Path: api.PathChallenge, Methods: map[string]api.Handler{http.MethodPost: api.AuthorizedForm(challenge(c))}}
}

func challenge(c Challenger) api.Answer {
	return func(w http.ResponseWriter, r *api.Request) error {
		nonce, err := c.Challenge(r.Context(), r.Token)
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
