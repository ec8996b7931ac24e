package server

import (
	"context"
	"errors"

	"wherry/server/internal/fa"
	"wherry/server/internal/pages"
)

// defaultLambdas are the lambdas of a new instance, by their types.
var defaultLambdas = map[string]struct{ name, body string }{
	"AppleReconcile":    {"Default Apple reconcile", takes("user, registration, idToken", "firstName", "idToken.given_name", "lastName", "idToken.family_name")},
	"FacebookReconcile": {"Default Facebook reconcile", takes("user, registration, facebookUser", "firstName", "facebookUser.first_name", "middleName", "facebookUser.middle_name", "lastName", "facebookUser.last_name", "fullName", "facebookUser.name")},
	"GoogleReconcile":   {"Default Google reconcile", takes("user, registration, idToken", "firstName", "idToken.given_name", "lastName", "idToken.family_name", "fullName", "idToken.name", "imageUrl", "idToken.picture")},
	"OpenIDReconcile":   {"Default OpenID Connect reconcile", takes("user, registration, jwt, id_token, tokens", "firstName", "jwt.given_name", "middleName", "jwt.middle_name", "lastName", "jwt.family_name", "fullName", "jwt.name", "imageUrl", "jwt.picture", "mobilePhone", "jwt.phone_number")},
	"SAMLv2Reconcile":   {"Default SAML v2 reconcile", takes("user, registration, samlResponse", "firstName", "(samlResponse.assertion.attributes.first_name || [])[0]", "lastName", "(samlResponse.assertion.attributes.last_name || [])[0]")},
	"TwitterReconcile":  {"Default Twitter reconcile", takes("user, registration, twitterUser", "fullName", "twitterUser.name", "imageUrl", "twitterUser.profile_image_url_https")},

	"SCIMServerGroupRequestConverter":  {"Default SCIM group request converter", "function convert(group, members, options, scimGroup) {\n  group.name = scimGroup.displayName;\n}\n"},
	"SCIMServerGroupResponseConverter": {"Default SCIM group response converter", "function convert(scimGroup, group, members) {\n  scimGroup.displayName = group.name;\n}\n"},
	"SCIMServerUserRequestConverter":   {"Default SCIM user request converter", "function convert(user, options, scimUser) {\n  user.username = scimUser.userName;\n  user.firstName = scimUser.name && scimUser.name.givenName;\n  user.lastName = scimUser.name && scimUser.name.familyName;\n}\n"},
	"SCIMServerUserResponseConverter":  {"Default SCIM user response converter", "function convert(scimUser, user) {\n  scimUser.userName = user.username || user.email;\n  scimUser.name = { givenName: user.firstName, familyName: user.lastName };\n}\n"},
}

// takes writes a reconcile lambda: pairs are a property of the user and where
// its value comes from.
func takes(parameters string, pairs ...string) string {
	body := "function reconcile(" + parameters + ") {\n"
	for i := 0; i < len(pairs); i += 2 {
		body += "  user." + pairs[i] + " = " + pairs[i+1] + ";\n"
	}
	return body + "}\n"
}

// defaultForms are the forms of a new instance, by their types: the keys of
// their fields.
var defaultForms = map[string]struct {
	name string
	keys []string
}{
	fa.FormAdminRegistration: {"Default Admin Registration", []string{"registration.username", "registration.roles", "registration.timezone", "registration.preferredLanguages"}},
	fa.FormAdminUser:         {"Default Admin User", []string{"user.email", "user.username", "user.mobilePhone", "user.password", "user.firstName", "user.middleName", "user.lastName", "user.fullName", "user.birthDate", "user.timezone", "user.preferredLanguages", "user.imageUrl"}},
	fa.FormSelfServiceUser:   {"Default User Self Service", []string{"user.email", "user.password", "user.firstName", "user.lastName", "user.birthDate", "user.mobilePhone"}},
}

// unusualFields are the fields that take no plain text.
var unusualFields = map[string]struct{ control, kind string }{
	"registration.roles": {"checkbox", "string"},
	"user.birthDate":     {"text", "date"},
	"user.email":         {"text", "email"},
	"user.password":      {"password", "string"},
}

func lambdaVariable(kind string) string { return "FUSIONAUTH_LAMBDA[" + kind + "]_ID" }
func formVariable(kind string) string   { return "FUSIONAUTH_FORM[" + kind + "]_ID" }

// newDefaultIDs makes the ids of the default objects, by the variables that
// kickstart files call them.
func newDefaultIDs() map[string]fa.ID {
	ids := map[string]fa.ID{}
	for kind := range defaultLambdas {
		ids[lambdaVariable(kind)] = newID()
	}
	for kind := range defaultForms {
		ids[formVariable(kind)] = newID()
	}
	return ids
}

// makeDocuments makes the documents that every instance has.
func (s *Server) makeDocuments(ctx context.Context, ids map[string]fa.ID) error {
	at := s.config.Now().UnixMilli()
	head := func(id fa.ID) fa.Head { return fa.Head{ID: id, InsertInstant: at, LastUpdateInstant: at} }
	configuration, integrations := fa.NewSystemConfiguration(), fa.NewIntegrations()
	configuration.Head, integrations.Head = head(""), head("")
	err := errors.Join(s.db.SystemConfiguration.Create(ctx, &configuration), s.db.Integrations.Create(ctx, &integrations))

	advanced, simple := fa.NewTheme(), fa.NewTheme()
	advanced.Named, advanced.DefaultMessages = fa.Named{Head: head(fa.DefaultThemeID), Name: "FusionAuth"}, pages.Messages()
	simple.Named, simple.Type = fa.Named{Head: head(fa.SimpleThemeID), Name: "FusionAuth Simple"}, fa.ThemeSimple
	err = errors.Join(err, s.db.Themes.Create(ctx, &advanced), s.db.Themes.Create(ctx, &simple))

	code := fa.NewMessageTemplate()
	code.Named, code.DefaultTemplate = fa.Named{Head: head(newID()), Name: "Default Two-Factor Request"}, "Two Factor Code: ${code}"
	err = errors.Join(err, s.db.MessageTemplates.Create(ctx, &code))

	for kind, d := range defaultLambdas {
		lambda := fa.NewLambda()
		lambda.Named, lambda.Type, lambda.Body = fa.Named{Head: head(ids[lambdaVariable(kind)]), Name: d.name}, kind, d.body
		err = errors.Join(err, s.db.Lambdas.Create(ctx, &lambda))
	}
	return errors.Join(err, s.makeForms(ctx, ids, head))
}

// makeForms makes the forms, and each of their fields once.
func (s *Server) makeForms(ctx context.Context, ids map[string]fa.ID, head func(fa.ID) fa.Head) (err error) {
	fields := map[string]fa.ID{}
	for kind, d := range defaultForms {
		step := fa.FormStep{Type: "collectData"}
		for _, key := range d.keys {
			if fields[key] == "" {
				fields[key] = newID()
				field := defaultField(key)
				field.Head = head(fields[key])
				err = errors.Join(err, s.db.FormFields.Create(ctx, &field))
			}
			step.Fields = append(step.Fields, fields[key])
		}
		form := fa.NewForm()
		form.Named, form.Type, form.Steps = fa.Named{Head: head(ids[formVariable(kind)]), Name: d.name}, kind, []fa.FormStep{step}
		err = errors.Join(err, s.db.Forms.Create(ctx, &form))
	}
	return err
}

func defaultField(key string) fa.FormField {
	field := fa.NewFormField()
	field.Name, field.Key = "Default "+key, key
	if unusual, ok := unusualFields[key]; ok {
		field.Control, field.Type = unusual.control, unusual.kind
	}
	return field
}
