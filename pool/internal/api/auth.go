package api

import (
	"wherry/pool/internal/model"
	"wherry/pool/internal/refuse"
	"wherry/pool/internal/signin"
	"wherry/pool/internal/store"
)

type initiateAuthIn struct {
	AuthFlow       string `shape:"AuthFlowType,required"`
	ClientId       string `shape:"ClientIdType,required"`
	AuthParameters map[string]string
}

type adminInitiateAuthIn struct {
	UserPoolId string `shape:"UserPoolIdType,required"`
	initiateAuthIn
}

// authOut is how both sign-in operations answer: with tokens or a challenge.
type authOut struct {
	ChallengeName        string            `json:",omitempty"`
	Session              string            `json:",omitempty"`
	ChallengeParameters  map[string]string // {} beside tokens
	AvailableChallenges  []string          `json:",omitempty"`
	AuthenticationResult *signin.Tokens    `json:",omitempty"`
}

func (a *API) initiateAuth(c *Call, in *initiateAuthIn) (authOut, error) {
	p, client, err := a.Store.Client(in.ClientId)
	if err != nil {
		return authOut{}, err
	}
	return a.initiate(c, signin.Request{Pool: p, Client: client, Flow: in.AuthFlow, Parameters: in.AuthParameters})
}

func (a *API) adminInitiateAuth(c *Call, in *adminInitiateAuthIn) (authOut, error) {
	p, client, err := a.client(in.UserPoolId, in.ClientId)
	if err != nil {
		return authOut{}, err
	}
	return a.initiate(c, signin.Request{Pool: p, Client: client, Admin: true, Flow: in.AuthFlow, Parameters: in.AuthParameters})
}

func (a *API) initiate(c *Call, r signin.Request) (authOut, error) {
	result, err := a.SignIn.Initiate(r)
	return shown(c, r.Pool, result), err
}

func shown(c *Call, p *store.Pool, r signin.Result) authOut {
	c.About(p, r.User)
	out := authOut{r.Challenge, r.Session, r.Parameters, r.Available, r.Tokens}
	if out.ChallengeParameters == nil {
		out.ChallengeParameters = map[string]string{}
	}
	return out
}

// client finds a client of a pool.
func (a *API) client(poolID, clientID string) (*store.Pool, *model.Client, error) {
	p, err := a.Store.Pool(poolID)
	if err != nil {
		return nil, nil, err
	}
	client, ok := p.Clients.Get(clientID)
	if !ok {
		return nil, nil, refuse.NoClient(clientID)
	}
	return p, client, nil
}

type respondIn struct {
	ClientId           string `shape:"ClientIdType,required"`
	ChallengeName      string `shape:"ChallengeNameType,required"`
	Session            string `shape:"SessionType"`
	ChallengeResponses map[string]string
}

type adminRespondIn struct {
	UserPoolId string `shape:"UserPoolIdType,required"`
	respondIn
}

func (a *API) respondToAuthChallenge(c *Call, in *respondIn) (authOut, error) {
	p, client, err := a.Store.Client(in.ClientId)
	if err != nil {
		return authOut{}, err
	}
	return a.respond(c, p, client, in)
}

func (a *API) adminRespondToAuthChallenge(c *Call, in *adminRespondIn) (authOut, error) {
	p, client, err := a.client(in.UserPoolId, in.ClientId)
	if err != nil {
		return authOut{}, err
	}
	return a.respond(c, p, client, &in.respondIn)
}

func (a *API) respond(c *Call, p *store.Pool, client *model.Client, in *respondIn) (authOut, error) {
	result, err := a.SignIn.Respond(signin.Answer{
		Pool: p, Client: client, Challenge: in.ChallengeName, Session: in.Session, Responses: in.ChallengeResponses,
	})
	return shown(c, p, result), err
}

type getTokensIn struct {
	RefreshToken string `shape:"TokenModelType,required"`
	ClientId     string `shape:"ClientIdType,required"`
	ClientSecret string
}

func (a *API) getTokensFromRefreshToken(c *Call, in *getTokensIn) (authOut, error) {
	p, client, err := a.Store.Client(in.ClientId)
	if err != nil {
		return authOut{}, err
	}
	if err := signin.CheckSecret(client, in.ClientSecret); err != nil {
		return authOut{}, err
	}
	result, err := a.SignIn.Exchange(p, client, in.RefreshToken)
	return shown(c, p, result), err
}

type revokeTokenIn struct {
	Token        string `shape:"TokenModelType,required"`
	ClientId     string `shape:"ClientIdType,required"`
	ClientSecret string
}

func (a *API) revokeToken(c *Call, in *revokeTokenIn) (nothing, error) {
	p, client, err := a.Store.Client(in.ClientId)
	if err != nil {
		return nothing{}, err
	}
	if err := signin.CheckSecret(client, in.ClientSecret); err != nil {
		return nothing{}, err
	}
	user, err := a.SignIn.Revoke(p, client, in.Token)
	c.About(p, user)
	return nothing{}, err
}

func (a *API) globalSignOut(c *Call, in *tokenIn) (nothing, error) {
	h, err := a.holder(c, in)
	if err != nil {
		return nothing{}, err
	}
	return nothing{}, a.SignIn.SignOut(h.Pool, h.User)
}

func (a *API) adminUserGlobalSignOut(c *Call, in *userIn) (nothing, error) {
	p, user, err := a.user(c, *in)
	if err != nil {
		return nothing{}, err
	}
	return nothing{}, a.SignIn.SignOut(p, user)
}
