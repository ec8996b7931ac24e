package api

import (
	"cmp"
	"context"
	"errors"
	"math"
	"net/http"
	"time"

	"wherry/server/internal/fa"
)

// Comments serves /api/user/comment.
//
// Source: https://fusionauth.io/docs/apis/user-comments
type Comments struct {
	Store interface {
		CreateComment(ctx context.Context, c *fa.UserComment) error
		SearchComments(ctx context.Context, s fa.CommentSearch) ([]*fa.UserComment, int, error)
	}
	Users UserLookup
	NewID func() fa.ID
	Now   func() time.Time
}

// UserLookup finds users, or says fa.ErrNotFound.
type UserLookup interface {
	User(ctx context.Context, id fa.ID) (*fa.Account, error)
}

// Mount registers the endpoints.
func (h *Comments) Mount(m *Mux) {
	m.Handle("POST /api/user/comment", h.post)
	m.Handle("GET /api/user/comment/{userId}", h.all)
	m.Handle("GET /api/user/comment/search", h.search)
	m.Handle("POST /api/user/comment/search", h.search)
}

func (h *Comments) post(w http.ResponseWriter, r *http.Request) error {
	body, err := read(r)
	if err != nil {
		return err
	}
	var c fa.UserComment
	if err := body.decode("userComment", &c); err != nil {
		return err
	}
	if err := fa.Join(c.Validate(), h.refer(r, &c)); err != nil {
		return err
	}
	c.ID, c.InsertInstant = h.NewID(), h.Now().UnixMilli()
	if err := h.Store.CreateComment(r.Context(), &c); err != nil {
		return err
	}
	return respond(w, http.StatusOK, map[string]any{"userComment": c})
}

// refer looks whether both users are there. Whoever comments may be of another
// tenant.
func (h *Comments) refer(r *http.Request, c *fa.UserComment) error {
	var f referral
	user := followUser(r.Context(), &f, h.Users, "userComment.userId", c.UserID)
	followUser(r.Context(), &f, h.Users, "userComment.commenterId", c.CommenterID)
	if user != nil && !callerOf(r).sees(user.TenantID) {
		f.errs.Field("userComment.userId", "invalid", "There is no user with the id [%s].", c.UserID)
	}
	return f.result()
}

// followUser is follow for a user.
func followUser(ctx context.Context, r *referral, users UserLookup, path string, id fa.ID) *fa.Account {
	if id == "" || r.err != nil {
		return nil
	}
	u, err := users.User(ctx, id)
	if errors.Is(err, fa.ErrNotFound) {
		r.errs.Field(path, "invalid", "There is no user with the id [%s].", id)
		return nil
	}
	r.err = err
	return u
}

// all lists the comments on a user, the newest first.
func (h *Comments) all(w http.ResponseWriter, r *http.Request) error {
	id, err := pathID(r, "userId")
	if err != nil {
		return err
	}
	found, _, err := h.Store.SearchComments(r.Context(), fa.CommentSearch{
		UserID: id, TenantID: callerOf(r).tenant, Limit: math.MaxInt32, Order: fa.Order{{Property: "insertInstant", Descending: true}},
	})
	if err != nil {
		return err
	}
	return respond(w, http.StatusOK, map[string]any{"userComments": found})
}

func (h *Comments) search(w http.ResponseWriter, r *http.Request) error {
	c, order, err := readNewestFirst(r)
	if err != nil {
		return err
	}
	tenant := cmp.Or(callerOf(r).tenant, c.TenantID)
	if c.TenantID != "" && c.TenantID != tenant {
		return respond(w, http.StatusOK, map[string]any{"userComments": []fa.UserComment{}, "total": 0})
	}
	found, total, err := h.Store.SearchComments(r.Context(), fa.CommentSearch{
		Comment: c.Comment, CommenterID: c.CommenterID, TenantID: tenant, UserID: c.UserID,
		Limit: c.NumberOfResults, Offset: c.StartRow, Order: order,
	})
	if err != nil {
		return err
	}
	return respond(w, http.StatusOK, map[string]any{"userComments": found, "total": total})
}
