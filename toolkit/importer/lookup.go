package importer

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"strings"
	"sync"

	"golang.org/x/sync/errgroup"

	"wherry/toolkit/internal/fusionauth"
)

// API is FusionAuth as an importer asks it.
type API struct{ *fusionauth.Client }

// Accounts returns the users with these ids; those who are not there are left
// out.
func (a API) Accounts(ctx context.Context, ids []string) ([]fusionauth.Account, error) {
	return fusionauth.UsersByID[fusionauth.Account](ctx, a.Client, ids)
}

// Users are looked up in several questions at a time.
const (
	lookedUp = 500 // users in one question
	lookers  = 4
)

// present finds out which users are in the target, by their ids.
func (i *Importer) present(ctx context.Context, users []candidate) (map[string]fusionauth.Account, error) {
	return ask(ctx, users, func(ctx context.Context, some []candidate) ([]fusionauth.Account, error) {
		ids := make([]string, len(some))
		for n, c := range some {
			ids[n] = c.ID
		}
		return i.Target.Accounts(ctx, ids)
	}, func(a fusionauth.Account) string { return strings.ToLower(a.ID) })
}

// ask asks about all users and puts the answers together by a key.
func ask(ctx context.Context, users []candidate, question func(context.Context, []candidate) ([]fusionauth.Account, error), keys func(fusionauth.Account) string) (map[string]fusionauth.Account, error) {
	crew, ctx := errgroup.WithContext(ctx)
	crew.SetLimit(lookers)
	var mu sync.Mutex
	found := map[string]fusionauth.Account{}
	for some := range slices.Chunk(users, lookedUp) {
		crew.Go(func() error {
			accounts, err := question(ctx, some)
			mu.Lock()
			defer mu.Unlock()
			for _, a := range accounts {
				found[keys(a)] = a
			}
			return err
		})
	}
	return found, crew.Wait()
}

// owners finds out which login ids of users belong to somebody else in the
// target, by the kind and the value.
func (i *Importer) owners(ctx context.Context, users []candidate) (map[login]bool, error) {
	if i.blind {
		return nil, nil
	}
	found, err := ask(ctx, users, i.askLogins, func(a fusionauth.Account) string { return a.ID })
	if refused, ok := errors.AsType[*fusionauth.Error](err); ok && refused.Status == http.StatusBadRequest {
		i.blind = true // a target that searches in its database takes no queries: it will say what is taken when it is asked to validate
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	owned := map[login]bool{}
	for _, a := range found {
		for _, l := range logins(a.Email, a.Username, a.PhoneNumber) {
			owned[l] = true
		}
	}
	return owned, nil
}

func (i *Importer) askLogins(ctx context.Context, users []candidate) ([]fusionauth.Account, error) {
	var emails, usernames, phones []string
	for _, c := range users {
		emails = add(emails, c.Email)
		phones = add(phones, c.PhoneNumber)
		usernames = add(usernames, c.Username)
		if lower := strings.ToLower(c.Username); lower != c.Username {
			usernames = add(usernames, lower) // terms are compared with what the index has, which may be in lower case
		}
	}
	return i.Target.AccountsByLogin(ctx, emails, usernames, phones)
}

func add(list []string, value string) []string {
	if value == "" {
		return list
	}
	return append(list, value)
}

// login is a name that one user in the tenant can have.
type login struct{ kind, value string }

func logins(email, username, phone string) (list []login) {
	for _, l := range []login{{"email", email}, {"username", username}, {"phoneNumber", phone}} {
		if l.value != "" {
			l.value = strings.ToLower(l.value)
			list = append(list, l)
		}
	}
	return list
}
