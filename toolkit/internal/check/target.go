package check

import (
	"fmt"
	"net/netip"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"wherry/toolkit/internal/fusionauth"
)

// oldest is the FusionAuth that has all we use: identity providers of one
// tenant came with 1.62.
var oldest = []int{1, 62}

func (f *findings) target(facts Facts) {
	t := facts.Target
	if t.Err != nil {
		f.say("target-unreachable", "", t.Err.Error(), orElse(t.Hint, "check target.url and target.api_key"))
		return
	}
	f.say("target-kind", "", fmt.Sprintf("%s %s answers at %s", t.Kind, t.Version, facts.Settings.Target.URL), "nothing")
	if older(t.Version, oldest) {
		f.say("target-version", "", "FusionAuth "+t.Version+" has no identity providers of a single tenant", "upgrade to 1.62 or later")
	}
	if len(t.Denied) > 0 {
		f.say("target-permission", "", "the API key may not: "+strings.Join(t.Denied, ", "),
			"give the key these permissions, or use one without restrictions for plan and apply")
	}
	f.licence(t)
	if t.Pending > 0 {
		f.say("apply-pending", "", fmt.Sprintf("%d objects of the target are not as they should be", t.Pending), "run wherry apply")
	}
	for _, p := range facts.Pools {
		f.onlyWherry(t, p)
	}
}

func (f *findings) onlyWherry(t Target, p Pool) {
	if t.Kind != fusionauth.RealFusionAuth {
		return
	}
	for _, setting := range []struct {
		name string
		used bool
	}{
		{"connector.forgot_password", p.Connector.ForgotPassword}, {"import.connector", p.Import.Connector != ""}, {"apply.keep_client_ids", p.Apply.KeepClientIDs},
	} {
		if setting.used {
			f.say("only-wherry", p.Name, setting.name+" has an effect with Wherry's own server only", "leave it out")
		}
	}
}

func (f *findings) licence(t Target) {
	var lacks []string
	for _, feature := range t.Needs {
		if status, told := t.Features[feature]; told && status != "ACTIVE" {
			lacks = append(lacks, feature+" is "+status)
		}
	}
	if len(lacks) > 0 {
		f.say("target-licence", "", strings.Join(lacks, ", "),
			"activate the licence in FusionAuth under Reactor; without connectors there is the bulk road alone")
	}
}

func orElse(text, usual string) string {
	if text == "" {
		return usual
	}
	return text
}

// older compares a version such as 1.69.0; one that cannot be read is not
// older.
func older(version string, than []int) bool {
	var numbers []int
	for part := range strings.SplitSeq(version, ".") {
		n, err := strconv.Atoi(part)
		if err != nil {
			break
		}
		numbers = append(numbers, n)
	}
	return len(numbers) >= len(than) && slices.Compare(numbers[:len(than)], than) < 0
}

func (f *findings) connector(facts Facts) {
	c := facts.Settings.Connector
	if c.URL == "" {
		f.say("connector-url", "", "nobody will come across at sign-in", "deploy the connector (wherry deploy) and give connector.url, or go by the bulk road alone")
		return
	}
	if c.Secret == "" && c.SecretFile == "" && c.SecretRef == "" {
		f.say("connector-secret", "", "anybody who finds the connector could try passwords", "give connector.secret, such as from: openssl rand -hex 24")
	}
	if c.Secret == "" && (c.SecretFile != "" || c.SecretRef != "") {
		f.say("connector-secret", "", "apply writes the secret into the target, and has connector.secret alone to read it from", "give connector.secret for plan and apply, such as ${CONNECTOR_SECRET}")
	}
	if u, err := url.Parse(c.URL); err == nil && u.Scheme == "http" && !loopback(u.Hostname()) {
		f.say("connector-plain", "", c.URL+" is plain http", "give the connector a certificate, or put it behind something that has one")
	}
}

func loopback(host string) bool {
	addr, err := netip.ParseAddr(host)
	return host == "localhost" || err == nil && addr.IsLoopback()
}
