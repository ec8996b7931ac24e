package api

import (
	"encoding/json"
	"slices"

	"wherry/pool/internal/model"
	"wherry/pool/internal/refuse"
	"wherry/pool/internal/store"
)

// linked names a user by a provider: "Cognito" for the pool's own.
type linked struct {
	ProviderName           string
	ProviderAttributeName  string
	ProviderAttributeValue string
}

type linkIn struct {
	UserPoolId      string `shape:"UserPoolIdType,required"`
	DestinationUser linked `shape:",required"`
	SourceUser      linked `shape:",required"`
}

const mostLinks = 5

func (a *API) adminLinkProviderForUser(c *Call, in *linkIn) (nothing, error) {
	p, err := a.Store.Pool(in.UserPoolId)
	if err != nil {
		return nothing{}, err
	}
	from := in.SourceUser
	if from.ProviderName == "Cognito" {
		return nothing{}, refuse.InvalidParameter("Invalid SourceUser: Cognito users with a username/password may not be passed in as a SourceUser, only as a DestinationUser")
	}
	_, provider, err := a.provider(providerIn{in.UserPoolId, from.ProviderName})
	if err != nil {
		return nothing{}, err
	}
	if _, exists := p.Users.Named(from.ProviderName + "_" + from.ProviderAttributeValue); exists {
		return nothing{}, refuse.InvalidParameter("Merging is not currently supported, provide a SourceUser that has not been signed up in order to link")
	}
	user, err := destination(p, in.DestinationUser)
	if err != nil {
		return nothing{}, err
	}
	c.About(p, user)
	return nothing{}, a.change(p, user, func(u *model.User) error {
		return addIdentity(u, model.Identity{
			UserID: from.ProviderAttributeValue, ProviderName: provider.ProviderName, ProviderType: provider.ProviderType,
			DateCreated: a.Now().UnixMilli(),
		})
	})
}

// destination finds the user whom a link is for.
func destination(p *store.Pool, to linked) (store.User, error) {
	name := to.ProviderAttributeValue
	if to.ProviderName != "Cognito" {
		name = to.ProviderName + "_" + name
	}
	user, ok := p.Users.Named(name)
	if !ok {
		return user, refuse.NoUser()
	}
	return user, nil
}

func addIdentity(u *model.User, link model.Identity) error {
	all, err := identitiesOf(u)
	if err != nil {
		return err
	}
	same := func(v model.Identity) bool { return v.ProviderName == link.ProviderName && v.UserID == link.UserID }
	switch {
	case slices.ContainsFunc(all, same):
		return refuse.InvalidParameter("SourceUser is already linked to DestinationUser")
	case len(all) >= mostLinks:
		return refuse.With("LimitExceeded", "The user already has the maximum number of linked identities.")
	}
	return setIdentities(u, append(all, link))
}

func identitiesOf(u *model.User) ([]model.Identity, error) {
	text, ok := u.Attribute("identities")
	if !ok {
		return nil, nil
	}
	var all []model.Identity
	if err := json.Unmarshal([]byte(text), &all); err != nil {
		return nil, refuse.InvalidParameter("The attribute identities of the user cannot be read.")
	}
	return all, nil
}

func setIdentities(u *model.User, all []model.Identity) error {
	text, err := json.Marshal(all)
	if err != nil {
		return err
	}
	u.Set("identities", string(text))
	return nil
}
