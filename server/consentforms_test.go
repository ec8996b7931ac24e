package server_test

import (
	"net/url"
	"strings"
	"testing"
	"time"
)

const (
	plainField  = "consents['" + consentID + "']"
	waiverField = "consents['" + waiverID + "']"
	topicsField = "consents['" + topicsID + "']"
)

// consentForm makes a form of a type that asks for an address, a password and
// consents: a plain one that is required, one of two values, and any of two.
func (i *instance) consentForm(t testing.TB, kind string) (id string) {
	t.Helper()
	for _, request := range givable {
		i.do(request).must(t)
	}
	var fields []string
	for _, field := range []string{
		`{"name":"Email","key":"user.email","type":"email","required":true}`, `{"name":"Password","key":"user.password","control":"password","required":true}`,
		`{"name":"Born","key":"user.birthDate","type":"date"}`, `{"name":"You may <write> to me","consentId":"` + consentID + `","required":true}`,
		`{"name":"My waiver","consentId":"` + waiverID + `"}`, `{"name":"News about","consentId":"` + topicsID + `","control":"checkbox"}`,
	} {
		fields = append(fields, i.do(`POST /api/form/field {"field":`+field+`}`).must(t).text("field.id"))
	}
	return i.do(`POST /api/form {"form":{"name":"Consents","type":"` + kind + `","steps":[{"fields":["` + strings.Join(fields, `","`) + `"]}]}}`).must(t).text("form.id")
}

// consented is what is in force for a user, and what was revoked.
func (i *instance) consented(t testing.TB, user string) map[string]string {
	t.Helper()
	found := map[string]string{}
	r := i.do("GET /api/user/consent?userId=" + user).must(t)
	list, _ := r.at("userConsents").([]any)
	for _, one := range list {
		c := one.(map[string]any)
		said := c["status"].(string)
		for _, v := range c["values"].([]any) {
			said += " " + v.(string)
		}
		if c["giverUserId"] != c["userId"] {
			said += " by another"
		}
		found[c["consentId"].(string)] = said
	}
	return found
}

func (i *instance) wantConsents(t testing.TB, what, user string, want map[string]string) {
	t.Helper()
	got := i.consented(t, user)
	for id, said := range want {
		if got[id] != said {
			t.Errorf("%s: %s is %q, want %q", what, id, got[id], said)
		}
	}
	if len(got) != len(want) {
		t.Errorf("%s: %v, want %v", what, got, want)
	}
}

func TestConsentsAtRegistration(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, i *instance) {
		post := newPostbox(t)
		i.usePostbox(t, post)
		form := i.consentForm(t, "registration")
		template := i.do(`POST /api/email/template {"emailTemplate":{"name":"Given","defaultSubject":"Given ${consent.consent.name}","defaultHtmlTemplate":"x","defaultTextTemplate":"x"}}`).must(t).text("emailTemplate.id")
		i.do("PATCH /api/consent/" + waiverID + ` {"consent":{"consentEmailTemplateId":"` + template + `"}}`).must(t)
		i.do(`PATCH /api/application/` + applicationID + ` {"application":{"registrationConfiguration":{"enabled":true,"completeRegistration":true,"type":"advanced","formId":"` + form + `"}}}`).must(t)

		page := i.openRegister(t).page(t, "form", 200, "You may &lt;write&gt; to me")
		send := func(more url.Values) response {
			typed := next(page, map[string]string{"user.email": "new@example.com", "user.password": password})
			for name, list := range more {
				typed[name] = list
			}
			return i.sendFormTo(registerForm, typed)
		}
		yes, young := []string{"true"}, []string{time.Now().AddDate(-6, 0, 0).Format(time.DateOnly)}
		send(nil).page(t, "required", 400, "Please fill this in.")
		send(url.Values{plainField: {"perhaps"}}).page(t, "neither", 400, "This cannot be used.")
		send(url.Values{plainField: yes, waiverField: {"Sung"}}).page(t, "another value", 400, "This cannot be used.")
		send(url.Values{plainField: yes, waiverField: {"Verbal", "Written"}}).page(t, "two values", 400, "This cannot be used.")
		refused := send(url.Values{plainField: yes, waiverField: {"Verbal"}, "user.birthDate": young}).page(t, "too young", 400, "You are not old enough to agree to this.")
		if !strings.Contains(refused.body, `value="Verbal" checked`) {
			t.Errorf("what was chosen is forgotten: %s", refused.body)
		}
		if n := i.rows(t, "users where email = 'new@example.com'"); n != 0 {
			t.Errorf("somebody who was refused is there")
		}
		send(url.Values{plainField: yes, waiverField: {"Verbal"}, topicsField: {"Boats", "Tides"}}).backWithCode(t, "registered")
		user := i.do("GET /api/user?email=new@example.com").must(t).text("user.id")
		i.wantConsents(t, "registered", user, map[string]string{consentID: "Active", waiverID: "Active Verbal", topicsID: "Active Boats Tides"})
		if l := post.next(t); l.subject != "Given Waiver" || l.to[0] != "new@example.com" {
			t.Errorf("got %+v", l)
		}

		i.sendForm(filledIn(authorization(), "new@example.com", password)).backWithCode(t, "nothing is missing")
		asked := i.sendForm(filledIn(authorization(), "jane", password)).page(t, "asked for what is missing", 200, "You may &lt;write&gt; to me")
		if strings.Contains(asked.body, "My waiver") {
			t.Errorf("only what is required is asked for: %s", asked.body)
		}
		const path = "/oauth2/complete-registration"
		i.sendFormTo(path, next(asked, nil)).page(t, "nothing", 400, "Please fill this in.")
		i.wantConsents(t, "refused", janeID, nil)
		i.sendFormTo(path, next(asked, map[string]string{plainField: "true"})).backWithCode(t, "completed")
		i.wantConsents(t, "completed", janeID, map[string]string{consentID: "Active"})
		i.sendForm(filledIn(authorization(), "jane", password)).backWithCode(t, "nothing is missing any more")
		i.do("DELETE /api/user/consent/" + i.do("GET /api/user/consent?userId="+janeID).must(t).text("userConsents.0.id")).must(t)
		i.sendForm(filledIn(authorization(), "jane", password)).page(t, "asked again", 200, "You may &lt;write&gt; to me")
	})
}

func TestConsentsInTheAccount(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, i *instance) {
		form := i.consentForm(t, "selfServiceUser")
		i.do(`PATCH /api/application/` + applicationID + ` {"application":{"formConfiguration":{"selfServiceFormId":"` + form + `"}}}`).must(t)
		i.do(give(waiverID, janeID, `,"giverUserId":"`+parentID+`","values":["Verbal"]`)).must(t)
		p := i.account(t)
		page := p.visit("/account/edit", nil).page(t, "form", 200, `value="Verbal" checked`)
		if strings.Contains(page.body, `value="true" checked`) || strings.Contains(page.body, `value="Tides" checked`) {
			t.Errorf("what was not given is ticked: %s", page.body)
		}
		young := time.Now().AddDate(-6, 0, 0).Format(time.DateOnly)
		save := func(more url.Values) response {
			typed := next(page, map[string]string{"user.email": "jane@example.com", "user.birthDate": "1990-01-01"})
			for name, list := range more {
				typed[name] = list
			}
			return p.visit("/account/edit", typed)
		}
		const saved = "Your profile has been saved."
		yes, verbal := []string{"true"}, []string{"Verbal"}
		save(url.Values{waiverField: verbal}).page(t, "required", 400, "Please fill this in.")
		save(url.Values{plainField: yes, waiverField: verbal, "user.birthDate": {young}}).page(t, "too young", 400, "You are not old enough to agree to this.")
		i.wantConsents(t, "refused", janeID, map[string]string{waiverID: "Active Verbal by another"})
		save(url.Values{plainField: yes, waiverField: verbal, topicsField: {"Tides"}}).page(t, "saved", 200, saved)
		i.wantConsents(t, "saved", janeID, map[string]string{consentID: "Active", waiverID: "Active Verbal by another", topicsID: "Active Tides"})
		page = p.visit("/account/edit", nil).page(t, "as saved", 200, `value="Tides" checked`)
		save(url.Values{plainField: yes, waiverField: verbal, topicsField: {"Tides"}, "user.birthDate": {young}}).page(t, "what is in force stays", 200, saved)
		save(url.Values{plainField: yes, waiverField: {""}, topicsField: {"Boats", "Tides"}}).page(t, "revised", 200, saved)
		i.wantConsents(t, "revised", janeID, map[string]string{consentID: "Active", waiverID: "Revoked Verbal by another", topicsID: "Active Boats Tides"})
		save(url.Values{plainField: yes, waiverField: {"Written"}, "user.birthDate": {young}}).page(t, "too young for what a parent has revoked", 400, "You are not old enough")
		save(url.Values{plainField: yes, waiverField: {"Written"}}).page(t, "given again", 200, saved)
		i.wantConsents(t, "given again", janeID, map[string]string{consentID: "Active", waiverID: "Active Written", topicsID: "Revoked Boats Tides"})
		i.do("DELETE /api/consent/" + waiverID).must(t)
		if page := p.visit("/account/edit", nil).page(t, "a consent is gone", 200, "News about"); strings.Contains(page.body, "My waiver") {
			t.Errorf("it is asked for all the same: %s", page.body)
		}
	})
}
