package mail

import (
	"wherry/server/internal/fa"
)

// Preview fills a template in with a made-up user and reports what cannot be.
func (p *Office) Preview(t *fa.Tenant, template *fa.EmailTemplate, locale string) (Letter, *fa.Errors) {
	application := fa.NewApplication()
	application.ID, application.Name, application.TenantID = "10000000-0000-0002-0000-000000000001", "Example application", t.ID
	application.OAuthConfiguration.ClientID = application.ID
	registration := fa.NewRegistration()
	registration.ApplicationID = application.ID
	user := &fa.Account{User: fa.NewUser()}
	user.ID, user.TenantID = "00000000-0000-0000-0000-000000000001", t.ID
	user.Email, user.Username, user.FirstName, user.LastName, user.FullName = "ada@example.com", "ada", "Ada", "Example", "Ada Example"
	user.MobilePhone, user.Registrations = "+15555550100", []fa.Registration{registration}

	consent, given := fa.NewConsent(), fa.NewUserConsent()
	consent.Name, given.Consent, given.UserID, given.GiverUserID = "Example consent", &consent, user.ID, user.ID

	const id = "preview-dDpGkJ3WlW5Zb1yH0gR4sVnE8mQcX2tU"
	s := scene{t, &application, user, template}
	values, err := s.values(map[string]any{
		"changePasswordId": id, "verificationId": id, "code": "A1B2C3", "oneTimeCode": "A1B2C3", "verificationOneTimeCode": "A1B2C3",
		"state": map[string]any{}, "requestData": map[string]any{}, "mobilePhone": user.MobilePhone,
		"consent": given,
		"method":  map[string]any{"method": "email", "email": user.Email, "id": "AAAA"},
		"event":   map[string]any{"info": map[string]any{"ipAddress": "203.0.113.7", "userAgent": "Example", "deviceName": "Example"}},
	})
	letter := Letter{From: sender(t, template), To: []Address{{user.Email, user.FullName}}}
	if err != nil {
		return letter, fa.GeneralError("invalid", "The template cannot be filled in.")
	}
	return letter, fill(&letter, template, []string{locale}, values)
}
