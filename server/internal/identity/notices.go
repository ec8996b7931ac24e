package identity

import (
	"context"
	"errors"
	"slices"
	"strings"

	"wherry/server/internal/fa"
)

// update changes a user and lets mails go out with it that tell the user what has
// changed: the password, the address, a second factor.
func (s *Service) update(ctx context.Context, tenant *fa.Tenant, id fa.ID, change func(*fa.Account) error) (*fa.Account, error) {
	return s.updateTelling(ctx, tenant, id, passwordUpdated, change)
}

// updateTelling is update with a template for the mail about the password.
func (s *Service) updateTelling(ctx context.Context, tenant *fa.Tenant, id fa.ID, ofPassword template, change func(*fa.Account) error) (*fa.Account, error) {
	var due []Mail
	along := s.Mailer.Along(ctx, func() []Mail { return due })
	return s.Store.UpdateUser(along, id, func(u *fa.Account) error {
		before := *u
		before.TwoFactor.Methods = slices.Clone(u.TwoFactor.Methods)
		if err := change(u); err != nil {
			return err
		}
		due = notices(ctx, tenant, &before, u, ofPassword)
		return nil
	})
}

// template is which of its templates a tenant or an application has for a mail.
type template = func(fa.EmailTemplateIDs) fa.ID

func passwordUpdated(t fa.EmailTemplateIDs) fa.ID { return t.PasswordUpdateEmailTemplateID }
func passwordReset(t fa.EmailTemplateIDs) fa.ID   { return t.PasswordResetSuccessEmailTemplateID }

// notices are the mails about a change of a user, those without a template
// included. A new address is told of at the old one, which may not have wanted
// that; a first password is no change.
func notices(ctx context.Context, tenant *fa.Tenant, before, after *fa.Account, ofPassword template) (mails []Mail) {
	say := func(what template, to string, more map[string]any) {
		m := about(ctx, tenant, &after.User, what)
		m.To, m.Values = to, map[string]any{"event": aboutRequest(ctx)}
		for name, value := range more {
			m.Values[name] = value
		}
		mails = append(mails, m)
	}
	if before.Hash != "" && before.PasswordLastUpdateInstant != after.PasswordLastUpdateInstant {
		say(ofPassword, "", nil)
	}
	if before.Email != "" && before.Email != after.Email {
		say(func(t fa.EmailTemplateIDs) fa.ID { return t.EmailUpdateEmailTemplateID }, before.Email, map[string]any{"previousEmail": before.Email})
	}
	for _, m := range lacking(before.TwoFactor.Shown(), after.TwoFactor.Shown()) {
		say(func(t fa.EmailTemplateIDs) fa.ID { return t.TwoFactorMethodAddEmailTemplateID }, "", map[string]any{"method": m})
	}
	for _, m := range lacking(after.TwoFactor.Shown(), before.TwoFactor.Shown()) {
		say(func(t fa.EmailTemplateIDs) fa.ID { return t.TwoFactorMethodRemoveTemplateID }, "", map[string]any{"method": m})
	}
	return mails
}

// lacking are those of more that are not in some.
func lacking(some, more []fa.TwoFactorMethod) []fa.TwoFactorMethod {
	return slices.DeleteFunc(slices.Clone(more), func(m fa.TwoFactorMethod) bool {
		return slices.ContainsFunc(some, func(o fa.TwoFactorMethod) bool { return o.ID == m.ID })
	})
}

// aboutRequest is what mails may say of where a request came from.
func aboutRequest(ctx context.Context) map[string]any {
	return map[string]any{"info": EventInfoOf(ctx)}
}

// warnOwners tells those by mail whose login ids somebody else has tried to take.
// It returns the refusal.
func (s *Service) warnOwners(ctx context.Context, tenant *fa.Tenant, u *fa.User, what template, refusal error) error {
	refused, ok := errors.AsType[*fa.Errors](refusal)
	if !ok || about(ctx, tenant, nil, what).TemplateID == "" {
		return refusal
	}
	warned := map[fa.ID]bool{}
	for _, l := range []struct{ kind, value, path string }{
		{fa.IdentityEmail, u.Email, "user.email"}, {fa.IdentityPhoneNumber, u.PhoneNumber, "user.phoneNumber"}, {fa.IdentityUsername, u.Username, "user.username"},
	} {
		if !slices.ContainsFunc(refused.FieldErrors[l.path], func(e fa.Error) bool { return strings.HasPrefix(e.Code, "[duplicate]") }) {
			continue
		}
		owner, err := s.Store.UserByIdentity(ctx, tenant.ID, l.kind, l.value)
		if errors.Is(err, fa.ErrNotFound) || err == nil && (warned[owner.ID] || owner.MailAddress() == "") {
			continue
		}
		if err != nil {
			return errors.Join(refusal, err)
		}
		warned[owner.ID] = true
		m := about(ctx, tenant, &owner.User, what)
		m.Values = map[string]any{"event": aboutRequest(ctx)}
		if err := s.Mailer.Send(ctx, m); err != nil {
			return errors.Join(refusal, err)
		}
	}
	return refusal
}
