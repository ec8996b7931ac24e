package blueprint

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"wherry/internal/secret"
	"wherry/toolkit/config"
	"wherry/toolkit/internal/poolconfig"
	"wherry/toolkit/internal/target"
)

func settings() *config.Config {
	return &config.Config{Target: config.Target{URL: "https://auth.example.com"}, Pools: []config.Pool{{}}}
}

// small is a pool with one client that people sign in to.
func small() Pool {
	p := Pool{Pool: config.Pool{ID: "us-east-1_a", Name: "a", ClientID: "1road"}}
	p.Apply = config.Apply{Groups: config.GroupsBoth, LinkingStrategy: "LinkByEmail"}
	p.Config.Pool.Name = "Shop"
	p.Config.Clients = []poolconfig.Client{{
		ClientID: "2web", ClientName: "web", AllowedOAuthFlowsUserPoolClient: true, AllowedOAuthFlows: []string{"code"},
		SupportedIdentityProviders: []string{"Idp"},
	}}
	return p
}

func objects(b Blueprint, k *target.Kind) (all []target.Object) {
	for _, o := range b.Objects {
		if o.Kind == k {
			all = append(all, o)
		}
	}
	return all
}

func text(t *testing.T, v any) string {
	t.Helper()
	data, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

func subjects(b Blueprint) string {
	var all []string
	for _, n := range b.Notes {
		all = append(all, n.Subject+": "+n.Text+" "+n.Do)
	}
	return strings.Join(all, "\n")
}

const metadataXML = `<EntityDescriptor xmlns="urn:oasis:names:tc:SAML:2.0:metadata"><IDPSSODescriptor>
	<KeyDescriptor use="encryption"><KeyInfo><X509Data><X509Certificate>ENC</X509Certificate></X509Data></KeyInfo></KeyDescriptor>
	<KeyDescriptor><KeyInfo><X509Data><X509Certificate> SIG
	NED </X509Certificate></X509Data></KeyInfo></KeyDescriptor>
	<SingleSignOnService Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST" Location="https://idp.example.com/post"/>
	<SingleSignOnService Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect" Location="https://idp.example.com/go"/>
</IDPSSODescriptor></EntityDescriptor>`

func TestProviders(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		provider poolconfig.Provider
		said     config.Provider
		want     string // in the document; "" if there is none
		note     string
	}{
		"OIDC by discovery": {
			provider: poolconfig.Provider{ProviderType: "OIDC", ProviderDetails: details("client_id", "c", "client_secret", "s", "oidc_issuer", "https://op.example.com"), AttributeMapping: map[string]string{"username": "oid", "email": "mail"}},
			want:     `"oauth2":{"clientAuthenticationMethod":"client_secret_post","client_id":"c","client_secret":"s","emailClaim":"mail","issuer":"https://op.example.com","scope":"openid","uniqueIdClaim":"oid","usernameClaim":"preferred_username"}`,
			note:     "https://auth.example.com/oauth2/callback",
		},
		"OIDC by its endpoints, without a secret": {
			provider: poolconfig.Provider{ProviderType: "OIDC", ProviderDetails: details("client_id", "c", "authorize_url", "https://op/a", "token_url", "https://op/t", "attributes_url", "https://op/u", "attributes_request_method", "POST")},
			want:     `"authorization_endpoint":"https://op/a","clientAuthenticationMethod":"none"`,
		},
		"Apple without its key": {
			provider: poolconfig.Provider{ProviderType: "SignInWithApple", ProviderDetails: details("client_id", "com.example", "team_id", "T", "key_id", "K")},
			note:     "apply.providers.Idp.private_key_file",
		},
		"Apple with its key": {
			provider: poolconfig.Provider{ProviderType: "SignInWithApple", ProviderDetails: details("client_id", "com.example", "team_id", "T", "key_id", "K")},
			said:     config.Provider{PrivateKey: "PEM"}, want: `"servicesId":"com.example","teamId":"T","type":"Apple"`,
		},
		"SAML by a URL that was read": {
			provider: poolconfig.Provider{ProviderType: "SAML", ProviderDetails: details("MetadataURL", "https://idp.example.com/metadata")},
			want:     `"idpEndpoint":"https://idp.example.com/go"`, note: "https://auth.example.com/samlv2/acs",
		},
		"SAML that cannot be read": {
			provider: poolconfig.Provider{ProviderType: "SAML", ProviderDetails: details("MetadataFile", "<html>")},
			note:     "apply.providers.Idp.metadata_file",
		},
		"a type that is new": {provider: poolconfig.Provider{ProviderType: "Mastodon"}, note: "set it up by hand"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := small()
			tt.provider.ProviderName = "Idp"
			p.Config.Providers = []poolconfig.Provider{tt.provider}
			p.Apply.Providers = map[string]config.Provider{"Idp": tt.said}
			p.Metadata = map[string]string{}
			if tt.provider.Detail("MetadataURL") != "" {
				p.Metadata["Idp"] = metadataXML
			}
			b := Of(settings(), []Pool{p})
			made := objects(b, target.IdentityProvider)
			if tt.want == "" && len(made) > 0 || tt.want != "" && (len(made) != 1 || !strings.Contains(text(t, made[0].Doc), tt.want)) {
				t.Errorf("got %v\nwant %s", made, tt.want)
			}
			if !strings.Contains(subjects(b), tt.note) {
				t.Errorf("want %q in %s", tt.note, subjects(b))
			}
			if len(made) == 1 && !strings.Contains(text(t, made[0].Doc), objects(b, target.Application)[0].ID) {
				t.Errorf("the application does not offer it: %v", made[0].Doc)
			}
		})
	}
}

func details(pairs ...string) map[string]secret.String {
	d := map[string]secret.String{}
	for pair := range slices.Chunk(pairs, 2) {
		d[pair[0]] = secret.String(pair[1])
	}
	return d
}

func TestMetadata(t *testing.T) {
	t.Parallel()
	endpoint, post, certificate, err := readMetadata(metadataXML)
	if err != nil || endpoint != "https://idp.example.com/go" || post || certificate != "-----BEGIN CERTIFICATE-----\nSIGNED\n-----END CERTIFICATE-----\n" {
		t.Errorf("%s %v %q %v", endpoint, post, certificate, err)
	}
}

func TestMails(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct{ text, html, plain string }{
		"a code becomes a link":  {"Code {####}", `Code <a href="https://x/${id}">https://x/${id}</a>`, "Code https://x/${id}"},
		"a link keeps its words": {"<p>Please {##confirm##}.</p>", `<p>Please <a href="https://x/${id}">confirm</a>.</p>`, "Please https://x/${id}."},
		"no FreeMarker gets in":  {"Pay ${price} <#if x> [#if y]", "Pay $&#123;price} &lt;#if x> &#91;#if y]", "Pay $ {price}  [ #if y]"},
		"users' names":           {"Hello {username}<br>bye &amp; thanks", "Hello ${(user.username)!user.email}<br>bye &amp; thanks", "Hello ${(user.username)!user.email}\nbye & thanks"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := &builder{settings: settings(), Pool: small()}
			b.mail("test", "Subject", tt.text, "https://x/${id}")
			d := b.Objects[0].Doc
			if d["defaultHtmlTemplate"] != tt.html || d["defaultTextTemplate"] != tt.plain {
				t.Errorf("got  %q, %q\nwant %q, %q", d["defaultHtmlTemplate"], d["defaultTextTemplate"], tt.html, tt.plain)
			}
		})
	}
}

func TestLook(t *testing.T) {
	t.Parallel()
	p := small()
	p.Config.UI = []poolconfig.UI{{ClientID: "ALL", ImageURL: "https://d111.cloudfront.net/logo.png", CSS: `
		/* .label-customizable { color: pink } */
		.submitButton-customizable { background-color: #123456; color: white }
		.submitButton-customizable:hover{background-color:#654321;}
		.label-customizable, .textDescription-customizable { color: #222; }`}}
	b := Of(settings(), []Pool{p})
	themes := objects(b, target.Theme)
	want := `{"variables":{"fontColor":"#222","logoImageURL":"https://d111.cloudfront.net/logo.png","primaryButtonColor":"#123456","primaryButtonFocusColor":"#654321","primaryButtonTextColor":"white"}}`
	if len(themes) != 2 || text(t, themes[1].Doc) != want {
		t.Errorf("got %v\nwant %s", themes, want)
	}
	if tenant := objects(b, target.Tenant)[0]; tenant.Doc["themeId"] != themes[0].ID {
		t.Error("the tenant does not have the theme")
	}
}

func TestGroups(t *testing.T) {
	t.Parallel()
	for become, want := range map[string]string{config.GroupsRoles: "1 roles, 0 groups", config.GroupsGroups: "0 roles, 1 groups", config.GroupsBoth: "1 roles, 1 groups"} {
		t.Run(become, func(t *testing.T) {
			t.Parallel()
			p := small()
			p.Apply.Groups = become
			p.Config.Groups = []poolconfig.Group{{GroupName: "admins"}, {GroupName: "us-east-1_a_Google"}}
			b := Of(settings(), []Pool{p})
			groups := objects(b, target.Group)
			if got := fmt.Sprintf("%d roles, %d groups", len(objects(b, target.Role)), len(groups)); got != want {
				t.Errorf("got %s", got)
			}
			if become == config.GroupsBoth && len(groups[0].Beside["roleIds"].(target.Among)) != 1 {
				t.Error("the group does not give the role")
			}
		})
	}
}

func TestWhichClientsComeAlong(t *testing.T) {
	t.Parallel()
	road := poolconfig.Client{ClientID: "1road", ClientName: "road"}
	for name, tt := range map[string]struct {
		change func(p *Pool)
		want   string
	}{
		"not the connector's": {func(*Pool) {}, "web"},
		"unless people sign in to it": {func(p *Pool) {
			p.Config.Clients[1].AllowedOAuthFlowsUserPoolClient, p.Config.Clients[1].AllowedOAuthFlows = true, []string{"code"}
		}, "web road"},
		"unless there is no other":        {func(p *Pool) { p.Config.Clients = p.Config.Clients[1:] }, "road"},
		"those that the settings name":    {func(p *Pool) { p.Apply.Clients = []string{"1road"} }, "road"},
		"two of one name":                 {func(p *Pool) { p.Config.Clients[0].ClientName, p.Apply.Clients = "road", []string{"1road", "2web"} }, "road road 1road"},
		"with what the settings describe": {func(p *Pool) { p.Applications = []config.Application{{Name: "web"}, {Name: "more"}} }, "web more"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := small()
			p.Config.Clients = append(p.Config.Clients, road)
			tt.change(&p)
			var names []string
			for _, o := range objects(Of(settings(), []Pool{p}), target.Application) {
				names = append(names, o.Name)
			}
			if got := strings.Join(names, " "); got != tt.want {
				t.Errorf("got %s, want %s", got, tt.want)
			}
		})
	}
}

func TestEveryTriggerHasACounterpart(t *testing.T) {
	t.Parallel()
	p := small()
	p.Config.Pool.LambdaConfig = poolconfig.Triggers{"BrandNew": "arn"}
	for name := range hooks {
		p.Config.Pool.LambdaConfig[name] = "arn"
	}
	b := Of(settings(), []Pool{p})
	for name := range maps.Keys(p.Config.Pool.LambdaConfig) {
		i := slices.IndexFunc(b.Notes, func(n Note) bool { return n.Subject == "trigger "+name })
		if i < 0 || b.Notes[i].Text == "" || b.Notes[i].Do == "" {
			t.Errorf("%s: %v", name, b.Notes)
		}
	}
}

func TestIDsBelongToATenant(t *testing.T) {
	t.Parallel()
	p := small()
	first := objects(Of(settings(), []Pool{p}), target.Application)[0].ID
	again := objects(Of(settings(), []Pool{p}), target.Application)[0].ID
	p.Tenant = "Another"
	other := objects(Of(settings(), []Pool{p}), target.Application)[0].ID
	if first != again || first == other {
		t.Errorf("%s, %s, %s", first, again, other)
	}
}
