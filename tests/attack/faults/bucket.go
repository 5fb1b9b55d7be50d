package faults

import (
	"context"

	"systole/shared/memory"
	"systole/shared/store"
)

// bucket is a store of objects whose calls may go wrong.
type bucket struct {
	*memory.Objects
	injector *Injector
}

func (f *bucket) List(ctx context.Context, prefix, after string, limit int) (list []store.Object, next string, err error) {
	err = f.injector.call(ctx, "List", func() error { list, next, err = f.Objects.List(ctx, prefix, after, limit); return err })
	return list, next, err
}

func (f *bucket) Put(ctx context.Context, key string, data []byte) error {
	return f.injector.call(ctx, "Put", func() error { return f.Objects.Put(ctx, key, data) })
}

func (f *bucket) Replace(ctx context.Context, key string, data []byte) error {
	return f.injector.call(ctx, "Replace", func() error { return f.Objects.Replace(ctx, key, data) })
}

func (f *bucket) Get(ctx context.Context, key string) (v []byte, err error) {
	err = f.injector.call(ctx, "Get", func() error { v, err = f.Objects.Get(ctx, key); return err })
	return v, err
}

func (f *bucket) Delete(ctx context.Context, key string) error {
	return f.injector.call(ctx, "Delete", func() error { return f.Objects.Delete(ctx, key) })
}

func (f *bucket) Erase(ctx context.Context, prefix string) error {
	return f.injector.call(ctx, "Erase", func() error { return f.Objects.Erase(ctx, prefix) })
}
