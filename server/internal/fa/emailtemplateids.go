package fa

import "cmp"

// EmailTemplateIDs says which template each mail is made from. A mail without
// one is not sent. Ids of mails that we do not send are kept in the Rest of
// what this is part of.
type EmailTemplateIDs struct {
	EmailUpdateEmailTemplateID          ID `json:"emailUpdateEmailTemplateId,omitzero"`
	EmailVerifiedEmailTemplateID        ID `json:"emailVerifiedEmailTemplateId,omitzero"`
	ForgotPasswordEmailTemplateID       ID `json:"forgotPasswordEmailTemplateId,omitzero"`
	LoginIDInUseOnCreateEmailTemplateID ID `json:"loginIdInUseOnCreateEmailTemplateId,omitzero"`
	LoginIDInUseOnUpdateEmailTemplateID ID `json:"loginIdInUseOnUpdateEmailTemplateId,omitzero"`
	LoginNewDeviceEmailTemplateID       ID `json:"loginNewDeviceEmailTemplateId,omitzero"`
	PasswordResetSuccessEmailTemplateID ID `json:"passwordResetSuccessEmailTemplateId,omitzero"`
	PasswordUpdateEmailTemplateID       ID `json:"passwordUpdateEmailTemplateId,omitzero"`
	PasswordlessEmailTemplateID         ID `json:"passwordlessEmailTemplateId,omitzero"`
	SetPasswordEmailTemplateID          ID `json:"setPasswordEmailTemplateId,omitzero"`
	TwoFactorMethodAddEmailTemplateID   ID `json:"twoFactorMethodAddEmailTemplateId,omitzero"`
	TwoFactorMethodRemoveTemplateID     ID `json:"twoFactorMethodRemoveEmailTemplateId,omitzero"`
}

// ApplicationEmailConfiguration is the templates that win over the tenant's.
type ApplicationEmailConfiguration struct {
	EmailTemplateIDs
	EmailVerificationEmailTemplateID ID   `json:"emailVerificationEmailTemplateId,omitzero"`
	Rest                             Rest `json:",embed"`
}

// EmailTemplate is the template that an application has for a mail, or else the
// tenant; empty: such mails are not sent. The application may be nil.
func (t *Tenant) EmailTemplate(a *Application, which func(EmailTemplateIDs) ID) ID {
	var own EmailTemplateIDs
	if a != nil {
		own = a.EmailConfiguration.EmailTemplateIDs
	}
	return cmp.Or(which(own), which(t.EmailConfiguration.EmailTemplateIDs))
}

// VerificationTemplate is EmailTemplate for the verification of an address.
func (t *Tenant) VerificationTemplate(a *Application) ID {
	var own ID
	if a != nil {
		own = a.EmailConfiguration.EmailVerificationEmailTemplateID
	}
	return cmp.Or(own, t.EmailConfiguration.VerificationEmailTemplateID)
}
