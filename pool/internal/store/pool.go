package store

import (
	"cmp"
	"strings"

	"wherry/pool/internal/model"
)

// Account is the AWS account that all pools belong to.
const Account = "123456789012"

// Pool is one user pool.
type Pool struct {
	ID        string
	Settings  Value[model.Pool]
	MFA       Value[model.MFAConfig]
	Users     *Users
	Clients   Table[model.Client]
	Groups    Table[model.Group]
	Providers Table[model.Provider]
	Servers   Table[model.ResourceServer]
	Domains   Table[model.Domain]
	UI        Table[model.UICustomization]   // by client id, or "ALL"
	Risk      Table[model.RiskConfiguration] // by client id, or ""
}

func newPool(d model.Directory, now model.Instant) *Pool {
	Complete(&d.Pool)
	date(&d.Pool.CreationDate, &d.Pool.LastModifiedDate, now)
	p := &Pool{ID: d.Pool.ID, Users: newUsers(&d, now)}
	p.Settings.item.Store(&d.Pool)
	p.MFA.item.Store(&d.MFA)
	for _, g := range d.Groups {
		g.UserPoolID = p.ID
		date(&g.CreationDate, &g.LastModifiedDate, now)
		p.Groups.Put(g.GroupName, &g)
	}
	for _, v := range d.Providers {
		v.UserPoolID = p.ID
		date(&v.CreationDate, &v.LastModifiedDate, now)
		p.Providers.Put(v.ProviderName, &v)
	}
	for _, r := range d.ResourceServers {
		r.UserPoolID = p.ID
		p.Servers.Put(r.Identifier, &r)
	}
	for _, v := range d.Domains {
		v.UserPoolID, v.AWSAccountID, v.Status = p.ID, cmp.Or(v.AWSAccountID, Account), cmp.Or(v.Status, "ACTIVE")
		p.AddDomain(&v)
	}
	for _, v := range d.UI {
		v.UserPoolID, v.ClientID = p.ID, cmp.Or(v.ClientID, "ALL")
		p.UI.Put(v.ClientID, &v)
	}
	for _, v := range d.Risk {
		v.UserPoolID = p.ID
		p.Risk.Put(v.ClientID, &v)
	}
	return p
}

// date fills in when a thing was made, and last changed.
func date(created, modified *model.Instant, now model.Instant) {
	if created.IsZero() {
		*created = now
	}
	if modified.IsZero() {
		*modified = *created
	}
}

// AddDomain gives the pool a domain: a prefix, or a whole name of its own.
func (p *Pool) AddDomain(d *model.Domain) {
	p.Domains.Put(d.Domain, d)
	p.Settings.Update(func(s *model.Pool) {
		if strings.Contains(d.Domain, ".") {
			s.CustomDomain = d.Domain
		} else {
			s.Domain = d.Domain
		}
	})
}

// Complete fills in what Cognito fills in where nothing was said.
func Complete(p *model.Pool) {
	p.Name = cmp.Or(p.Name, p.ID)
	p.Arn = cmp.Or(p.Arn, "arn:aws:cognito-idp:"+Region(p.ID)+":"+Account+":userpool/"+p.ID)
	p.MfaConfiguration = cmp.Or(p.MfaConfiguration, "OFF")
	p.UserPoolTier = cmp.Or(p.UserPoolTier, "ESSENTIALS")
	p.DeletionProtection = cmp.Or(p.DeletionProtection, "INACTIVE")
	policy := &p.Policies.PasswordPolicy
	if policy.MinimumLength == 0 {
		policy.MinimumLength = 8
		policy.RequireUppercase, policy.RequireLowercase, policy.RequireNumbers, policy.RequireSymbols = true, true, true, true
	}
	policy.TemporaryPasswordValidityDays = cmp.Or(policy.TemporaryPasswordValidityDays, 7)
	p.SchemaAttributes = withStandard(p.SchemaAttributes)
}
