package api

import (
	"net/url"
	"time"

	"wherry/server/internal/fa"
)

// Catalog serves the objects of the whole instance that are nothing but
// documents: FusionAuth's clients write and read them, other parts of the
// server use them.
type Catalog struct {
	// CheckLambda reports a body that cannot be run.
	CheckLambda func(*fa.Lambda) error
	// CheckEmail and CheckMessage report what of a template cannot be rendered.
	CheckEmail   func(*fa.EmailTemplate) error
	CheckMessage func(*fa.MessageTemplate) error

	Consents             Documents[fa.Consent]
	EmailTemplates       Documents[fa.EmailTemplate]
	FormFields           Documents[fa.FormField]
	Forms                Documents[fa.Form]
	Integrations         Documents[fa.Integrations]
	IPAccessControlLists Documents[fa.IPAccessControlList]
	Lambdas              Documents[fa.Lambda]
	MessageTemplates     Documents[fa.MessageTemplate]
	Messengers           Documents[fa.Messenger]
	SigningKeys          Documents[fa.SigningKey]
	SystemConfiguration  Documents[fa.SystemConfiguration]
	Tenants              Documents[fa.Tenant]
	Themes               Documents[fa.Theme]
	UserActionReasons    Documents[fa.UserActionReason]
	Webhooks             Documents[fa.Webhook]
	NewID                func() fa.ID
	Now                  func() time.Time
}

// Mount registers the endpoints.
//
// Sources: the pages below https://fusionauth.io/docs/apis/ with the names of
// the objects.
func (h *Catalog) Mount(m *Mux) {
	at := stamps{h.NewID, h.Now}
	complete(at, &resource[fa.SystemConfiguration]{
		name: "systemConfiguration", path: "/api/system-configuration",
		store: h.SystemConfiguration, blank: fa.NewSystemConfiguration,
	}).mountOnly(m.HandleGlobal)
	complete(at, &resource[fa.Integrations]{
		name: "integrations", path: "/api/integration", store: h.Integrations, blank: fa.NewIntegrations,
	}).mountOnly(m.HandleGlobal)

	serve(m, at, &resource[fa.Consent]{
		name: "consent", plural: "consents", path: "/api/consent", store: h.Consents, blank: fa.NewConsent, refer: h.consentRefers,
	}, byName[fa.Consent]())
	serve(m, at, &resource[fa.EmailTemplate]{
		name: "emailTemplate", plural: "emailTemplates", path: "/api/email/template", store: h.EmailTemplates, blank: fa.NewEmailTemplate, check: h.CheckEmail,
	}, byName[fa.EmailTemplate]())
	serve(m, at, &resource[fa.Form]{
		name: "form", plural: "forms", path: "/api/form", store: h.Forms, blank: fa.NewForm, refer: h.formRefers,
		keep: func(next, current *fa.Form) { next.Type = current.Type },
	})
	serve(m, at, &resource[fa.FormField]{
		name: "field", plural: "fields", path: "/api/form/field", store: h.FormFields, blank: fa.NewFormField, refer: h.formFieldRefers,
	})
	serve(m, at, &resource[fa.IPAccessControlList]{
		name: "ipAccessControlList", plural: "ipAccessControlLists", path: "/api/ip-acl",
		store: h.IPAccessControlLists, blank: fa.NewIPAccessControlList,
	}, byName[fa.IPAccessControlList]())
	serve(m, at, &resource[fa.Lambda]{
		name: "lambda", plural: "lambdas", path: "/api/lambda", store: h.Lambdas, blank: fa.NewLambda, check: h.CheckLambda,
		listed: func(q url.Values, l *fa.Lambda) bool { return !q.Has("type") || q.Get("type") == l.Type },
	}, lambdaSearch)
	serve(m, at, &resource[fa.MessageTemplate]{
		name: "messageTemplate", plural: "messageTemplates", path: "/api/message/template",
		store: h.MessageTemplates, blank: fa.NewMessageTemplate, check: h.CheckMessage,
	})
	serve(m, at, &resource[fa.Messenger]{
		name: "messenger", plural: "messengers", path: "/api/messenger", store: h.Messengers, blank: fa.NewMessenger,
		keep: func(next, current *fa.Messenger) { next.Type = current.Type },
	})
	serve(m, at, &resource[fa.Theme]{
		name: "theme", plural: "themes", path: "/api/theme", store: h.Themes, blank: fa.NewTheme,
		check: changeableTheme, removable: changeableTheme, copied: copiedTheme,
	}, themeSearch)
	serve(m, at, &resource[fa.UserActionReason]{
		name: "userActionReason", plural: "userActionReasons", path: "/api/user-action-reason",
		store: h.UserActionReasons, blank: fa.NewUserActionReason,
	})
	serve(m, at, &resource[fa.Webhook]{
		name: "webhook", plural: "webhooks", path: "/api/webhook", store: h.Webhooks, blank: fa.NewWebhook, refer: h.webhookRefers,
	}, webhookSearch)
}
