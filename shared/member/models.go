package member

import (
	"context"
	"systole/shared/store"
)

// Models tells who has a model of their heart. It reads none: that is package
// biometric's, which this one doesn't need for it.
type Models struct {
	members store.MemberReader
	tokens  *Tokens
}

// NewModels returns Models.
func NewModels(members store.MemberReader, tokens *Tokens) *Models {
	return &Models{members: members, tokens: tokens}
}

// Has reports whether the token's member has a model, or returns
// fault.TokenInvalid. It costs two reads in sequence and changes nothing, not
// even the token's last use: it is asked by a GET, which others may repeat or
// fetch ahead.
func (m *Models) Has(ctx context.Context, token string) (bool, error) {
	_, owner, err := m.tokens.Resolve(ctx, m.members, token)
	if err != nil {
		return false, err
	}
	return owner.Template != nil, nil
}
