package api

import (
	"context"
	"slices"
	"strconv"

	"wherry/server/internal/fa"
)

var lambdaSearch = documentSearch[fa.Lambda]{
	order: "name ASC",
	columns: map[string]func(a, b *fa.Lambda) int{
		"engineType": by(func(l *fa.Lambda) string { return l.EngineType }),
		"name":       by(func(l *fa.Lambda) string { return l.Name }),
	},
	picks: func(l *fa.Lambda, c criteria) bool {
		return matches(c.Body, l.Body) && (c.Type == "" || c.Type == l.Type)
	},
}

var themeSearch = documentSearch[fa.Theme]{
	order:   "insertInstant ASC",
	columns: map[string]func(a, b *fa.Theme) int{"name": by(func(t *fa.Theme) string { return t.Name })},
	picks:   func(t *fa.Theme, c criteria) bool { return c.Type == "" || c.Type == t.Type },
}

var webhookSearch = documentSearch[fa.Webhook]{
	order: "insertInstant DESC, id DESC",
	columns: map[string]func(a, b *fa.Webhook) int{
		"description": by(func(w *fa.Webhook) string { return w.Description }),
		"url":         by(func(w *fa.Webhook) string { return w.URL }),
	},
	picks: func(w *fa.Webhook, c criteria) bool {
		return matches(c.Description, w.Description) && matches(c.URL, w.URL) &&
			(c.TenantID == "" || w.Global || slices.Contains(w.TenantIDs, c.TenantID))
	},
}

// changeableTheme keeps the themes that every instance has as they are.
func changeableTheme(t *fa.Theme) error {
	if t.BuiltIn() {
		return fa.GeneralError("invalid", "The theme [%s] can be neither changed nor deleted. Make a copy of it.", t.Name)
	}
	return nil
}

func copiedTheme(source, described *fa.Theme) { source.Name = described.Name }

func (h *Catalog) consentRefers(ctx context.Context, c *fa.Consent) error {
	var r referral
	follow(ctx, &r, h.EmailTemplates, "consent.consentEmailTemplateId", c.ConsentEmailTemplateID)
	follow(ctx, &r, h.EmailTemplates, "consent.emailPlus.emailTemplateId", c.EmailPlus.EmailTemplateID)
	return r.result()
}

func (h *Catalog) formFieldRefers(ctx context.Context, f *fa.FormField) error {
	var r referral
	follow(ctx, &r, h.Consents, "field.consentId", f.ConsentID)
	return r.result()
}

func (h *Catalog) formRefers(ctx context.Context, f *fa.Form) error {
	var r referral
	for i, step := range f.Steps {
		for j, id := range step.Fields {
			follow(ctx, &r, h.FormFields, "form.steps["+strconv.Itoa(i)+"].fields["+strconv.Itoa(j)+"]", id)
		}
	}
	return r.result()
}

func (h *Catalog) webhookRefers(ctx context.Context, w *fa.Webhook) error {
	var r referral
	for i, id := range w.TenantIDs {
		follow(ctx, &r, h.Tenants, "webhook.tenantIds["+strconv.Itoa(i)+"]", id)
	}
	follow(ctx, &r, h.SigningKeys, "webhook.signatureConfiguration.signingKeyId", w.SignatureConfiguration.SigningKeyID)
	follow(ctx, &r, h.SigningKeys, "webhook.sslCertificateKeyId", w.SSLCertificateKeyID)
	return r.result()
}
