package embedded

import (
	"bytes"
	"context"
	"encoding/hex"
	"fmt"
	"slices"
	"time"

	bolt "go.etcd.io/bbolt"

	"systole/shared/store"
	"systole/shared/store/rules"
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
		return putSession(tx, session)
	})
}

// putSession writes a new session and its index entries.
func putSession(tx *bolt.Tx, session store.Session) error {
	if err := tx.Bucket(ownersBucket).Put(ownerKey(session.Username, session.ID), nil); err != nil {
		return err
	}
	if err := moveDue(tx, store.DueSession, hex.EncodeToString(session.ID[:]), time.Time{}, session.Due); err != nil {
		return err
	}
	return save(tx.Bucket(sessionsBucket), session.ID[:], session)
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

// updateSession applies the rule to the session's row.
func (s *Store) updateSession(id store.TokenID, rule rules.Session) error {
	return s.write(rule.Op, func(tx *bolt.Tx) error {
		before, after, err := update(tx.Bucket(sessionsBucket), id[:], rule)
		if err != nil || before == nil {
			return err
		}
		return moveDue(tx, store.DueSession, hex.EncodeToString(id[:]), before.Due, after.Due)
	})
}

// TouchSession: see store.SessionStore.
func (s *Store) TouchSession(_ context.Context, id store.TokenID, used time.Time, templateKey string) error {
	return s.updateSession(id, rules.TouchSession(used, templateKey))
}

// VerifySession: see store.SessionStore.
func (s *Store) VerifySession(_ context.Context, id store.TokenID, at time.Time) error {
	return s.updateSession(id, rules.VerifySession(at))
}

// KeepSession: see store.SessionStore.
func (s *Store) KeepSession(_ context.Context, id store.TokenID, validFrom time.Time) error {
	return s.updateSession(id, rules.KeepSession(validFrom))
}

// SetChallenge: see store.SessionStore.
func (s *Store) SetChallenge(_ context.Context, id store.TokenID, c store.Challenge) error {
	return s.updateSession(id, rules.SetChallenge(c))
}

// TakeChallenge: see store.SessionStore.
func (s *Store) TakeChallenge(_ context.Context, id store.TokenID, c store.Challenge) error {
	return s.updateSession(id, rules.TakeChallenge(c))
}

// EndSession: see store.SessionStore.
func (s *Store) EndSession(_ context.Context, id store.TokenID, pk int64) error {
	return s.write("end session", func(tx *bolt.Tx) error {
		_, err := deleteSession(tx, id, rules.EndSession(pk))
		return err
	})
}

// DeleteSession: see store.SessionDeleter.
func (s *Store) DeleteSession(_ context.Context, id store.TokenID) (session store.Session, err error) {
	err = s.write("delete session", func(tx *bolt.Tx) (err error) {
		session, err = deleteSession(tx, id, rules.DeleteSession())
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
		if _, err := deleteSession(tx, id, rules.DeleteSession()); err != nil && err != store.ErrNotFound {
			return err
		}
	}
	return nil
}

// deleteSession deletes a session by the rule, and its index entries.
func deleteSession(tx *bolt.Tx, id store.TokenID, rule rules.Session) (store.Session, error) {
	deleted, _, err := update(tx.Bucket(sessionsBucket), id[:], rule)
	if err != nil || deleted == nil {
		return store.Session{}, err
	}
	if err := moveDue(tx, store.DueSession, hex.EncodeToString(id[:]), deleted.Due, time.Time{}); err != nil {
		return store.Session{}, err
	}
	return *deleted, tx.Bucket(ownersBucket).Delete(ownerKey(deleted.Username, id))
}

// ExpireSession: see store.SessionExpirer.
func (s *Store) ExpireSession(_ context.Context, id store.TokenID, now time.Time, idle time.Duration) error {
	rule := rules.ExpireSession(now, idle)
	return s.write(rule.Op, func(tx *bolt.Tx) error {
		_, err := deleteSession(tx, id, rule)
		return err
	})
}

// PostponeSession: see store.SessionExpirer.
func (s *Store) PostponeSession(_ context.Context, id store.TokenID, due time.Time) error {
	return s.updateSession(id, rules.PostponeSession(due))
}

// SessionsPage: see store.SessionLister.
func (s *Store) SessionsPage(_ context.Context, cursor string, limit int) (page []store.Session, next string, err error) {
	after, err := hex.DecodeString(cursor)
	if err != nil {
		return nil, "", fmt.Errorf("sessions page: cursor: %w", err)
	}
	err = s.read("sessions page", func(tx *bolt.Tx) error {
		bucket := tx.Bucket(sessionsBucket)
		keys, more := keysAfter(bucket, string(after), limit)
		for _, key := range keys {
			var session store.Session
			if err := load(bucket, key, &session); err != nil {
				return err
			}
			page = append(page, session)
		}
		if more {
			next = hex.EncodeToString(keys[len(keys)-1])
		}
		return nil
	})
	return page, next, err
}

// ownerKey returns the index key of a session, which sorts by user name. No user
// name holds a zero byte.
func ownerKey(username string, id store.TokenID) []byte {
	return append(append([]byte(username), 0), id[:]...)
}
