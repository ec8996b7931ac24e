package api

import (
	"cmp"
	"context"
	"errors"
	"maps"
	"net/http"
	"time"

	"wherry/server/internal/fa"
)

// stamps is what new and changed documents get from the server.
type stamps struct {
	newID func() fa.ID
	now   func() time.Time
}

// complete fills in the hooks that all documents share. What check
// refuses comes back with what makes the document invalid.
func complete[T any, P fa.Document[T]](at stamps, r *resource[T]) *resource[T] {
	if r.create == nil {
		r.create = func(_ context.Context, _ caller, v *T, id fa.ID) error {
			at.begin(P(v).Header(), id)
			return nil
		}
	}
	particular := r.keep
	r.keep = func(next, current *T) {
		at.resume(P(next).Header(), P(current).Header())
		if particular != nil {
			particular(next, current)
		}
	}
	refused := r.check
	r.check = func(v *T) error {
		P(v).Normalize()
		if refused == nil {
			return P(v).Validate()
		}
		return fa.Join(refused(v), P(v).Validate())
	}
	return r
}

func (at stamps) begin(h *fa.Head, id fa.ID) {
	now := at.now().UnixMilli()
	*h = fa.Head{ID: id, InsertInstant: now, LastUpdateInstant: now}
	if id == "" {
		h.ID = at.newID()
	}
}

func (at stamps) resume(next, current *fa.Head) {
	*next = fa.Head{ID: current.ID, InsertInstant: current.InsertInstant, LastUpdateInstant: at.now().UnixMilli()}
}

// serve registers the endpoints of a kind of document that belongs to no
// tenant, and of its search if it has one.
func serve[T any, P fa.Document[T]](m *Mux, at stamps, r *resource[T], searches ...documentSearch[T]) {
	complete[T, P](at, r).mount(m.HandleGlobal)
	for _, s := range searches {
		mountSearch[T, P](m.HandleGlobal, r, s)
	}
}

// mountOnly serves the one document of a kind of which there is no second: it
// has no id, in paths or in storage.
func (s *resource[T]) mountOnly(handle func(pattern string, h handler)) {
	handle("GET "+s.path, s.get)
	handle("PUT "+s.path, s.put)
	handle("PATCH "+s.path, s.patch)
}

// documentSearch is how documents are searched.
type documentSearch[T any] struct {
	order   string // unless the request says otherwise
	columns map[string]func(a, b *T) int
	picks   func(v *T, c criteria) bool // nil picks all
}

// byName is a search in which a name is all that can be asked for.
func byName[T any, P fa.Document[T]]() documentSearch[T] {
	return documentSearch[T]{order: "name ASC", columns: map[string]func(a, b *T) int{"name": by(func(v *T) string { return P(v).Title() })}}
}

// by sorts by a value.
func by[T any, V cmp.Ordered](value func(*T) V) func(a, b *T) int {
	return func(a, b *T) int { return cmp.Compare(value(a), value(b)) }
}

// mountSearch serves the search below the path of the resource.
func mountSearch[T any, P fa.Document[T]](handle func(pattern string, h handler), r *resource[T], s documentSearch[T]) {
	in := searched[T]{
		name: func(v *T) string { return P(v).Title() }, order: s.order,
		columns: map[string]func(a, b *T) int{
			"id":            by(func(v *T) fa.ID { return P(v).Header().ID }),
			"insertInstant": by(func(v *T) int64 { return P(v).Header().InsertInstant }),
		},
	}
	maps.Copy(in.columns, s.columns)
	find := func(w http.ResponseWriter, request *http.Request) error { return r.search(w, request, in, s.picks) }
	handle("GET "+r.path+"/search", find)
	handle("POST "+r.path+"/search", find)
}

func (s *resource[T]) search(w http.ResponseWriter, r *http.Request, in searched[T], picks func(v *T, c criteria) bool) error {
	c, err := readCriteria(r)
	if err != nil {
		return err
	}
	all, err := s.store.All(r.Context())
	if err != nil {
		return err
	}
	var picked []*T
	for _, v := range all {
		if (s.visible == nil || s.visible(callerOf(r), v)) && (picks == nil || picks(v, c)) {
			picked = append(picked, v)
		}
	}
	page, total, err := in.in(picked, c)
	if err != nil {
		return err
	}
	return respond(w, http.StatusOK, map[string]any{s.plural: page, "total": total})
}

// referral collects the references of an object that lead nowhere.
type referral struct {
	errs fa.Errors
	err  error
}

// follow adds an error if id, the property at path, names nothing in store.
func follow[T any](ctx context.Context, r *referral, store Documents[T], path string, id fa.ID) *T {
	if id == "" || r.err != nil {
		return nil
	}
	v, err := store.Get(ctx, id)
	if errors.Is(err, fa.ErrNotFound) {
		r.errs.Field(path, "invalid", "There is no object with the id [%s].", id)
		return nil
	}
	r.err = err
	return v
}

func (r *referral) result() error {
	if r.err != nil {
		return r.err
	}
	return r.errs.OrNil()
}
