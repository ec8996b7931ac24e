// Package signin is how a user pool lets people in: flows, challenges, second
// factors, lockout, sessions and tokens.
//
// Every flow ends in one place. A flow proves the password, or that none is
// needed, and calls admit; admit asks for what is still missing, one challenge
// at a time; the answer to each challenge comes back to admit.
package signin

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"slices"
	"time"

	"wherry/pool/internal/model"
	"wherry/pool/internal/outbox"
	"wherry/pool/internal/refuse"
	"wherry/pool/internal/srp"
	"wherry/pool/internal/store"
	"wherry/pool/internal/token"
)

// Service signs users in.
type Service struct {
	Mints  *token.Mints
	Outbox *outbox.Outbox
	SRP    *srp.Server
	Now    func() time.Time
	NewID  func() string
	Code   func() string // draws a code of six digits

	tries    tries
	sessions sessions
	spent    spent
	pending  pending
}

// Request begins a sign-in.
type Request struct {
	Pool       *store.Pool
	Client     *model.Client
	Admin      bool // AdminInitiateAuth
	Flow       string
	Parameters map[string]string
}

// Result is tokens, or a challenge.
type Result struct {
	Tokens     *Tokens
	Challenge  string
	Parameters map[string]string
	Session    string
	Available  []string

	User store.User // whose sign-in it is
}

// flow is one way to sign in. It finds the attempt's user.
type flow struct {
	public, admin bool     // which operations offer it
	allowedBy     []string // values of ExplicitAuthFlows that switch it on
	run           func(*Service, *attempt, map[string]string) (Result, error)
}

var flows = map[string]flow{
	"USER_PASSWORD_AUTH":       {public: true, allowedBy: []string{"ALLOW_USER_PASSWORD_AUTH", "USER_PASSWORD_AUTH"}, run: (*Service).password},
	"ADMIN_USER_PASSWORD_AUTH": {admin: true, allowedBy: []string{"ALLOW_ADMIN_USER_PASSWORD_AUTH", "ADMIN_NO_SRP_AUTH"}, run: (*Service).password},
	"ADMIN_NO_SRP_AUTH":        {admin: true, allowedBy: []string{"ALLOW_ADMIN_USER_PASSWORD_AUTH", "ADMIN_NO_SRP_AUTH"}, run: (*Service).password},
	"USER_SRP_AUTH":            {public: true, admin: true, allowedBy: []string{"ALLOW_USER_SRP_AUTH"}, run: (*Service).srp},
	"USER_AUTH":                {public: true, admin: true, allowedBy: []string{"ALLOW_USER_AUTH"}, run: (*Service).choice},
	"CUSTOM_AUTH":              {public: true, admin: true, allowedBy: []string{"ALLOW_CUSTOM_AUTH", "CUSTOM_AUTH_FLOW_ONLY"}, run: (*Service).custom},
	"REFRESH_TOKEN_AUTH":       {public: true, admin: true, allowedBy: []string{"ALLOW_REFRESH_TOKEN_AUTH"}, run: (*Service).refresh},
	"REFRESH_TOKEN":            {public: true, admin: true, allowedBy: []string{"ALLOW_REFRESH_TOKEN_AUTH"}, run: (*Service).refresh},
}

// unlisted is what a client without ExplicitAuthFlows allows; old values,
// without ALLOW_, allow refreshing and SRP besides.
var unlisted = []string{"ALLOW_USER_SRP_AUTH", "ALLOW_CUSTOM_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"}

// Initiate begins a sign-in.
func (s *Service) Initiate(r Request) (Result, error) {
	f, known := flows[r.Flow]
	switch {
	case !known || r.Admin && !f.admin || !r.Admin && !f.public:
		return Result{}, refuse.InvalidParameter("Initiate Auth method not supported.")
	case !allows(r.Client, f.allowedBy):
		return Result{}, refuse.InvalidParameter("%s flow not enabled for this client", r.Flow)
	}
	a := &attempt{pool: r.Pool, client: r.Client, device: r.Parameters["DEVICE_KEY"]}
	result, err := f.run(s, a, r.Parameters)
	result.User = a.user
	return result, err
}

func allows(c *model.Client, any []string) bool {
	listed := c.ExplicitAuthFlows
	modern := slices.ContainsFunc(listed, func(name string) bool { return len(name) > 6 && name[:6] == "ALLOW_" })
	if !modern && !slices.Contains(listed, "CUSTOM_AUTH_FLOW_ONLY") {
		listed = append(slices.Clone(listed), unlisted...)
	}
	return slices.ContainsFunc(any, func(name string) bool { return slices.Contains(listed, name) })
}

// need refuses a request without one of the named parameters.
func need(parameters map[string]string, names ...string) error {
	for _, name := range names {
		if parameters[name] == "" {
			return refuse.InvalidParameter("Missing required parameter %s", name)
		}
	}
	return nil
}

// CheckSecretHash holds a SECRET_HASH against a client: one with a secret wants
// it, one without must not be sent it.
func CheckSecretHash(c *model.Client, username, hash string) error {
	switch {
	case c.ClientSecret != "" && hash == "":
		return refuse.NotAuthorized("Client %s is configured with secret but SECRET_HASH was not received", c.ClientID)
	case c.ClientSecret == "" && hash == "":
		return nil
	}
	mac := hmac.New(sha256.New, []byte(c.ClientSecret))
	mac.Write([]byte(username + c.ClientID))
	want := base64.StdEncoding.EncodeToString(mac.Sum(nil))
	if c.ClientSecret == "" || !hmac.Equal([]byte(want), []byte(hash)) {
		return refuse.NotAuthorized("Unable to verify secret hash for client %s", c.ClientID)
	}
	return nil
}

// CheckSecret holds a client's secret, sent as it is, against a client.
func CheckSecret(c *model.Client, secret string) error {
	switch {
	case c.ClientSecret != "" && secret == "":
		return refuse.NotAuthorized("Client %s is configured with secret but client secret was not received", c.ClientID)
	case c.ClientSecret != secret:
		return refuse.NotAuthorized("Invalid client secret for client %s", c.ClientID)
	}
	return nil
}

// Forgive ends a lockout.
func (s *Service) Forgive(p *store.Pool, user store.User) {
	s.tries.passed(who{p.ID, user.N})
}
