package embedded

import (
	"bytes"
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"time"

	bolt "go.etcd.io/bbolt"

	"systole/shared/store"
)

// CreateSession: see store.Sessions.
func (s *Store) CreateSession(_ context.Context, session store.Session, e store.Event, evict []store.TokenID) error {
	return s.write("create session", func(tx *bolt.Tx) error {
		if err := deleteSessions(tx, evict); err != nil {
			return err
		}
		if err := note(tx, session.Username, e); err != nil {
			return err
		}
		if err := tx.Bucket(ownersBucket).Put(ownerKey(session.Username, session.ID), nil); err != nil {
			return err
		}
		return save(tx.Bucket(sessionsBucket), session.ID[:], session)
	})
}

// Session: see store.Sessions.
func (s *Store) Session(_ context.Context, id store.TokenID) (session store.Session, err error) {
	err = s.read("session", func(tx *bolt.Tx) error {
		return load(tx.Bucket(sessionsBucket), id[:], &session)
	})
	return session, err
}

// SessionsOf: see store.Sessions.
func (s *Store) SessionsOf(_ context.Context, username string) (of []store.Session, err error) {
	err = s.read("sessions of", func(tx *bolt.Tx) error {
		prefix := append([]byte(username), 0)
		c := tx.Bucket(ownersBucket).Cursor()
		for key, _ := c.Seek(prefix); bytes.HasPrefix(key, prefix); key, _ = c.Next() {
			var session store.Session
			if err := load(tx.Bucket(sessionsBucket), key[len(prefix):], &session); err != nil {
				return err
			}
			of = append(of, session)
		}
		return nil
	})
	slices.SortFunc(of, func(a, b store.Session) int { return a.Issued.Compare(b.Issued) })
	return of, err
}

// change changes the session unless that fails; store.ErrNotFound when there
// is none.
func (s *Store) change(op string, id store.TokenID, change func(*store.Session) error) error {
	return s.write(op, func(tx *bolt.Tx) error {
		sessions := tx.Bucket(sessionsBucket)
		var session store.Session
		if err := load(sessions, id[:], &session); err != nil {
			return err
		}
		if err := change(&session); err != nil {
			return err
		}
		return save(sessions, id[:], session)
	})
}

// TouchSession: see store.Sessions.
func (s *Store) TouchSession(_ context.Context, id store.TokenID, used time.Time, modelKey string) error {
	return s.change("touch session", id, func(session *store.Session) error {
		session.Used, session.TemplateKey = used, modelKey
		return nil
	})
}

// KeepSession: see store.Sessions.
func (s *Store) KeepSession(_ context.Context, id store.TokenID, validFrom time.Time) error {
	return s.change("keep session", id, func(session *store.Session) error {
		session.ValidFrom = validFrom
		return nil
	})
}

// SetChallenge: see store.Sessions.
func (s *Store) SetChallenge(_ context.Context, id store.TokenID, c store.Challenge) error {
	return s.change("set challenge", id, func(session *store.Session) error {
		session.Challenge = c
		return nil
	})
}

// TakeChallenge: see store.Sessions.
func (s *Store) TakeChallenge(_ context.Context, id store.TokenID, c store.Challenge) error {
	err := s.change("take challenge", id, func(session *store.Session) error {
		if session.Challenge != c {
			return store.ErrConflict
		}
		session.Challenge = store.Challenge{}
		return nil
	})
	if errors.Is(err, store.ErrNotFound) {
		return fmt.Errorf("take challenge: %w", store.ErrConflict)
	}
	return err
}

// DeleteSession: see store.Sessions.
func (s *Store) DeleteSession(_ context.Context, id store.TokenID) (session store.Session, err error) {
	err = s.write("delete session", func(tx *bolt.Tx) (err error) {
		session, err = deleteSession(tx, id)
		return err
	})
	return session, err
}

// DeleteSessions: see store.Sessions.
func (s *Store) DeleteSessions(_ context.Context, ids []store.TokenID) error {
	return s.write("delete sessions", func(tx *bolt.Tx) error { return deleteSessions(tx, ids) })
}

func deleteSessions(tx *bolt.Tx, ids []store.TokenID) error {
	for _, id := range ids {
		if _, err := deleteSession(tx, id); err != nil && err != store.ErrNotFound {
			return err
		}
	}
	return nil
}

func deleteSession(tx *bolt.Tx, id store.TokenID) (session store.Session, err error) {
	sessions := tx.Bucket(sessionsBucket)
	if err := load(sessions, id[:], &session); err != nil {
		return session, err
	}
	if err := tx.Bucket(ownersBucket).Delete(ownerKey(session.Username, id)); err != nil {
		return session, err
	}
	return session, sessions.Delete(id[:])
}

// ExpiredSessions: see store.Sessions. limit bounds what is looked at, so
// that a page costs the same however few have expired.
func (s *Store) ExpiredSessions(_ context.Context, now time.Time, idle time.Duration, cursor string, limit int) (expired []store.TokenID, next string, err error) {
	after, err := hex.DecodeString(cursor)
	if err != nil {
		return nil, "", fmt.Errorf("expired sessions: cursor: %w", err)
	}
	err = s.read("expired sessions", func(tx *bolt.Tx) error {
		bucket := tx.Bucket(sessionsBucket)
		keys, more := keysAfter(bucket, string(after), limit)
		for _, key := range keys {
			var session store.Session
			if err := load(bucket, key, &session); err != nil {
				return err
			}
			if !now.Before(session.Expires) || now.Sub(session.Used) >= idle {
				expired = append(expired, session.ID)
			}
		}
		if more {
			next = hex.EncodeToString(keys[len(keys)-1])
		}
		return nil
	})
	return expired, next, err
}

// ownerKey sorts a member's sessions together. No user name holds a zero byte.
func ownerKey(username string, id store.TokenID) []byte {
	return append(append([]byte(username), 0), id[:]...)
}
