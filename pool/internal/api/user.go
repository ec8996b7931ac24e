package api

import (
	"wherry/pool/internal/model"
	"wherry/pool/internal/store"
)

// factors is what GetUser and AdminGetUser tell of second factors.
type factors struct {
	PreferredMfaSetting string      `json:",omitempty"`
	UserMFASettingList  []string    `json:",omitempty"`
	MFAOptions          []mfaOption `json:",omitempty"`
}

// mfaOption is how SMS looks that was switched on by the old API.
type mfaOption struct{ DeliveryMedium, AttributeName string }

func factorsOf(u *model.User) factors {
	return factors{u.MFA.Preferred, u.MFA.Enabled, mfaOptions(u)}
}

func mfaOptions(u *model.User) []mfaOption {
	if !u.MFA.LegacySMS {
		return nil
	}
	return []mfaOption{{"SMS", "phone_number"}}
}

type tokenIn struct {
	AccessToken string `shape:"TokenModelType,required"`
}

type getUserOut struct {
	Username       string
	UserAttributes []model.Attribute
	factors
}

func (a *API) getUser(c *Call, in *tokenIn) (getUserOut, error) {
	h, err := a.SignIn.Holder(a.Store, in.AccessToken)
	if err != nil {
		return getUserOut{}, err
	}
	c.About(h.Pool, h.User)
	return getUserOut{h.User.Username, readable(h.User.User, h.Client), factorsOf(h.User.User)}, nil
}

// readable is the attributes of a user that a client may read.
func readable(u *model.User, c *model.Client) []model.Attribute {
	attributes := []model.Attribute{}
	for _, v := range u.Attributes {
		if c.Reads(v.Name) {
			attributes = append(attributes, v)
		}
	}
	return attributes
}

// userIn names a user to an administrator's operation: by Username, by an
// active alias or by sub.
type userIn struct {
	UserPoolId string `shape:"UserPoolIdType,required"`
	Username   string `shape:"UsernameType,required"`
}

// user finds the user that an administrator's operation is about.
func (a *API) user(c *Call, in userIn) (*store.Pool, store.User, error) {
	p, err := a.Store.Pool(in.UserPoolId)
	if err != nil {
		return nil, store.User{}, err
	}
	user, err := p.Users.Resolve(in.Username)
	c.About(p, user)
	return p, user, err
}

// profile is what ListUsers and AdminGetUser both tell.
type profile struct {
	Username             string
	UserCreateDate       model.Instant
	UserLastModifiedDate model.Instant
	Enabled              bool
	UserStatus           string
}

func profileOf(u *model.User) profile {
	return profile{u.Username, model.At(u.Created), model.At(u.Modified), u.Enabled, u.Status}
}

type adminGetUserOut struct {
	profile
	UserAttributes []model.Attribute
	factors
}

func (a *API) adminGetUser(c *Call, in *userIn) (adminGetUserOut, error) {
	_, user, err := a.user(c, *in)
	if err != nil {
		return adminGetUserOut{}, err
	}
	return adminGetUserOut{profileOf(user.User), user.Attributes, factorsOf(user.User)}, nil
}
