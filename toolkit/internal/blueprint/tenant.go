package blueprint

import (
	"slices"
	"time"

	"wherry/toolkit/internal/fusionauth"
	"wherry/toolkit/internal/target"
)

type doc = target.Doc

// makeTenant makes the tenant, after what it refers to.
func (b *builder) makeTenant() {
	name := TenantName(b.Pool.Pool, b.Config)
	o := target.Object{
		Kind: target.Tenant, ID: b.tenant, Name: name, First: doc{"issuer": b.base()},
		Doc: doc{
			"data":                     doc{"cognito": doc{"poolId": b.ID, "poolName": b.Config.Pool.Name}},
			"passwordValidationRules":  b.passwords(),
			"multiFactorConfiguration": b.factors(),
			"jwtConfiguration":         b.lifetimes(),
			"emailConfiguration":       b.mails(),
		},
	}
	if name != "" {
		o.First["name"] = name
	}
	if b.Apply.Issuer != "" {
		o.Doc["issuer"] = b.Apply.Issuer
	}
	if id := b.makeTheme(); id != "" {
		o.Doc["themeId"] = id
	}
	b.tenants = append(b.tenants, b.tenant)
	b.add(o)
}

// passwords are the rules for new passwords. They are never asked of a
// password that somebody signs in with: it was good enough for Cognito.
func (b *builder) passwords() doc {
	p := b.Config.Pool.Policies.PasswordPolicy
	if p.RequireUppercase != p.RequireLowercase {
		b.note("password policy", "Cognito asks for upper or lower case; FusionAuth asks for both or neither, so neither",
			"set requireMixedCase in the tenant if new passwords should have both")
	}
	return doc{
		"minLength":        max(p.MinimumLength, 6),
		"maxLength":        256,
		"requireMixedCase": p.RequireUppercase && p.RequireLowercase,
		"requireNonAlpha":  p.RequireSymbols,
		"requireNumber":    p.RequireNumbers,
		"rememberPreviousPasswords": doc{
			"enabled": p.PasswordHistorySize > 0, "count": max(p.PasswordHistorySize, 1),
		},
		"validateOnLogin": false,
	}
}

// factors say whether a second factor is asked for, and which there are.
func (b *builder) factors() doc {
	mfa := b.Config.MFA
	d := doc{"loginPolicy": "Enabled"}
	if b.Config.Pool.MfaConfiguration == "ON" {
		d["loginPolicy"] = "Required"
	}
	if b.Config.Pool.MfaConfiguration == "OFF" || b.Config.Pool.MfaConfiguration == "" {
		return d
	}
	d["authenticator"] = doc{"enabled": mfa.SoftwareTokenMfaConfiguration.Enabled}
	if m := mfa.EmailMfaConfiguration; m != nil {
		d["email"] = doc{"enabled": true, "templateId": b.mail("second factor", m.Subject, m.Message, "${code}")}
	}
	if mfa.SmsMfaConfiguration != nil {
		b.note("second factor by SMS", "FusionAuth sends text messages through a messenger, which needs an account with a provider",
			"make a messenger and a message template, and name both in the tenant's multiFactorConfiguration.sms")
	}
	return d
}

// lifetimes are those of the client whose tokens last longest: applications
// have their own, and the tenant's hold for single sign-on.
func (b *builder) lifetimes() doc {
	access, refresh := time.Hour, 30*24*time.Hour
	for i, c := range b.Config.Clients {
		if i == 0 {
			access, refresh = c.AccessLifetime(), c.RefreshLifetime()
		}
		access, refresh = max(access, c.AccessLifetime()), max(refresh, c.RefreshLifetime())
	}
	return doc{"timeToLiveInSeconds": seconds(access), "refreshTokenTimeToLiveInMinutes": minutes(refresh)}
}

func seconds(d time.Duration) int { return int(d / time.Second) }
func minutes(d time.Duration) int { return max(int(d/time.Minute), 1) }

// mails are the templates, the mail server if one is given, and whether
// addresses have to be verified.
func (b *builder) mails() doc {
	d := b.templates()
	if address, name := b.sender(); address != "" {
		d["defaultFromEmail"], d["defaultFromName"] = address, name
	}
	if name, _ := d["defaultFromName"].(string); name == "" {
		delete(d, "defaultFromName")
	}
	server := b.Apply.Email
	if server.Host == "" {
		b.note("mail server", "Cognito sends mails itself; FusionAuth needs a mail server",
			"give apply.email in the configuration, or the tenant's emailConfiguration")
		delete(d, "verificationEmailTemplateId") // which nobody has who does not verify
		return d
	}
	d["host"], d["port"], d["security"] = server.Host, server.Port, server.Security
	if server.Username != "" {
		d["username"], d["password"] = server.Username, fusionauth.Secret{String: server.Password}
	}
	if d["verifyEmail"] = slices.Contains(b.Config.Pool.AutoVerifiedAttributes, "email"); d["verifyEmail"] == false {
		delete(d, "verificationEmailTemplateId")
		return d
	}
	d["verifyEmailWhenChanged"] = slices.Contains(b.Config.Pool.UserAttributeUpdateSettings.AttributesRequireVerificationBeforeUpdate, "email")
	return d
}
