// Package target makes a FusionAuth hold the objects that it should. It knows
// kinds of objects and where they are, not what is in them: an Object says
// which properties it must have, and only those are compared and written.
// Nothing is removed, and doing it again changes nothing.
//
// An object is known by its id or else by its name. Objects refer to each
// other by the ids they are wanted under; where one is there under another id,
// that id takes its place everywhere.
package target

import (
	"slices"

	"wherry/toolkit/internal/fusionauth"
)

// Doc is properties as JSON shows them. Values may also be a fusionauth.Secret
// or a Merger.
type Doc = fusionauth.Doc

// Object is an object as it should be. Objects that others refer to come
// first; an object may come twice, when a part of it has to wait for others.
type Object struct {
	Kind   *Kind
	ID     string // wanted; in lower case
	Name   string
	Tenant string // the wanted id of its tenant, for kinds that have one
	Parent string // the wanted id of what it is a part of, for kinds that are parts
	Label  string // what it is called; default: its kind's name
	For    string // the wanted id of the tenant that it is made for, if it belongs to none

	Doc   Doc // what it must have
	First Doc // what it begins with and others may change

	Beside      Doc // what stands beside it in requests, such as roleIds
	FirstBeside Doc // the same, at its creation only

	// Optional is an object that a target may refuse, for want of a licence,
	// say: that is told, and the rest is done.
	Optional bool
}

func (o Object) label() string {
	if o.Label != "" {
		return o.Label
	}
	return o.Kind.Name
}

// Merger is a value that depends on what is there.
type Merger interface {
	// Merge returns what there should be. It changes nothing where all is well,
	// and must not change have.
	Merge(have any) any
}

// Among is a list that must hold these values, besides any others.
type Among []string

// Merge adds what is missing.
func (a Among) Merge(have any) any {
	list, _ := have.([]any)
	merged := append([]any{}, list...)
	for _, value := range a {
		if !contains(merged, value) {
			merged = append(merged, value)
		}
	}
	if len(merged) == len(list) {
		return have
	}
	return merged
}

func contains(list []any, value string) bool {
	return slices.ContainsFunc(list, func(other any) bool { return other == value })
}
