package events

import (
	"bytes"
	"slices"

	"wherry/server/internal/fa"
)

// ofUser is an event about a user.
func ofUser(kind string, u *fa.User, more map[string]any) Event {
	e := Event{Type: kind, TenantID: u.TenantID, About: u.ID, Body: map[string]any{"user": shown(u)}}
	for name, value := range more {
		if value != "" && value != fa.ID("") {
			e.Body[name] = value
		}
	}
	return e
}

// ofRegistration is an event about a registration of a user.
func ofRegistration(kind string, u *fa.User, r *fa.Registration, more map[string]any) Event {
	e := ofUser(kind, u, more)
	e.Body["applicationId"], e.Body["registration"] = r.ApplicationID, shownRegistration(*r)
	return e
}

// shown is a user without what would let somebody sign in as him: webhooks are
// not asked who they are.
func shown(u *fa.User) *fa.User {
	s := *u
	s.EncryptionScheme = ""
	s.Registrations = slices.Clone(u.Registrations)
	for i, r := range s.Registrations {
		s.Registrations[i] = shownRegistration(r)
	}
	return &s
}

func shownRegistration(r fa.Registration) fa.Registration {
	r.AuthenticationToken, r.Tokens = "", map[string]string{}
	return r
}

// created is what there is to tell of a new user.
func created(u *fa.User) []Event {
	told := withComplete(ofUser(UserCreate, u, nil))
	for i := range u.Registrations {
		told = append(told, withComplete(ofRegistration(UserRegistrationCreate, u, &u.Registrations[i], nil))...)
	}
	return told
}

// changed is what there is to tell of a change. What stays the same but for the
// instants of changes and sign-ins is not told of.
func changed(before, after *fa.User) []Event {
	told := changedRegistrations(before, after)
	switch {
	case before.Active && !after.Active:
		told = append(told, ofUser(UserDeactivate, after, nil))
	case !before.Active && after.Active:
		told = append(told, ofUser(UserReactivate, after, nil))
	}
	if !same(before, after) {
		told = append(told, withComplete(ofUser(UserUpdate, after, map[string]any{"original": shown(before)}))...)
	}
	if before.PasswordLastUpdateInstant != after.PasswordLastUpdateInstant {
		told = append(told, ofUser(UserPasswordUpdate, after, nil))
	}
	return slices.Concat(told, changedIdentities(before, after), changedFactors(before, after))
}

// same compares what user.update is about: the profile, and not what has events
// of its own.
func same(before, after *fa.User) bool { return alike(profile(before), profile(after)) }

// alike compares what would be stored.
func alike(a, b any) bool {
	left, leftErr := fa.EncodeWhole(a)
	right, rightErr := fa.EncodeWhole(b)
	return leftErr == nil && rightErr == nil && bytes.Equal(left, right)
}

func profile(u *fa.User) fa.User {
	p := *u
	p.Active, p.EncryptionScheme, p.Registrations, p.TwoFactor = true, "", nil, fa.TwoFactor{}
	p.LastLoginInstant, p.LastUpdateInstant, p.PasswordLastUpdateInstant = 0, 0, 0
	p.Identities = slices.Clone(u.Identities)
	for i := range p.Identities {
		p.Identities[i].LastLoginInstant, p.Identities[i].LastUpdateInstant = 0, 0
	}
	return p
}

func changedRegistrations(before, after *fa.User) (told []Event) {
	for i := range after.Registrations {
		r := &after.Registrations[i]
		old, there := before.Registration(r.ApplicationID)
		switch {
		case !there:
			told = append(told, withComplete(ofRegistration(UserRegistrationCreate, after, r, nil))...)
			continue
		case !sameRegistration(*old, *r):
			told = append(told, withComplete(ofRegistration(UserRegistrationUpdate, after, r, map[string]any{"original": shownRegistration(*old)}))...)
		}
		if r.Verified && !old.Verified {
			told = append(told, ofRegistration(UserRegistrationVerified, after, r, nil))
		}
	}
	for i := range before.Registrations {
		r := &before.Registrations[i]
		if _, stays := after.Registration(r.ApplicationID); !stays {
			told = append(told, withComplete(ofRegistration(UserRegistrationDelete, after, r, nil))...)
		}
	}
	return told
}

func sameRegistration(before, after fa.Registration) bool {
	for _, r := range []*fa.Registration{&before, &after} {
		r.LastLoginInstant, r.LastUpdateInstant = 0, 0
	}
	return alike(before, after)
}

// changedIdentities is about login ids, and whether they are verified.
func changedIdentities(before, after *fa.User) (told []Event) {
	if before.Email != after.Email && before.Email != "" {
		told = append(told, ofUser(UserEmailUpdate, after, map[string]any{"previousEmail": before.Email}))
	}
	for _, id := range []struct{ kind, old, new string }{
		{fa.IdentityEmail, before.Email, after.Email}, {fa.IdentityPhoneNumber, before.PhoneNumber, after.PhoneNumber},
	} {
		if id.old != id.new && id.old != "" && id.new != "" {
			told = append(told, ofUser(UserIdentityUpdate, after, map[string]any{
				"loginIdType": id.kind, "previousLoginId": id.old, "newLoginId": id.new,
			}))
		}
	}
	for _, id := range after.Identities {
		was := slices.ContainsFunc(before.Identities, func(o fa.Identity) bool { return o.Type == id.Type && o.Is(id.Value) && o.Verified })
		if !id.Verified || was {
			continue
		}
		told = append(told, ofUser(UserIdentityVerified, after, map[string]any{"loginId": id.Value, "loginIdType": id.Type}))
		if id.Type == fa.IdentityEmail {
			told = append(told, ofUser(UserEmailVerified, after, nil))
		}
	}
	return told
}

func changedFactors(before, after *fa.User) (told []Event) {
	missing := func(kind string, in, from []fa.TwoFactorMethod) {
		for _, m := range in {
			if !slices.ContainsFunc(from, func(o fa.TwoFactorMethod) bool { return o.ID == m.ID }) {
				m.Secret = ""
				told = append(told, ofUser(kind, after, map[string]any{"method": m}))
			}
		}
	}
	missing(UserTwoFactorAdd, after.TwoFactor.Methods, before.TwoFactor.Methods)
	missing(UserTwoFactorRemove, before.TwoFactor.Methods, after.TwoFactor.Methods)
	return told
}
