package check_test

import (
	"errors"
	"maps"
	"slices"
	"strings"
	"testing"

	"wherry/toolkit/config"
	"wherry/toolkit/internal/blueprint"
	"wherry/toolkit/internal/check"
	"wherry/toolkit/internal/fusionauth"
	"wherry/toolkit/internal/poolconfig"
)

type doc = fusionauth.Doc

// clean is facts with which nothing is wrong.
func clean() check.Facts {
	return check.Facts{
		Settings: &config.Config{
			Target:    config.Target{URL: "https://auth.example.com"},
			Connector: config.Connector{URL: "https://connector.example.com/", Secret: "a secret only for tests"},
		},
		Target: check.Target{Kind: fusionauth.RealFusionAuth, Version: "1.69.0", Features: map[string]string{"connectors": "ACTIVE"}, Needs: []string{"connectors"}},
		Pools:  []check.Pool{pool("customers")},
	}
}

func pool(name string) check.Pool {
	p := check.Pool{Pool: config.Pool{ID: "us-east-1_a", Name: name, ClientID: "1client", Connector: config.SignIn{Flow: config.UserPassword}}}
	p.Connector.Outcomes = config.Outcomes{MessageFactor: config.Carry, OtherFactor: config.Refuse}
	p.Config.Pool.EstimatedNumberOfUsers = 1200
	p.Config.Pool.MfaConfiguration = "OFF"
	p.Config.Pool.Policies.PasswordPolicy.MinimumLength = 8
	p.Config.Clients = []poolconfig.Client{{ClientID: "1client", ClientName: name, ExplicitAuthFlows: []string{"ALLOW_USER_PASSWORD_AUTH"}, PreventUserExistenceErrors: "ENABLED"}}
	p.Rates = map[string]float64{"UserList": 30}
	p.TenantID = "t"
	p.Tenant = doc{
		"passwordValidationRules":         doc{"minLength": 8.0, "maxLength": 256.0},
		"passwordEncryptionConfiguration": doc{"encryptionScheme": "salted-pbkdf2-hmac-sha256"},
		"multiFactorConfiguration":        doc{"loginPolicy": "Enabled"},
	}
	p.Users = check.Users{Mapped: 300}
	return p
}

// provoked is how each finding comes about.
var provoked = map[string]func(f *check.Facts, p *check.Pool){
	"pool-unreachable": func(_ *check.Facts, p *check.Pool) { p.Err = errors.New("no such pool") },
	"pool-permission": func(_ *check.Facts, p *check.Pool) {
		p.Config.Unread = map[string]error{"ListGroups": errors.New("denied")}
	},
	"export-permission":  func(_ *check.Facts, p *check.Pool) { p.Denied = []string{"cognito-idp:ListUsers"} },
	"target-unreachable": func(f *check.Facts, _ *check.Pool) { f.Target.Err = errors.New("refused") },
	"target-permission":  func(f *check.Facts, _ *check.Pool) { f.Target.Denied = []string{"POST /api/user/import"} },
	"target-version":     func(f *check.Facts, _ *check.Pool) { f.Target.Version = "1.61.3" },
	"target-kind":        func(*check.Facts, *check.Pool) {},
	"target-licence":     func(f *check.Facts, _ *check.Pool) { f.Target.Features["connectors"] = "DISCONNECTED" },
	"only-wherry":        func(_ *check.Facts, p *check.Pool) { p.Connector.ForgotPassword = true },
	"client-missing":     func(_ *check.Facts, p *check.Pool) { p.ClientID = "2another" },
	"client-flow":        func(_ *check.Facts, p *check.Pool) { p.Config.Clients[0].ExplicitAuthFlows = nil },
	"client-secret":      func(_ *check.Facts, p *check.Pool) { p.Config.Clients[0].ClientSecret = "hidden" },
	"client-attributes": func(_ *check.Facts, p *check.Pool) {
		p.Config.Pool.SchemaAttributes = []poolconfig.SchemaAttribute{{Name: "custom:plan"}}
	},
	"client-reveals-users": func(_ *check.Facts, p *check.Pool) { p.Config.Clients[0].PreventUserExistenceErrors = "LEGACY" },
	"connector-url":        func(f *check.Facts, _ *check.Pool) { f.Settings.Connector.URL = "" },
	"connector-secret":     func(f *check.Facts, _ *check.Pool) { f.Settings.Connector.Secret = "" },
	"connector-plain":      func(f *check.Facts, _ *check.Pool) { f.Settings.Connector.URL = "http://connector.example.com/" },
	"password-on-login": func(_ *check.Facts, p *check.Pool) {
		p.Tenant["passwordValidationRules"].(doc)["validateOnLogin"] = true
	},
	"password-cut": func(_ *check.Facts, p *check.Pool) {
		p.Tenant["passwordEncryptionConfiguration"].(doc)["encryptionScheme"] = "bcrypt"
	},
	"password-policy": func(_ *check.Facts, p *check.Pool) { p.Config.Pool.Policies.PasswordPolicy.RequireSymbols = true },
	"mfa-switched-off": func(_ *check.Facts, p *check.Pool) {
		p.Config.Pool.MfaConfiguration = "OPTIONAL"
		p.Tenant["multiFactorConfiguration"] = doc{"loginPolicy": "Disabled"}
	},
	"mfa-authenticator": func(_ *check.Facts, p *check.Pool) {
		p.Config.Pool.MfaConfiguration = "OPTIONAL"
		p.Config.MFA.SoftwareTokenMfaConfiguration.Enabled = true
	},
	"mfa-messenger": func(_ *check.Facts, p *check.Pool) {
		p.Config.Pool.MfaConfiguration = "OPTIONAL"
		p.Config.MFA.SmsMfaConfiguration = &struct{ SmsAuthenticationMessage string }{}
	},
	"mfa-set-up": func(_ *check.Facts, p *check.Pool) { p.Config.Pool.MfaConfiguration = "ON" },
	"trigger-at-sign-in": func(_ *check.Facts, p *check.Pool) {
		p.Config.Pool.LambdaConfig = poolconfig.Triggers{"PreAuthentication": "arn"}
	},
	"trigger-user-creation": func(_ *check.Facts, p *check.Pool) {
		p.Config.Pool.LambdaConfig = poolconfig.Triggers{"UserMigration": "arn"}
	},
	"trigger-custom-auth": func(_ *check.Facts, p *check.Pool) {
		p.Config.Pool.LambdaConfig = poolconfig.Triggers{"DefineAuthChallenge": "arn"}
	},
	"threat-protection": func(_ *check.Facts, p *check.Pool) { p.Config.Pool.UserPoolAddOns.AdvancedSecurityMode = "ENFORCED" },
	"threat-audit":      func(_ *check.Facts, p *check.Pool) { p.Config.Pool.UserPoolAddOns.AdvancedSecurityMode = "AUDIT" },
	"case-sensitive":    func(_ *check.Facts, p *check.Pool) { p.Config.Pool.UsernameConfiguration.CaseSensitive = true },
	"mapping-mistake":   func(_ *check.Facts, p *check.Pool) { p.Users.Problems = []string{"mapping.rules[0]: no such field"} },
	"mapping-refused":   func(_ *check.Facts, p *check.Pool) { p.Users.Refused = map[string]int{"no identity": 17} },
	"mapping-remark":    func(_ *check.Facts, p *check.Pool) { p.Users.Remarks = map[string]int{"timezone: not known": 3} },
	"mapping-unseen":    func(_ *check.Facts, p *check.Pool) { p.Users.Err = errors.New("denied") },
	"collision": func(_ *check.Facts, p *check.Pool) {
		p.Users.Taken = []check.Name{{Kind: check.Email, Sum: 1}, {Kind: check.Username, Sum: 1}, {Kind: check.Email, Sum: 1}}
	},
	"collision-target": func(_ *check.Facts, p *check.Pool) { p.Users.Others = 1 },
	"tenant-rules-differ": func(f *check.Facts, _ *check.Pool) {
		other := pool("staff")
		other.Config.Pool.Policies.PasswordPolicy.PasswordHistorySize = 3
		f.Pools = append(f.Pools, other)
	},
	"name-taken": func(f *check.Facts, p *check.Pool) {
		p.Config.Groups = []poolconfig.Group{{GroupName: "admins"}}
		other := pool("staff")
		other.Config.Groups = p.Config.Groups
		f.Pools = append(f.Pools, other)
	},
	"provider-incomplete": func(f *check.Facts, _ *check.Pool) {
		f.Notes = []blueprint.Note{{Subject: "identity provider SignInWithApple", Text: "no private key", Do: "name it with apply.providers.SignInWithApple.private_key_file"}}
	},
	"quota-unknown": func(_ *check.Facts, p *check.Pool) { p.Rates = nil },
	"time-export":   func(*check.Facts, *check.Pool) {},
	"time-import":   func(*check.Facts, *check.Pool) {},
	"time-reset":    func(*check.Facts, *check.Pool) {},
	"apply-pending": func(f *check.Facts, _ *check.Pool) { f.Target.Pending = 38 },
}

func codes(found []check.Finding) (codes []string) {
	for _, f := range found {
		codes = append(codes, f.Code)
	}
	return codes
}

// always is what there is to say when nothing is wrong.
var always = []string{"target-kind", "time-export", "time-import", "time-reset"}

func TestNothingIsWrong(t *testing.T) {
	t.Parallel()
	if got := codes(check.Find(clean())); !slices.Equal(got, always) {
		t.Errorf("got %v", got)
	}
}

func TestEveryFindingIsProvoked(t *testing.T) {
	t.Parallel()
	for code := range check.Codes {
		t.Run(code, func(t *testing.T) {
			t.Parallel()
			provoke, known := provoked[code]
			if !known {
				t.Fatal("nothing provokes it")
			}
			facts := clean()
			provoke(&facts, &facts.Pools[0])
			found := check.Find(facts)
			i := slices.IndexFunc(found, func(f check.Finding) bool { return f.Code == code })
			if i < 0 {
				t.Fatalf("found %v", codes(found))
			}
			if f := found[i]; f.What == "" || f.Do == "" || f.Severity != check.Codes[code].Severity {
				t.Errorf("got %+v", f)
			}
			if others := slices.DeleteFunc(codes(found), func(c string) bool { return c == code || slices.Contains(always, c) }); len(others) > 0 {
				t.Errorf("it comes with %v", others)
			}
			if blocks := check.Codes[code].Severity == check.Must; check.Blocks(found) != blocks {
				t.Errorf("blocks: %v", !blocks)
			}
		})
	}
}

func TestEveryProvocationIsAFinding(t *testing.T) {
	t.Parallel()
	for code := range maps.Keys(provoked) {
		if _, known := check.Codes[code]; !known {
			t.Errorf("%s is no code", code)
		}
	}
}

func TestCollisionsNameThePools(t *testing.T) {
	t.Parallel()
	facts := clean()
	facts.Pools = append(facts.Pools, pool("staff"))
	for i := range facts.Pools {
		facts.Pools[i].Users.Taken = []check.Name{{Kind: check.Email, Sum: 7}, {Kind: check.Username, Sum: uint64(i)}}
	}
	found := check.Find(facts)
	if found[0].Code != "collision" || !strings.Contains(found[0].What, "1 times the same email of users in customers and staff") {
		t.Errorf("got %+v", found[0])
	}
}

func TestWhatMattersMostComesFirst(t *testing.T) {
	t.Parallel()
	facts := clean()
	facts.Pools[0].ClientID = "2another"
	facts.Pools[0].Config.Pool.UsernameConfiguration.CaseSensitive = true
	found := check.Find(facts)
	if found[0].Severity != check.Must || found[1].Severity != check.Should || found[2].Severity != check.Note {
		t.Errorf("got %v", codes(found))
	}
}
