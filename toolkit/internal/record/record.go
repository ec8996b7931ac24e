// Package record is the file in which wherry apply keeps what it made, beside
// the configuration: teardown takes that away again, and other commands learn
// from it the ids that the configuration does not name. It holds no secrets
// and nothing about users.
package record

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
)

// Name is the file's name.
const Name = "wherry.applied.json"

// File is all targets that were applied to, by their URLs.
type File map[string]*Target

// Target is what was made in one FusionAuth.
type Target struct {
	Pools map[string]Pool `json:"pools"` // by their ids
	Made  []Object        `json:"made"`  // in the order of their making
}

// Pool is where things of a pool are.
type Pool struct {
	TenantID     string            `json:"tenantId"`
	ConnectorID  string            `json:"connectorId,omitempty"`
	Applications []Application     `json:"applications,omitempty"`
	Groups       map[string]string `json:"groups,omitempty"`            // ids by Cognito group
	Providers    map[string]string `json:"identityProviders,omitempty"` // ids by ProviderName
}

// Application is an application that users get registered for.
type Application struct {
	ID       string `json:"id"`
	Name     string `json:"name"`
	ClientID string `json:"clientId,omitempty"` // of the app client that it was made from
}

// Object is an object that was made.
type Object struct {
	Kind   string `json:"kind"`
	ID     string `json:"id"`
	Name   string `json:"name"`
	Parent string `json:"parent,omitempty"`
	Tenant string `json:"tenant,omitempty"` // the id of the tenant that it was made for
}

// Load reads the record in a folder. There may be none yet.
func Load(dir string) (File, error) {
	data, err := os.ReadFile(filepath.Join(dir, Name))
	if errors.Is(err, fs.ErrNotExist) {
		return File{}, nil
	}
	if err != nil {
		return nil, fmt.Errorf("read the record of what was applied: %w", err)
	}
	f := File{}
	if err := json.Unmarshal(data, &f); err != nil {
		return nil, fmt.Errorf("read the record of what was applied, %s: %w", Name, err)
	}
	return f, nil
}

// Save writes the record in whole, or leaves the one that is there.
func (f File) Save(dir string) error {
	data, err := json.MarshalIndent(f, "", "  ")
	if err != nil {
		return err
	}
	path := filepath.Join(dir, Name)
	if err := os.WriteFile(path+".new", append(data, '\n'), 0o600); err != nil {
		return fmt.Errorf("write the record of what was applied: %w", err)
	}
	if err := os.Rename(path+".new", path); err != nil {
		return fmt.Errorf("write the record of what was applied: %w", err)
	}
	return nil
}

// At is the record of one target, made if there is none.
func (f File) At(url string) *Target {
	if f[url] == nil {
		f[url] = &Target{}
	}
	if f[url].Pools == nil {
		f[url].Pools = map[string]Pool{}
	}
	return f[url]
}

// Add notes an object, once.
func (t *Target) Add(o Object) {
	same := func(other Object) bool { return other.Kind == o.Kind && other.ID == o.ID && other.Parent == o.Parent }
	if !slices.ContainsFunc(t.Made, same) {
		t.Made = append(t.Made, o)
	}
}

// Find returns an object that was made, rather than found; an empty one if it
// was not.
func (t *Target) Find(kind, id string) Object {
	i := slices.IndexFunc(t.Made, func(o Object) bool { return o.Kind == kind && o.ID == id })
	if i < 0 {
		return Object{}
	}
	return t.Made[i]
}

// Forget drops an object that is gone.
func (t *Target) Forget(kind, id string) {
	t.Made = slices.DeleteFunc(t.Made, func(o Object) bool { return o.Kind == kind && o.ID == id })
}

// Renamed is the pool with other ids for the same things.
func (p Pool) Renamed(id func(string) string) Pool {
	renamed := Pool{
		TenantID: id(p.TenantID), ConnectorID: id(p.ConnectorID),
		Applications: slices.Clone(p.Applications), Groups: map[string]string{}, Providers: map[string]string{},
	}
	for i := range renamed.Applications {
		renamed.Applications[i].ID = id(renamed.Applications[i].ID)
	}
	for name, wanted := range p.Groups {
		renamed.Groups[name] = id(wanted)
	}
	for name, wanted := range p.Providers {
		renamed.Providers[name] = id(wanted)
	}
	return renamed
}
