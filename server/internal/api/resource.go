package api

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"strings"

	"github.com/go-json-experiment/json/jsontext"

	"wherry/server/internal/fa"
)

// Documents is a kind of object in storage.
type Documents[T any] interface {
	Get(ctx context.Context, id fa.ID) (*T, error)
	All(ctx context.Context) ([]*T, error)
	Create(ctx context.Context, v *T) error
	Update(ctx context.Context, id fa.ID, change func(*T) error) (*T, error)
	Delete(ctx context.Context, id fa.ID) error
}

// resource serves the five methods of objects whose requests mean "store this
// document". The hooks say what is particular about the object.
type resource[T any] struct {
	name, plural, path string // "tenant", "tenants", "/api/tenant"
	store              Documents[T]
	blank              func() T

	// create completes a new object: id, instants, owner.
	create func(ctx context.Context, c caller, v *T, id fa.ID) error
	// keep carries over from current what a client cannot write.
	keep func(next, current *T)
	// check normalises and validates the object by itself.
	check func(v *T) error
	// refer looks whether the objects that this one names are there; nil when
	// it names none.
	refer func(ctx context.Context, v *T) error
	// visible hides what the caller may not see; nil hides nothing.
	visible func(c caller, v *T) bool
	// listed picks from the list of all what a request asks for; nil picks all.
	listed func(q url.Values, v *T) bool
	// removable refuses to delete what has to stay; nil refuses nothing.
	removable func(v *T) error
	// copied turns a copy of an object into the start of the one that a request
	// describes; nil when there is no such request.
	copied func(source, described *T)
	// beside is where an object keeps what requests state beside it, such as
	// "roleIds"; nil when there is nothing.
	beside map[string]func(v *T) any
	// show completes objects for an answer with what other objects know; nil
	// when they are complete.
	show func(ctx context.Context, all ...*T) error
	// later deletes the object when nobody waits for it, which clients may ask
	// for; nil: they have to wait.
	later func(ctx context.Context, id fa.ID) error
}

// mount registers the endpoints.
func (s *resource[T]) mount(handle func(pattern string, h handler)) {
	one := s.path + "/{" + s.name + "Id}"
	handle("POST "+s.path, s.post)
	handle("POST "+one, s.post)
	handle("GET "+s.path, s.all)
	handle("GET "+one, s.get)
	handle("PUT "+one, s.put)
	handle("PATCH "+one, s.patch)
	handle("DELETE "+one, s.delete)
}

func (s *resource[T]) post(w http.ResponseWriter, r *http.Request) error {
	id, err := pathID(r, s.name+"Id")
	if err != nil {
		return err
	}
	body, err := read(r)
	if err != nil {
		return err
	}
	v, err := s.decode(body)
	if err != nil {
		return err
	}
	if err := s.copySource(r, body, v); err != nil {
		return err
	}
	if err := s.create(r.Context(), callerOf(r), v, id); err != nil {
		return err
	}
	if err := fa.Join(s.check(v), s.references(r.Context(), v)); err != nil {
		return err
	}
	if err := s.store.Create(r.Context(), v); err != nil {
		return err
	}
	return s.respond(w, r, v)
}

// decode reads the object and what stands beside it.
func (s *resource[T]) decode(body envelope) (*T, error) {
	v := s.blank()
	if err := body.decode(s.name, &v); err != nil {
		return nil, err
	}
	for member, field := range s.beside {
		raw, given := body[member]
		if !given {
			raw = jsontext.Value("null")
		}
		if err := fa.DecodeAt(member, raw, field(&v)); err != nil {
			return nil, err
		}
	}
	return &v, nil
}

// document is the request that would make the object what it is.
func (s *resource[T]) document(v *T) map[string]any {
	document := map[string]any{s.name: v}
	for member, field := range s.beside {
		document[member] = field(v)
	}
	return document
}

// copySource makes v a copy of the object that the request names beside it,
// as in "sourceTenantId".
func (s *resource[T]) copySource(r *http.Request, body envelope, v *T) error {
	if s.copied == nil {
		return nil
	}
	member := "source" + strings.ToUpper(s.name[:1]) + s.name[1:] + "Id"
	id, err := body.id(member)
	if id == "" {
		return err
	}
	source, err := s.seen(r, id)
	if errors.Is(err, fa.ErrNotFound) {
		return fa.FieldError(member, "invalid", "There is no %s with the id [%s].", s.name, id)
	}
	if err == nil {
		s.copied(source, v)
		*v = *source
	}
	return err
}

func (s *resource[T]) get(w http.ResponseWriter, r *http.Request) error {
	v, _, err := s.addressed(r)
	if err != nil {
		return err
	}
	return s.respond(w, r, v)
}

func (s *resource[T]) all(w http.ResponseWriter, r *http.Request) error {
	all, err := s.store.All(r.Context())
	if err != nil {
		return err
	}
	seen := []*T{}
	for _, v := range all {
		if (s.visible == nil || s.visible(callerOf(r), v)) && (s.listed == nil || s.listed(r.URL.Query(), v)) {
			seen = append(seen, v)
		}
	}
	if err := s.shown(r.Context(), seen...); err != nil {
		return err
	}
	return respond(w, http.StatusOK, map[string]any{s.plural: seen})
}

// put replaces the object: what the client leaves out goes back to its default.
func (s *resource[T]) put(w http.ResponseWriter, r *http.Request) error {
	body, err := read(r)
	if err != nil {
		return err
	}
	return s.change(w, r, func(*T) (*T, error) {
		return s.decode(body)
	})
}

func (s *resource[T]) patch(w http.ResponseWriter, r *http.Request) error {
	p, err := readPatch(r)
	if err != nil {
		return err
	}
	return s.change(w, r, func(current *T) (*T, error) {
		body, err := p.onRequest(s.document(current))
		if err != nil {
			return nil, err
		}
		return s.decode(body)
	})
}

// change looks at the outcome first, other objects included, and then makes
// the change on the object as it is by then.
func (s *resource[T]) change(w http.ResponseWriter, r *http.Request, to func(current *T) (*T, error)) error {
	current, id, err := s.addressed(r)
	if err != nil {
		return err
	}
	prepare := func(current *T) (*T, error) {
		next, err := to(current)
		if err != nil {
			return nil, err
		}
		s.keep(next, current)
		return next, s.check(next)
	}
	draft, err := prepare(current)
	if draft == nil {
		return err
	}
	if err := fa.Join(err, s.references(r.Context(), draft)); err != nil {
		return err
	}
	stored, err := s.store.Update(r.Context(), id, func(current *T) error {
		next, err := prepare(current)
		if err == nil {
			*current = *next
		}
		return err
	})
	if err != nil {
		return err
	}
	return s.respond(w, r, stored)
}

func (s *resource[T]) references(ctx context.Context, v *T) error {
	if s.refer == nil {
		return nil
	}
	return s.refer(ctx, v)
}

func (s *resource[T]) delete(w http.ResponseWriter, r *http.Request) error {
	v, id, err := s.addressed(r)
	if err != nil {
		return err
	}
	if s.removable != nil {
		if err := s.removable(v); err != nil {
			return err
		}
	}
	if s.later != nil {
		async, err := asks(r, "async")
		if err != nil {
			return err
		}
		if async {
			return s.deleteLater(w, r, id)
		}
	}
	return s.store.Delete(r.Context(), id)
}

func (s *resource[T]) deleteLater(w http.ResponseWriter, r *http.Request, id fa.ID) error {
	if err := s.later(r.Context(), id); err != nil {
		return err
	}
	w.WriteHeader(http.StatusAccepted)
	return nil
}

// addressed is the object that the path names, if the caller may see it.
func (s *resource[T]) addressed(r *http.Request) (v *T, id fa.ID, err error) {
	if id, err = pathID(r, s.name+"Id"); err != nil {
		return nil, "", err
	}
	v, err = s.seen(r, id)
	return v, id, err
}

func (s *resource[T]) seen(r *http.Request, id fa.ID) (*T, error) {
	v, err := s.store.Get(r.Context(), id)
	if err == nil && s.visible != nil && !s.visible(callerOf(r), v) {
		err = fa.ErrNotFound
	}
	return v, err
}

func (s *resource[T]) shown(ctx context.Context, all ...*T) error {
	if s.show == nil {
		return nil
	}
	return s.show(ctx, all...)
}

func (s *resource[T]) respond(w http.ResponseWriter, r *http.Request, v *T) error {
	if err := s.shown(r.Context(), v); err != nil {
		return err
	}
	return respond(w, http.StatusOK, map[string]*T{s.name: v})
}
