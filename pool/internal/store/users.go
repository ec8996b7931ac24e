package store

import (
	"cmp"
	"iter"
	"slices"
	"strings"
	"sync"

	"github.com/google/uuid"

	"wherry/pool/internal/model"
	"wherry/pool/internal/refuse"
)

// User is a user with the number under which the pool knows it. Numbers are
// never used twice. The user must not be changed.
type User struct {
	N int
	*model.User
}

// Users is the users of one pool: a computed population, what was written over
// it, and the users that were added.
type Users struct {
	base          model.Population
	caseSensitive bool
	logins        []string // attributes by which a user may be found at sign-in
	verifiedOnly  bool     // e-mail and phone count only when verified: aliases

	mu      sync.RWMutex
	changed map[int]*model.User // by number, over the population; nil when deleted
	own     []*model.User       // numbered after the population; nil when deleted
	deleted int
	index   map[string][]int // changed and own users, by attribute and folded value
}

func newUsers(d *model.Directory, now model.Instant) *Users {
	u := &Users{
		base:          d.Population,
		caseSensitive: d.Pool.CaseSensitive(),
		logins:        d.Pool.AliasAttributes,
		verifiedOnly:  true,
		changed:       map[int]*model.User{},
		index:         map[string][]int{},
	}
	if len(d.Pool.UsernameAttributes) > 0 {
		u.logins, u.verifiedOnly = d.Pool.UsernameAttributes, false
	}
	if u.base == nil {
		u.base = nobody{}
	}
	for i := range d.Users {
		u.add(completed(d.Users[i].Clone(), d.Pool.ID, now))
	}
	return u
}

// completed fills in what the description of a user left out: a sub, which is
// always the same, a status and dates.
func completed(user model.User, poolID string, now model.Instant) *model.User {
	if user.Sub() == "" {
		user.Remove("sub")
		sub := uuid.NewSHA1(uuid.Nil, []byte(poolID+"/"+user.Username)).String()
		user.Attributes = append([]model.Attribute{{Name: "sub", Value: sub}}, user.Attributes...)
	}
	user.Status = cmp.Or(user.Status, model.Confirmed)
	created, modified := model.Instant{Time: user.Created}, model.Instant{Time: user.Modified}
	date(&created, &modified, now)
	user.Created, user.Modified = created.Time, modified.Time
	return &user
}

// nobody is the population of a pool without generated users.
type nobody struct{}

func (nobody) Len() int                        { return 0 }
func (nobody) User(int) model.User             { panic("store: a user of an empty population") }
func (nobody) Find(string, string) []int       { return nil }
func (nobody) SubPrefix(string) (from, to int) { return 0, 0 }
func (nobody) NextMember(string, int) int      { return 0 }

// Len is how many users there are.
func (u *Users) Len() int {
	u.mu.RLock()
	defer u.mu.RUnlock()
	return u.base.Len() + len(u.own) - u.deleted
}

// at returns the user of a number, nil when deleted. Callers hold the lock.
func (u *Users) at(n int) *model.User {
	if n >= u.base.Len() {
		return u.own[n-u.base.Len()]
	}
	if c, ok := u.changed[n]; ok {
		return c
	}
	return new(u.base.User(n))
}

// end is the number after the last one.
func (u *Users) end() int { return u.base.Len() + len(u.own) }

// Named returns the user of exactly this Username.
func (u *Users) Named(username string) (User, bool) {
	u.mu.RLock()
	defer u.mu.RUnlock()
	return u.first("username", username)
}

// Subject returns the user of this sub.
func (u *Users) Subject(sub string) (User, bool) {
	u.mu.RLock()
	defer u.mu.RUnlock()
	return u.first("sub", sub)
}

// Number returns the user of a number.
func (u *Users) Number(n int) (User, bool) {
	u.mu.RLock()
	defer u.mu.RUnlock()
	user := u.at(n)
	return User{n, user}, user != nil
}

// Login finds a user by what is typed at sign-in: Username, or an attribute
// by which the pool lets users sign in.
func (u *Users) Login(name string) (User, bool) {
	u.mu.RLock()
	defer u.mu.RUnlock()
	return u.login(name)
}

func (u *Users) login(name string) (User, bool) {
	if found, ok := u.first("username", name); ok {
		return found, true
	}
	for _, attribute := range u.logins {
		for found := range u.find(attribute, name) {
			if u.counts(found.User, attribute) {
				return found, true
			}
		}
	}
	return User{}, false
}

// counts tells whether an attribute of a user is good for signing in.
func (u *Users) counts(user *model.User, attribute string) bool {
	return !u.verifiedOnly || attribute == "preferred_username" || user.Verified(attribute)
}

// Resolve finds a user as the administrators' operations do: by Username, by
// an active alias, or by sub.
func (u *Users) Resolve(name string) (User, error) {
	u.mu.RLock()
	defer u.mu.RUnlock()
	if found, ok := u.login(name); ok {
		return found, nil
	}
	if found, ok := u.first("sub", name); ok {
		return found, nil
	}
	return User{}, refuse.NoUser()
}

func (u *Users) first(name, value string) (User, bool) {
	for found := range u.find(name, value) {
		return found, true
	}
	return User{}, false
}

// find goes through the users whose attribute has this value, without
// searching: what was written is indexed, what is computed is asked.
func (u *Users) find(name, value string) iter.Seq[User] {
	return func(yield func(User) bool) {
		for _, n := range u.numbers(name, value) {
			user := u.at(n)
			if user == nil {
				continue
			}
			if v, ok := valueOf(user, name); ok && u.same(v, value) && !yield(User{n, user}) {
				return
			}
		}
	}
}

// numbers is the candidates of find, in ascending order.
func (u *Users) numbers(name, value string) []int {
	ns := slices.Clone(u.index[key(name, value)])
	for _, n := range u.base.Find(name, value) {
		if _, overlaid := u.changed[n]; !overlaid {
			ns = append(ns, n)
		}
	}
	slices.Sort(ns)
	return slices.Compact(ns)
}

func (u *Users) same(a, b string) bool {
	return a == b || !u.caseSensitive && strings.EqualFold(a, b)
}

func valueOf(user *model.User, name string) (string, bool) {
	if name == "username" {
		return user.Username, true
	}
	return user.Attribute(name)
}

// indexed is the attributes by which users are found without searching.
var indexed = []string{"username", "sub", "email", "phone_number", "preferred_username"}

func key(name, value string) string { return name + "\x00" + strings.ToLower(value) }
