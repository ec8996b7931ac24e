package api

import (
	"wherry/pool/internal/account"
	"wherry/pool/internal/model"
	"wherry/pool/internal/refuse"
	"wherry/pool/internal/signin"
	"wherry/pool/internal/store"
)

// trusted finds the client of an unsigned request, and checks its SecretHash.
func (a *API) trusted(in *byClient) (*store.Pool, *model.Client, error) {
	p, client, err := a.Store.Client(in.ClientId)
	if err != nil {
		return nil, nil, err
	}
	return p, client, signin.CheckSecretHash(client, in.Username, in.SecretHash)
}

type signUpIn struct {
	byClient
	Password       string `shape:"PasswordType,required"`
	UserAttributes []model.Attribute
}

type signUpOut struct {
	UserConfirmed       bool
	UserSub             string
	CodeDeliveryDetails *account.Delivery `json:",omitempty"`
}

func (a *API) signUp(c *Call, in *signUpIn) (signUpOut, error) {
	p, client, err := a.trusted(&in.byClient)
	if err != nil {
		return signUpOut{}, err
	}
	user, delivery, err := a.Accounts.SignUp(p, client, account.Profile{
		Username: in.Username, Password: in.Password, Attributes: in.UserAttributes,
	})
	if err != nil {
		return signUpOut{}, err
	}
	c.About(p, user)
	return signUpOut{UserSub: user.Sub(), CodeDeliveryDetails: delivery}, nil
}

type confirmSignUpIn struct {
	byClient
	ConfirmationCode   string `shape:"ConfirmationCodeType,required"`
	ForceAliasCreation bool
}

func (a *API) confirmSignUp(c *Call, in *confirmSignUpIn) (nothing, error) {
	p, client, err := a.trusted(&in.byClient)
	if err != nil {
		return nothing{}, err
	}
	user, err := a.Accounts.Confirm(p, client, in.Username, in.ConfirmationCode, in.ForceAliasCreation)
	c.About(p, user)
	return nothing{}, err
}

func (a *API) resendConfirmationCode(c *Call, in *byClient) (deliveryOut, error) {
	p, client, err := a.trusted(in)
	if err != nil {
		return deliveryOut{}, err
	}
	user, delivery, err := a.Accounts.Resend(p, client, in.Username)
	c.About(p, user)
	return deliveryOut{delivery}, err
}

func (a *API) adminConfirmSignUp(c *Call, in *userIn) (nothing, error) {
	p, user, err := a.user(c, *in)
	if err != nil {
		return nothing{}, err
	}
	if user.Status != model.Unconfirmed {
		return nothing{}, refuse.NotAuthorized("User cannot be confirmed. Current status is %s", user.Status)
	}
	return nothing{}, a.change(p, user, func(u *model.User) error {
		u.Status = model.Confirmed
		return nil
	})
}
