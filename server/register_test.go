package server_test

import (
	"html"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
)

const (
	registerForm = "/oauth2/register"
	selfService  = `PATCH /api/application/` + applicationID + ` {"application":{"registrationConfiguration":{"enabled":true,"confirmPassword":true,` +
		`"firstName":{"enabled":true},"lastName":{"enabled":true,"required":true}}}}`
)

// openRegister opens the page by the link of the login page.
func (i *instance) openRegister(t testing.TB) response {
	t.Helper()
	page := i.showForm(authorization()).page(t, "login", 200, "Create an account")
	for _, found := range link.FindAllStringSubmatch(page.body, -1) {
		if strings.HasPrefix(found[1], registerForm) {
			return i.browse(html.UnescapeString(found[1]), nil).page(t, "register", 200, `name="user.email"`)
		}
	}
	t.Fatal("the login page has no link")
	return response{}
}

// newcomer fills in the basic form.
func newcomer(more map[string]string) map[string]string {
	typed := map[string]string{
		"user.email": "new@example.com", "user.password": password, "passwordConfirm": password, "user.firstName": "New", "user.lastName": "Example",
	}
	for name, value := range more {
		typed[name] = value
	}
	return typed
}

func TestRegisterPage(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, i *instance) {
		i.do(selfService).must(t)
		opened := i.openRegister(t)
		register := func(more map[string]string) response {
			return i.sendFormTo(registerForm, next(opened, newcomer(more)))
		}
		register(map[string]string{"user.lastName": ""}).page(t, "required", 400, "Please fill this in.")
		register(map[string]string{"passwordConfirm": "another"}).page(t, "not the same", 400, "The two passwords are not the same.")
		register(map[string]string{"user.password": "short", "passwordConfirm": "short"}).page(t, "too short", 400, "The password is too short.")
		register(map[string]string{"user.email": "nonsense"}).page(t, "no address", 400, "This is not an email address.")
		refused := register(map[string]string{"user.email": "jane@example.com"}).page(t, "taken", 400, "There is an account with this email already.")
		if strings.Contains(refused.body, password) || !strings.Contains(refused.body, `value="Example"`) {
			t.Errorf("what was typed, but the password, is still there: %s", refused.body)
		}
		register(map[string]string{"user.active": "false", "user.data.role": "admin", "registration.roles": "admin"}).backWithCode(t, "registered")
		i.do("GET /api/user?email=new@example.com").must(t).want(t, values{
			"user.active": true, "user.firstName": "New", "user.lastName": "Example", "user.data": map[string]any{}, "user.registrations.0.applicationId": applicationID,
			"user.registrations.0.roles": []string{"reader"}, "user.registrations.0.verified": true,
		})
		i.sendForm(filledIn(authorization(), "new@example.com", password)).backWithCode(t, "logged in")
	})
}

func TestRegisterPageRefuses(t *testing.T) {
	t.Parallel()
	i := start(t)
	if strings.Contains(i.showForm(authorization()).body, registerForm) {
		t.Error("there is a link to a page that is not enabled")
	}
	i.browse(registerForm+"?"+authorization().Encode(), nil).page(t, "not enabled", 403, "You cannot create an account")
	i.sendFormTo(registerForm, with(authorization(), "user.email", "new@example.com")).page(t, "not enabled", 403, "You cannot create an account")
	i.do(selfService).must(t)
	r := i.send(call{
		do: "POST " + registerForm + " x=y", as: noKey, kind: "application/x-www-form-urlencoded", header: http.Header{"Sec-Fetch-Site": {"cross-site"}},
	})
	r.page(t, "from another site", 403, "access_denied")
	i.browse(registerForm+"?"+with(authorization(), "redirect_uri", "https://evil.example.net/").Encode(), nil).page(t, "unknown redirect URL", 400, "invalid_redirect_uri")
	i.do(`PATCH /api/tenant/` + tenantID + ` {"tenant":{"registrationConfiguration":{"blockedDomains":["example.com"]}}}`).must(t)
	i.sendFormTo(registerForm, next(i.openRegister(t), newcomer(nil))).page(t, "blocked domain", 400, "Email addresses of this domain cannot be used here.")
}

// TestRegisterPageInOtherLanguages: the language stays, and so do the errors'.
func TestRegisterPageInOtherLanguages(t *testing.T) {
	t.Parallel()
	i := start(t)
	i.do(selfService).must(t)
	for locale, want := range map[string][2]string{
		"de": {"Konto anlegen", "Bitte füllen Sie dieses Feld aus."}, "fr": {"Créez un compte", "Remplissez ce champ."},
		"es": {"Cree una cuenta", "Rellene este campo."}, "ja": {"アカウントの作成", "この項目を入力してください。"},
	} {
		opened := i.browse(registerForm+"?"+with(authorization(), "locale", locale).Encode(), nil).page(t, locale, 200, want[0])
		i.sendFormTo(registerForm, next(opened, newcomer(map[string]string{"user.lastName": ""}))).page(t, locale, 400, want[1])
	}
}

// advancedForm makes a form of two pages and has people register in it.
func (i *instance) advancedForm(t testing.TB) {
	t.Helper()
	field := func(body string) string {
		return i.do(`POST /api/form/field {"field":` + body + `}`).must(t).text("field.id")
	}
	email := field(`{"name":"Email","key":"user.email","type":"email","required":true,"confirm":true}`)
	secret := field(`{"name":"Password","key":"user.password","control":"password","required":true}`)
	boat := field(`{"name":"Your boat","key":"user.data.boat.kind","control":"radio","options":["sail","motor"],"required":true}`)
	crew := field(`{"name":"Crew","key":"user.data.boat.crew","control":"number","type":"number"}`)
	agreed := field(`{"name":"I agree","key":"registration.data.agreed","control":"checkbox","type":"bool","required":true}`)
	code := field(`{"name":"Berth","key":"registration.data.berth","validator":{"enabled":true,"expression":"[A-Z][0-9]+"}}`)
	form := i.do(`POST /api/form {"form":{"name":"Boats","type":"registration","steps":[{"fields":["` + email + `","` + secret + `"]},{"fields":["` +
		strings.Join([]string{boat, crew, agreed, code}, `","`) + `"]}]}}`).must(t).text("form.id")
	i.do(`PATCH /api/application/` + applicationID + ` {"application":{"registrationConfiguration":{"enabled":true,"type":"advanced","formId":"` + form + `"}}}`).must(t)
}

func TestRegisterOnSeveralPages(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, i *instance) {
		i.advancedForm(t)
		first := i.openRegister(t).page(t, "first", 200, "Step 1 of 2")
		account := map[string]string{"user.email": "new@example.com", "confirm.user.email": "new@example.com", "user.password": password}
		send := func(page response, typed map[string]string) response {
			return i.sendFormTo(registerForm, next(page, typed))
		}
		send(first, map[string]string{"user.email": "new@example.com", "confirm.user.email": "old@example.com", "user.password": password}).page(t, "not the same", 400, "The two email addresses are not the same.")
		second := send(first, account).page(t, "second", 200, "Step 2 of 2")
		if strings.Contains(second.body, password) || !strings.Contains(second.body, "Your boat") {
			t.Errorf("second page: %s", second.body)
		}
		boat := map[string]string{"user.data.boat.kind": "sail", "user.data.boat.crew": "3", "registration.data.agreed": "true", "registration.data.berth": "B12"}
		wrong := send(second, map[string]string{"user.data.boat.kind": "rowing", "registration.data.berth": "12"}).page(t, "wrong", 400, "This cannot be used.")
		if !strings.Contains(wrong.body, "registration.data.agreed-error") || !strings.Contains(wrong.body, "registration.data.berth-error") {
			t.Errorf("everything that is wrong comes at once: %s", wrong.body)
		}
		send(tampered(wrong, "registrationState", "unknown"), boat).page(t, "too late", 400, "That took too long.")
		send(wrong, boat).backWithCode(t, "registered")
		i.do("GET /api/user?email=new@example.com").must(t).want(t, values{
			"user.data":                 map[string]any{"boat": map[string]any{"kind": "sail", "crew": number("3")}},
			"user.registrations.0.data": map[string]any{"agreed": true, "berth": "B12"},
		})
		// Whoever has the address already is told on the page that asks for it.
		third := send(i.openRegister(t), account).page(t, "again", 200, "Step 2 of 2")
		send(third, boat).page(t, "taken", 400, "There is an account with this email already.").page(t, "taken", 400, "Step 1 of 2")
	})
}

// tampered is a page with another hidden value.
func tampered(page response, name, value string) response {
	for _, found := range hiddenField.FindAllStringSubmatch(page.body, -1) {
		if found[1] == name {
			page.body = strings.Replace(page.body, found[0], `<input type="hidden" name="`+name+`" value="`+value+`">`, 1)
		}
	}
	return page
}

// TestSelfServiceLambda: the application's lambda has a say, and its words are
// shown.
func TestSelfServiceLambda(t *testing.T) {
	t.Parallel()
	i := start(t)
	i.do(selfService).must(t)
	lambda := i.do(`POST /api/lambda {"lambda":{"name":"No Bobs","type":"SelfServiceRegistrationValidation","body":"function validate(result, user, registration, context) {` +
		` if (user.firstName === 'Bob') { result.errors.fieldErrors['user.firstName'] = [{code: '[noBobs]user.firstName', message: 'No <Bobs>.'}]; } }"}}`).must(t).text("lambda.id")
	i.do(`PATCH /api/application/` + applicationID + ` {"application":{"lambdaConfiguration":{"selfServiceRegistrationValidationId":"` + lambda + `"}}}`).must(t)
	opened := i.openRegister(t)
	i.sendFormTo(registerForm, next(opened, newcomer(map[string]string{"user.firstName": "Bob"}))).page(t, "refused", 400, "No &lt;Bobs&gt;.")
	i.sendFormTo(registerForm, next(opened, newcomer(nil))).backWithCode(t, "let in")
}

// TestLoginRegisters: where people may register by themselves, signing in is
// enough.
func TestLoginRegisters(t *testing.T) {
	t.Parallel()
	i := start(t)
	i.do(`DELETE /api/user/registration/` + janeID + `/` + applicationID).must(t)
	i.do(`PATCH /api/application/` + applicationID + ` {"application":{"oauthConfiguration":{"requireRegistration":true}}}`).must(t)
	i.sendForm(filledIn(authorization(), "jane", password)).page(t, "not registered", 403, "not registered")
	i.do(selfService).must(t)
	i.sendForm(filledIn(authorization(), "jane", password)).backWithCode(t, "registered")
	i.do("GET /api/user/registration/"+janeID+"/"+applicationID).must(t).want(t, values{"registration.roles": []string{"reader"}})
}

func TestCompleteRegistrationPage(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, i *instance) {
		i.do(`PATCH /api/application/` + applicationID + ` {"application":{"registrationConfiguration":{"enabled":true,"completeRegistration":true,` +
			`"lastName":{"enabled":true,"required":true},"mobilePhone":{"enabled":true,"required":true},"middleName":{"enabled":true}}}}`).must(t)
		const path = "/oauth2/complete-registration"
		asked := i.sendForm(filledIn(authorization(), "jane", password)).page(t, "asked", 200, "user.mobilePhone")
		if strings.Contains(asked.body, "user.lastName") || strings.Contains(asked.body, "user.middleName") || strings.Contains(asked.body, "user.password") {
			t.Errorf("only what is missing and required is asked for: %s", asked.body)
		}
		i.sendFormTo(path, next(asked, map[string]string{"user.mobilePhone": ""})).page(t, "nothing", 400, "Please fill this in.")
		i.sendFormTo(path, with(next(asked, map[string]string{"user.mobilePhone": "5550100"}), "oauth_context", "unknown")).page(t, "unknown", 401, "Your session has ended.")
		i.sendFormTo(path, next(asked, map[string]string{"user.mobilePhone": "5550100"})).backWithCode(t, "completed")
		i.sendFormTo(path, next(asked, map[string]string{"user.mobilePhone": "5550101"})).page(t, "again", 401, "Your session has ended.")
		i.do("GET /api/user/"+janeID).must(t).want(t, values{"user.mobilePhone": "5550100", "user.lastName": "Example"})
		i.sendForm(filledIn(authorization(), "jane", password)).backWithCode(t, "nothing is missing any more")
	})
}

// TestVerificationGates: by a link and by a code, at registration and at login.
func TestVerificationGates(t *testing.T) {
	t.Parallel()
	for _, strategy := range []string{"ClickableLink", "FormField"} {
		t.Run(strategy, func(t *testing.T) {
			t.Parallel()
			i, box := start(t), newPostbox(t)
			i.usePostbox(t, box)
			i.do(selfService).must(t)
			i.do(`PATCH /api/tenant/` + tenantID + ` {"tenant":{"emailConfiguration":{"verifyEmail":true,"verificationStrategy":"` + strategy +
				`","unverified":{"behavior":"Gated"},"verificationEmailTemplateId":"` + templates["verification"] + `"}}}`).must(t)
			i.do(`PATCH /api/application/` + applicationID + ` {"application":{"verifyRegistration":true,"unverified":{"behavior":"Gated"},"verificationStrategy":"` + strategy +
				`","verificationEmailTemplateId":"` + templates["registration"] + `"}}`).must(t)
			const emailGate, registrationGate = "/email/verification-required", "/registration/verification-required"
			gate := i.sendFormTo(registerForm, next(i.openRegister(t), newcomer(nil))).page(t, "email gate", 200, "Verify your email")
			mails := map[string]letter{}
			for range 2 {
				l := box.next(t)
				kind, _, _ := strings.Cut(l.subject, " ")
				mails[kind] = l
			}
			at := emailGate
			for n, kind := range []string{"verification", "registration"} {
				l := mails[kind]
				i.sendFormTo(at, next(gate, map[string]string{"action": "verify", "oneTimeCode": "WRONG"})).page(t, "not verified", 400, "role=\"alert\"")
				if n == 0 { // and it may be sent again
					gate = i.sendFormTo(at, next(gate, map[string]string{"action": "resend"})).page(t, "sent again", 200, "A message is on its way")
					l = box.next(t)
				}
				form := map[string]string{"action": "verify"}
				if strategy == "FormField" {
					form["oneTimeCode"] = l.value(t, "code")
					if strings.Contains(gate.body, form["oneTimeCode"]) {
						t.Error("the page tells the code")
					}
				} else {
					path := map[string]string{emailGate: "/email/verify/", registrationGate: "/registration/verify/"}[at]
					i.follow(t, i.browse(path+l.value(t, "id")+"?client_id="+applicationID, url.Values{}))
				}
				passed := i.sendFormTo(at, next(gate, form))
				if n == 0 {
					gate = passed.page(t, "registration gate", 200, "Verify your registration")
				} else {
					passed.backWithCode(t, "verified")
				}
				at = registrationGate
				if n == 0 && strategy == "FormField" { // the page has sent a code of its own
					mails["registration"] = box.next(t)
				}
			}
			i.sendForm(filledIn(authorization(), "new@example.com", password)).backWithCode(t, "logged in")
		})
	}
}

// TestVerifyWhileRegistering: a step of the form that verifies the address comes
// before there is an account, and then nobody is asked again.
func TestVerifyWhileRegistering(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, i *instance) {
		box := newPostbox(t)
		i.usePostbox(t, box)
		field := func(body string) string {
			return i.do(`POST /api/form/field {"field":` + body + `}`).must(t).text("field.id")
		}
		account := field(`{"name":"Email","key":"user.email","type":"email","required":true}`) + `","` + field(`{"name":"Password","key":"user.password","control":"password","required":true}`)
		boat := field(`{"name":"Your boat","key":"user.data.boat","required":true}`)
		form := i.do(`POST /api/form {"form":{"name":"Boats","type":"registration","steps":[{"fields":["` + account + `"]},{"type":"verifyEmail"},{"type":"verifyPhoneNumber"},{"fields":["` +
			boat + `"]}]}}`).must(t).text("form.id")
		i.do(`PATCH /api/application/` + applicationID + ` {"application":{"registrationConfiguration":{"enabled":true,"type":"advanced","formId":"` + form + `"}}}`).must(t)
		i.do(`PATCH /api/tenant/` + tenantID + ` {"tenant":{"emailConfiguration":{"verifyEmail":true,"unverified":{"behavior":"Gated"},"verificationEmailTemplateId":"` +
			templates["verification"] + `"}}}`).must(t)
		send := func(page response, typed map[string]string) response {
			return i.sendFormTo(registerForm, next(page, typed))
		}
		first := i.openRegister(t).page(t, "first", 200, "Step 1 of 4")
		send(first, map[string]string{"user.email": "jane@example.com", "user.password": password}).page(t, "taken", 400, "There is an account with this email already.")
		asked := send(first, map[string]string{"user.email": "new@example.com", "user.password": password}).page(t, "asked", 200, "was sent to new@example.com")
		code := box.next(t).value(t, "code")
		if strings.Contains(asked.body, code) {
			t.Error("the page tells the code")
		}
		send(asked, nil).page(t, "no code", 400, "Please fill this in.")
		wrong := send(asked, map[string]string{"verify.code": "WRONG"}).page(t, "wrong", 400, "The code is wrong")
		again := send(wrong, map[string]string{"action": "resend"}).page(t, "sent again", 200, "was sent to new@example.com")
		if box.next(t).value(t, "code") != code {
			t.Error("another code was sent")
		}
		last := send(again, map[string]string{"verify.code": code}).page(t, "no number to verify", 200, "Step 4 of 4")
		if r := i.do("GET /api/user?email=new@example.com"); r.status != http.StatusNotFound {
			t.Errorf("the account is there already: %s", r.body)
		}
		send(last, map[string]string{"user.data.boat": "Vigo"}).backWithCode(t, "registered")
		i.do("GET /api/user?email=new@example.com").must(t).want(t, values{"user.verified": true, "user.identities.0.verified": true, "user.data.boat": "Vigo", "user.data.verify": absent})
	})
}

// TestAnotherAddressAtTheGate: whoever cannot get the message has it sent to
// another address, which has to be verified too.
func TestAnotherAddressAtTheGate(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, i *instance) {
		box := newPostbox(t)
		i.usePostbox(t, box)
		i.do(selfService).must(t)
		gated := func(more string) {
			i.do(`PATCH /api/tenant/` + tenantID + ` {"tenant":{"emailConfiguration":{"verifyEmail":true,"verificationStrategy":"FormField","verificationEmailTemplateId":"` +
				templates["verification"] + `","unverified":{"behavior":"Gated"` + more + `}}}}`).must(t)
		}
		gated("")
		const at = "/email/verification-required"
		gate := i.sendFormTo(registerForm, next(i.openRegister(t), newcomer(nil))).page(t, "gate", 200, "Verify your email")
		if strings.Contains(gate.body, `value="change"`) {
			t.Error("the tenant does not allow that")
		}
		old := box.next(t)
		change := func(email string) response {
			return i.sendFormTo(at, next(gate, map[string]string{"action": "change", "email": email}))
		}
		change("other@example.com").page(t, "not allowed", 400, "Enter the code from the message.")
		gated(`,"allowEmailChangeWhenGated":true`)
		change(" ").page(t, "none", 400, "Enter your email address.")
		change("nonsense").page(t, "no address", 400, "This is not an email address.")
		change("jane@example.com").page(t, "taken", 400, "There is an account with this email already.")
		gate = change(" Other@example.com").page(t, "changed", 200, "other@example.com")
		l := box.next(t)
		if !slices.Equal(l.to, []string{"other@example.com"}) {
			t.Errorf("sent to %s", l.to)
		}
		verify := func(id, code string) response {
			return i.sendFormTo(at, next(gate, map[string]string{"action": "verify", "verificationId": id, "oneTimeCode": code}))
		}
		verify(old.value(t, "id"), old.value(t, "code")).page(t, "the old address", 400, `role="alert"`)
		verify(l.value(t, "id"), l.value(t, "code")).backWithCode(t, "verified")
		i.do("GET /api/user?email=other@example.com").must(t).want(t, values{"user.verified": true, "user.identities.0.verified": true})
		if r := i.do("GET /api/user?email=new@example.com"); r.status != http.StatusNotFound {
			t.Errorf("the old address: status %d", r.status)
		}
	})
}

// TestLoginIDFirst: where an identity provider manages addresses, people say who
// they are before they give a password.
func TestLoginIDFirst(t *testing.T) {
	t.Parallel()
	i := start(t)
	i.do(`POST /api/identity-provider {"identityProvider":{"type":"OpenIDConnect","name":"Elsewhere","enabled":true,"domains":["elsewhere.example.com"],"applicationConfiguration":{"` +
		applicationID + `":{"enabled":true}},"oauth2":{"client_id":"o","client_secret":"s","issuer":"https://idp.example.com"}}}`).must(t)
	first := i.showForm(authorization()).page(t, "first", 200, `name="loginId"`)
	if strings.Contains(first.body, `name="password"`) {
		t.Errorf("there is a password already: %s", first.body)
	}
	i.sendForm(next(first, map[string]string{"loginId": ""})).page(t, "nobody", 400, "Enter your email or username.")
	second := i.sendForm(next(first, map[string]string{"loginId": "jane"})).page(t, "second", 200, `value="jane"`)
	i.sendForm(next(second, map[string]string{"loginId": "jane", "password": "wrong"})).page(t, "wrong", 401, `name="password"`)
	i.sendForm(next(second, map[string]string{"loginId": "jane", "password": password})).backWithCode(t, "right")
	i.showForm(with(authorization(), "login_hint", "jane")).page(t, "with a hint", 200, `name="password"`)
}
