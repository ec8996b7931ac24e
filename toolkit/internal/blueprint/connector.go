package blueprint

import (
	"strings"
	"time"

	"wherry/toolkit/internal/fusionauth"
	"wherry/toolkit/internal/target"
)

// How long FusionAuth waits for the connector, which ends by its own deadline:
// FusionAuth wants an answer within about a second. Where that is longer, so is
// the wait.
const (
	connectTimeout = time.Second
	readTimeout    = 2 * time.Second
)

// makeConnector makes the pool's connector.
func (b *builder) makeConnector() {
	c := b.settings.Connector
	if c.URL == "" {
		b.note("connector", "connector.url does not say where FusionAuth reaches it, so the target is not told",
			"deploy the connector with wherry deploy, give connector.url, and apply again")
		return
	}
	name, url := c.Name, c.URL
	if len(b.settings.Pools) > 1 {
		name, url = b.title(name), strings.TrimSuffix(url, "/")+"/pools/"+b.Name
	}
	id := target.ID("connector", b.ID, name)
	b.add(target.Object{
		Kind: target.Connector, ID: id, Name: name, First: doc{"name": name},
		Doc: doc{
			"type": fusionauth.GenericConnector, "authenticationURL": url,
			"connectTimeout": connectTimeout.Milliseconds(), "readTimeout": max(readTimeout, b.Connector.Deadline+time.Second).Milliseconds(),
			"headers": target.Header{Name: c.Header, Value: c.Secret},
		},
	})
	b.place.ConnectorID = id
	b.asked[b.tenant] = append(b.asked[b.tenant], id)
}

// makePolicies lets each tenant ask its connectors before all others. They come
// last, when all connectors are there.
func (b *builder) makePolicies() {
	for _, tenant := range b.tenants {
		connectors := b.asked[tenant]
		if len(connectors) == 0 {
			continue
		}
		b.add(target.Object{
			Kind: target.Tenant, ID: tenant, Name: b.settings.Connector.Name, Label: "connector policy",
			Doc: doc{"connectorPolicies": target.AskFirst(connectors)},
		})
	}
}
