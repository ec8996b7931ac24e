package target

import (
	"cmp"
	"context"
	"fmt"
	"strings"

	"wherry/internal/exit"
	"wherry/toolkit/internal/fusionauth"
)

// Plan is what has to be done, in order.
type Plan struct {
	Steps []Step
	api   *fusionauth.Client
	ids   map[string]string
}

// Real is the id under which an object is there, or will be.
func (p *Plan) Real(wanted string) string {
	if id, known := p.ids[wanted]; known {
		return id
	}
	return wanted
}

// Action is what becomes of an object.
type Action string

// The actions.
const (
	Found   Action = "found" // as it should be; nothing is written
	Created Action = "created"
	Changed Action = "changed"
	Refused Action = "refused" // the target does not have this, or not for this API key
)

// Step is what becomes of one object.
type Step struct {
	Object  string   `json:"object"`
	Name    string   `json:"name"`
	ID      string   `json:"id,omitempty"`
	Action  Action   `json:"action"`
	Changes []Change `json:"changes,omitempty"`
	Why     string   `json:"why,omitempty"` // it was refused

	object Object
	body   Doc // of the request
	doc    Doc // the object, afterwards
}

// Kind is what kind of object it is; nil when it was refused.
func (s Step) Kind() *Kind { return s.object.Kind }

// Parent is the id of what the object is a part of.
func (s Step) Parent() string { return s.object.Parent }

// For is the id of the tenant that the object is made for.
func (s Step) For() string { return cmp.Or(s.object.Tenant, s.object.For) }

// Request is the method and the path of the step's request, ids as {id}.
func (s Step) Request() (method, path string) {
	k := s.object.Kind
	switch {
	case s.Action == Changed && k != Grant:
		return "PATCH", k.Path
	case k.create != "":
		return "POST", strings.TrimSuffix(k.create, "/{id}")
	}
	return "POST", strings.TrimSuffix(k.Path, "/{id}")
}

// Doc is the object as it is in the end, secrets included.
func (s Step) Doc() Doc { return s.doc }

// String is such as: application "Forum" changed (name).
func (s Step) String() string {
	text := fmt.Sprintf("%s %q %s", s.Object, s.Name, s.Action)
	if s.Action != Changed {
		return text
	}
	properties := make([]string, len(s.Changes))
	for i, c := range s.Changes {
		properties[i] = c.Property
	}
	return text + " (" + strings.Join(properties, ", ") + ")"
}

// create makes it a step that makes the object.
func (s *Step) create() {
	o := s.object
	first := compare("", over(o.First, o.Doc), nil)
	beside := compare("", over(o.FirstBeside, o.Beside), nil)
	s.Action = Created
	s.doc = over(first.whole, Doc{"id": o.ID})
	s.body = over(beside.whole, Doc{o.Kind.Member: first.whole})
}

// change makes it a step that changes the object, if something differs.
func (s *Step) change(have Doc) {
	o := s.object
	d := compare("", o.Doc, have)
	s.doc = over(have, d.patch)
	s.body = Doc{o.Kind.Member: d.patch}
	if len(o.Beside) > 0 {
		beside := compare("", o.Beside, o.Kind.beside(have))
		s.body = over(s.body, beside.patch)
		d.changes = append(d.changes, beside.changes...)
	}
	if s.Changes = d.changes; len(s.Changes) > 0 {
		s.Action = Changed
	}
}

// Writes are the steps that write something. None means that the target is
// as it should be.
func (p *Plan) Writes() []Step {
	var writes []Step
	for _, s := range p.Steps {
		if s.Action == Created || s.Action == Changed {
			writes = append(writes, s)
		}
	}
	return writes
}

// Do does it. After an error the same Look and Do go on from there; the
// error's text says what stands, and p.Steps holds the steps that were done.
func (p *Plan) Do(ctx context.Context) error {
	for i := range p.Steps {
		s := &p.Steps[i]
		err := s.do(ctx, p.api)
		if err != nil && s.object.Optional && refusable(err) {
			s.Action, s.Why, err = Refused, err.Error(), nil
		}
		if err != nil {
			failed := *s
			p.Steps = p.Steps[:i]
			return p.unfinished(failed, err)
		}
	}
	return nil
}

func (p *Plan) unfinished(failed Step, err error) error {
	standing := "nothing was written"
	if writes := p.Writes(); len(writes) > 0 {
		lines := make([]string, len(writes))
		for i, s := range writes {
			lines[i] = s.String()
		}
		standing = "what stands: " + strings.Join(lines, ", ")
	}
	hint := "run it again: it continues from what stands"
	if first := exit.Hint(err); first != "" {
		hint = first + "; then " + hint
	}
	return exit.With(exit.Code(err), fmt.Errorf("%s %q: %w (%s)", failed.Object, failed.Name, err, standing), hint)
}

// refusable tells whether a refusal of an optional object may be the lack of a
// licence.
func refusable(err error) bool { return impossible(err) || badRequest(err) }

func (s *Step) do(ctx context.Context, api *fusionauth.Client) error {
	o := s.object
	switch {
	case s.Action == Created && o.Kind == Grant:
		_, err := api.Create(ctx, o.Kind.Place(o.Parent, ""), s.body, "")
		return err
	case s.Action == Changed && o.Kind == Grant: // a POST replaces it
		_, err := api.Create(ctx, o.Kind.Place(o.Parent, ""), Doc{o.Kind.Member: compare("", o.Doc, nil).whole}, "")
		return err
	case s.Action == Created:
		return s.keep(api.In(o.Tenant).Create(ctx, o.Kind.made(o.Parent, o.ID), s.body, o.Kind.Member))
	case s.Action == Changed:
		return s.keep(api.In(o.Tenant).Patch(ctx, o.Kind.Place(o.Parent, o.ID), s.body, o.Kind.Member))
	}
	return nil
}

func (s *Step) keep(doc Doc, err error) error {
	if err == nil {
		s.doc = doc
	}
	return err
}
