package server_test

import (
	"slices"
	"strings"
	"testing"
	"time"
)

// What givable makes.
const (
	waiverID   = "dddddddd-0000-0000-0000-00000000001a" // one of two values
	topicsID   = "dddddddd-0000-0000-0000-00000000001b" // any of two values
	parentID   = "dddddddd-0000-0000-0000-00000000001c"
	childID    = "dddddddd-0000-0000-0000-00000000001d"
	strangerID = "dddddddd-0000-0000-0000-00000000001f"
	givenID    = "dddddddd-0000-0000-0000-00000000001e"
)

var givable = []string{
	makeConsent,
	"POST /api/consent/" + waiverID + ` {"consent":{"name":"Waiver","values":["Written","Verbal"]}}`,
	"POST /api/consent/" + topicsID + ` {"consent":{"name":"Topics","values":["Boats","Tides"],"multipleValuesAllowed":true,"countryMinimumAgeForSelfConsent":{"de":150}}}`,
	"POST /api/user/" + parentID + ` {"user":{"username":"parent","birthDate":"1980-01-01"}}`,
	"POST /api/user/" + childID + ` {"user":{"username":"child","birthDate":"` + time.Now().AddDate(-5, 0, 0).Format(time.DateOnly) + `"}}`,
}

// give is a request to give a consent for somebody, with more members.
func give(consent, user, more string) string {
	return `POST /api/user/consent/` + givenID + ` {"userConsent":{"consentId":"` + consent + `","userId":"` + user + `"` + more + `}}`
}

func TestGivingConsents(t *testing.T) {
	t.Parallel()
	const one = " /api/user/consent/" + givenID
	byParent := `,"giverUserId":"` + parentID + `"`
	given := slices.Clip(append(givable, give(waiverID, childID, byParent+`,"values":["Verbal"],"data":{"a":1}`)))
	revoked := append(given, "DELETE"+one)
	elsewhere := append(given, anotherTenant)
	check(t, []scenario{
		{
			name: "by oneself", given: givable, do: give(consentID, janeID, ""), status: 200, want: values{
				"userConsent.id": givenID, "userConsent.userId": janeID, "userConsent.giverUserId": janeID, "userConsent.consentId": consentID, "userConsent.consent.name": "Given",
				"userConsent.status": "Active", "userConsent.values": []any{}, "userConsent.data": values{}, "userConsent.insertInstant": present, "userConsent.lastUpdateInstant": present,
			},
		},
		{name: "without an id", given: givable, do: strings.Replace(give(consentID, janeID, ""), "/"+givenID, "", 1), status: 200, want: values{"userConsent.id": present}},
		{name: "by a parent", given: givable, do: give(waiverID, childID, byParent+`,"values":["Verbal"],"data":{"a":1}`), status: 200, want: values{"userConsent.giverUserId": parentID, "userConsent.values": []string{"Verbal"}, "userConsent.data.a": number("1")}},
		{name: "revoked from the start", given: givable, do: give(consentID, janeID, `,"status":"Revoked"`), status: 200, want: values{"userConsent.status": "Revoked"}},
		{name: "any of the values", given: givable, do: give(topicsID, janeID, `,"values":["Tides","Boats"]`), status: 200, want: values{"userConsent.values": []string{"Tides", "Boats"}}},
		{name: "as a client sends it back", given: givable, do: give(consentID, janeID, `,"consent":{"name":"Forged"}`), status: 200, want: values{"userConsent.consent.name": "Given"}},
		{name: "by a child", given: givable, do: give(consentID, childID, ""), status: 400, codes: "[notOldEnough]userConsent.giverUserId"},
		{name: "by a child for somebody else", given: givable, do: give(consentID, janeID, `,"giverUserId":"`+childID+`"`), status: 400, codes: "[notOldEnough]userConsent.giverUserId"},
		{name: "too young in a country", given: append(givable, "PATCH /api/user/"+parentID+` {"user":{"preferredLanguages":["de_AT"]}}`), do: give(topicsID, parentID, ""), status: 400, codes: "[notOldEnough]userConsent.giverUserId"},
		{name: "nothing said", do: `POST /api/user/consent {"userConsent":{}}`, status: 400, codes: "[blank]userConsent.consentId [blank]userConsent.userId"},
		{name: "everything wrong at once", given: givable, do: give(waiverID, childID, `,"status":"Perhaps","values":["Boats","Written"]`), status: 400, codes: "[invalid]userConsent.status [invalid]userConsent.values [notOldEnough]userConsent.giverUserId [tooMany]userConsent.values"},
		{name: "a value where there are none", given: givable, do: give(consentID, janeID, `,"values":["true"]`), status: 400, codes: "[invalid]userConsent.values"},
		{name: "nothing known", do: give(nobodyID, janeID, `,"giverUserId":"`+nobodyID+`"`), status: 400, codes: "[invalid]userConsent.consentId [invalid]userConsent.giverUserId"},
		{name: "for nobody", given: givable, do: give(consentID, nobodyID, ""), status: 400, codes: "[invalid]userConsent.userId"},
		{name: "for somebody of another tenant", given: append(givable, anotherTenant), tenant: anotherTenantID, do: give(consentID, janeID, ""), status: 400, codes: "[invalid]userConsent.userId"},
		{
			name: "by somebody of another tenant", given: append(givable, anotherTenant, "POST /api/user/"+strangerID+` {"user":{"username":"stranger","tenantId":"`+anotherTenantID+`"}}`), do: give(consentID, janeID, `,"giverUserId":"`+strangerID+`"`),
			status: 400, codes: "[invalid]userConsent.giverUserId",
		},
		{name: "twice", given: given, do: `POST /api/user/consent {"userConsent":{"consentId":"` + waiverID + `","userId":"` + childID + `"` + byParent + `}}`, status: 400, codes: "[duplicate]userConsent.consentId"},
		{name: "twice by the same id", given: given, do: give(consentID, janeID, ""), status: 400, codes: "[duplicate]userConsent.id"},
		{name: "no id", do: `POST /api/user/consent/x {"userConsent":{}}`, status: 400, codes: "[couldNotConvert]userConsentId"},
		{name: "no key", as: noKey, do: give(consentID, janeID, ""), status: 401},

		{name: "read", given: given, do: "GET" + one, status: 200, want: values{"userConsent.id": givenID, "userConsent.consent.values": []string{"Written", "Verbal"}}},
		{name: "read what is unknown", do: "GET" + one, status: 404},
		{name: "read in another tenant", given: elsewhere, tenant: anotherTenantID, do: "GET" + one, status: 404},
		{name: "list", given: given, do: "GET /api/user/consent?userId=" + childID, status: 200, want: values{"userConsents.0.consent.name": "Waiver", "userConsents.1": absent}},
		{name: "list of whoever has given", given: given, do: "GET /api/user/consent?userId=" + parentID, status: 200, want: values{"userConsents": []any{}}},
		{name: "list of nobody's", do: "GET /api/user/consent?userId=" + nobodyID, status: 200, want: values{"userConsents": []any{}}},
		{name: "list in another tenant", given: elsewhere, tenant: anotherTenantID, do: "GET /api/user/consent?userId=" + childID, status: 200, want: values{"userConsents": []any{}}},
		{name: "list without a user", do: "GET /api/user/consent", status: 400, codes: "[blank]userId"},
		{name: "list of no id", do: "GET /api/user/consent?userId=x", status: 400, codes: "[couldNotConvert]userId"},

		{name: "revoke", given: given, do: "DELETE" + one, status: 200},
		{name: "revoked", given: revoked, do: "GET" + one, status: 200, want: values{"userConsent.status": "Revoked", "userConsent.values": []string{"Verbal"}}},
		{name: "revoked twice", given: revoked, do: "DELETE" + one, status: 200},
		{name: "revoke what is unknown", do: "DELETE" + one, status: 404},
		{name: "revoke in another tenant", given: elsewhere, tenant: anotherTenantID, do: "DELETE" + one, status: 404},
		{
			name: "revoke with a value that is no more", given: append(given, "PATCH /api/consent/"+waiverID+` {"consent":{"name":"Waiver"}}`, "PUT /api/consent/"+waiverID+` {"consent":{"name":"Waiver"}}`),
			do: "PUT" + one + ` {"userConsent":{"status":"Revoked","values":["Verbal"]}}`, status: 200, want: values{"userConsent.status": "Revoked"},
		},
		{
			name: "change", given: revoked, do: "PUT" + one + ` {"userConsent":{"status":"Active","values":["Written"],"userId":"` + janeID + `","consentId":"` + consentID + `","giverUserId":"` + janeID + `"}}`, status: 200,
			want: values{"userConsent.status": "Active", "userConsent.values": []string{"Written"}, "userConsent.userId": childID, "userConsent.consentId": waiverID, "userConsent.giverUserId": parentID, "userConsent.data.a": number("1")},
		},
		{name: "change one thing", given: revoked, do: "PATCH" + one + ` {"userConsent":{"status":"Active"}}`, status: 200, want: values{"userConsent.status": "Active", "userConsent.values": []string{"Verbal"}}},
		{name: "merge", given: given, kind: "application/merge-patch+json", do: "PATCH" + one + ` {"userConsent":{"values":["Written"]}}`, status: 200, want: values{"userConsent.values": []string{"Written"}}},
		{name: "append one too many", given: given, do: "PATCH" + one + ` {"userConsent":{"values":["Written"]}}`, status: 400, codes: "[tooMany]userConsent.values"},
		{name: "change to nothing known", given: given, do: "PUT" + one + ` {"userConsent":{"status":"Perhaps","values":["Sung"]}}`, status: 400, codes: "[invalid]userConsent.status [invalid]userConsent.values"},
		{name: "change to another type", given: given, do: "PUT" + one + ` {"userConsent":{"status":true}}`, status: 400, codes: "[couldNotConvert]userConsent.status"},
		{name: "values that are no list", given: given, do: "PATCH" + one + ` {"userConsent":{"values":"Written"}}`, status: 400, codes: "[couldNotConvert]userConsent.values"},
		{name: "change nothing", given: given, do: "PUT" + one + ` {}`, status: 400, codes: "[missing]userConsent"},
		{name: "change by operations", given: given, kind: "application/json-patch+json", do: "PATCH" + one + ` [{"op":"replace","path":"/userConsent/values/0","value":"Written"}]`, status: 200, want: values{"userConsent.values": []string{"Written"}}},
		{name: "change without a status", given: given, do: "PUT" + one + ` {"userConsent":{"values":["Verbal"]}}`, status: 400, codes: "[blank]userConsent.status"},
		{name: "change what is unknown", do: "PUT" + one + ` {"userConsent":{"status":"Active"}}`, status: 404},
		{name: "change in another tenant", given: elsewhere, tenant: anotherTenantID, do: "PATCH" + one + ` {"userConsent":{"status":"Revoked"}}`, status: 404},

		{name: "gone with the user", given: append(given, "DELETE /api/user/"+childID+"?hardDelete=true"), do: "GET" + one, status: 404},
		{name: "gone with the consent", given: append(given, "DELETE /api/consent/"+waiverID), do: "GET" + one, status: 404},
		{name: "not gone with the giver", given: append(given, "DELETE /api/user/"+parentID+"?hardDelete=true"), do: "PATCH" + one + ` {"userConsent":{"status":"Revoked"}}`, status: 200, want: values{"userConsent.giverUserId": parentID}},
	})
}

// TestConsentsAreTold: whoever gives a consent gets a mail, and with email plus
// another one some time later, as long as the consent is in force.
func TestConsentsAreTold(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, i *instance) {
		post := newPostbox(t)
		i.usePostbox(t, post)
		template := func(name string) string {
			return i.do(`POST /api/email/template {"emailTemplate":{"name":"` + name + `","defaultSubject":"` + name + ` ${consent.consent.name}","defaultHtmlTemplate":"x","defaultTextTemplate":"user=${user.id}\nfor=${consent.userId}\nvalue=${consent.values[0]!'-'}\n"}}`).must(t).text("emailTemplate.id")
		}
		for _, request := range givable {
			i.do(request).must(t)
		}
		i.do("PATCH /api/user/" + parentID + ` {"user":{"email":"parent@example.com"}}`).must(t)
		i.do("PATCH /api/consent/" + waiverID + ` {"consent":{"consentEmailTemplateId":"` + template("Given") + `","emailPlus":{"enabled":true,"minimumTimeToSendEmailInHours":2,"maximumTimeToSendEmailInHours":4,"emailTemplateId":"` + template("Reminder") + `"}}}`).must(t)
		told := func(what, want string) {
			t.Helper()
			eventually(t, what+" is told", func() bool { return i.idle(t) && i.jobs(t, "kind = 'mail'") == 0 })
			got, last := drain(post)
			if got != want {
				t.Errorf("%s: mails %q, want %q", what, got, want)
			}
			if want != "" && (last.value(t, "user") != parentID || last.value(t, "for") != childID || last.value(t, "value") != "Verbal") {
				t.Errorf("%s: %+v", what, last)
			}
		}
		i.do(give(waiverID, childID, `,"giverUserId":"`+parentID+`","values":["Verbal"]`)).must(t)
		told("giving", "Given Waiver>parent@example.com")
		i.clock.advance(2*time.Hour - time.Minute)
		told("nothing", "")
		i.clock.advance(2*time.Hour + 2*time.Minute)
		eventually(t, "the reminder is due", func() bool { return i.jobs(t, "kind = 'consent-reminder'") == 0 })
		told("the reminder", "Reminder Waiver>parent@example.com")

		const one = " /api/user/consent/" + givenID
		i.do("PATCH" + one + ` {"userConsent":{"status":"Active"}}`).must(t)
		i.do("DELETE" + one).must(t)
		told("revoking", "")
		i.do("PATCH" + one + ` {"userConsent":{"status":"Active"}}`).must(t)
		told("giving again", "Given Waiver>parent@example.com")
		i.do("DELETE" + one).must(t)
		i.clock.advance(5 * time.Hour)
		eventually(t, "the reminder is due", func() bool { return i.jobs(t, "kind = 'consent-reminder'") == 0 })
		told("what is revoked", "")

		i.do(`POST /api/user/consent {"userConsent":{"consentId":"` + waiverID + `","userId":"` + moderatorID + `"}}`)
		i.do(strings.Replace(give(waiverID, childID, ""), givenID, nobodyID, 1))
		told("what is refused", "")
	})
}
