package account

import (
	"context"
	"errors"
	"fmt"
	"time"

	"systole/shared/member"
	"systole/shared/store"
)

// Export is all stored data about a person, without the hashes of passwords and
// tokens and the template's sealed content, which hold no readable data.
type Export struct {
	Member     store.Member
	Own        store.Session // of the request
	Sessions   []store.Session
	Activity   []store.Event // newest first
	Recordings []Recording
	// Withheld is the reason why the recordings come without their content:
	// fault.LogInAgain, or nil if nothing is withheld.
	Withheld error
}

// Recording is a stored file of an enrolment.
type Recording struct {
	Made    time.Time
	Size    int64
	Content []byte // nil beyond the room in one answer, and if it is withheld
}

// Limits of an export: the size of a Lambda's answer, less room for base64 and
// the rest.
const (
	maxRecordings = 1000
	maxContent    = 3 << 20
)

// Export returns all stored data about the token's member. The content of
// recordings is withheld from a session that proves no more than the possession
// of its token: a recording is the second factor.
func (s *Service) Export(ctx context.Context, token string) (Export, error) {
	own, m, err := s.tokens.Resolve(ctx, s.members, token)
	if err != nil {
		return Export{}, err
	}
	withheld := member.MayChangeTemplate(own, m, s.now())
	e, err := s.export(ctx, m, withheld == nil)
	if err != nil {
		return Export{}, err
	}
	e.Own, e.Withheld = own, withheld
	return e, s.noteExport(ctx, m, member.DataExported)
}

// ExportOf is Export for a given member, for an operator at the person's request.
// Recordings come without their content: an operator sees none.
func (s *Service) ExportOf(ctx context.Context, m store.Member) (Export, error) {
	e, err := s.export(ctx, m, false)
	if err != nil {
		return Export{}, err
	}
	return e, s.noteExport(ctx, m, member.OperatorExported)
}

func (s *Service) noteExport(ctx context.Context, m store.Member, kind store.EventKind) error {
	if err := s.members.Note(ctx, m.Username, member.NewEvent(kind, s.now())); err != nil {
		return fmt.Errorf("note export: %w", err)
	}
	return nil
}

// export returns the member's data, with the content of the recordings if
// contents is set.
func (s *Service) export(ctx context.Context, m store.Member, contents bool) (Export, error) {
	e := Export{Member: m}
	sessions, err := s.sessions.SessionsOf(ctx, m.Username)
	if err != nil {
		return Export{}, fmt.Errorf("list sessions: %w", err)
	}
	e.Sessions = s.tokens.Alive(sessions, m)
	if e.Activity, err = member.WholeActivity(ctx, s.members, m, s.now()); err != nil {
		return Export{}, err
	}
	e.Recordings, err = s.recordings(ctx, m.PK, contents)
	return e, err
}

// recordings lists the stored recordings, newest first, if contents is set with
// the content of as many as there is room for.
func (s *Service) recordings(ctx context.Context, pk int64, contents bool) ([]Recording, error) {
	objects, _, err := s.objects.List(ctx, store.RecordingsOf(pk), "", maxRecordings)
	if err != nil {
		return nil, fmt.Errorf("list recordings: %w", err)
	}
	var all []Recording
	room := int64(maxContent)
	for i := len(objects) - 1; i >= 0; i-- { // keys sort by time
		o := objects[i]
		r := Recording{Made: o.Modified, Size: o.Size}
		if contents && o.Size <= room {
			r.Content, err = s.objects.Get(ctx, o.Key)
			if errors.Is(err, store.ErrNotFound) { // clean-up took it
				continue
			}
			if err != nil {
				return nil, fmt.Errorf("read recording: %w", err)
			}
			room -= o.Size
		}
		all = append(all, r)
	}
	return all, nil
}
