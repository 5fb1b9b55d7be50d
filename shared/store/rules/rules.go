// Package rules defines each conditional write of a store once, as a value: the
// condition on the row and the change.
//
// The stores in maps and in a folder run these values. The store in DynamoDB
// has its own expressions, and package storetest holds them against these values.
package rules

import "systole/shared/store"

// Rule is one conditional write on one row. It changes nothing that the row
// points to: rows may share maps and pointers with it.
type Rule[Row any] struct {
	// Op names the operation in errors.
	Op string
	// Holds is the condition on an existing row; nil always holds.
	Holds func(Row) bool
	// Change applies the write to the row. It is not called when Deletes is set.
	Change func(*Row)
	// Done reports whether a row that fails the condition is as an earlier run of
	// this very write left it: then its reply was lost, and the write succeeds
	// without another change. nil means never.
	Done func(Row) bool
	// Creates is the row that the write creates if there is none; nil for a write
	// that creates none.
	Creates *Row
	// Deletes reports whether the write deletes the row.
	Deletes bool
	// Missing is the error if there is no row and none is created; nil is success.
	Missing error
	// Refused is the error if the condition fails; nil stands for
	// store.ErrConflict.
	Refused error
}

// Apply returns the row after the write, nil for none, and whether the store has
// to write or delete it. row is nil if there is none; it is not changed. The
// errors are those of package store, without the operation.
func (r Rule[Row]) Apply(row *Row) (left *Row, write bool, err error) {
	switch {
	case row == nil && r.Creates != nil:
		return r.Creates, true, nil
	case row == nil || !r.holds(*row):
		return row, false, r.Outcome(row)
	case r.Deletes:
		return nil, true, nil
	}
	changed := *row
	r.Change(&changed)
	return &changed, true, nil
}

func (r Rule[Row]) holds(row Row) bool { return r.Holds == nil || r.Holds(row) }

// Outcome returns the result of a write that the store refused, given the current
// row, nil for none: nil if an earlier run of the write was applied. If the row
// that blocked a creation has been deleted since, the error is
// store.ErrUnavailable: another try may succeed.
func (r Rule[Row]) Outcome(row *Row) error {
	switch {
	case row == nil && r.Creates != nil:
		return store.ErrUnavailable
	case row == nil:
		return r.Missing
	case r.Done != nil && r.Done(*row):
		return nil
	case r.Refused != nil:
		return r.Refused
	}
	return store.ErrConflict
}
