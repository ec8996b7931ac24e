package target

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"wherry/internal/exit"
	"wherry/toolkit/internal/fusionauth"
)

// Look compares objects with what the target holds, and writes nothing.
func Look(ctx context.Context, api *fusionauth.Client, objects []Object) (*Plan, error) {
	l := &look{api: api, ids: map[string]string{}, docs: map[string]Doc{}, lists: map[*Kind][]Doc{}}
	plan := &Plan{api: api, ids: l.ids}
	for _, o := range objects {
		step, err := l.step(ctx, o)
		if err != nil {
			return nil, fmt.Errorf("look for the %s %q: %w", o.label(), o.Name, err)
		}
		plan.Steps = append(plan.Steps, step)
	}
	return plan, nil
}

// look is one Look.
type look struct {
	api   *fusionauth.Client
	ids   map[string]string // wanted to real, where they differ
	docs  map[string]Doc    // objects as they are or will be, by kind and real id
	lists map[*Kind][]Doc   // what there is of kinds that can be listed
}

func (l *look) step(ctx context.Context, o Object) (Step, error) {
	o = l.renamed(o)
	have, err := l.find(ctx, o)
	if o.Optional && impossible(err) {
		return Step{Object: o.label(), Name: o.Name, Action: Refused, Why: err.Error(), object: o}, nil
	}
	if err != nil {
		return Step{}, err
	}
	s := Step{Object: o.label(), Name: o.Name, ID: o.ID, Action: Found, object: o, doc: have}
	if have == nil {
		s.create()
	} else {
		l.settle(&s, have)
	}
	l.docs[s.object.key()] = s.doc
	return s, nil
}

// settle takes the real id of an object that is there and compares it. Grants
// are wanted under no id.
func (l *look) settle(s *Step, have Doc) {
	if id, _ := have["id"].(string); id != "" && s.ID != "" && !strings.EqualFold(id, s.ID) {
		l.ids[s.ID] = strings.ToLower(id)
		s.object = l.renamed(s.object)
		s.ID = s.object.ID
	}
	s.change(have)
}

func (l *look) renamed(o Object) Object {
	for _, id := range []*string{&o.ID, &o.Tenant, &o.Parent, &o.For} {
		*id = renamed(*id, l.ids).(string)
	}
	for _, doc := range []*Doc{&o.Doc, &o.First, &o.Beside, &o.FirstBeside} {
		*doc = renamed(*doc, l.ids).(Doc)
	}
	return o
}

// impossible tells whether a target refuses a kind of objects altogether, or
// to this API key.
func impossible(err error) bool {
	f, ok := errors.AsType[*fusionauth.Error](err)
	return ok && (f.Status == 401 || f.Status == 403 || f.Status == 404 || f.Status == 405 || f.Status == 501)
}

// find returns the object as it is or as it will be by then, or nil.
func (l *look) find(ctx context.Context, o Object) (Doc, error) {
	if planned := l.docs[o.key()]; planned != nil {
		return planned, nil
	}
	switch {
	case o.Kind == Grant:
		return l.grant(ctx, o)
	case o.Kind.parent != nil:
		return l.part(o)
	case o.Kind.list == "":
		return l.byID(ctx, o)
	}
	all, err := l.list(ctx, o.Kind)
	if err != nil {
		return nil, err
	}
	if found := o.among(all); found != nil || !o.Kind.hidden {
		return found, o.foreign(found)
	}
	found, err := l.byID(ctx, o)
	if err != nil {
		return nil, err
	}
	return found, o.foreign(found)
}

// errNone says that the target does not have parts of the kind.
var errNone = &fusionauth.Error{Status: 404, Method: "the target", Path: "has none of these"}

// part looks among the parts that its parent lists.
func (l *look) part(o Object) (Doc, error) {
	parent := l.docs[key(o.Kind.parent, o.Parent)]
	list, listed := parent[o.Kind.in]
	if o.Optional && !listed && parent["insertInstant"] != nil {
		return nil, errNone
	}
	parts, _ := list.([]any)
	return o.among(docs(parts)), nil
}

func (l *look) byID(ctx context.Context, o Object) (Doc, error) {
	found, err := l.api.Document(ctx, o.Kind.Place(o.Parent, o.ID), o.Kind.Member)
	if errors.Is(err, fusionauth.ErrNotFound) {
		return nil, nil
	}
	return found, err
}

func (l *look) list(ctx context.Context, k *Kind) ([]Doc, error) {
	if all, known := l.lists[k]; known {
		return all, nil
	}
	all, err := l.api.Documents(ctx, k.Place("", ""), k.list)
	l.lists[k] = all
	return all, err
}

// grant looks among the grants of an entity that is there.
func (l *look) grant(ctx context.Context, o Object) (Doc, error) {
	if l.docs[key(Entity, o.Parent)]["insertInstant"] == nil {
		return nil, nil // it will be made
	}
	all, err := l.api.Documents(ctx, o.Kind.Place(o.Parent, ""), "grants")
	for _, grant := range all {
		if grant["recipientEntityId"] == o.Doc["recipientEntityId"] {
			return grant, err
		}
	}
	return nil, err
}

// among picks the object out of a list: by its id, or else by its name.
func (o Object) among(all []Doc) Doc {
	for _, doc := range all {
		if id, _ := doc["id"].(string); strings.EqualFold(id, o.ID) {
			return doc
		}
	}
	for _, doc := range all {
		tenant, _ := doc["tenantId"].(string)
		if o.Name != "" && doc["name"] == o.Name && (!o.Kind.tenant || strings.EqualFold(tenant, o.Tenant)) {
			return doc
		}
	}
	return nil
}

// foreign refuses an object of another tenant, or of another type.
func (o Object) foreign(found Doc) error {
	if found == nil {
		return nil
	}
	if tenant, _ := found["tenantId"].(string); o.Kind.tenant && !strings.EqualFold(tenant, o.Tenant) {
		return exit.With(exit.Failed, fmt.Errorf("it belongs to another tenant, %s", tenant), "choose another id")
	}
	if want, said := o.Doc["type"].(string); said && found["type"] != want {
		return exit.With(exit.Failed, fmt.Errorf("one of this name exists and is of the type %v: choose another name", found["type"]), "rename it, or choose another name")
	}
	return nil
}

func (o Object) key() string {
	if o.Kind == Grant {
		return key(o.Kind, o.Parent+" "+fmt.Sprint(o.Doc["recipientEntityId"]))
	}
	return key(o.Kind, o.Parent+o.ID)
}

func key(k *Kind, id string) string { return k.Path + " " + id }

func docs(list []any) []Doc {
	var all []Doc
	for _, element := range list {
		if d, ok := element.(Doc); ok {
			all = append(all, d)
		}
	}
	return all
}

func badRequest(err error) bool {
	f, ok := errors.AsType[*fusionauth.Error](err)
	return ok && f.Status == 400
}
