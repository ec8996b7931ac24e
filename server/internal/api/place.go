package api

import (
	"cmp"
	"net/http"

	"wherry/server/internal/fa"
	"wherry/server/internal/identity"
)

// place is who asks at an endpoint that needs no API key, and where: the
// application that is named, which may be none, and its tenant.
func (m *Mux) place(r *http.Request, endpoint string, applications Documents[fa.Application], id fa.ID) (caller, *fa.Application, *fa.Tenant, error) {
	c, err := m.anybody(r, endpoint)
	if err != nil {
		return c, nil, nil, err
	}
	application, err := activeApplication(r.Context(), applications, c, id)
	if err != nil {
		return c, nil, nil, err
	}
	if application != nil {
		c.tenant = application.TenantID
	}
	tenant, err := m.tenantFor(r.Context(), c.tenant)
	return c, application, tenant, err
}

// within is a request as one that names an application, whose templates mails
// about what it changes have; none is named by "".
func within(r *http.Request, applications Documents[fa.Application], id fa.ID) (*http.Request, error) {
	a, err := activeApplication(r.Context(), applications, callerOf(r), id)
	return r.WithContext(identity.Within(r.Context(), a)), err
}

// eventInfo is where a request comes from, as far as it does not say so itself.
func eventInfo(r *http.Request, said identity.EventInfo) identity.EventInfo {
	said.IPAddress = cmp.Or(said.IPAddress, peer(r))
	said.UserAgent = cmp.Or(said.UserAgent, r.UserAgent())
	return said
}
