package check

import (
	"fmt"

	"wherry/toolkit/config"
	"wherry/toolkit/internal/fusionauth"
)

// group is a settings group of a document; one that is missing is empty.
func group(d fusionauth.Doc, names ...string) fusionauth.Doc {
	for _, name := range names {
		d, _ = d[name].(fusionauth.Doc)
	}
	return d
}

func flag(d fusionauth.Doc, name string) bool { on, _ := d[name].(bool); return on }

func number(d fusionauth.Doc, name string) int { n, _ := d[name].(float64); return int(n) }

// passwords looks for what would turn a right password away, in a tenant that
// is there. apply sets the rules of one that is not as they are in Cognito.
func (f *findings) passwords(p Pool) {
	if p.Tenant == nil {
		return
	}
	rules := group(p.Tenant, "passwordValidationRules")
	if flag(rules, "validateOnLogin") {
		f.say("password-on-login", p.Name, "passwordValidationRules.validateOnLogin makes people change passwords that were good enough for Cognito",
			"set it to false, which wherry apply does, until everybody is across")
	}
	hash, _ := group(p.Tenant, "passwordEncryptionConfiguration")["encryptionScheme"].(string)
	if longest := number(rules, "maxLength"); hash == "bcrypt" || longest > 0 && longest < 256 {
		f.say("password-cut", p.Name, fmt.Sprintf("the tenant hashes with %s and takes %d characters; Cognito takes 256", hash, longest),
			"choose salted-pbkdf2-hmac-sha256 and a maxLength of 256")
	}
	policy := p.Config.Pool.Policies.PasswordPolicy
	if number(rules, "minLength") != policy.MinimumLength || flag(rules, "requireNonAlpha") != policy.RequireSymbols || flag(rules, "requireNumber") != policy.RequireNumbers {
		f.say("password-policy", p.Name, "new passwords follow the tenant's rules, which are not the pool's", "run wherry apply to make them so")
	}
}

func (f *findings) factors(p Pool) {
	mfa := p.Config.Pool.MfaConfiguration
	if mfa == "OFF" || mfa == "" {
		return
	}
	tenant := group(p.Tenant, "multiFactorConfiguration")
	if policy, _ := tenant["loginPolicy"].(string); policy == "Disabled" {
		f.say("mfa-switched-off", p.Name, "people who are asked for a second factor in Cognito would be asked for none", "set the tenant's multiFactorConfiguration.loginPolicy to Enabled")
	}
	if p.Config.MFA.SoftwareTokenMfaConfiguration.Enabled {
		f.authenticators(p)
	}
	if p.Config.MFA.SmsMfaConfiguration != nil && !flag(group(tenant, "sms"), "enabled") && p.Connector.Outcomes.MessageFactor == config.Carry {
		f.say("mfa-messenger", p.Name, "users come along with their phone as second factor, and the tenant sends no text messages",
			"make a messenger, and name it in the tenant's multiFactorConfiguration.sms; or set connector.outcomes.message_factor to refuse")
	}
	if mfa == "ON" {
		f.say("mfa-set-up", p.Name, "the pool asks everybody for a second factor, and so will the tenant: who has none that can be carried sets one up", "tell users")
	}
}

func (f *findings) authenticators(p Pool) {
	becomes := map[config.Policy]string{
		config.Refuse:              "are turned away at sign-in, and come across by the bulk road with a new password",
		config.CarryOnTenantPolicy: "come across without it, and set another up if the tenant makes them",
		config.CarryWithoutFactor:  "come across without it: whoever knows the password is in",
	}[p.Connector.Outcomes.OtherFactor]
	f.say("mfa-authenticator", p.Name, "users of authenticator apps "+becomes, "decide with connector.outcomes.other_factor")
}
