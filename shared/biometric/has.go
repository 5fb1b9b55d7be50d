package biometric

import (
	"context"

	"systole/shared/member"
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
	progress, err := r.Progress(ctx, token)
	return progress != nil, err
}

// Progress returns how far the enrolment of the token's member has come, nil before
// it. It errs, costs and changes as Has does.
func (r *References) Progress(ctx context.Context, token string) (*member.Progress, error) {
	_, owner, err := r.tokens.Resolve(ctx, r.members, token)
	if err != nil || owner.Template == nil {
		return nil, err
	}
	progress := member.ProgressOf(*owner.Template)
	return &progress, nil
}
