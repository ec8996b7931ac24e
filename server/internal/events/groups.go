package events

import (
	"context"
	"maps"
	"slices"

	"wherry/server/internal/fa"
)

// Documents is the storage of one kind of object.
type Documents[T any] interface {
	Get(ctx context.Context, id fa.ID) (*T, error)
	All(ctx context.Context) ([]*T, error)
	Create(ctx context.Context, v *T) error
	Update(ctx context.Context, id fa.ID, change func(*T) error) (*T, error)
	Delete(ctx context.Context, id fa.ID) error
}

// Groups is the storage of groups, with events.
type Groups struct {
	Documents[fa.Group]
	Bus *Bus
}

func ofGroup(kind string, g *fa.Group, more map[string]any) Event {
	e := Event{Type: kind, TenantID: g.TenantID, About: g.ID, Body: map[string]any{"group": g}}
	maps.Copy(e.Body, more)
	return e
}

// Create is part of Documents.
func (s *Groups) Create(ctx context.Context, g *fa.Group) error {
	return s.Bus.Change(ctx, func(ctx context.Context, raise Raise) error {
		raise(withComplete(ofGroup(GroupCreate, g, nil))...)
		return s.Documents.Create(ctx, g)
	})
}

// Update is part of Documents.
func (s *Groups) Update(ctx context.Context, id fa.ID, change func(*fa.Group) error) (g *fa.Group, err error) {
	err = s.Bus.Change(ctx, func(ctx context.Context, raise Raise) (err error) {
		g, err = s.Documents.Update(ctx, id, func(g *fa.Group) error {
			original := *g
			original.Data = maps.Clone(g.Data)
			if err := change(g); err != nil {
				return err
			}
			raise(withComplete(ofGroup(GroupUpdate, g, map[string]any{"original": original}))...)
			return nil
		})
		return err
	})
	return g, err
}

// Delete is part of Documents.
func (s *Groups) Delete(ctx context.Context, id fa.ID) error {
	g, err := s.Get(ctx, id)
	if err != nil {
		return err
	}
	return s.Bus.Change(ctx, func(ctx context.Context, raise Raise) error {
		raise(withComplete(ofGroup(GroupDelete, g, nil))...)
		return s.Documents.Delete(ctx, id)
	})
}

// MemberStore is the storage of members.
type MemberStore interface {
	TenantsOf(ctx context.Context, users []fa.ID) (map[fa.ID]fa.ID, error)
	WriteMembers(ctx context.Context, members map[fa.ID][]fa.GroupMember, replace bool) error
	DeleteMembers(ctx context.Context, tenant fa.ID, matches []fa.MemberMatch, removed func([]fa.GroupMember)) error
	SearchMembers(ctx context.Context, s fa.MemberSearch) (found []fa.GroupMember, total int, err error)
}

// Members is the storage of members, with events.
type Members struct {
	MemberStore
	Groups Documents[fa.Group]
	Bus    *Bus
}

// WriteMembers is part of MemberStore.
func (s *Members) WriteMembers(ctx context.Context, members map[fa.ID][]fa.GroupMember, replace bool) error {
	kind := GroupMemberAdd
	if replace {
		kind = GroupMemberUpdate
	}
	told, err := s.about(ctx, kind, members)
	if err != nil {
		return err
	}
	return s.Bus.Change(ctx, func(ctx context.Context, raise Raise) error {
		raise(told...)
		return s.MemberStore.WriteMembers(ctx, members, replace)
	})
}

// DeleteMembers is part of MemberStore.
func (s *Members) DeleteMembers(ctx context.Context, tenant fa.ID, matches []fa.MemberMatch, removed func([]fa.GroupMember)) error {
	groups, err := s.Groups.All(ctx) // before: the store must not be asked in its transactions
	if err != nil {
		return err
	}
	return s.Bus.Change(ctx, func(ctx context.Context, raise Raise) error {
		return s.MemberStore.DeleteMembers(ctx, tenant, matches, func(gone []fa.GroupMember) {
			var told []Event
			for _, g := range groups {
				theirs := slices.DeleteFunc(slices.Clone(gone), func(m fa.GroupMember) bool { return m.GroupID != g.ID })
				if len(theirs) > 0 {
					told = append(told, withComplete(ofGroup(GroupMemberRemove, g, map[string]any{"members": theirs}))...)
				}
			}
			raise(told...)
			removed(gone)
		})
	})
}

func (s *Members) about(ctx context.Context, kind string, members map[fa.ID][]fa.GroupMember) (told []Event, err error) {
	for _, id := range slices.Sorted(maps.Keys(members)) {
		g, err := s.Groups.Get(ctx, id)
		if err != nil {
			return nil, err
		}
		told = append(told, withComplete(ofGroup(kind, g, map[string]any{"members": members[id]}))...)
	}
	return told, nil
}
