package server_test

import (
	"net/url"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestEnrolment: what goes with a new user or a new registration.
func TestEnrolment(t *testing.T) {
	t.Parallel()
	const (
		verify   = `PATCH /api/tenant/` + tenantID + ` {"tenant":{"emailConfiguration":{"verifyEmail":true,"verifyEmailWhenChanged":true,"verificationEmailTemplateId":"` + nobodyID + `"},"phoneConfiguration":{"verifyPhoneNumber":true,"verificationStrategy":"FormField"}}}`
		ask      = `PATCH /api/application/` + applicationID + ` {"application":{"verifyRegistration":true}}`
		both     = `{"user":{"email":"new@example.com","password":"made-up password"},"registration":{"applicationId":"` + applicationID + `"}`
		combined = `POST /api/user/registration ` + both
		one      = " /api/user/" + janeID
		template = `PATCH /api/tenant/` + tenantID + ` {"tenant":{"emailConfiguration":{"setPasswordEmailTemplateId":"` + nobodyID + `"}}}`
		block    = `PATCH /api/tenant/` + tenantID + ` {"tenant":{"registrationConfiguration":{"blockedDomains":["spam.EXAMPLE.com"]}}}`
	)
	check(t, []scenario{
		{
			name: "nothing has to be verified", do: `POST /api/user {"user":{"email":"new@example.com"}}`, status: 200, want: values{
				"user.verified": false, "user.identities.0.verifiedReason": "Disabled", "verificationIds": absent, "emailVerificationId": absent,
			},
		},
		{
			name: "an e-mail address has to be", given: []string{verify}, do: `POST /api/user {"user":{"email":"new@example.com","username":"new"}}`, status: 200, want: values{
				"user.verified": false, "user.identities.0.verifiedReason": "Pending", "user.identities.1.verifiedReason": "Unverifiable",
				"verificationIds.0.type": "email", "verificationIds.0.value": "new@example.com", "verificationIds.0.oneTimeCode": absent, "verificationIds.1": absent,
			},
		},
		{
			name: "and a phone number, by a code", given: []string{verify}, do: `POST /api/user {"user":{"phoneNumber":"303-555-0100"}}`, status: 200, want: values{
				"user.identities.0.verifiedReason": "Pending", "verificationIds.0.type": "phoneNumber", "verificationIds.0.value": "+13035550100", "emailVerificationId": absent,
			},
		},
		{
			name: "unless it is skipped", given: []string{verify}, do: `POST /api/user {"user":{"email":"new@example.com"},"skipVerification":true}`, status: 200, want: values{
				"user.verified": true, "user.identities.0.verified": false, "user.identities.0.verifiedReason": "Skipped", "verificationIds": absent,
			},
		},
		{
			name: "skipped for good", given: []string{verify, `POST /api/user/` + nobodyID + ` {"user":{"email":"new@example.com"},"skipVerification":true}`},
			do: "PATCH /api/user/" + nobodyID + ` {"user":{"firstName":"New"}}`, status: 200,
			want: values{"user.verified": true, "user.identities.0.verifiedReason": "Skipped", "verificationIds": absent},
		},
		{
			name: "a changed address", given: []string{verify}, do: "PATCH" + one + ` {"user":{"email":"janet@example.com"}}`, status: 200,
			want: values{"verificationIds.0.value": "janet@example.com", "verificationIds.1": absent, "token": absent},
		},
		{
			name: "a changed address, where only new users are asked", do: "PATCH" + one + ` {"user":{"email":"janet@example.com"}}`, status: 200, want: values{"verificationIds": absent},
			given: []string{`PATCH /api/tenant/` + tenantID + ` {"tenant":{"emailConfiguration":{"verifyEmail":true,"verificationEmailTemplateId":"` + nobodyID + `"}}}`},
		},
		{name: "an address that stays", given: []string{verify}, do: "PATCH" + one + ` {"user":{"firstName":"Janet"}}`, status: 200, want: values{"verificationIds": absent}},

		{name: "a registration has to be verified", given: []string{ask}, do: combined + `}`, status: 200, want: values{"registration.verified": false, "registration.verifiedInstant": absent}},
		{name: "unless it is skipped too", given: []string{ask}, do: combined + `,"skipRegistrationVerification":true}`, status: 200, want: values{"registration.verified": true, "registrationVerificationId": absent}},
		{
			name: "PUT does not verify it", given: []string{ask, "DELETE /api/user/registration/" + janeID + "/" + applicationID, `POST /api/user/registration/` + janeID + ` {"registration":{"applicationId":"` + applicationID + `"}}`},
			do: "PUT /api/user/registration/" + janeID + "/" + applicationID + ` {"registration":{"verified":true}}`, status: 200, want: values{"registration.verified": false},
		},
		{name: "no authentication token unless asked for", do: combined + `}`, status: 200, want: values{"registration.authenticationToken": absent}},
		{name: "a password that is to be set", given: []string{template}, do: combined + `,"sendSetPasswordEmail":true}`, status: 200, want: values{"token": absent, "user.passwordLastUpdateInstant": absent}},
		{name: "a password that is not", given: []string{combined + `,"sendSetPasswordIdentityType":"doNotSend"}`}, do: login("new@example.com", "made-up password"), status: 200},
		{name: "a password that is to be set is none", given: []string{template, combined + `,"sendSetPasswordIdentityType":"email"}`}, do: login("new@example.com", "made-up password"), status: 404},

		{name: "the current password, wrong", do: "PATCH" + one + ` {"user":{"firstName":"J"},"currentPassword":"wrong"}`, status: 400, codes: "[invalid]user.currentPassword"},
		{name: "the current password, right", do: "PATCH" + one + ` {"user":{"firstName":"J"},"currentPassword":"` + password + `"}`, status: 200},
		{name: "the current password, within", do: "PATCH" + one + ` {"user":{"currentPassword":"wrong"}}`, status: 400, codes: "[invalid]user.currentPassword"},
		{name: "the current password, of a wrong type", do: "PATCH" + one + ` {"user":{},"currentPassword":1}`, status: 400, codes: "[couldNotConvert]currentPassword"},

		{name: "a blocked domain", given: []string{block}, do: `POST /api/user {"user":{"email":"new@Spam.example.com"}}`, status: 400, codes: "[blocked]user.email"},
		{name: "a blocked domain that is let in", given: []string{block}, do: `POST /api/user {"user":{"email":"new@spam.example.com"},"disableDomainBlock":true}`, status: 200},
		{name: "a domain below a blocked one", given: []string{block}, do: `POST /api/user {"user":{"email":"new@mail.spam.example.com"}}`, status: 200},
		{name: "a change to a blocked domain", given: []string{block}, do: "PATCH" + one + ` {"user":{"email":"jane@spam.example.com"}}`, status: 400, codes: "[blocked]user.email"},
		{
			name: "a change of somebody who was let in", do: "PATCH" + one + ` {"user":{"firstName":"J"}}`, status: 200, want: values{"user.email": "jane@spam.example.com"},
			given: []string{block, "PATCH" + one + ` {"user":{"email":"jane@spam.example.com"},"disableDomainBlock":true}`},
		},

		{name: "an id that nobody has", do: "GET /api/user?verificationId=x", status: 404},
		{name: "an id to change a password that nobody has", do: "GET /api/user?changePasswordId=x", status: 404},
		{
			name: "everything that is refused about both", do: `POST /api/user/registration {"user":{"email":"new"},"registration":{"applicationId":"` + applicationID + `","roles":["nope"]}}`,
			status: 400, codes: "[invalid]registration.roles [notEmail]user.email",
		},
	})
}

// TestTokensOfNewUsers: they say how somebody has come.
func TestTokensOfNewUsers(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, i *instance) {
		made := i.do(`POST /api/user {"user":{"email":"new@example.com"}}`).must(t)
		claims := payload(t, made.text("token"))
		if claims["authenticationType"] != "USER_CREATE" || claims["sub"] != made.text("user.id") || claims["aud"] != nil || made.digits("tokenExpirationInstant") == "" {
			t.Errorf("created: %v", claims)
		}
		registered := i.do(`POST /api/user/registration/` + made.text("user.id") + ` {"registration":{"applicationId":"` + applicationID + `","roles":["writer"]},"generateAuthenticationToken":true}`).must(t)
		claims = payload(t, registered.text("token"))
		if claims["authenticationType"] != "REGISTRATION" || claims["applicationId"] != applicationID || cmp.Diff([]any{"writer"}, claims["roles"]) != "" {
			t.Errorf("registered: %v", claims)
		}
		if len(registered.text("registration.authenticationToken")) != 43 {
			t.Errorf("authentication token: %s", registered.body)
		}
	})
}

// TestVerificationIDs lead to their users as long as they last, and nothing in
// the database does.
func TestVerificationIDs(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, i *instance) {
		i.do(`PATCH /api/tenant/` + tenantID + ` {"tenant":{"emailConfiguration":{"verifyEmail":true,"verificationStrategy":"FormField","verificationEmailTemplateId":"` + nobodyID + `"}}}`).must(t)
		i.do(`PATCH /api/application/` + applicationID + ` {"application":{"verifyRegistration":true,"verificationStrategy":"FormField"}}`).must(t)
		made := i.do(`POST /api/user/registration {"user":{"email":"new@example.com"},"registration":{"applicationId":"` + applicationID + `"}}`).must(t)
		id, registration := made.text("emailVerificationId"), made.text("registrationVerificationId")
		made.want(t, values{"verificationIds.0.id": id, "verificationIds.0.oneTimeCode": made.text("emailVerificationOneTimeCode")})
		for what, code := range map[string]string{"e-mail": made.text("emailVerificationOneTimeCode"), "registration": made.text("registrationVerificationOneTimeCode")} {
			if len(code) != 6 || code != strings.ToUpper(code) {
				t.Errorf("code for the %s: %q", what, code)
			}
		}
		for _, each := range []string{id, registration} {
			i.do("GET /api/user?verificationId="+url.QueryEscape(each)).must(t).want(t, values{"user.email": "new@example.com"})
			if r := i.send(call{do: "GET /api/user?verificationId=" + each, tenant: nobodyID}); r.status != 404 {
				t.Errorf("in another tenant: status %d", r.status)
			}
		}
		i.clock.advance(25 * hour)
		if r := i.do("GET /api/user?verificationId=" + id); r.status != 404 {
			t.Errorf("a day later: status %d", r.status)
		}
	})
}

// TestChangePasswordIDs lead to their users.
func TestChangePasswordIDs(t *testing.T) {
	t.Parallel()
	i := start(t)
	i.do("PATCH /api/user/" + janeID + ` {"user":{"passwordChangeRequired":true}}`).must(t)
	id := i.do(login("jane", password)).must(t).text("changePasswordId")
	i.do("GET /api/user?changePasswordId="+id).must(t).want(t, values{"user.id": janeID})
}
