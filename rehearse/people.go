package rehearse

import (
	"cmp"
	"maps"
	"slices"
	"strings"

	"wherry/internal/secret"
	"wherry/pool"
)

// Person is somebody of the sample pool.
type Person struct {
	LoginID  string
	Password secret.String
	Sub      string

	Email, FirstName, LastName string

	Refused string // why the pool lets nobody in with this password; empty: it does
	Remark  string // what is particular about them
	special bool   // they may sign in, but something is asked of them first
	changes bool   // that is a new password
}

// people lists the users of a pool who have a password, those who may sign in
// first.
func people(d pool.Directory) []Person {
	var may, mayNot []Person
	for _, u := range d.Users {
		if u.Password == "" {
			continue
		}
		attributes := map[string]string{}
		for _, a := range u.Attributes {
			attributes[a.Name] = a.Value
		}
		p := Person{
			LoginID: loginID(d.Pool, u.Username, attributes), Password: u.Password, Sub: attributes["sub"],
			Email: attributes["email"], FirstName: attributes["given_name"], LastName: attributes["family_name"],
		}
		p.Refused, p.Remark = describe(u, attributes)
		p.changes = u.Status == "FORCE_CHANGE_PASSWORD"
		p.special = p.changes || len(u.MFA.Enabled) > 0
		if p.Refused == "" {
			may = append(may, p)
		} else {
			mayNot = append(mayNot, p)
		}
	}
	return append(may, mayNot...)
}

// mostPeople is how many of a generated pool's users are picked out.
const mostPeople = 25

// generatedPeople are some users of a generated pool who may simply sign in.
func generatedPeople(g *pool.Generated) (list []Person) {
	for n := 0; n < g.Len() && len(list) < min(mostPeople, g.Len()/20); n++ {
		e, u := g.Expected(n), g.User(n)
		if !e.SignIn.Carried || e.Rival != nil || e.User.PasswordChangeRequired || e.User.TwoFactor != nil || e.User.Username == "" {
			continue
		}
		list = append(list, Person{
			LoginID: u.Username, Password: u.Password, Sub: e.User.ID, Email: e.User.Email, FirstName: e.User.FirstName, LastName: e.User.LastName,
		})
	}
	return list
}

// loginID is what the user types: an e-mail address where the pool takes it,
// else the user name.
func loginID(p pool.UserPool, username string, attributes map[string]string) string {
	alias := slices.Contains(p.AliasAttributes, "email") && attributes["email_verified"] == "true"
	if alias || slices.Contains(p.UsernameAttributes, "email") {
		return cmp.Or(attributes["email"], username)
	}
	return username
}

func describe(u pool.User, attributes map[string]string) (refused, remark string) {
	custom := func(name string) bool { return strings.HasPrefix(name, "custom:") }
	switch {
	case !u.Enabled:
		return "disabled", ""
	case u.Status == "UNCONFIRMED":
		return "never confirmed", ""
	case u.Status == "RESET_REQUIRED":
		return "reset required", ""
	case u.Status == "FORCE_CHANGE_PASSWORD":
		return "", "temporary password, has to be changed first"
	case len(u.MFA.Enabled) > 0:
		return "", "second factor"
	case len(u.Groups) > 0:
		return "", "in the groups " + strings.Join(u.Groups, " and ")
	case attributes["email_verified"] != "true":
		return "", "e-mail not verified"
	case slices.ContainsFunc(slices.Collect(maps.Keys(attributes)), custom):
		return "", "custom attributes"
	default:
		return "", ""
	}
}
