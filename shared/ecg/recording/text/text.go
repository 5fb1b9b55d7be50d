// Package text reads numbers in columns with whatever lies between them, from
// any device, and text that no other format knows.
package text

import (
	"systole/shared/ecg/recording/internal/raw"
	"systole/shared/ecg/recording/internal/table"
)

// Is reports true: what no other format knows is read as a table.
func Is([]byte) bool { return true }

// Read reads a table in UTF-8.
func Read(data []byte, o raw.Options) (*raw.Recording, error) {
	t, err := table.Parse(data, o)
	if err != nil {
		return nil, err
	}
	return t.Recording()
}
