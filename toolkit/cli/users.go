package cli

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"

	"wherry/internal/exit"
	"wherry/toolkit/config"
	"wherry/toolkit/internal/cognito"
	"wherry/toolkit/internal/plan"
)

// userFile is a file that the AWS CLI wrote: the answer of admin-get-user or
// of list-users, or a list of users alone.
type userFile string

func (f userFile) users(_ context.Context, login string) ([]foundUser, error) {
	data, err := os.ReadFile(string(f))
	if err != nil {
		return nil, exit.With(exit.Usage, fmt.Errorf("read the users: %w", err), "name a file with --in")
	}
	all, err := readUsers(data)
	if err != nil {
		return nil, exit.With(exit.Usage, fmt.Errorf("read the users of %s: %w", string(f), err),
			"want what aws cognito-idp admin-get-user or list-users printed, as JSON")
	}
	var found []foundUser
	for _, u := range all {
		if meant(u, login) {
			found = append(found, foundUser{CognitoUser: u})
		}
	}
	return found, nil
}

func (userFile) Close() error { return nil }

func readUsers(data []byte) ([]plan.CognitoUser, error) {
	if bytes.HasPrefix(bytes.TrimSpace(data), []byte("[")) {
		var list []plan.CognitoUser
		err := json.Unmarshal(data, &list)
		return list, err
	}
	var answer struct{ Users []plan.CognitoUser }
	if err := json.Unmarshal(data, &answer); err != nil || answer.Users != nil {
		return answer.Users, err
	}
	var one plan.CognitoUser
	if err := json.Unmarshal(data, &one); err != nil {
		return nil, err
	}
	if one.Username == "" {
		return nil, errors.New("there is no user in it")
	}
	return []plan.CognitoUser{one}, nil
}

// meant tells whether a login is one of the names of a user.
func meant(u plan.CognitoUser, login string) bool {
	names := []string{u.Username, u.Sub(), u.Attributes["email"], u.Attributes["phone_number"], u.Attributes["preferred_username"]}
	return slices.ContainsFunc(names, func(name string) bool { return name != "" && strings.EqualFold(name, login) })
}

// userPool is the user pool itself.
type userPool struct{ *cognito.Client }

func newUserPool(ctx context.Context, pool config.Pool) (userSource, error) {
	client, err := cognito.New(ctx, cognito.Options{
		PoolID: pool.ID, Region: pool.Region, Endpoint: pool.Endpoint, ClientID: pool.ClientID, Connections: 1,
	})
	if err != nil {
		return nil, err
	}
	return userPool{client}, nil
}

func (userPool) Close() error { return nil }

func (p userPool) users(ctx context.Context, login string) ([]foundUser, error) {
	u, err := p.AdminUser(ctx, login)
	if f, ok := errors.AsType[*cognito.Failure](err); ok && f.Code == "UserNotFoundException" {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("look the user up: %w", err)
	}
	if u.Groups, err = p.AdminGroups(ctx, u.Username); err != nil {
		return nil, fmt.Errorf("look the user's groups up: %w", err)
	}
	return []foundUser{{CognitoUser: u}}, nil
}

// exportedUsers are those whom a workspace knows.
type exportedUsers struct{ *crossing }

func (x exportedUsers) Close() error { return x.workspace.Close() }

func (x exportedUsers) users(ctx context.Context, login string) ([]foundUser, error) {
	list, err := x.part.Find(ctx, login)
	if err != nil {
		return nil, err
	}
	var found []foundUser
	for _, u := range list {
		f := foundUser{journal: &journal{u.State, u.Reason, u.Moved, u.Change, u.Exported}}
		if u.Source == nil {
			return nil, exit.With(exit.Failed, fmt.Errorf("the workspace %s was purged", x.workspace.Place()), "look the user up in the pool, without --workspace")
		}
		if err := json.Unmarshal(u.Source, &f.CognitoUser); err != nil {
			return nil, fmt.Errorf("read the document of user %s: %w", u.ID, err)
		}
		found = append(found, f)
	}
	return found, nil
}
