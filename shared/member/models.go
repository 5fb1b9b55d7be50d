package member

import "context"

// Models tells who has a model of their heart. It reads none: that is package
// biometric's, which this one doesn't need for it.
type Models struct {
	members Reader
	tokens  *Tokens
}

// Reader is what Models needs of the member store. Errors are those of package
// store.
type Reader interface {
	// Member returns the member, or store.ErrNotFound.
	Member(ctx context.Context, username string) (Member, error)
}

// NewModels returns Models.
func NewModels(members Reader, tokens *Tokens) *Models {
	return &Models{members: members, tokens: tokens}
}

// Has reports whether the token's member has a model, or returns
// fault.TokenInvalid. It costs two reads in sequence and changes nothing, not
// even the token's last use: it is asked by a GET, which others may repeat or
// fetch ahead.
func (m *Models) Has(ctx context.Context, token string) (bool, error) {
	_, owner, err := m.tokens.Owner(ctx, m.members, token)
	if err != nil {
		return false, err
	}
	return owner.Model != nil, nil
}
