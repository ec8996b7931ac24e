package store

import (
	"slices"

	"wherry/pool/internal/model"
	"wherry/pool/internal/refuse"
)

// Create adds a user. A taken Username, or login attribute, is refused.
func (u *Users) Create(user model.User) (User, error) {
	u.mu.Lock()
	defer u.mu.Unlock()
	if _, taken := u.first("username", user.Username); taken {
		return User{}, refuse.With("UsernameExists", "User already exists")
	}
	if err := u.free(-1, &model.User{}, &user); err != nil {
		return User{}, err
	}
	n := u.add(new(user.Clone()))
	return User{n, u.at(n)}, nil
}

// free refuses a user whose new login attributes belong to somebody else.
func (u *Users) free(n int, old, user *model.User) error {
	for _, name := range u.logins {
		value, ok := user.Attribute(name)
		before, _ := old.Attribute(name)
		if !ok || !u.counts(user, name) || value == before && u.counts(old, name) {
			continue
		}
		for other := range u.find(name, value) {
			if other.N != n && u.counts(other.User, name) {
				return u.taken(name)
			}
		}
	}
	return nil
}

func (u *Users) taken(name string) error {
	switch {
	case !u.verifiedOnly:
		return refuse.With("UsernameExists", "User already exists")
	case name == "preferred_username":
		return refuse.With("AliasExists", "Already found an entry for username")
	case name == "email":
		return refuse.With("AliasExists", "An account with the email already exists.")
	default:
		return refuse.With("AliasExists", "An account with the phone_number already exists.")
	}
}

// Update changes a copy of a user and puts it in place, unless change or the
// uniqueness of login attributes refuses.
func (u *Users) Update(n int, change func(*model.User) error) (User, error) {
	u.mu.Lock()
	defer u.mu.Unlock()
	old := u.at(n)
	if old == nil {
		return User{}, refuse.NoUser()
	}
	user := old.Clone()
	if err := change(&user); err != nil {
		return User{}, err
	}
	if err := u.free(n, old, &user); err != nil {
		return User{}, err
	}
	u.replace(n, old, &user)
	return User{n, &user}, nil
}

// Release takes a verified address away from whoever has it as an alias.
func (u *Users) Release(name, value string) {
	u.mu.Lock()
	defer u.mu.Unlock()
	if !u.verifiedOnly || !slices.Contains(u.logins, name) {
		return
	}
	for other := range u.find(name, value) {
		user := other.Clone()
		user.Set(name+"_verified", "false")
		u.replace(other.N, other.User, &user)
	}
}

// Delete removes a user; its number is never used again.
func (u *Users) Delete(n int) error {
	u.mu.Lock()
	defer u.mu.Unlock()
	old := u.at(n)
	if old == nil {
		return refuse.NoUser()
	}
	u.replace(n, old, nil)
	u.deleted++
	return nil
}

func (u *Users) add(user *model.User) int {
	n := u.end()
	u.own = append(u.own, user)
	u.enter(n, user)
	return n
}

func (u *Users) replace(n int, old, user *model.User) {
	u.leave(n, old)
	if i := n - u.base.Len(); i >= 0 {
		u.own[i] = user
	} else {
		u.changed[n] = user
	}
	if user != nil {
		u.enter(n, user)
	}
}

func (u *Users) enter(n int, user *model.User) {
	for _, name := range indexed {
		if v, ok := valueOf(user, name); ok {
			k := key(name, v)
			u.index[k] = append(u.index[k], n)
		}
	}
}

func (u *Users) leave(n int, user *model.User) {
	for _, name := range indexed {
		v, _ := valueOf(user, name)
		k := key(name, v)
		if rest := slices.DeleteFunc(u.index[k], func(m int) bool { return m == n }); len(rest) > 0 {
			u.index[k] = rest
		} else {
			delete(u.index, k)
		}
	}
}
