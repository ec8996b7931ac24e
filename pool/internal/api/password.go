package api

import "wherry/pool/internal/account"

type adminSetUserPasswordIn struct {
	userIn
	Password  string `shape:"PasswordType,required"`
	Permanent bool
}

func (a *API) adminSetUserPassword(c *Call, in *adminSetUserPasswordIn) (nothing, error) {
	p, user, err := a.user(c, in.userIn)
	if err != nil {
		return nothing{}, err
	}
	if err := a.Accounts.SetPassword(p, user, in.Password, in.Permanent); err != nil {
		return nothing{}, err
	}
	a.SignIn.Forgive(p, user)
	return nothing{}, nil
}

func (a *API) adminResetUserPassword(c *Call, in *userIn) (nothing, error) {
	p, user, err := a.user(c, *in)
	if err != nil {
		return nothing{}, err
	}
	return nothing{}, a.Accounts.Reset(p, user)
}

// byClient is a request about a user through a client, unsigned.
type byClient struct {
	ClientId   string `shape:"ClientIdType,required"`
	SecretHash string `shape:"SecretHashType"`
	Username   string `shape:"UsernameType,required"`
}

type deliveryOut struct {
	CodeDeliveryDetails account.Delivery
}

func (a *API) forgotPassword(c *Call, in *byClient) (deliveryOut, error) {
	p, client, err := a.trusted(in)
	if err != nil {
		return deliveryOut{}, err
	}
	user, delivery, err := a.Accounts.Forgot(p, client, in.Username)
	c.About(p, user)
	return deliveryOut{delivery}, err
}

type confirmForgotPasswordIn struct {
	byClient
	ConfirmationCode string `shape:"ConfirmationCodeType,required"`
	Password         string `shape:"PasswordType,required"`
}

func (a *API) confirmForgotPassword(c *Call, in *confirmForgotPasswordIn) (nothing, error) {
	p, client, err := a.trusted(&in.byClient)
	if err != nil {
		return nothing{}, err
	}
	user, err := a.Accounts.ConfirmForgot(p, client, in.Username, in.ConfirmationCode, in.Password)
	c.About(p, user)
	if err == nil {
		a.SignIn.Forgive(p, user)
	}
	return nothing{}, err
}

type changePasswordIn struct {
	tokenIn
	PreviousPassword string `shape:"PasswordType,required"`
	ProposedPassword string `shape:"PasswordType,required"`
}

func (a *API) changePassword(c *Call, in *changePasswordIn) (nothing, error) {
	h, err := a.holder(c, &in.tokenIn)
	if err != nil {
		return nothing{}, err
	}
	return nothing{}, a.Accounts.Change(h.Pool, h.User, in.PreviousPassword, in.ProposedPassword)
}
