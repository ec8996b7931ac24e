package compat

import (
	"testing"

	"github.com/FusionAuth/go-client/pkg/fusionauth"
)

func TestLambdas(t *testing.T) {
	t.Parallel()
	const body = "function populate(jwt) {\r\n  jwt.a = '<ü>';\n}\n"
	lambda := fusionauth.Lambda{Name: "Compat populate", Type: fusionauth.LambdaType_JWTPopulate, Body: body}
	r, errs, err := client.CreateLambda("", fusionauth.LambdaRequest{Lambda: lambda})
	lambda = made(t, r)(errs, err).Lambda
	if lambda.Body != body || lambda.EngineType != fusionauth.LambdaEngineType_GraalJS {
		t.Errorf("lambda: %+v", lambda)
	}
	lambda.Debug = true
	r, errs, err = client.UpdateLambda(lambda.Id, fusionauth.LambdaRequest{Lambda: lambda})
	if updated := made(t, r)(errs, err).Lambda; !updated.Debug || updated.Body != body {
		t.Errorf("after an update: %+v", updated)
	}
	found, errs, err := client.SearchLambdas(fusionauth.LambdaSearchRequest{Search: fusionauth.LambdaSearchCriteria{Name: "compat p*", Type: fusionauth.LambdaType_JWTPopulate}})
	if made(t, found)(errs, err).Total != 1 || found.Lambdas[0].Id != lambda.Id {
		t.Errorf("search: %+v", found)
	}
	gone, errs, err := client.DeleteLambda(lambda.Id)
	come(gone.StatusCode, "", errs, err).is(t, "delete", 200, "")
	r, errs, err = client.CreateLambda("", fusionauth.LambdaRequest{})
	come(r.StatusCode, "", errs, err).isRefused(t, "nothing", 400, "[blank]lambda.body [blank]lambda.name [invalid]lambda.type")
}

func TestThemes(t *testing.T) {
	t.Parallel()
	const shipped = "75a068fd-e94b-451a-9aeb-3ddb9a3b5987"
	r, errs, err := client.CreateTheme("", fusionauth.ThemeRequest{SourceThemeId: shipped, Theme: fusionauth.Theme{Name: "Compat theme"}})
	theme := made(t, r)(errs, err).Theme
	theme.Templates.Index = "<html>\n[#-- kept --]"
	r, errs, err = client.UpdateTheme(theme.Id, fusionauth.ThemeRequest{Theme: theme})
	if updated := made(t, r)(errs, err).Theme; updated.Templates.Index != theme.Templates.Index || updated.DefaultMessages != theme.DefaultMessages {
		t.Errorf("after an update: %+v", updated)
	}
	r, errs, err = client.UpdateTheme(shipped, fusionauth.ThemeRequest{Theme: theme})
	come(r.StatusCode, "", errs, err).isRefused(t, "the one that every instance has", 400, "[invalid]")
	gone, errs, err := client.DeleteTheme(theme.Id)
	come(gone.StatusCode, "", errs, err).is(t, "delete", 200, "")
}

func TestWebhooks(t *testing.T) {
	t.Parallel()
	webhook := fusionauth.Webhook{
		Url: "https://hooks.example.com/compat", ConnectTimeout: 1000, ReadTimeout: 2000, Description: "Compat webhook",
		EventsEnabled: map[fusionauth.EventType]bool{fusionauth.EventType_UserCreate: true}, TenantIds: []string{},
	}
	r, errs, err := client.CreateWebhook("", fusionauth.WebhookRequest{Webhook: webhook})
	webhook = made(t, r)(errs, err).Webhook
	if !webhook.EventsEnabled[fusionauth.EventType_UserCreate] {
		t.Errorf("webhook: %+v", webhook)
	}
	found, errs, err := client.SearchWebhooks(fusionauth.WebhookSearchRequest{Search: fusionauth.WebhookSearchCriteria{Url: "*/compat"}})
	if made(t, found)(errs, err).Total != 1 || found.Webhooks[0].Id != webhook.Id {
		t.Errorf("search: %+v", found)
	}
	gone, errs, err := client.DeleteWebhook(webhook.Id)
	come(gone.StatusCode, "", errs, err).is(t, "delete", 200, "")
}

func TestEmailTemplatesAndConsents(t *testing.T) {
	t.Parallel()
	r, errs, err := client.CreateEmailTemplate("", fusionauth.EmailTemplateRequest{EmailTemplate: fusionauth.EmailTemplate{
		Name: "Compat template", DefaultSubject: "s", DefaultHtmlTemplate: "<p>\r\n", DefaultTextTemplate: "t\n", LocalizedSubjects: map[string]string{"de": "ü"},
	}})
	template := made(t, r)(errs, err).EmailTemplate
	if template.DefaultHtmlTemplate != "<p>\r\n" || template.LocalizedSubjects["de"] != "ü" {
		t.Errorf("template: %+v", template)
	}
	c, errs, err := client.CreateConsent("", fusionauth.ConsentRequest{Consent: fusionauth.Consent{
		Name: "Compat consent", DefaultMinimumAgeForSelfConsent: 14, ConsentEmailTemplateId: template.Id, Values: []string{"a", "b"},
	}})
	consent := made(t, c)(errs, err).Consent
	f, errs, err := client.CreateFormField("", fusionauth.FormFieldRequest{Field: fusionauth.FormField{Name: "Compat field", Control: fusionauth.FormControl_Checkbox, ConsentId: consent.Id}})
	field := made(t, f)(errs, err).Field
	form, errs, err := client.CreateForm("", fusionauth.FormRequest{Form: fusionauth.Form{Name: "Compat form", Steps: []fusionauth.FormStep{{Fields: []string{field.Id}}}}})
	if shown := made(t, form)(errs, err).Form; len(shown.Steps) != 1 || shown.Steps[0].Fields[0] != field.Id {
		t.Errorf("form: %+v", shown)
	}
}

func TestSystemConfigurationAndLicence(t *testing.T) {
	t.Parallel()
	r, err := client.RetrieveSystemConfiguration()
	configuration := made(t, r)(nil, err).SystemConfiguration
	configuration.CorsConfiguration.AllowedOrigins = []string{"https://example.com"}
	r, errs, err := client.UpdateSystemConfiguration(fusionauth.SystemConfigurationRequest{SystemConfiguration: configuration})
	if updated := made(t, r)(errs, err).SystemConfiguration; len(updated.CorsConfiguration.AllowedOrigins) != 1 || updated.EventLogConfiguration.NumberToRetain != 10_000 {
		t.Errorf("after an update: %+v", updated)
	}
	status, err := client.RetrieveReactorStatus()
	if s := made(t, status)(nil, err).Status; !s.Licensed || s.EntityManagement != fusionauth.ReactorFeatureStatus_ACTIVE {
		t.Errorf("licence: %+v", s)
	}
}

// xbox makes a provider: the client's own request has no room for what its type
// needs.
func xbox() outcome {
	request := struct {
		IdentityProvider fusionauth.XboxIdentityProvider `json:"identityProvider"`
	}{fusionauth.XboxIdentityProvider{
		BaseIdentityProvider: fusionauth.BaseIdentityProvider{Type: fusionauth.IdentityProviderType_Xbox},
		ClientId:             "ours", ClientSecret: "made-up",
	}}
	var r fusionauth.IdentityProviderResponse
	var errs fusionauth.Errors
	err := client.Start(&r, &errs).WithUri("/api/identity-provider").WithJSONBody(request).WithMethod("POST").Do(background)
	return come(r.StatusCode, r.IdentityProvider.Name, &errs, err)
}

func TestLinks(t *testing.T) {
	t.Parallel()
	const provider = "af53ab21-34c3-468a-8ba2-ecb3905f67f2"
	xbox().is(t, "a provider", 200, "Xbox")
	user := newUser(t, "linked@example.com")
	link := fusionauth.IdentityProviderLinkRequest{IdentityProviderLink: fusionauth.IdentityProviderLink{IdentityProviderId: provider, IdentityProviderUserId: "42", UserId: user.Id, DisplayName: "Linked"}}
	linked, errs, err := client.CreateUserLink(link)
	if l := made(t, linked)(errs, err).IdentityProviderLink; l.IdentityProviderName != "Xbox" || l.IdentityProviderType != fusionauth.IdentityProviderType_Xbox {
		t.Errorf("link: %+v", l)
	}
	linked, errs, _ = client.CreateUserLink(link)
	come(linked.StatusCode, "", errs, nil).is(t, "a second time", 409, "")
	linked, errs, err = client.RetrieveUserLinksByUserId("", user.Id)
	if made(t, linked)(errs, err); len(linked.IdentityProviderLinks) != 1 {
		t.Errorf("links: %+v", linked)
	}
	linked, errs, err = client.DeleteUserLink(provider, "42", user.Id)
	come(linked.StatusCode, "", errs, err).is(t, "unlink", 200, "")
	linked, errs, _ = client.RetrieveUserLink(provider, "42", user.Id)
	come(linked.StatusCode, "", errs, nil).is(t, "unlinked", 404, "")
}
