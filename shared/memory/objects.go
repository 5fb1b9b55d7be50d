package memory

import (
	"bytes"
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"systole/shared/store"
)

// Objects holds objects. The zero value is empty; Now must be set.
type Objects struct {
	Now func() time.Time

	mu      sync.Mutex
	objects map[string]object
}

type object struct {
	data     []byte
	modified time.Time
}

// Put: see store.Objects.
func (o *Objects) Put(_ context.Context, key string, data []byte) error {
	o.mu.Lock()
	defer o.mu.Unlock()
	if old, taken := o.objects[key]; taken {
		if bytes.Equal(old.data, data) {
			return nil
		}
		return fmt.Errorf("put object: %w", store.ErrExists)
	}
	o.set(key, data)
	return nil
}

// Replace: see store.Objects.
func (o *Objects) Replace(_ context.Context, key string, data []byte) error {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.set(key, data)
	return nil
}

func (o *Objects) set(key string, data []byte) {
	if o.objects == nil {
		o.objects = make(map[string]object)
	}
	o.objects[key] = object{bytes.Clone(data), o.Now()}
}

// Get: see store.Objects.
func (o *Objects) Get(_ context.Context, key string) ([]byte, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	found, ok := o.objects[key]
	if !ok {
		return nil, fmt.Errorf("get object: %w", store.ErrNotFound)
	}
	return bytes.Clone(found.data), nil
}

// Delete: see store.Objects.
func (o *Objects) Delete(_ context.Context, key string) error {
	o.mu.Lock()
	defer o.mu.Unlock()
	delete(o.objects, key)
	return nil
}

// Erase: see store.Objects. There are no older versions here.
func (o *Objects) Erase(ctx context.Context, prefix string) error {
	return o.EraseThrough(ctx, prefix, store.LastKey)
}

// EraseThrough: see store.Objects.
func (o *Objects) EraseThrough(_ context.Context, prefix, last string) error {
	o.mu.Lock()
	defer o.mu.Unlock()
	for key := range o.objects {
		if strings.HasPrefix(key, prefix) && key <= prefix+last {
			delete(o.objects, key)
		}
	}
	return nil
}

// List: see store.Objects.
func (o *Objects) List(_ context.Context, prefix, after string, limit int) ([]store.Object, string, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	var list []store.Object
	for key, found := range o.objects {
		if strings.HasPrefix(key, prefix) && key > after {
			list = append(list, store.Object{Key: key, Size: int64(len(found.data)), Modified: found.modified})
		}
	}
	slices.SortFunc(list, func(a, b store.Object) int { return cmp.Compare(a.Key, b.Key) })
	if len(list) <= limit {
		return list, "", nil
	}
	return list[:limit], list[limit-1].Key, nil
}
