package store

import (
	"context"

	"wherry/server/internal/copies"
	"wherry/server/internal/fa"
)

// Copied is a table whose objects are kept in memory once they have been read.
// It knows of changes by this server at once, and by others as soon as Watch
// has seen them. Nobody may change what it returns.
type Copied[T any] struct {
	Documents[T]
	one copies.Of[fa.ID, *T]
	all copies.Of[struct{}, []*T]
}

// Copied keeps copies of objects whose table is watched.
func (d Documents[T]) Copied() *Copied[T] {
	c := &Copied[T]{Documents: d}
	d.OnChange(c.one.Drop)
	d.OnChange(c.all.Drop)
	return c
}

// Get is Documents.Get.
func (c *Copied[T]) Get(ctx context.Context, id fa.ID) (*T, error) {
	return c.one.Get(ctx, id, func(ctx context.Context) (*T, error) { return c.Documents.Get(ctx, id) })
}

// All is Documents.All.
func (c *Copied[T]) All(ctx context.Context) ([]*T, error) {
	return c.all.Get(ctx, struct{}{}, c.Documents.All)
}

// CopiedApplications keeps copies of applications by their client ids, too.
type CopiedApplications struct {
	*Copied[fa.Application]
	applications Applications
	byClient     copies.Of[string, *fa.Application]
}

// Copied keeps copies of applications.
func (d Applications) Copied() *CopiedApplications {
	c := &CopiedApplications{Copied: d.Documents.Copied(), applications: d}
	d.OnChange(c.byClient.Drop)
	return c
}

// Client is Applications.Client.
func (c *CopiedApplications) Client(ctx context.Context, clientID string) (*fa.Application, error) {
	return c.byClient.Get(ctx, clientID, func(ctx context.Context) (*fa.Application, error) { return c.applications.Client(ctx, clientID) })
}

// CopiedKeys keeps copies of the API keys that callers present, as Copied does.
type CopiedKeys struct {
	db      *DB
	byValue copies.Of[string, *fa.APIKey] // by the hash of the value
}

// CopiedKeys keeps copies of API keys.
func (db *DB) CopiedKeys() *CopiedKeys {
	c := &CopiedKeys{db: db}
	db.APIKeys.OnChange(c.byValue.Drop)
	return c
}

// APIKeyByValue is DB.APIKeyByValue.
func (c *CopiedKeys) APIKeyByValue(ctx context.Context, value string) (*fa.APIKey, error) {
	return c.byValue.Get(ctx, fa.HashKey(value), func(ctx context.Context) (*fa.APIKey, error) { return c.db.APIKeyByValue(ctx, value) })
}
