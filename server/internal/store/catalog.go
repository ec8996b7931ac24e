package store

import "wherry/server/internal/fa"

// Catalog is the documents: what is kept as it is sent.
type Catalog struct {
	Consents             Documents[fa.Consent]
	EmailTemplates       Documents[fa.EmailTemplate]
	FormFields           Documents[fa.FormField]
	Forms                Documents[fa.Form]
	IdentityProviders    Documents[fa.IdentityProvider]
	Integrations         Documents[fa.Integrations]
	IPAccessControlLists Documents[fa.IPAccessControlList]
	Lambdas              Documents[fa.Lambda]
	MessageTemplates     Documents[fa.MessageTemplate]
	Messengers           Documents[fa.Messenger]
	SystemConfiguration  Documents[fa.SystemConfiguration]
	Themes               Documents[fa.Theme]
	UserActionReasons    Documents[fa.UserActionReason]
	UserActions          Documents[fa.UserAction]
	Webhooks             Documents[fa.Webhook]
}

func newCatalog(db *DB) Catalog {
	return Catalog{
		Consents:       documents(db, "consent", "consents", fa.NewConsent, named[fa.Consent]("name")),
		EmailTemplates: documents(db, "emailTemplate", "email_templates", fa.NewEmailTemplate, named[fa.EmailTemplate]("name")),
		FormFields:     documents(db, "field", "form_fields", fa.NewFormField, named[fa.FormField]("name")),
		Forms:          documents(db, "form", "forms", fa.NewForm, named[fa.Form]("name")),
		IdentityProviders: documents(db, "identityProvider", "identity_providers", fa.NewIdentityProvider, named[fa.IdentityProvider]("name"),
			column[fa.IdentityProvider]{"tenant_id", func(p *fa.IdentityProvider) any { return orNull(string(p.TenantID)) }, ""}),
		Integrations:         documents(db, "integrations", "integrations", fa.NewIntegrations),
		IPAccessControlLists: documents(db, "ipAccessControlList", "ip_access_control_lists", fa.NewIPAccessControlList, named[fa.IPAccessControlList]("name")),
		Lambdas:              documents(db, "lambda", "lambdas", fa.NewLambda),
		MessageTemplates:     documents(db, "messageTemplate", "message_templates", fa.NewMessageTemplate, named[fa.MessageTemplate]("name")),
		Messengers:           documents(db, "messenger", "messengers", fa.NewMessenger, named[fa.Messenger]("name")),
		SystemConfiguration:  documents(db, "systemConfiguration", "system_configurations", fa.NewSystemConfiguration),
		Themes:               documents(db, "theme", "themes", fa.NewTheme, named[fa.Theme]("name")),
		UserActionReasons: documents(db, "userActionReason", "user_action_reasons", fa.NewUserActionReason,
			named[fa.UserActionReason]("text"),
			column[fa.UserActionReason]{"code", func(r *fa.UserActionReason) any { return r.Code }, "code"}),
		UserActions: documents(db, "userAction", "user_actions", fa.NewUserAction, named[fa.UserAction]("name")),
		Webhooks:    documents(db, "webhook", "webhooks", fa.NewWebhook),
	}
}

// column is what SQL sees of a document.
type column[T any] struct {
	name  string
	value func(*T) any
	taken string // the property to complain about when another has the value; empty: values may repeat
}

// named is the column for names, which are unique without regard to case.
func named[T any, P fa.Document[T]](property string) column[T] {
	return column[T]{"name_key", func(v *T) any { return key(P(v).Title()) }, property}
}

// documents declares a kind of document.
func documents[T any, P fa.Document[T]](db *DB, name, table string, blank func() T, columns ...column[T]) Documents[T] {
	columns = append(columns, column[T]{"insert_instant", func(v *T) any { return P(v).Header().InsertInstant }, ""})
	k := kind[T]{name: name, table: table, blank: blank, id: func(v *T) fa.ID { return P(v).Header().ID }}
	for _, c := range columns {
		k.columns = append(k.columns, c.name)
		if c.taken != "" {
			k.unique = append(k.unique, c.unique(name+"."+c.taken))
		}
	}
	k.values = func(v *T) []any {
		values := make([]any, len(columns))
		for i, c := range columns {
			values[i] = c.value(v)
		}
		return values
	}
	return Documents[T]{db, k}
}

func (c column[T]) unique(property string) unique[T] {
	return unique[T]{
		columns: []string{c.name}, values: func(v *T) []any { return []any{c.value(v)} },
		taken: func(v *T, errs *fa.Errors) {
			errs.Field(property, "duplicate", "The value [%s] of [%s] is taken.", c.value(v), property)
		},
	}
}
