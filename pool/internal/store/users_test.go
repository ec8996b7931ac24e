package store

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"wherry/pool/internal/model"
)

// even is a population of ten users; those with an even number are editors.
type even struct{}

func (even) Len() int { return 10 }

func (even) User(n int) model.User {
	u := made(fmt.Sprintf("computed-%d", n), fmt.Sprintf("%d@example.com", n), "true")
	u.Set("sub", fmt.Sprintf("%x0000000-0000-0000-0000-000000000000", n))
	if n%2 == 0 {
		u.Groups = []string{"editors"}
	}
	return u
}

func (even) Find(name, value string) []int {
	var n int
	for _, form := range map[string][]string{"username": {"computed-%d"}, "email": {"%d@example.com"}, "sub": {"%x0000000-"}}[name] {
		if _, err := fmt.Sscanf(strings.ToLower(value), form, &n); err == nil && n >= 0 && n < 10 {
			return []int{n}
		}
	}
	return nil
}

func (even) SubPrefix(prefix string) (from, to int) {
	for n := range 10 {
		if strings.HasPrefix(even{}.User(n).Attributes[2].Value, prefix) {
			return n, n + 1
		}
	}
	return 0, 0
}

func (even) NextMember(group string, from int) int {
	if group != "editors" {
		return 10
	}
	return min(from+from%2, 10)
}

func made(name, email, verified string) model.User {
	return model.User{Username: name, Enabled: true, Attributes: []model.Attribute{{Name: "email", Value: email}, {Name: "email_verified", Value: verified}}}
}

// listed pages through a query, three users a page.
func listed(u *Users, q Query) (names []string) {
	for n := 0; n >= 0; {
		var page []User
		page, n = u.List(q, n, 3)
		for _, user := range page {
			names = append(names, user.Username)
		}
	}
	return names
}

func members(u *Users, group string) (names []string) {
	for n := 0; n >= 0; {
		var page []User
		page, n = u.Members(group, n, 2)
		for _, user := range page {
			names = append(names, user.Username)
		}
	}
	return names
}

// Whatever is written, looking users up and paging through them agree with a
// plain map of all users.
func TestUsersAgreeWithAPlainMap(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		d := model.Directory{Pool: model.Pool{AliasAttributes: []string{"email"}}, Population: even{}}
		users := newUsers(&d, model.Instant{})
		plain := map[string]model.User{}
		for n := range 10 {
			u := even{}.User(n)
			plain[u.Username] = u
		}
		emails := rapid.SampledFrom([]string{"1@example.com", "4@example.com", "a@example.com", "b@example.com", "A@example.com"})
		someone := func() User {
			name := rapid.SampledFrom(slices.Sorted(maps.Keys(plain))).Draw(t, "who")
			user, ok := users.Named(name)
			if !ok {
				t.Fatalf("%s is not found", name)
			}
			return user
		}
		t.Repeat(map[string]func(*rapid.T){
			"create": func(t *rapid.T) {
				name := rapid.SampledFrom([]string{"jane", "Jane", "omar", "computed-3"}).Draw(t, "name")
				u := made(name, emails.Draw(t, "email"), rapid.SampledFrom([]string{"true", "false"}).Draw(t, "verified"))
				_, taken := plain[name]
				if _, err := users.Create(u); err == nil {
					if taken {
						t.Fatalf("a second %s was made", name)
					}
					plain[name] = u
				}
			},
			"change": func(t *rapid.T) {
				user := someone()
				email := emails.Draw(t, "email")
				changed, err := users.Update(user.N, func(u *model.User) error {
					u.Set("email", email)
					u.Groups = []string{"editors"}
					return nil
				})
				if err == nil {
					plain[user.Username] = *changed.User
				}
			},
			"delete": func(t *rapid.T) {
				if len(plain) < 2 {
					t.Skip("leave somebody")
				}
				user := someone()
				if err := users.Delete(user.N); err != nil {
					t.Fatal(err)
				}
				delete(plain, user.Username)
			},
			"": func(t *rapid.T) { agree(t, users, plain) },
		})
	})
}

func agree(t *rapid.T, users *Users, plain map[string]model.User) {
	if users.Len() != len(plain) {
		t.Fatalf("there are %d users, not %d", len(plain), users.Len())
	}
	for q, is := range map[Query]func(model.User) bool{
		{}: func(model.User) bool { return true },
		{Attribute: "email", Value: "a@example.com"}:      func(u model.User) bool { return email(u) == "a@example.com" },
		{Attribute: "email", Value: "4@example.com"}:      func(u model.User) bool { return email(u) == "4@example.com" },
		{Attribute: "sub", Value: "40", Prefix: true}:     func(u model.User) bool { return strings.HasPrefix(u.Sub(), "40") },
		{Attribute: "username", Value: "c", Prefix: true}: func(u model.User) bool { return u.Username[0] == 'c' },
		{Attribute: "username", Value: "computed-3"}:      func(u model.User) bool { return u.Username == "computed-3" },
		{Attribute: "status", Value: "Disabled"}:          func(u model.User) bool { return !u.Enabled },
	} {
		same(t, fmt.Sprint(q), listed(users, q), plain, is)
	}
	same(t, "editors", members(users, "editors"), plain, func(u model.User) bool { return slices.Contains(u.Groups, "editors") })
	verified := map[string]int{}
	for _, u := range plain {
		if u.Verified("email") {
			verified[email(u)]++
		}
	}
	for address, n := range verified {
		if n > 1 {
			t.Fatalf("%d users have the alias %s", n, address)
		}
	}
}

func same(t *rapid.T, what string, got []string, plain map[string]model.User, is func(model.User) bool) {
	var want []string
	for name, u := range plain {
		if is(u) {
			want = append(want, name)
		}
	}
	slices.Sort(got)
	slices.Sort(want)
	if !slices.Equal(got, want) {
		t.Fatalf("%s: got %v, want %v", what, got, want)
	}
}

func email(u model.User) string {
	value, _ := u.Attribute("email")
	return value
}

// A condition that holds for few gives short pages, and always a way on.
func TestRareConditionsEndPagesEarly(t *testing.T) {
	t.Parallel()
	d := model.Directory{}
	for i := range 3*reach + 1 {
		d.Users = append(d.Users, made(fmt.Sprintf("user-%d", i), "", ""))
	}
	d.Users[0].Enabled, d.Users[3*reach].Enabled = false, false
	users := newUsers(&d, model.Instant{})
	var sizes []int
	for n := 0; n >= 0; {
		var page []User
		page, n = users.List(Query{Attribute: "status", Value: "Disabled"}, n, 60)
		sizes = append(sizes, len(page))
	}
	if !slices.Equal(sizes, []int{1, 0, 0, 1}) {
		t.Errorf("got pages of %v", sizes)
	}
}
