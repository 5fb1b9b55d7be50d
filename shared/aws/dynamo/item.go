package dynamo

import (
	"fmt"
	"strconv"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
)

// item is a row. It is encoded by hand: the SDK's marshalling works by
// reflection, for which a cold start would pay.
type item map[string]types.AttributeValue

func text(s string) types.AttributeValue { return &types.AttributeValueMemberS{Value: s} }
func whole(n int64) types.AttributeValue {
	return &types.AttributeValueMemberN{Value: strconv.FormatInt(n, 10)}
}

// moment encodes a time in nanoseconds since 1970, 0 for the zero time.
func moment(t time.Time) types.AttributeValue {
	if t.IsZero() {
		return whole(0)
	}
	return whole(t.UnixNano())
}

func binary(b []byte) types.AttributeValue { return &types.AttributeValueMemberB{Value: b} }

func decimal(x float64) types.AttributeValue {
	return &types.AttributeValueMemberN{Value: strconv.FormatFloat(x, 'g', -1, 64)}
}

// reader decodes a row and keeps the first attribute that isn't as it should be.
type reader struct {
	item item
	err  error
}

func (r *reader) has(name string) bool { return r.item[name] != nil }

func (r *reader) text(name string) string {
	if s, ok := r.item[name].(*types.AttributeValueMemberS); ok {
		return s.Value
	}
	r.fail(name)
	return ""
}

func (r *reader) optionalText(name string) string {
	if !r.has(name) {
		return ""
	}
	return r.text(name)
}

func (r *reader) optionalBinary(name string) []byte {
	if !r.has(name) {
		return nil
	}
	b, ok := r.item[name].(*types.AttributeValueMemberB)
	if !ok {
		r.fail(name)
		return nil
	}
	return b.Value
}

func (r *reader) number(name string) string {
	if n, ok := r.item[name].(*types.AttributeValueMemberN); ok {
		return n.Value
	}
	r.fail(name)
	return "0"
}

func (r *reader) whole(name string) int64 {
	n, err := strconv.ParseInt(r.number(name), 10, 64)
	if err != nil {
		r.fail(name)
	}
	return n
}

func (r *reader) decimal(name string) float64 {
	x, err := strconv.ParseFloat(r.number(name), 64)
	if err != nil {
		r.fail(name)
	}
	return x
}

func (r *reader) moment(name string) time.Time {
	n := r.whole(name)
	if n == 0 {
		return time.Time{}
	}
	return time.Unix(0, n).UTC()
}

// seconds decodes a time in seconds since 1970.
func (r *reader) seconds(name string) time.Time { return time.Unix(r.whole(name), 0).UTC() }

// optionalMoment decodes an attribute that older rows don't have.
func (r *reader) optionalMoment(name string) time.Time {
	if !r.has(name) {
		return time.Time{}
	}
	return r.moment(name)
}

func (r *reader) fail(name string) {
	if r.err == nil {
		r.err = fmt.Errorf("attribute %s is missing or of another type", name)
	}
}
