package config

import (
	"encoding/json"
	"net/netip"
	"net/url"

	"wherry/toolkit/internal/plan"
)

func (p *Pool) check(k checker) {
	if len(p.ID) > 55 || !poolID.MatchString(p.ID) {
		k.say("id", "want a user pool id such as us-east-2_ud90QwSeF")
	}
	if p.Name != "" && !poolName.MatchString(p.Name) {
		k.say("name", "it is part of a path: use letters, digits, and . _ ~ -")
	}
	if !clientID.MatchString(p.ClientID) {
		k.say("client_id", "want the id of an app client of the pool")
	}
	k.secretFile("client_secret", &p.ClientSecret, &p.ClientSecretFile)
	p.checkEndpoint(k)
	p.Check(k.say)
	if p.Mapping.Script != "" {
		p.Mapping.ScriptSource = k.read("mapping.script", p.Mapping.Script)
	}
	p.readSchema(k)
	p.Connector.check(k.at("connector"))
	p.Import.check(k.at("import"))
	p.Apply.check(k.at("apply"))
}

func (p *Pool) readSchema(k checker) {
	p.Schema.ID = p.ID
	if p.SchemaFile == "" {
		return
	}
	var described struct{ UserPool *plan.Schema }
	err := json.Unmarshal([]byte(k.read("schema_file", p.SchemaFile)), &described)
	switch {
	case err != nil || described.UserPool == nil:
		k.say("schema_file", "want what aws cognito-idp describe-user-pool printed, as JSON")
	case described.UserPool.ID != p.ID:
		k.say("schema_file", "it describes the pool %s", described.UserPool.ID)
	default:
		p.Schema = *described.UserPool
	}
}

func (p *Pool) checkEndpoint(k checker) {
	if p.Endpoint == "" {
		return
	}
	u, err := url.Parse(p.Endpoint)
	switch {
	case err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https":
		k.say("endpoint", "want an address such as http://127.0.0.1:9229")
	case u.Scheme == "http" && !loopback(u.Hostname()) && !p.InsecureEndpoint:
		k.say("endpoint", "passwords would cross the network in the clear: use https, or set insecure_endpoint: true for a test")
	}
}

func loopback(host string) bool {
	addr, err := netip.ParseAddr(host)
	return host == "localhost" || err == nil && addr.IsLoopback()
}

func (s *SignIn) check(k checker) {
	oneOf(k, "flow", s.Flow, UserPassword, AdminUserPassword, UserSRP)
	oneOf(k, "profile", s.Profile, ProfileGetUser, ProfileIDToken)
	oneOf(k, "groups", s.Groups, GroupsToken, GroupsAdmin)
	notNegative(k, "deadline", s.Deadline)

	o := k.at("outcomes")
	oneOf(o, "message_factor", s.Outcomes.MessageFactor, Carry, Refuse, CarryWithoutFactor)
	oneOf(o, "other_factor", s.Outcomes.OtherFactor, Refuse, CarryOnTenantPolicy, CarryWithoutFactor)
	oneOf(o, "temporary_password", s.Outcomes.TemporaryPassword, Carry, Refuse)

	p := k.at("parallel")
	notNegative(p, "sign_ins", s.Parallel.SignIns)
	notNegative(p, "queue", s.Parallel.Queue)
	notNegative(p, "wait", s.Parallel.Wait)

	b := k.at("breaker")
	if s.Breaker.FailureRate < 0 || s.Breaker.FailureRate > 100 {
		b.say("failure_rate", "want a percentage from 1 to 100")
	}
	notNegative(b, "sign_ins", s.Breaker.SignIns)
	notNegative(b, "window", s.Breaker.Window)
	notNegative(b, "open_for", s.Breaker.OpenFor)
}
