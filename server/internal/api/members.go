package api

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"

	"wherry/server/internal/fa"
)

// Members serves /api/group/member.
//
// Source: https://fusionauth.io/docs/apis/groups
type Members struct {
	Store interface {
		TenantsOf(ctx context.Context, users []fa.ID) (map[fa.ID]fa.ID, error)
		WriteMembers(ctx context.Context, members map[fa.ID][]fa.GroupMember, replace bool) error
		DeleteMembers(ctx context.Context, tenant fa.ID, matches []fa.MemberMatch, removed func([]fa.GroupMember)) error
		SearchMembers(ctx context.Context, s fa.MemberSearch) (found []fa.GroupMember, total int, err error)
	}
	Groups Documents[fa.Group]
	NewID  func() fa.ID
	Now    func() time.Time
}

// Mount registers the endpoints.
func (h *Members) Mount(m *Mux) {
	m.Handle("POST /api/group/member", func(w http.ResponseWriter, r *http.Request) error { return h.write(w, r, false) })
	m.Handle("PUT /api/group/member", func(w http.ResponseWriter, r *http.Request) error { return h.write(w, r, true) })
	m.Handle("DELETE /api/group/member", h.deleteMany)
	m.Handle("DELETE /api/group/member/{memberId}", h.delete)
	m.Handle("GET /api/group/member/search", h.search)
	m.Handle("POST /api/group/member/search", h.search)
}

// members is members by the id of their group.
type members = map[fa.ID][]fa.GroupMember

// write adds members, or with replace makes them the only ones of their groups.
// Who is a member already stays one, under the same id.
func (h *Members) write(w http.ResponseWriter, r *http.Request, replace bool) error {
	body, err := read(r)
	if err != nil {
		return err
	}
	var given members
	if err := body.decode("members", &given); err != nil {
		return err
	}
	if err := h.complete(r, given); err != nil {
		return err
	}
	if err := h.Store.WriteMembers(r.Context(), given, replace); err != nil {
		return err
	}
	return respond(w, http.StatusOK, map[string]any{"members": given})
}

// complete checks groups and users, and fills in what the server decides.
func (h *Members) complete(r *http.Request, given members) error {
	tenants, err := h.Store.TenantsOf(r.Context(), usersIn(given))
	if err != nil {
		return err
	}
	var errs fa.Errors
	for id, list := range given {
		if list == nil { // a list of nobody is something else
			errs.Field("members."+string(id), "missing", "You must specify the members of the group [%s].", id)
			continue
		}
		group, err := h.Groups.Get(r.Context(), id)
		if errors.Is(err, fa.ErrNotFound) || err == nil && !callerOf(r).sees(group.TenantID) {
			errs.Field("members."+string(id), "invalid", "There is no group with the id [%s].", id)
			continue
		}
		if err != nil {
			return err
		}
		h.completeGroup(&errs, group, list, tenants)
	}
	return errs.OrNil()
}

// completeGroup does the same for one group; tenants are those of the users.
func (h *Members) completeGroup(errs *fa.Errors, group *fa.Group, list []fa.GroupMember, tenants map[fa.ID]fa.ID) {
	seen := map[fa.ID]bool{}
	for i := range list {
		m, path := &list[i], fmt.Sprintf("members.%s[%d].userId", group.ID, i)
		switch {
		case m.UserID == "":
			errs.Field(path, "missing", "You must specify the [%s] property.", path)
		case tenants[m.UserID] != group.TenantID:
			errs.Field(path, "invalid", "There is no user with the id [%s] in the group's tenant.", m.UserID)
		case seen[m.UserID]:
			errs.Field(path, "duplicate", "The user [%s] is given twice.", m.UserID)
		}
		seen[m.UserID] = true
		m.GroupID, m.InsertInstant = group.ID, h.Now().UnixMilli()
		m.Data.Normalize()
		if m.ID == "" {
			m.ID = h.NewID()
		}
	}
}

func usersIn(given members) (users []fa.ID) {
	for _, list := range given {
		for _, m := range list {
			users = append(users, m.UserID)
		}
	}
	return users
}

func (h *Members) delete(_ http.ResponseWriter, r *http.Request) error {
	id, err := pathID(r, "memberId")
	if err != nil {
		return err
	}
	return h.remove(r, []fa.MemberMatch{{ID: id}}, true)
}

// deleteMany removes the member, or all members, that the parameters name, or
// else those that the body lists. Some of a list may be gone already.
func (h *Members) deleteMany(_ http.ResponseWriter, r *http.Request) error {
	if q := r.URL.Query(); q.Has("groupId") || q.Has("userId") {
		var errs fa.Errors
		match := fa.MemberMatch{GroupID: idIn(&errs, q, "groupId"), UserID: idIn(&errs, q, "userId")}
		if match.GroupID == "" && len(errs.FieldErrors) == 0 {
			errs.Field("groupId", "missing", "You must specify the [groupId] parameter.")
		}
		if err := errs.OrNil(); err != nil {
			return err
		}
		return h.remove(r, []fa.MemberMatch{match}, match.UserID != "")
	}
	matches, err := readMatches(r)
	if err != nil {
		return err
	}
	return h.remove(r, matches, false)
}

// readMatches reads either form of the body: ids of members, or ids of users by
// group.
func readMatches(r *http.Request) (matches []fa.MemberMatch, err error) {
	body, err := read(r)
	if err != nil {
		return nil, err
	}
	var request struct {
		MemberIDs []fa.ID           `json:"memberIds"`
		Members   map[fa.ID][]fa.ID `json:"members"`
	}
	for name, v := range map[string]any{"memberIds": &request.MemberIDs, "members": &request.Members} {
		if raw, given := body[name]; given {
			if err := fa.DecodeAt(name, raw, v); err != nil {
				return nil, err
			}
		}
	}
	for _, id := range request.MemberIDs {
		matches = append(matches, fa.MemberMatch{ID: id})
	}
	for group, users := range request.Members {
		for _, user := range users {
			matches = append(matches, fa.MemberMatch{GroupID: group, UserID: user})
		}
	}
	return matches, checkMatches(matches)
}

// checkMatches refuses a list of nobody, and ids left empty, which would match
// everybody.
func checkMatches(matches []fa.MemberMatch) error {
	var errs fa.Errors
	if len(matches) == 0 {
		errs.Field("memberIds", "missing", "You must specify the [memberIds] or the [members] property.")
	}
	for _, m := range matches {
		if m.ID == "" && (m.GroupID == "" || m.UserID == "") {
			errs.Field("members", "blank", "An id is empty.")
			break
		}
	}
	return errs.OrNil()
}

// remove removes members; if they must be there, it says when none was.
func (h *Members) remove(r *http.Request, matches []fa.MemberMatch, must bool) error {
	var removed []fa.GroupMember
	err := h.Store.DeleteMembers(r.Context(), callerOf(r).tenant, matches, func(gone []fa.GroupMember) { removed = gone })
	if err == nil && must && len(removed) == 0 {
		err = fa.ErrNotFound
	}
	return err
}

func (h *Members) search(w http.ResponseWriter, r *http.Request) error {
	c, err := readCriteria(r)
	if err != nil {
		return err
	}
	order, err := c.sorting("insertInstant ASC, userId ASC, groupId ASC")
	if err != nil {
		return err
	}
	tenant := cmp.Or(callerOf(r).tenant, c.TenantID)
	if c.TenantID != "" && c.TenantID != tenant {
		return respond(w, http.StatusOK, map[string]any{"members": []fa.GroupMember{}, "total": 0})
	}
	found, total, err := h.Store.SearchMembers(r.Context(), fa.MemberSearch{
		GroupID: c.GroupID, TenantID: tenant, UserID: c.UserID,
		Limit: c.NumberOfResults, Offset: c.StartRow, Order: order,
	})
	if err != nil {
		return err
	}
	return respond(w, http.StatusOK, map[string]any{"members": found, "total": total})
}
