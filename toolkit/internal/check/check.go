// Package check finds what stands in the way of a crossing before it begins.
// It judges facts about both ends: the rules read no file and open no
// connection, Gather does. Nothing is written anywhere.
package check

import (
	"cmp"
	"slices"
)

// Severity is how much a finding matters.
type Severity string

// The severities.
const (
	Must   Severity = "must"   // something has to be done before the crossing
	Should Severity = "should" // users or operators will notice
	Note   Severity = "note"   // good to know
)

var order = []Severity{Must, Should, Note}

// Finding is something that was found. Its Code is stable.
type Finding struct {
	Code     string   `json:"code"`
	Severity Severity `json:"severity"`
	Pool     string   `json:"pool,omitempty"`
	What     string   `json:"what"`
	Do       string   `json:"do"`
}

// Code is a kind of findings.
type Code struct {
	Severity Severity
	About    string // a sentence, for the manual
}

// Codes is every kind of findings.
var Codes = map[string]Code{
	"pool-unreachable":      {Must, "The pool cannot be read."},
	"pool-permission":       {Must, "IAM does not allow to read a part of the pool's configuration."},
	"export-permission":     {Must, "IAM does not allow what wherry export needs."},
	"target-unreachable":    {Must, "The target does not answer."},
	"target-permission":     {Must, "The API key may not do what a step needs."},
	"target-version":        {Must, "The target is older than what the crossing uses."},
	"target-kind":           {Note, "Whether FusionAuth or Wherry's own server answers, and its version."},
	"target-licence":        {Must, "FusionAuth has no licence for something that the crossing needs."},
	"only-wherry":           {Should, "A setting needs Wherry's own server, and the target is a FusionAuth."},
	"client-missing":        {Must, "The pool has no app client with the id client_id."},
	"client-flow":           {Must, "The connector's app client does not allow the flow."},
	"client-secret":         {Must, "The configuration does not have the app client's secret, or has another."},
	"client-attributes":     {Should, "The connector's app client may not read some attributes, which would be missing without a word."},
	"client-reveals-users":  {Should, "A public app client tells anybody whether an account exists."},
	"connector-url":         {Should, "The configuration does not say where FusionAuth reaches the connector."},
	"connector-secret":      {Must, "There is an address of the connector and no secret."},
	"connector-plain":       {Must, "Passwords would go to the connector in the clear."},
	"password-on-login":     {Must, "The target asks its password rules at sign-in, which turns right passwords away."},
	"password-cut":          {Should, "The target's hash does not see the end of long passwords."},
	"password-policy":       {Note, "The rules of both sides for new passwords differ."},
	"mfa-switched-off":      {Must, "The pool uses second factors and the target's tenant has them off."},
	"mfa-authenticator":     {Should, "Authenticator apps cannot be carried."},
	"mfa-messenger":         {Must, "Factors by text message come along and the target cannot send any."},
	"mfa-set-up":            {Note, "Everybody will have to set a second factor up."},
	"trigger-at-sign-in":    {Should, "A Lambda trigger runs at every sign-in of the connector."},
	"trigger-user-creation": {Must, "A UserMigration trigger creates Cognito users when somebody unknown signs in."},
	"trigger-custom-auth":   {Should, "The pool's own challenges have no counterpart."},
	"threat-protection":     {Must, "Threat protection may block the connector, whose sign-ins come from one address."},
	"threat-audit":          {Should, "Threat protection watches the connector and may mail users."},
	"case-sensitive":        {Should, "The pool tells Jane from jane, and FusionAuth does not."},
	"mapping-mistake":       {Must, "The mapping has a mistake."},
	"mapping-refused":       {Must, "Some users cannot be mapped."},
	"mapping-remark":        {Note, "The mapping leaves something out or moves it."},
	"mapping-unseen":        {Should, "No users could be read to try the mapping on."},
	"collision":             {Must, "Several users would have the same login id or the same id in the target."},
	"collision-target":      {Must, "The target has another user with the same login id."},
	"tenant-rules-differ":   {Should, "Pools that share a tenant have different rules."},
	"name-taken":            {Should, "Pools that share a tenant have applications or groups of the same name."},
	"provider-incomplete":   {Should, "Cognito does not tell all that an identity provider needs."},
	"quota-unknown":         {Note, "The account's quotas cannot be asked for."},
	"time-export":           {Note, "How long reading the pool takes."},
	"time-import":           {Note, "How long the import takes."},
	"time-reset":            {Note, "How long the password mails take."},
	"apply-pending":         {Note, "How much wherry apply would write."},
}

// findings collects what the rules find.
type findings []Finding

func (f *findings) say(code, pool, what, do string) {
	*f = append(*f, Finding{Code: code, Severity: Codes[code].Severity, Pool: pool, What: what, Do: do})
}

// Find judges the facts. What matters most comes first.
func Find(facts Facts) []Finding {
	var found findings
	found.target(facts)
	found.connector(facts)
	for _, p := range facts.Pools {
		if p.Err != nil {
			found.say("pool-unreachable", p.Name, p.Err.Error(), cmp.Or(p.Hint, "check the pool's id and region, and the IAM credentials"))
			continue
		}
		found.reach(p)
		found.client(p)
		found.passwords(p)
		found.factors(p)
		found.triggers(p)
		found.threats(p)
		found.mapping(p)
		found.times(p)
	}
	found.together(facts)
	slices.SortStableFunc(found, func(a, b Finding) int {
		return cmp.Compare(slices.Index(order, a.Severity), slices.Index(order, b.Severity))
	})
	return found
}

// Blocks tells whether something has to be done first.
func Blocks(found []Finding) bool {
	return slices.ContainsFunc(found, func(f Finding) bool { return f.Severity == Must })
}
