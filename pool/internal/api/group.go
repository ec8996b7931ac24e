package api

import (
	"slices"

	"wherry/pool/internal/model"
	"wherry/pool/internal/refuse"
	"wherry/pool/internal/signin"
	"wherry/pool/internal/store"
)

type groupIn struct {
	UserPoolId string `shape:"UserPoolIdType,required"`
	GroupName  string `shape:"GroupNameType,required"`
}

type groupOut struct{ Group *model.Group }

// group finds a group of a pool.
func (a *API) group(in groupIn) (*store.Pool, *model.Group, error) {
	p, err := a.Store.Pool(in.UserPoolId)
	if err != nil {
		return nil, nil, err
	}
	g, ok := p.Groups.Get(in.GroupName)
	if !ok {
		return nil, nil, refuse.With("ResourceNotFound", "Group not found.")
	}
	return p, g, nil
}

func (a *API) getGroup(_ *Call, in *groupIn) (groupOut, error) {
	_, g, err := a.group(*in)
	return groupOut{g}, err
}

type writeGroupIn struct {
	groupIn
	Description string `shape:"DescriptionType"`
	RoleArn     string
	Precedence  *int
}

func (in *writeGroupIn) write(g *model.Group, now model.Instant) {
	g.GroupName, g.UserPoolID = in.GroupName, in.UserPoolId
	g.Description, g.RoleArn, g.Precedence, g.LastModifiedDate = in.Description, in.RoleArn, in.Precedence, now
}

func (a *API) createGroup(_ *Call, in *writeGroupIn) (groupOut, error) {
	p, err := a.Store.Pool(in.UserPoolId)
	if err != nil {
		return groupOut{}, err
	}
	now := model.At(a.Now())
	g := &model.Group{CreationDate: now}
	in.write(g, now)
	if !p.Groups.Create(in.GroupName, g) {
		return groupOut{}, refuse.With("GroupExists", "A group with the name %s already exists.", in.GroupName)
	}
	return groupOut{g}, nil
}

func (a *API) updateGroup(_ *Call, in *writeGroupIn) (groupOut, error) {
	p, _, err := a.group(in.groupIn)
	if err != nil {
		return groupOut{}, err
	}
	g, _ := p.Groups.Update(in.GroupName, func(g *model.Group) { in.write(g, model.At(a.Now())) })
	return groupOut{g}, nil
}

func (a *API) deleteGroup(_ *Call, in *groupIn) (nothing, error) {
	p, _, err := a.group(*in)
	if err != nil {
		return nothing{}, err
	}
	p.Groups.Delete(in.GroupName)
	return nothing{}, nil
}

type listGroupsIn struct {
	UserPoolId string `shape:"UserPoolIdType,required"`
	Limit      int    `shape:"QueryLimitType"`
	NextToken  string `shape:"PaginationKey"`
}

type listGroupsOut struct {
	Groups    []*model.Group
	NextToken string `json:",omitempty"`
}

func (a *API) listGroups(c *Call, in *listGroupsIn) (listGroupsOut, error) {
	p, err := a.Store.Pool(in.UserPoolId)
	if err != nil {
		return listGroupsOut{}, err
	}
	l, err := a.Pager.open(c, in.NextToken, p.ID)
	if err != nil {
		return listGroupsOut{}, err
	}
	groups, next := named(l, pageSize(in.Limit), p.Groups.After)
	return listGroupsOut{groups, next}, nil
}

type listUsersInGroupIn struct {
	groupIn
	Limit     int    `shape:"QueryLimitType"`
	NextToken string `shape:"PaginationKey"`
}

type listUsersInGroupOut struct {
	Users     []listed
	NextToken string `json:",omitempty"`
}

func (a *API) listUsersInGroup(c *Call, in *listUsersInGroupIn) (listUsersInGroupOut, error) {
	p, _, err := a.group(in.groupIn)
	if err != nil {
		return listUsersInGroupOut{}, err
	}
	l, err := a.Pager.open(c, in.NextToken, p.ID, in.GroupName)
	if err != nil {
		return listUsersInGroupOut{}, err
	}
	users, next := numbered(l, pageSize(in.Limit), func(from, limit int) ([]store.User, int) {
		return p.Users.Members(in.GroupName, from, limit)
	})
	return listUsersInGroupOut{listedOf(users), next}, nil
}

type adminListGroupsForUserIn struct {
	userIn
	Limit     int    `shape:"QueryLimitType"`
	NextToken string `shape:"PaginationKey"`
}

func (a *API) adminListGroupsForUser(c *Call, in *adminListGroupsForUserIn) (listGroupsOut, error) {
	p, user, err := a.user(c, in.userIn)
	if err != nil {
		return listGroupsOut{}, err
	}
	l, err := a.Pager.open(c, in.NextToken, p.ID, in.Username)
	if err != nil {
		return listGroupsOut{}, err
	}
	groups, next := numbered(l, pageSize(in.Limit), within(signin.GroupsOf(p, user.User)))
	return listGroupsOut{groups, next}, nil
}

// within pages through a list that is at hand.
func within[T any](all []T) func(from, limit int) ([]T, int) {
	return func(from, limit int) ([]T, int) {
		from = min(from, len(all))
		to := min(from+limit, len(all))
		if to == len(all) {
			return append([]T{}, all[from:]...), -1
		}
		return append([]T{}, all[from:to]...), to
	}
}

type memberIn struct {
	userIn
	GroupName string `shape:"GroupNameType,required"`
}

func (a *API) adminAddUserToGroup(c *Call, in *memberIn) (nothing, error) {
	p, _, err := a.group(groupIn{in.UserPoolId, in.GroupName})
	if err != nil {
		return nothing{}, err
	}
	_, user, err := a.user(c, in.userIn)
	if err != nil {
		return nothing{}, err
	}
	_, err = p.Users.Update(user.N, func(u *model.User) error {
		if !slices.Contains(u.Groups, in.GroupName) {
			u.Groups = append(u.Groups, in.GroupName)
		}
		return nil
	})
	return nothing{}, err
}

func (a *API) adminRemoveUserFromGroup(c *Call, in *memberIn) (nothing, error) {
	p, _, err := a.group(groupIn{in.UserPoolId, in.GroupName})
	if err != nil {
		return nothing{}, err
	}
	_, user, err := a.user(c, in.userIn)
	if err != nil {
		return nothing{}, err
	}
	_, err = p.Users.Update(user.N, func(u *model.User) error {
		u.Groups = slices.DeleteFunc(u.Groups, func(g string) bool { return g == in.GroupName })
		return nil
	})
	return nothing{}, err
}
