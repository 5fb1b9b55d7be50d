package cleanup

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"systole/shared/store"
)

// cursor says where the next run goes on with each kind, "" for the start. Of
// two runs at once the last to end saves it: items may be looked at twice, or
// only in the next round.
type cursor struct {
	Tokens   string `json:"tokens"`
	Uploads  string `json:"uploads"`
	Models   string `json:"models"`
	Members  string `json:"members"`
	Memories string `json:"memories"`
	Incoming string `json:"incoming"`
}

// loadCursor reads where the last run ended. An unreadable cursor is the start.
func (s *Service) loadCursor(ctx context.Context) (cursor, error) {
	b, err := s.objects.Get(ctx, store.CursorKey)
	if errors.Is(err, store.ErrNotFound) {
		return cursor{}, nil
	}
	if err != nil {
		return cursor{}, fmt.Errorf("read cursor: %w", err)
	}
	var c cursor
	if err := json.Unmarshal(b, &c); err != nil {
		return cursor{}, nil
	}
	return c, nil
}

func (s *Service) saveCursor(ctx context.Context, c cursor) error {
	b, err := json.Marshal(c)
	if err != nil {
		return fmt.Errorf("encode cursor: %w", err)
	}
	if err := s.objects.Replace(ctx, store.CursorKey, b); err != nil {
		return fmt.Errorf("save cursor: %w", err)
	}
	return nil
}
