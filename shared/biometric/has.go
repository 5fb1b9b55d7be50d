package biometric

import (
	"context"

	"systole/shared/store"
)

// Owners is the part of package member that Deletion and References use.
type Owners interface {
	// Resolve returns the session of a token and its member, or fault.TokenInvalid.
	Resolve(ctx context.Context, members store.MemberReader, token string) (store.Session, store.Member, error)
}

// References reports which members have a template. It opens none.
type References struct {
	members store.MemberReader
	tokens  Owners
}

// NewReferences returns References.
func NewReferences(members store.MemberReader, tokens Owners) *References {
	return &References{members, tokens}
}

// Has reports whether the token's member has a template, or returns
// fault.TokenInvalid. It costs two reads in sequence and changes nothing, not
// even the token's last use: it answers a GET, which clients may repeat or
// prefetch.
func (r *References) Has(ctx context.Context, token string) (bool, error) {
	_, owner, err := r.tokens.Resolve(ctx, r.members, token)
	if err != nil {
		return false, err
	}
	return owner.Template != nil, nil
}
