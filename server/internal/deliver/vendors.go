package deliver

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"strings"
	"sync"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/oauth2"

	"wherry/server/internal/fa"
	"wherry/server/internal/keys"
)

// claimNames are the claims with who somebody is; empty ones have OpenID
// Connect's names.
type claimNames struct{ id, email, verified, username string }

// vendor is a service whose addresses are known.
type vendor struct {
	issuer                     string // where the rest is found; else it is these
	authorize, token, userinfo string
	scopes                     string // that are asked for unless the provider names others
	always                     string // scopes without which nobody could be known
	style                      oauth2.AuthStyle
	extra                      url.Values
	claims                     claimNames
	confirmed                  bool // it tells no address that it has not verified
}

// Sources: the vendors' own pages on OAuth 2.0 for web servers.
var vendors = map[string]vendor{
	fa.ProviderApple:  {issuer: "https://appleid.apple.com", style: oauth2.AuthStyleInParams},
	fa.ProviderGoogle: {issuer: "https://accounts.google.com", scopes: "profile", always: "openid email", style: oauth2.AuthStyleInParams},
	fa.ProviderFacebook: {
		authorize: "https://www.facebook.com/v23.0/dialog/oauth", token: "https://graph.facebook.com/v23.0/oauth/access_token",
		userinfo: "https://graph.facebook.com/v23.0/me", style: oauth2.AuthStyleInParams, claims: claimNames{id: "id"}, confirmed: true,
	},
	fa.ProviderLinkedIn: {
		authorize: "https://www.linkedin.com/oauth/v2/authorization", token: "https://www.linkedin.com/oauth/v2/accessToken",
		userinfo: "https://api.linkedin.com/v2/userinfo", scopes: "openid profile email", style: oauth2.AuthStyleInParams,
	},
	fa.ProviderTwitch: {
		authorize: "https://id.twitch.tv/oauth2/authorize", token: "https://id.twitch.tv/oauth2/token",
		userinfo: "https://id.twitch.tv/oauth2/userinfo", scopes: "openid user:read:email", style: oauth2.AuthStyleInParams,
		extra: url.Values{"claims": {`{"userinfo":{"email":null,"email_verified":null,"picture":null,"preferred_username":null}}`}},
	},
}

const graphInspect = "https://graph.facebook.com/v23.0/debug_token"

// party makes this server the client that the provider's settings describe.
func (p *Providers) party(ctx context.Context, provider *fa.IdentityProvider, native bool) (*party, error) {
	to := &party{IdentityProvider: provider, vendor: vendors[provider.Type]}
	to.ClientID, to.ClientSecret, to.extra, to.Endpoint.AuthStyle = provider.ClientID, provider.ClientSecret, url.Values{}, to.vendor.style
	issuer := p.moved(provider.Type, to.vendor.issuer)
	to.Endpoint.AuthURL, to.Endpoint.TokenURL = p.moved(provider.Type, to.vendor.authorize), p.moved(provider.Type, to.vendor.token)
	to.userinfo = p.moved(provider.Type, to.vendor.userinfo)
	to.Scopes = distinct(append(listed(to.vendor.always), listed(cmp.Or(provider.Scope, to.vendor.scopes))...))
	for name, list := range to.vendor.extra {
		to.extra[name] = list
	}
	switch provider.Type {
	case fa.ProviderOpenID:
		o := provider.OAuth2
		issuer, to.ClientID, to.ClientSecret = o.Issuer, o.ClientID, o.ClientSecret
		to.Endpoint.AuthURL, to.Endpoint.TokenURL, to.userinfo = o.AuthorizationEndpoint, o.TokenEndpoint, o.UserinfoEndpoint
		to.Scopes = listed(cmp.Or(o.Scope, "openid email profile"))
		to.Endpoint.AuthStyle = oauth2.AuthStyleInHeader
		if o.ClientAuthenticationMethod != "client_secret_basic" {
			to.Endpoint.AuthStyle = oauth2.AuthStyleInParams
		}
		if o.ClientAuthenticationMethod == "none" {
			to.ClientSecret = ""
		}
	case fa.ProviderFacebook:
		to.ClientID = provider.AppID
		to.Scopes = listed(cmp.Or(provider.Permissions, "email"))
		fields := distinct(append([]string{"id"}, listed(cmp.Or(provider.Fields, "email"))...))
		to.userinfo += "?" + url.Values{"fields": {strings.Join(fields, ",")}}.Encode()
	case fa.ProviderApple:
		if err := p.apple(ctx, to, native); err != nil {
			return nil, err
		}
	case fa.ProviderGoogle, fa.ProviderLinkedIn, fa.ProviderTwitch:
	default:
		return nil, fmt.Errorf("people cannot sign in through providers of the type %s here", provider.Type)
	}
	if issuer == "" {
		return to, nil
	}
	return to, p.discover(ctx, to, issuer)
}

// moved is an address of a vendor, or where a test has it.
func (p *Providers) moved(kind, address string) string {
	to, moved := p.Vendors[kind]
	if !moved || address == "" {
		return address
	}
	u, err := url.Parse(address)
	if err != nil {
		return address
	}
	return to + u.Path
}

// discoveries are the discovery documents of providers.
type discoveries struct {
	mu    sync.Mutex
	known map[string]discovered
}

type discovered struct {
	*oidc.Provider
	userinfo string
	issued   bool
	until    time.Time
}

// keepDiscovered is how long what a provider says about itself is believed; its
// keys are asked for again whenever one is not known.
const keepDiscovered = 10 * time.Minute

// discover finds the endpoints of an issuer.
//
// Source: https://openid.net/specs/openid-connect-discovery-1_0.html
func (p *Providers) discover(ctx context.Context, to *party, issuer string) error {
	now := time.Now() // the documents age with the network, whatever the clock of a test says
	p.found.mu.Lock()
	d, known := p.found.known[issuer]
	p.found.mu.Unlock()
	if !known || now.After(d.until) {
		provider, err := p.discovered(ctx, issuer)
		if err != nil {
			return fmt.Errorf("discover %s: %w", issuer, undiscovered(err))
		}
		var more struct {
			UserInfo string `json:"userinfo_endpoint"`
			Issued   bool   `json:"authorization_response_iss_parameter_supported"`
		}
		if err := provider.Claims(&more); err != nil {
			return fmt.Errorf("discover %s: %w", issuer, err)
		}
		d = discovered{provider, more.UserInfo, more.Issued, now.Add(keepDiscovered)}
		p.found.mu.Lock()
		if p.found.known == nil || len(p.found.known) > 1000 {
			p.found.known = map[string]discovered{}
		}
		p.found.known[issuer] = d
		p.found.mu.Unlock()
	}
	endpoint := d.Endpoint()
	to.Endpoint.AuthURL, to.Endpoint.TokenURL = endpoint.AuthURL, endpoint.TokenURL
	to.oidc, to.issued = d.Provider, d.issued
	if to.vendor.issuer == "" { // the ID tokens of vendors say what UserInfo does
		to.userinfo = d.userinfo
	}
	return nil
}

// discovered reads a discovery document. An issuer may have a slash at its end
// that the settings lack, as Cognito wants none, or the other way round; that is
// the same place, and tokens have to name it as the document does.
func (p *Providers) discovered(ctx context.Context, issuer string) (*oidc.Provider, error) {
	provider, err := oidc.NewProvider(p.context(ctx), issuer)
	if _, unreached := errors.AsType[*url.Error](err); err == nil || unreached {
		return provider, err
	}
	other, slashed := strings.CutSuffix(issuer, "/")
	if !slashed {
		other += "/"
	}
	if again, err := oidc.NewProvider(p.context(ctx), other); err == nil {
		return again, nil
	}
	return nil, err
}

// undiscovered says plainly why a server could not be reached.
func undiscovered(err error) error {
	if network, ok := errors.AsType[*url.Error](err); ok {
		return plainly(network)
	}
	return err
}

// issuer is the provider's, as it is discovered.
func (f *party) issuer() string {
	var said struct {
		Issuer string `json:"issuer"`
	}
	_ = f.oidc.Claims(&said) // it was read before
	return said.Issuer
}

// apple knows us by a token that we sign, instead of a secret.
//
// Source: https://developer.apple.com/documentation/accountorganizationaldatasharing/creating-a-client-secret
func (p *Providers) apple(ctx context.Context, to *party, native bool) error {
	to.ClientID = cmp.Or(to.ServicesID, to.BundleID)
	if native {
		to.ClientID = cmp.Or(to.BundleID, to.ServicesID)
	}
	if len(to.Scopes) > 0 { // Apple sends what was asked for with a form alone
		to.extra.Set("response_mode", "form_post")
	}
	stored, err := p.Keys.Get(ctx, to.KeyID)
	if err != nil {
		return errors.New("the key that Apple knows us by is not there")
	}
	signer, err := keys.Load(stored).Signer()
	if err != nil {
		return fmt.Errorf("the key that Apple knows us by cannot be used: %w", err)
	}
	now := p.Now().Unix()
	to.ClientSecret, err = signer.Sign(map[string]any{
		"aud": "https://appleid.apple.com", "exp": now + 300, "iat": now, "iss": to.TeamID, "sub": to.ClientID,
	}, nil)
	return err
}

// addAppleUser adds the name, which Apple tells beside its tokens, to the claims.
// Whoever brings it could have made it up, which does no harm to a name.
func addAppleUser(claims map[string]any, said string) {
	var user struct {
		Name struct{ FirstName, LastName string }
	}
	if json.Unmarshal([]byte(said), &user) != nil {
		return
	}
	for name, value := range map[string]string{"given_name": user.Name.FirstName, "family_name": user.Name.LastName} {
		if value != "" && claims[name] == nil {
			claims[name] = value
		}
	}
}

// inspect tells whether a token of Facebook's was made for our application.
//
// Source: https://developers.facebook.com/docs/facebook-login/guides/access-tokens/debugging
func (p *Providers) inspect(ctx context.Context, from *party, token string) error {
	at := p.moved(from.Type, graphInspect) + "?" + url.Values{"input_token": {token}}.Encode()
	answer, err := p.read(ctx, at, from.ClientID+"|"+from.ClientSecret)
	if err != nil {
		return err
	}
	data, _ := answer["data"].(map[string]any)
	if data["is_valid"] != true || textOf(data["app_id"]) != from.ClientID {
		return errors.New("the token was made for another application")
	}
	return nil
}
