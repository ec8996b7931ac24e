package api

import (
	"slices"

	"wherry/pool/internal/model"
	"wherry/pool/internal/refuse"
	"wherry/pool/internal/store"
)

// listed is a user as lists show it: with Attributes, not UserAttributes.
type listed struct {
	profile
	Attributes []model.Attribute
	MFAOptions []mfaOption `json:",omitempty"`
}

func listedOf(users []store.User) []listed {
	all := make([]listed, len(users))
	for i, u := range users {
		all[i] = listed{profileOf(u.User), u.Attributes, mfaOptions(u.User)}
	}
	return all
}

type listUsersIn struct {
	UserPoolId      string `shape:"UserPoolIdType,required"`
	Limit           int    `shape:"QueryLimitType"`
	PaginationToken string `shape:"SearchPaginationTokenType"`
	Filter          string `shape:"UserFilterType"`
	AttributesToGet []string
}

type listUsersOut struct {
	Users           []listed
	PaginationToken string `json:",omitempty"`
}

// fullPage is the size of a page unless a smaller one is asked for.
const fullPage = 60

func (a *API) listUsers(c *Call, in *listUsersIn) (listUsersOut, error) {
	p, err := a.Store.Pool(in.UserPoolId)
	if err != nil {
		return listUsersOut{}, err
	}
	query, err := parseFilter(in.Filter)
	if err != nil {
		return listUsersOut{}, err
	}
	l, err := a.Pager.open(c, in.PaginationToken, p.ID, in.Limit, in.Filter, in.AttributesToGet)
	if err != nil {
		return listUsersOut{}, err
	}
	users, next := numbered(l, pageSize(in.Limit), func(from, limit int) ([]store.User, int) {
		return p.Users.List(query, from, limit)
	})
	out := listUsersOut{listedOf(users), next}
	return out, narrow(out.Users, in.AttributesToGet)
}

func pageSize(limit int) int {
	if limit == 0 {
		return fullPage
	}
	return limit
}

// narrow leaves each user the wanted attributes. One who lacks any of them
// spoils the whole page, as in Cognito.
func narrow(users []listed, wanted []string) error {
	if len(wanted) == 0 {
		return nil
	}
	for i := range users {
		u := &users[i]
		var kept []model.Attribute
		for _, v := range u.Attributes {
			if slices.Contains(wanted, v.Name) {
				kept = append(kept, v)
			}
		}
		if u.Attributes = kept; len(kept) < len(wanted) {
			return refuse.InvalidParameter("One or more requested attributes do not exist.")
		}
	}
	return nil
}
