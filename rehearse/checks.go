package rehearse

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/oauth2"

	"wherry/internal/exit"
	"wherry/pool"
)

// checker goes the way of a few people across and looks at what stands there
// afterwards.
type checker struct {
	*Rehearsal
	byBrowser, byAPI, late Person // three who may sign in
	forgetful              Person // one who does not remember the password

	oauth    oauth2.Config
	verifier string // PKCE
	browser  *browser
	redirect *url.URL
	provider *oidc.Provider
}

// newChecker picks people who have not come across yet.
func newChecker(r *Rehearsal) (*checker, error) {
	var ordinary []Person
	for _, p := range r.People {
		if p.Refused == "" && !p.special {
			ordinary = append(ordinary, p)
		}
	}
	if len(ordinary) < 4 {
		return nil, fmt.Errorf("the sample pool has %d people who may simply sign in; the check needs 4", len(ordinary))
	}
	b, err := newBrowser()
	if err != nil {
		return nil, err
	}
	return &checker{Rehearsal: r, byBrowser: ordinary[0], byAPI: ordinary[1], late: ordinary[2], forgetful: ordinary[3], browser: b}, nil
}

func (c *checker) checks() []check {
	return []check{
		{"the identity server is ready", c.ready},
		{"nobody is across yet", c.nobodyAcross},
		{"the tenant asks the connector first, migrates whom it lets in, and covers every domain", c.policyFirst},
		{"discovery describes the tenant's issuer", c.discover},
		{"the login page is served, and names the fields that password managers look for", c.loginPage},
		{"a wrong password is refused on the page, says only that, and creates nothing", c.wrongPassword},
		{"the Cognito password is accepted, and leads back with code, locale, state and userState", c.signIn},
		{"the code becomes tokens that go-oidc verifies, for the pool's sub", c.tokens},
		{"the code works once", c.codeOnce},
		{"the account has the sub as its id, the mapped profile and the registration", c.account},
		{"its password is now hashed here, with FusionAuth's default scheme", c.hashedHere},
		{"the second sign-in does not ask the pool", c.secondSignIn},
		{"POST /api/login carries somebody else across, without a browser", c.loginAPI},
		{"POST /api/login refuses a wrong password with 404 and creates nothing", c.wrongByAPI},
		{"those whom the pool refuses are refused here, right password or not", c.refusedPeople},
		{"a temporary password comes across, and has to be changed before anything else", c.temporaryPassword},
		{"a password forgotten before the crossing is set anew, with no sign-in at the pool", c.forgotBefore},
		{"a password forgotten after the crossing is set anew", c.forgotAfter},
		{"for somebody whom nobody knows the page says the same, and no mail goes out", c.forgotNobody},
		{"with the pool down a first sign-in fails in time and creates nothing", c.poolDown},
		{"the event log says what happened, and holds no password", c.eventLog},
		{"those who are across sign in while the pool is down", c.acrossWhileDown},
		{"with the pool back the same sign-in works", c.poolBack},
		{"the temporary password is changed, and only the new one signs in", c.changesPassword},
		{"an authenticator is set up and asked for, and its codes work once", c.authenticator},
		{"a code comes as a text message, through the tenant's messenger", c.textMessage},
		{"too many wrong passwords lock out, and the right one does not help", c.lockout},
	}
}

func (c *checker) ready(ctx context.Context) error {
	status, err := c.call(ctx, http.MethodGet, "/api/status", nil, nil)
	return allOf(err, expect("status", status, http.StatusOK))
}

func (c *checker) nobodyAcross(ctx context.Context) error {
	for _, p := range []Person{c.byBrowser, c.byAPI, c.late, c.forgetful} {
		_, status, err := c.user(ctx, p.LoginID)
		if err := allOf(err, expect("status for "+p.LoginID, status, http.StatusNotFound)); err != nil {
			return exit.With(exit.Failed, err, "check in a fresh folder, or without --dir")
		}
	}
	return nil
}

func (c *checker) policyFirst(ctx context.Context) error {
	var answer struct {
		Tenant struct {
			ConnectorPolicies []struct {
				ConnectorID string
				Domains     []string
				Migrate     bool
			}
		}
	}
	if _, err := c.call(ctx, http.MethodGet, "/api/tenant/"+c.TenantID, nil, &answer); err != nil {
		return err
	}
	policies := answer.Tenant.ConnectorPolicies
	if len(policies) != 2 {
		return fmt.Errorf("there are %d connector policies, want 2", len(policies))
	}
	return allOf(expect("migrate of the first", policies[0].Migrate, true),
		expect("domains of the first", strings.Join(policies[0].Domains, " "), "*"))
}

func (c *checker) discover(ctx context.Context) (err error) {
	if c.provider, err = oidc.NewProvider(ctx, c.Issuer()); err != nil {
		return err
	}
	c.verifier = oauth2.GenerateVerifier()
	c.oauth = oauth2.Config{
		ClientID: c.ApplicationID, ClientSecret: c.ClientSecret.Reveal(), Endpoint: c.provider.Endpoint(),
		RedirectURL: c.AppURL + callbackPath, Scopes: []string{oidc.ScopeOpenID, "email", "profile"},
	}
	return nil
}

const (
	checkState = "state-of-the-check"
	checkNonce = "nonce-of-the-check"
)

func (c *checker) openLogin(ctx context.Context) error {
	address := c.oauth.AuthCodeURL(checkState, oidc.Nonce(checkNonce), oauth2.S256ChallengeOption(c.verifier), oauth2.SetAuthURLParam("locale", "fr"))
	return allOf(c.browser.open(ctx, address), c.on(http.StatusOK))
}

// on expects the browser to be at a page with that status.
func (c *checker) on(status int) error {
	if c.browser.last == nil {
		return errors.New("the browser is nowhere")
	}
	return expect("status of the page", c.browser.last.StatusCode, status)
}

func (c *checker) loginPage(ctx context.Context) error {
	if err := c.openLogin(ctx); err != nil {
		return err
	}
	for _, wanted := range []string{`id="loginId"`, `id="password"`, `autocomplete="username"`, `autocomplete="current-password"`} {
		if !strings.Contains(c.browser.body, wanted) {
			return fmt.Errorf("the page has no %s", wanted)
		}
	}
	return nil
}

func (c *checker) logIn(ctx context.Context, p Person, password string) error {
	return c.browser.submit(ctx, url.Values{"loginId": {p.LoginID}, "password": {password}})
}

// wrongPassword goes to the English page: the text is what people's tests look for.
func (c *checker) wrongPassword(ctx context.Context) error {
	if err := c.logIn(ctx, c.byBrowser, "not-"+c.byBrowser.Password.Reveal()); err != nil {
		return err
	}
	if err := c.on(http.StatusUnauthorized); err != nil {
		return err
	}
	if strings.Contains(c.browser.body, c.byBrowser.Password.Reveal()) {
		return errors.New("the page repeats the password")
	}
	_, status, err := c.user(ctx, c.byBrowser.LoginID)
	return allOf(err, expect("status of the user", status, http.StatusNotFound))
}

func (c *checker) signIn(ctx context.Context) (err error) {
	if err := allOf(c.openLogin(ctx), c.logIn(ctx, c.byBrowser, c.byBrowser.Password.Reveal()), c.on(http.StatusFound)); err != nil {
		return err
	}
	if c.redirect, err = c.browser.last.Location(); err != nil {
		return err
	}
	q := c.redirect.Query()
	if !strings.HasPrefix(c.redirect.String(), c.oauth.RedirectURL+"?") || q.Get("code") == "" {
		return fmt.Errorf("the browser was sent to %s%s", c.redirect.Host, c.redirect.Path)
	}
	return allOf(expect("state", q.Get("state"), checkState), expect("locale", q.Get("locale"), "fr"),
		expect("userState", q.Get("userState"), "Authenticated"))
}

func (c *checker) tokens(ctx context.Context) error {
	token, err := c.oauth.Exchange(ctx, c.redirect.Query().Get("code"), oauth2.VerifierOption(c.verifier))
	if err != nil {
		return err
	}
	raw, _ := token.Extra("id_token").(string)
	verifier := c.provider.Verifier(&oidc.Config{ClientID: c.ApplicationID})
	id, err := verifier.Verify(ctx, raw)
	if err != nil {
		return err
	}
	access, err := c.provider.Verifier(&oidc.Config{ClientID: c.ApplicationID}).Verify(ctx, token.AccessToken)
	if err != nil {
		return fmt.Errorf("access token: %w", err)
	}
	var claims struct {
		AuthenticationType string
		Roles              []string
	}
	return allOf(id.VerifyAccessToken(token.AccessToken), access.Claims(&claims),
		expect("sub", id.Subject, c.byBrowser.Sub), expect("nonce", id.Nonce, checkNonce),
		expect("authenticationType", claims.AuthenticationType, "GENERIC_CONNECTOR"))
}

func (c *checker) codeOnce(ctx context.Context) error {
	_, err := c.oauth.Exchange(ctx, c.redirect.Query().Get("code"), oauth2.VerifierOption(c.verifier))
	refused, ok := errors.AsType[*oauth2.RetrieveError](err)
	if !ok {
		return errors.New("the code was taken a second time")
	}
	return expect("error", refused.ErrorCode, "invalid_grant")
}

func (c *checker) account(ctx context.Context) error {
	u, _, err := c.user(ctx, c.byBrowser.LoginID)
	if err != nil {
		return err
	}
	if len(u.Registrations) != 1 {
		return fmt.Errorf("there are %d registrations, want 1", len(u.Registrations))
	}
	return allOf(expect("id", u.ID, c.byBrowser.Sub), expect("email", u.Email, c.byBrowser.Email),
		expect("first name", u.FirstName, c.byBrowser.FirstName), expect("last name", u.LastName, c.byBrowser.LastName),
		expect("application", u.Registrations[0].ApplicationID, c.ApplicationID),
		expect("data.migratedFrom", fmt.Sprint(u.Data["migratedFrom"]), "cognito"))
}

// The connector and scheme that FusionAuth gives users who are its own.
const (
	fusionAuthConnector = "e3306678-a53a-4964-9040-1c96f36dda72"
	defaultScheme       = "salted-pbkdf2-hmac-sha256"
)

func (c *checker) hashedHere(ctx context.Context) error {
	u, _, err := c.user(ctx, c.byBrowser.LoginID)
	return allOf(err, expect("connector", u.ConnectorID, fusionAuthConnector), expect("scheme", u.EncryptionScheme, defaultScheme))
}

// asked counts the pool's sign-ins so far.
func (c *checker) asked() int { return c.pool.Counters().Operations["InitiateAuth"] }

func (c *checker) secondSignIn(ctx context.Context) error {
	before := c.asked()
	if err := allOf(c.openLogin(ctx), c.logIn(ctx, c.byBrowser, c.byBrowser.Password.Reveal()), c.on(http.StatusFound)); err != nil {
		return err
	}
	return expect("questions to the pool", c.asked()-before, 0)
}

func (c *checker) loginAPI(ctx context.Context) error {
	before := c.asked()
	u, status, err := c.login(ctx, c.byAPI.LoginID, c.byAPI.Password.Reveal())
	return allOf(err, expect("status", status, http.StatusOK), expect("id", u.ID, c.byAPI.Sub),
		expect("questions to the pool", c.asked()-before, 1))
}

func (c *checker) wrongByAPI(ctx context.Context) error {
	_, status, err := c.login(ctx, c.late.LoginID, "not the password")
	_, known, errKnown := c.user(ctx, c.late.LoginID)
	return allOf(err, errKnown, expect("status", status, http.StatusNotFound), expect("status of the user", known, http.StatusNotFound))
}

func (c *checker) refusedPeople(ctx context.Context) error {
	for _, p := range c.People {
		if p.Refused == "" {
			continue
		}
		_, status, err := c.login(ctx, p.LoginID, p.Password.Reveal())
		_, known, errKnown := c.user(ctx, p.LoginID)
		if err := allOf(err, errKnown, expect("status", status, http.StatusNotFound),
			expect("status of the user", known, http.StatusNotFound)); err != nil {
			return fmt.Errorf("%s (%s): %w", p.LoginID, p.Refused, err)
		}
	}
	return nil
}

// changePassword is FusionAuth's status for a password that has to be changed.
const changePassword = 203

func (c *checker) temporaryPassword(ctx context.Context) error {
	for _, p := range c.People {
		if !p.changes {
			continue
		}
		_, status, err := c.login(ctx, p.LoginID, p.Password.Reveal())
		u, _, errUser := c.user(ctx, p.LoginID)
		if err := allOf(err, errUser, expect("status for "+p.LoginID, status, changePassword), expect("id", u.ID, p.Sub)); err != nil {
			return err
		}
	}
	return nil
}

// inTime is how long a sign-in may take when the pool is down: the connector
// has 3 seconds, the server the rest.
const inTime = 10 * time.Second

func (c *checker) poolDown(ctx context.Context) error {
	var outage pool.Faults
	outage.Outage.For = time.Hour
	c.pool.SetFaults(outage)
	ctx, cancel := context.WithTimeout(ctx, inTime)
	defer cancel()
	_, status, err := c.login(ctx, c.late.LoginID, c.late.Password.Reveal())
	_, known, errKnown := c.user(ctx, c.late.LoginID)
	return allOf(err, errKnown, expect("status", status, http.StatusNotFound), expect("status of the user", known, http.StatusNotFound))
}

func (c *checker) eventLog(ctx context.Context) error {
	events, err := c.events(ctx)
	if err != nil {
		return err
	}
	said := false
	for _, e := range events {
		for _, p := range c.People {
			if strings.Contains(e.Message, p.Password.Reveal()) {
				return fmt.Errorf("an entry holds the password of %s", p.LoginID)
			}
		}
		said = said || strings.Contains(e.Message, c.late.LoginID) && strings.Contains(e.Message, "[unavailable]")
	}
	if !said {
		return fmt.Errorf("no entry tells of the sign-in of %s", c.late.LoginID)
	}
	return nil
}

func (c *checker) acrossWhileDown(ctx context.Context) error {
	_, status, err := c.login(ctx, c.byBrowser.LoginID, c.byBrowser.Password.Reveal())
	return allOf(err, expect("status", status, http.StatusOK))
}

func (c *checker) poolBack(ctx context.Context) error {
	c.pool.SetFaults(pool.Faults{})
	u, status, err := c.login(ctx, c.late.LoginID, c.late.Password.Reveal())
	return allOf(err, expect("status", status, http.StatusOK), expect("id", u.ID, c.late.Sub))
}
