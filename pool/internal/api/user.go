package api

import (
	"wherry/pool/internal/account"
	"wherry/pool/internal/model"
	"wherry/pool/internal/policy"
	"wherry/pool/internal/signin"
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

// holder finds the user whose access token it is.
func (a *API) holder(c *Call, in *tokenIn) (signin.Holder, error) {
	h, err := a.SignIn.Holder(a.Store, in.AccessToken)
	if h.Pool != nil {
		c.About(h.Pool, h.User)
	}
	return h, err
}

func (a *API) getUser(c *Call, in *tokenIn) (getUserOut, error) {
	h, err := a.holder(c, in)
	if err != nil {
		return getUserOut{}, err
	}
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

type adminCreateUserOut struct{ User listed }

type adminCreateUserIn struct {
	userIn
	UserAttributes     []model.Attribute
	TemporaryPassword  string `shape:"PasswordType"`
	ForceAliasCreation bool
	MessageAction      string `shape:"MessageActionType"`
}

func (a *API) adminCreateUser(c *Call, in *adminCreateUserIn) (adminCreateUserOut, error) {
	p, err := a.Store.Pool(in.UserPoolId)
	if err != nil {
		return adminCreateUserOut{}, err
	}
	invite := a.Accounts.Invite
	if in.MessageAction == "RESEND" {
		invite = a.Accounts.InviteAgain
	}
	user, err := invite(p, account.Invitation{
		Profile: account.Profile{Username: in.Username, Password: in.TemporaryPassword, Attributes: in.UserAttributes},
		Silent:  in.MessageAction == "SUPPRESS",
		Force:   in.ForceAliasCreation,
	})
	if err != nil {
		return adminCreateUserOut{}, err
	}
	c.About(p, user)
	return adminCreateUserOut{listedOf([]store.User{user})[0]}, nil
}

type adminUpdateUserAttributesIn struct {
	userIn
	UserAttributes []model.Attribute `shape:",required"`
}

func (a *API) adminUpdateUserAttributes(c *Call, in *adminUpdateUserAttributesIn) (nothing, error) {
	p, user, err := a.user(c, in.userIn)
	if err != nil {
		return nothing{}, err
	}
	return nothing{}, a.change(p, user, func(u *model.User) error {
		return policy.Write(p.Settings.Get(), u, in.UserAttributes)
	})
}

type adminDeleteUserAttributesIn struct {
	userIn
	UserAttributeNames []string `shape:",required"`
}

func (a *API) adminDeleteUserAttributes(c *Call, in *adminDeleteUserAttributesIn) (nothing, error) {
	p, user, err := a.user(c, in.userIn)
	if err != nil {
		return nothing{}, err
	}
	empty := make([]model.Attribute, len(in.UserAttributeNames))
	for i, name := range in.UserAttributeNames {
		empty[i].Name = name
	}
	return nothing{}, a.change(p, user, func(u *model.User) error {
		return policy.Write(p.Settings.Get(), u, empty)
	})
}

// change writes to a user, and notes when.
func (a *API) change(p *store.Pool, user store.User, change func(*model.User) error) error {
	_, err := p.Users.Update(user.N, func(u *model.User) error {
		u.Modified = a.Now()
		return change(u)
	})
	return err
}

func (a *API) adminDisableUser(c *Call, in *userIn) (nothing, error) {
	p, user, err := a.user(c, *in)
	if err != nil {
		return nothing{}, err
	}
	if err := a.enable(p, user, false); err != nil {
		return nothing{}, err
	}
	return nothing{}, a.SignIn.SignOut(p, user)
}

func (a *API) adminEnableUser(c *Call, in *userIn) (nothing, error) {
	p, user, err := a.user(c, *in)
	if err != nil {
		return nothing{}, err
	}
	return nothing{}, a.enable(p, user, true)
}

func (a *API) enable(p *store.Pool, user store.User, enabled bool) error {
	return a.change(p, user, func(u *model.User) error {
		u.Enabled = enabled
		return nil
	})
}

func (a *API) adminDeleteUser(c *Call, in *userIn) (nothing, error) {
	p, user, err := a.user(c, *in)
	if err != nil {
		return nothing{}, err
	}
	return nothing{}, p.Users.Delete(user.N)
}
