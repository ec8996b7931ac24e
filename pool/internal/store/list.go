package store

import (
	"slices"
	"strings"

	"wherry/pool/internal/model"
)

// Query is the one condition that ListUsers may have. The zero Query is true
// of everybody.
type Query struct {
	Attribute string // "username", "status", "cognito:user_status" or an attribute's name
	Value     string
	Prefix    bool
}

// reach bounds how many users one page looks at. Where a condition holds for
// few of them, pages come back short, or empty, with a way to go on.
const reach = 5000

// List returns at most limit users from number from on for whom q is true, and
// the number to go on from, or -1 when there are no more.
func (u *Users) List(q Query, from, limit int) (users []User, next int) {
	u.mu.RLock()
	defer u.mu.RUnlock()
	if !q.Prefix && slices.Contains(indexed, q.Attribute) {
		return u.exact(q, from, limit)
	}
	n := from
	for looked := 0; looked < reach; looked++ {
		if n = u.skip(q, n); n >= u.end() {
			return users, -1
		}
		if len(users) == limit {
			return users, n
		}
		if user := u.at(n); user != nil && u.match(q, user) {
			users = append(users, User{n, user})
		}
		n++
	}
	return users, n
}

func (u *Users) exact(q Query, from, limit int) (users []User, next int) {
	for user := range u.find(q.Attribute, q.Value) {
		if user.N < from {
			continue
		}
		if len(users) == limit {
			return users, user.N
		}
		users = append(users, user)
	}
	return users, -1
}

// skip jumps over the computed users whose subs cannot begin as asked.
func (u *Users) skip(q Query, n int) int {
	if q.Attribute != "sub" || n >= u.base.Len() {
		return n
	}
	from, to := u.base.SubPrefix(q.Value)
	if n = max(n, from); n >= to {
		return max(n, u.base.Len())
	}
	return n
}

func (u *Users) match(q Query, user *model.User) bool {
	switch q.Attribute {
	case "":
		return true
	case "status":
		return u.compare(q, enabled(user))
	case "cognito:user_status":
		return u.compare(q, user.Status)
	}
	v, ok := valueOf(user, q.Attribute)
	return ok && u.compare(q, v)
}

func enabled(user *model.User) string {
	if user.Enabled {
		return "Enabled"
	}
	return "Disabled"
}

func (u *Users) compare(q Query, v string) bool {
	if !q.Prefix {
		return u.same(v, q.Value)
	}
	return len(v) >= len(q.Value) && u.same(v[:len(q.Value)], q.Value) || !u.caseSensitive &&
		strings.HasPrefix(strings.ToLower(v), strings.ToLower(q.Value))
}

// Members returns at most limit members of a group from number from on, and
// the number to go on from, or -1 when there are no more.
func (u *Users) Members(group string, from, limit int) (users []User, next int) {
	u.mu.RLock()
	defer u.mu.RUnlock()
	joined := u.joined(group, from)
	n := from
	for looked := 0; looked < reach; looked++ {
		if n, joined = u.nextMember(group, n, joined); n >= u.end() {
			return users, -1
		}
		if len(users) == limit {
			return users, n
		}
		if user := u.at(n); user != nil && slices.Contains(user.Groups, group) {
			users = append(users, User{n, user})
		}
		n++
	}
	return users, n
}

// joined is the numbers of written-over users in a group, ascending.
func (u *Users) joined(group string, from int) []int {
	var ns []int
	for n, user := range u.changed {
		if n >= from && user != nil && slices.Contains(user.Groups, group) {
			ns = append(ns, n)
		}
	}
	slices.Sort(ns)
	return ns
}

// nextMember is the first number from n on that may belong to a member.
func (u *Users) nextMember(group string, n int, joined []int) (int, []int) {
	if n >= u.base.Len() {
		return n, nil
	}
	for len(joined) > 0 && joined[0] < n {
		joined = joined[1:]
	}
	next := u.base.NextMember(group, n)
	if len(joined) > 0 {
		next = min(next, joined[0])
	}
	return next, joined
}
