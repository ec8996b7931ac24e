package server

import (
	"wherry/server/internal/api"
	"wherry/server/internal/events"
	"wherry/server/internal/identity"
	"wherry/server/internal/lambda"
	"wherry/server/internal/mail"
)

// mountCatalog serves the objects that are nothing but documents.
func (s *Server) mountCatalog(mux *api.Mux, service *identity.Service) {
	(&api.Catalog{
		CheckEmail: mail.Check, CheckMessage: mail.CheckMessage, CheckLambda: lambda.Check,
		Consents: s.db.Consents, EmailTemplates: s.db.EmailTemplates, FormFields: s.db.FormFields, Forms: s.db.Forms,
		Integrations: s.db.Integrations, IPAccessControlLists: s.db.IPAccessControlLists, Lambdas: s.db.Lambdas,
		MessageTemplates: s.db.MessageTemplates, Messengers: s.db.Messengers, SigningKeys: s.db.SigningKeys,
		SystemConfiguration: s.db.SystemConfiguration, Tenants: s.db.Tenants, Themes: s.db.Themes,
		UserActionReasons: s.db.UserActionReasons, Webhooks: s.db.Webhooks, NewID: newID, Now: s.config.Now,
	}).Mount(mux)
	(&api.UserActions{Store: s.db.UserActions, EmailTemplates: s.db.EmailTemplates, NewID: newID, Now: s.config.Now}).Mount(mux)
	(&api.IdentityProviders{
		Store: s.db.IdentityProviders, Applications: s.db.Applications, Lambdas: s.db.Lambdas, SigningKeys: s.db.SigningKeys,
		Tenants: s.db.Tenants, NewID: newID, Now: s.config.Now,
	}).Mount(mux)
	(&api.Links{Store: &events.Links{LinkStore: s.db, Bus: s.bus}, Pending: service, Providers: s.db.IdentityProviders, Now: s.config.Now}).Mount(mux)
	api.Reactor{}.Mount(mux)
}
