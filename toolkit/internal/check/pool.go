package check

import (
	"fmt"
	"slices"
	"strings"

	"wherry/toolkit/internal/poolconfig"
)

func (f *findings) reach(p Pool) {
	if missing := p.Config.Missing(); len(missing) > 0 {
		f.say("pool-permission", p.Name, "IAM does not allow "+strings.Join(missing, ", "), "allow these actions on the pool; apply needs them all")
	}
	if len(p.Denied) > 0 {
		f.say("export-permission", p.Name, "IAM does not allow "+strings.Join(p.Denied, ", "), "allow these actions on the pool for wherry export")
	}
	if p.Config.Pool.UsernameConfiguration.CaseSensitive {
		f.say("case-sensitive", p.Name, "Jane and jane may be two users, and are one in FusionAuth",
			"look at the findings collision; whoever shares a name with another needs a different one")
	}
}

// client judges the app client that signs users in for the connector.
func (f *findings) client(p Pool) {
	if _, unread := p.Config.Unread["ListUserPoolClients"]; unread {
		return // pool-permission has said so
	}
	i := slices.IndexFunc(p.Config.Clients, func(c poolconfig.Client) bool { return c.ClientID == p.ClientID })
	if i < 0 {
		f.say("client-missing", p.Name, "there is no app client "+p.ClientID, "correct client_id, or make one with wherry deploy app-client")
		return
	}
	c := p.Config.Clients[i]
	flow := string(p.Connector.Flow)
	if !c.Allows(flow) {
		f.say("client-flow", p.Name, "the app client "+c.ClientID+" does not allow "+flow,
			"add ALLOW_"+flow+" to its ExplicitAuthFlows, or use a client of its own: wherry deploy app-client")
	}
	if !c.ClientSecret.Equal(p.ClientSecret.Reveal()) {
		f.say("client-secret", p.Name, secretText(c, p), "set client_secret to the app client's secret, or leave it out if there is none")
	}
	f.attributes(p, c)
	if c.ClientSecret == "" && c.PreventUserExistenceErrors != "ENABLED" && p.Connector.Flow != "ADMIN_USER_PASSWORD_AUTH" {
		f.say("client-reveals-users", p.Name, "the app client "+c.ClientID+" tells a wrong password from an unknown user, to anybody who knows its id",
			"set PreventUserExistenceErrors to ENABLED; the connector works either way")
	}
}

func secretText(c poolconfig.Client, p Pool) string {
	switch {
	case c.ClientSecret == "":
		return "the app client " + c.ClientID + " has no secret and client_secret is set"
	case p.ClientSecret == "":
		return "the app client " + c.ClientID + " has a secret and client_secret is not set"
	}
	return "client_secret is not the secret of the app client " + c.ClientID
}

// attributes looks for those that a sign-in would not tell.
func (f *findings) attributes(p Pool, c poolconfig.Client) {
	var hidden []string
	for _, a := range p.Config.Pool.SchemaAttributes {
		if a.Name != "sub" && a.Name != "identities" && !strings.HasPrefix(a.Name, "dev:") && !c.Reads(a.Name) {
			hidden = append(hidden, a.Name)
		}
	}
	if len(hidden) > 0 {
		f.say("client-attributes", p.Name, "the app client "+c.ClientID+" may not read "+strings.Join(hidden, ", "),
			"add them to its ReadAttributes: whoever comes by the slow road loses them otherwise")
	}
}

// atSignIn are the triggers that run when the connector signs somebody in.
var atSignIn = []string{"PreAuthentication", "PostAuthentication", "PreTokenGeneration"}

func (f *findings) triggers(p Pool) {
	all := p.Config.Pool.LambdaConfig
	for _, name := range atSignIn {
		if arn := all[name]; arn != "" {
			f.say("trigger-at-sign-in", p.Name, name+" ("+arn+") runs once for everybody who comes across",
				"make sure that it is fast and harmless, or let it skip the app client "+p.ClientID)
		}
	}
	if all["UserMigration"] != "" {
		f.say("trigger-user-creation", p.Name, "UserMigration runs for everybody whom the pool does not know, and may create them in Cognito",
			"remove the trigger from the pool before the connector goes into production")
	}
	if all["DefineAuthChallenge"] != "" {
		f.say("trigger-custom-auth", p.Name, "apps that sign in with CUSTOM_AUTH have nothing to sign in with in FusionAuth",
			"let them use passwordless login or passkeys, or passwords")
	}
}

// threats: one address, one user agent, everybody's sign-ins.
func (f *findings) threats(p Pool) {
	mode := p.Config.Pool.UserPoolAddOns.AdvancedSecurityMode
	exempt := p.Config.Risk.RiskExceptionConfiguration.SkippedIPRangeList
	const do = "list the connector's outgoing addresses in SkippedIPRangeList, or set the mode to OFF until everybody is across"
	switch {
	case len(exempt) > 0:
	case mode == "ENFORCED":
		f.say("threat-protection", p.Name, "threat protection is enforced and exempts no address", do)
	case mode == "AUDIT":
		f.say("threat-audit", p.Name, "threat protection records the connector's sign-ins as risky", do)
	}
}

// times says how long the steps of the bulk road take.
func (f *findings) times(p Pool) {
	users := p.Config.Pool.EstimatedNumberOfUsers
	rate := exportRate
	if p.Rates == nil {
		f.say("quota-unknown", p.Name, "AWS does not tell the account's quotas (servicequotas:ListServiceQuotas)", "nothing: the usual ones are assumed")
	} else if r := p.Rates["UserList"]; r > 0 {
		rate = min(rate, r)
	}
	f.say("time-export", p.Name, fmt.Sprintf("%d users, %.0f requests a second: about %s", users, rate, about(float64(users)/pageSize/rate)),
		"nothing; wherry export --share uses more of the account's quota")
	f.say("time-import", p.Name, fmt.Sprintf("%d users: about %s at the %d users a second that FusionAuth has been seen to take", users, about(float64(users)/importRate), importRate),
		"nothing")
	f.say("time-reset", p.Name, fmt.Sprintf("%d mails: about %s at %d a second", users, about(float64(users)/resetRate), resetRate), "ask the mail provider what it allows")
}

// What is assumed where nothing better is known.
const (
	exportRate = 10.0 // requests a second, wherry export's own limit
	pageSize   = 60.0 // users a request
	importRate = 1600 // users a second, from FusionAuth's migration tips
	resetRate  = 5    // mails a second
)
