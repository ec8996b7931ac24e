package server_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
)

const (
	anneID = "44444444-0000-0000-0000-000000000001"

	// The hash of word with salt, by FusionAuth's default scheme with one round.
	word   = "Password#1"
	hashed = `"encryptionScheme":"salted-sha256","factor":1,"salt":"ZnVzaW9uYXV0aC10ZXN0LXNhbHQ=","password":"xsguRpIWSlLcNkD/vPyciADgnZUBzj5FZswEe33i/Kg="`
)

// imports is a request to import users, each a JSON object.
func imports(users ...string) string {
	return `POST /api/user/import {"users":[` + strings.Join(users, ",") + `]}`
}

// TestImport: what comes in, and how it is seen afterwards.
func TestImport(t *testing.T) {
	t.Parallel()
	user := func(email string) string { return "GET /api/user?email=" + email }
	registered := func(more string) string {
		return `"registrations":[{"applicationId":"` + applicationID + `"` + more + `}]`
	}
	scenarios := []scenario{
		{
			name: "the least", given: []string{imports(`{"email":" Least@Example.com "}`)}, do: user("least@example.com"), status: 200,
			want: values{
				"user.email": "least@example.com", "user.active": false, "user.verified": false, "user.tenantId": tenantID,
				"user.connectorId": connectorID, "user.usernameStatus": "ACTIVE", "user.registrations": []any{}, "user.memberships": []any{},
				"user.twoFactor.methods": []any{}, "user.encryptionScheme": absent, "user.passwordLastUpdateInstant": absent,
				"user.identities.0.type": "email", "user.identities.0.verified": false, "user.identities.0.verifiedReason": "Import",
				"user.identities.0.primary": true, "user.identities.1": absent,
			},
		},
		{
			name: "with everything that comes along", do: "GET /api/user/" + anneID, status: 200,
			given: []string{
				makeRole, makeGroup,
				imports(`{"id":"` + strings.ToUpper(anneID) + `","active":true,"email":"Anne@example.com","username":"Anne","phoneNumber":"303-555-1212",
					"birthDate":"1976-05-30","data":{"a":{"b":1e2},"gone":null,"number":12345678901234567890},"expiry":4000000000000,"firstName":" Anne ",
					"imageUrl":"https://example.com/anne.png","insertInstant":1331449200000,"lastLoginInstant":1,"mobilePhone":"1","parentEmail":"P@example.com",
					"passwordChangeRequired":true,"passwordChangeReason":"Expired","passwordLastUpdateInstant":1500000000000,"preferredLanguages":["en","en","fr"],
					"timezone":"America/Denver","usernameStatus":"ACTIVE","verified":true,"verifiedInstant":1400000000000,"connectorId":"` + nobodyID + `",
					"identities":[{"type":"email","value":"x@example.com","verified":true}],"breachedPasswordStatus":"ExactMatch","zUnknown":[1],` + hashed + `,
					"memberships":[{"groupId":"` + groupID + `","data":{"c":1}},{"data":{}}],
					"registrations":[{"applicationId":"` + applicationID + `","data":{"d":2},"id":"` + nobodyID + `","insertInstant":1331449200000,"lastLoginInstant":5,
						"preferredLanguages":["de"],"roles":["editor"],"username":" Mausebär ","verified":true}],
					"twoFactor":{"methods":[{"method":"authenticator","secret":"aGVsbG8=","email":"a@example.com","authenticator":{"algorithm":"HmacSHA512","codeLength":8}},
						{"method":"sms","mobilePhone":"555"},{"method":"email","email":"anne@example.com"}],"recoveryCodes":["made-up"]}}`),
			},
			want: values{
				"user.active": true, "user.email": "anne@example.com", "user.username": "Anne", "user.phoneNumber": "+13035551212", "user.birthDate": "1976-05-30",
				"user.data": map[string]any{"a": map[string]any{"b": number("1e2")}, "number": number("12345678901234567890")}, "user.expiry": 4000000000000,
				"user.firstName": "Anne", "user.insertInstant": 1331449200000, "user.lastLoginInstant": absent, "user.passwordChangeRequired": true,
				"user.passwordChangeReason": "Expired", "user.passwordLastUpdateInstant": 1500000000000, "user.preferredLanguages": []string{"en", "fr"},
				"user.timezone": "America/Denver", "user.verified": true, "user.verifiedInstant": 1400000000000, "user.connectorId": connectorID,
				"user.breachedPasswordStatus": absent, "user.zUnknown": []int{1}, "user.encryptionScheme": "salted-sha256",
				"user.factor": absent, "user.salt": absent, "user.password": absent,
				"user.identities.0.type": "email", "user.identities.0.value": "anne@example.com", "user.identities.0.verified": true,
				"user.identities.0.verifiedInstant": 1400000000000, "user.identities.0.verifiedReason": "Import",
				"user.identities.1.type": "phoneNumber", "user.identities.1.verified": true,
				"user.identities.2.type": "username", "user.identities.2.value": "Anne", "user.identities.2.verified": false, "user.identities.2.verifiedReason": "Unverifiable",
				"user.memberships.0.groupId": groupID, "user.memberships.0.data": map[string]int{"c": 1}, "user.memberships.1": absent,
				"user.registrations.0.id": nobodyID, "user.registrations.0.roles": []string{"editor"}, "user.registrations.0.username": "Mausebär",
				"user.registrations.0.insertInstant": 1331449200000, "user.registrations.0.lastLoginInstant": 5, "user.registrations.0.verified": true,
				"user.registrations.0.data": map[string]int{"d": 2}, "user.registrations.0.usernameStatus": "ACTIVE",
				"user.twoFactor.methods.0.authenticator": map[string]any{"algorithm": "HmacSHA1", "codeLength": 6, "timeStep": 30},
				"user.twoFactor.methods.0.secret":        absent, "user.twoFactor.methods.0.email": absent, "user.twoFactor.methods.1.mobilePhone": "555",
				"user.twoFactor.methods.2.email": "anne@example.com", "user.twoFactor.recoveryCodes": absent,
			},
		},
		{
			name: "default roles", do: user("roles@example.com"), status: 200, want: values{"user.registrations.0.roles": []string{"reader"}},
			given: []string{imports(`{"email":"roles@example.com",` + registered("") + `}`)},
		},
		{
			name: "a malformed address", given: []string{imports(`{"email":"no address"}`)},
			do: user("no%20address"), status: 200, want: values{"user.email": "no address"},
		},
		{
			name: "a password that breaks every rule", given: []string{imports(`{"email":"short@example.com","password":"x","active":true}`)},
			do: `POST /api/login {"loginId":"short@example.com","password":"x"}`, status: 200,
		},
		{
			name: "signing in with a hash", given: []string{imports(`{"email":"hash@example.com","active":true,` + registered("") + `,` + hashed + `}`)},
			do: login("hash@example.com", word), status: 200, want: values{"user.email": "hash@example.com"},
		},
		{
			name: "a hash is no plain password", given: []string{imports(`{"email":"hash2@example.com","active":true,` + hashed + `}`)},
			do: login("hash2@example.com", "xsguRpIWSlLcNkD/vPyciADgnZUBzj5FZswEe33i/Kg="), status: 404,
		},
		{
			name: "inactive unless the request says otherwise", given: []string{imports(`{"email":"inactive@example.com",` + hashed + `}`)},
			do: login("inactive@example.com", word), status: 423,
		},
		{
			name: "expired", given: []string{imports(`{"email":"expired@example.com","active":true,"expiry":1,` + hashed + `}`)},
			do: login("expired@example.com", word), status: 410,
		},
		{
			name: "password has to be changed", given: []string{imports(`{"email":"change@example.com","active":true,"passwordChangeRequired":true,` + hashed + `}`)},
			do: login("change@example.com", word), status: 203, want: values{"changePasswordReason": "Administrative"},
		},
		{
			name:  "the scheme of plain passwords stands behind them",
			given: []string{`POST /api/user/import {"users":[{"email":"plain@example.com","password":"p","passwordLastUpdateInstant":5}],"factor":3,"encryptionScheme":"salted-md5"}`},
			do:    user("plain@example.com"), status: 200, want: values{"user.encryptionScheme": "salted-md5"},
		},
		{
			name: "the tenant's scheme", given: []string{imports(`{"email":"plain2@example.com","password":"p"}`)},
			do: user("plain2@example.com"), status: 200, want: values{"user.encryptionScheme": "salted-pbkdf2-hmac-sha256"},
		},
		{
			name: "a salt may be empty", given: []string{imports(`{"email":"unsalted@example.com","active":true,"encryptionScheme":"salted-md5","factor":1,"salt":"","password":"7Lf3e2TSMM6Pw6hSDrgjhg=="}`)},
			do: user("unsalted@example.com"), status: 200, want: values{"user.encryptionScheme": "salted-md5"},
		},
		{
			name: "what FusionAuth's Go client sends", given: []string{
				`POST /api/user/import {"eventInfo":{"location":{}},"users":[{"active":true,"email":"go@example.com","passwordChangeRequired":false,"twoFactor":{},"verified":false}],"validateDbConstraints":false,"zUnknown":{}}`,
			},
			do: user("go@example.com"), status: 200,
		},
		{
			name: "another tenant by its header", given: []string{anotherTenant}, tenant: anotherTenantID,
			do: imports(`{"email":"other@example.com","tenantId":"` + tenantID + `"}`), status: 200,
		},
		{name: "and there he is", do: user("other@example.com"), tenant: anotherTenantID, status: 200, want: values{"user.tenantId": anotherTenantID}},
		{
			name: "another tenant by the user", given: []string{imports(`{"email":"named@example.com","tenantId":"` + anotherTenantID + `"}`)},
			do: user("named@example.com"), tenant: anotherTenantID, status: 200, want: values{"user.tenantId": anotherTenantID},
		},
		{name: "no tenant of several", do: imports(`{"email":"none@example.com"}`, `{"username":"none"}`), status: 400, codes: "[TenantIdRequired]"},
		{name: "unknown tenant", do: imports(`{"email":"none@example.com","tenantId":"` + nobodyID + `"}`), status: 400, codes: "[invalidTenantId]"},
		{name: "the tenant of a key", do: imports(`{"email":"key@example.com"}`), as: tenantKey, status: 200},
		{name: "key without the permission", do: imports(`{"email":"reader@example.com"}`), as: readerKey, status: 401},
	}
	onEach(t, func(t *testing.T, i *instance) {
		for _, s := range scenarios {
			t.Run(s.name, func(t *testing.T) { s.run(t, i) })
		}
		if logged := i.log.String(); logged != "" {
			t.Errorf("nothing has failed, and there is a log: %s", logged)
		}
	})
}

// TestImportAnswersNothing: clients take any body for a mistake.
func TestImportAnswersNothing(t *testing.T) {
	t.Parallel()
	r := start(t).do(imports(`{"email":"anne@example.com"}`))
	if r.status != http.StatusOK || r.body != "" {
		t.Errorf("status %d, body %q", r.status, r.body)
	}
}

// TestImportRefuses: one mistake, and nobody comes in.
func TestImportRefuses(t *testing.T) {
	t.Parallel()
	const fine = `{"email":"fine@example.com"}`
	one := func(properties string) string { return imports(fine, `{"email":"bad@example.com",`+properties+`}`) }
	registered := func(properties string) string { return one(`"registrations":[{` + properties + `}]`) }
	scheme := func(name, more string) string {
		return one(`"password":"x","encryptionScheme":"` + name + `"` + more)
	}
	validated := func(users ...string) string {
		return strings.TrimSuffix(imports(users...), "}") + `,"validateDbConstraints":true}`
	}
	jane := `{"email":"JANE@example.com"}`
	scenarios := []scenario{
		{name: "no body", do: "POST /api/user/import", kind: "application/json", status: 400, codes: "[invalidJSON]"},
		{name: "no content type", do: imports(fine), kind: "text/plain", status: 400, codes: "[InvalidContentType]"},
		{name: "no users", do: "POST /api/user/import {}", status: 400, codes: "[missing]users"},
		{name: "null users", do: `POST /api/user/import {"users":null}`, status: 400, codes: "[missing]users"},
		{name: "zero users", do: imports(), status: 400, codes: "[missing]users"},
		{name: "users that are no list", do: `POST /api/user/import {"users":{}}`, status: 400, codes: "[couldNotConvert]users"},
		{name: "a user that is no object", do: imports(fine, `"jane"`), status: 400, codes: "[couldNotConvert]user"},
		{name: "a user that is null", do: imports(fine, `null`), status: 400, codes: "[blank]user.email [blank]user.username"},
		{name: "not an object", do: `POST /api/user/import [` + fine + `]`, status: 400, codes: "[invalidJSON]"},
		{name: "cut off in a user", do: `POST /api/user/import {"users":[` + fine + `,{"email":"b`, status: 400, codes: "[invalidJSON]"},
		{name: "cut off behind a user", do: `POST /api/user/import {"users":[` + fine, status: 400, codes: "[invalidJSON]"},
		{name: "cut off at the end", do: `POST /api/user/import {"users":[` + fine + `]`, status: 400, codes: "[invalidJSON]"},
		{name: "something behind the end", do: imports(fine) + `{}`, status: 400, codes: "[invalidJSON]"},
		{name: "users given twice", do: `POST /api/user/import {"users":[` + fine + `],"users":[]}`, status: 400, codes: "[invalidJSON]"},
		{name: "a name given twice in a user", do: one(`"data":{"a":1,"a":2}`), status: 400, codes: "[invalidJSON]"},
		{name: "NUL", do: one(`"firstName":"a\u0000b"`), status: 400, codes: "[invalid]user"},
		{name: "NUL in free data", do: one(`"data":{"a\u0000":1}`), status: 400, codes: "[invalid]user"},
		{name: "invalid UTF-8", do: one("\"firstName\":\"\xff\""), status: 400, codes: "[invalidJSON]"},
		{name: "deep nesting", do: one(`"data":{"a":` + strings.Repeat("[", 70) + strings.Repeat("]", 70) + `}`), status: 400, codes: "[invalid]user"},
		{name: "nesting beyond reason", do: one(`"data":` + strings.Repeat(`{"a":`, 100_000)), status: 400, codes: "[invalidJSON]"},
		{name: "a huge number", do: one(`"data":{"a":1e400}`), status: 400, codes: "[invalid]user"},
		{name: "option of a wrong type", do: `POST /api/user/import {"factor":"x","users":[` + fine + `]}`, status: 400, codes: "[couldNotConvert]factor"},
		{name: "a user larger than any", do: one(`"data":{"a":"` + strings.Repeat("x", 5<<20) + `"}`), status: 400, codes: "[tooLong]user"},

		{name: "wrong type", do: one(`"active":"yes"`), status: 400, codes: "[couldNotConvert]user.active"},
		{name: "no id", do: one(`"id":"7"`), status: 400, codes: "[couldNotConvert]user.id"},
		{name: "no id in a registration", do: registered(`"applicationId":"app"`), status: 400, codes: "[couldNotConvert]user.registration.applicationId"},
		{name: "no birth date", do: one(`"birthDate":"30.5.1976"`), status: 400, codes: "[couldNotConvert]user.birthDate"},
		{name: "no time zone", do: one(`"timezone":"Mars/Base"`), status: 400, codes: "[couldNotConvert]user.timezone"},
		{name: "no login id", do: imports(fine, `{"firstName":"Nobody","email":" "}`), status: 400, codes: "[blank]user.email [blank]user.username"},
		{name: "no phone number", do: one(`"phoneNumber":"call me"`), status: 400, codes: "[invalidPhone]user.phoneNumber"},
		{name: "long login ids", do: imports(`{"email":"` + strings.Repeat("x", 192) + `","username":"` + strings.Repeat("y", 192) + `"}`), status: 400, codes: "[tooLong]user.email [tooLong]user.username"},

		{name: "unknown scheme", do: scheme("rot13", `,"salt":""`), status: 400, codes: "[invalid]user.encryptionScheme"},
		{name: "no salt", do: scheme("salted-md5", ""), status: 400, codes: "[blank]user.salt"},
		{name: "salt that is no base64", do: scheme("salted-md5", `,"salt":" Zm9v"`), status: 400, codes: "[invalid]user.salt"},
		{name: "empty bcrypt salt", do: scheme("bcrypt", `,"salt":""`), status: 400, codes: "[invalid]user.salt"},
		{name: "factor out of range", do: scheme("bcrypt", `,"salt":"N9qo8uLOickgx2ZMRZoMye","factor":99`), status: 400, codes: "[invalid]user.factor"},
		{name: "long hash", do: one(`"encryptionScheme":"salted-md5","salt":"","password":"` + strings.Repeat("x", 2049) + `"`), status: 400, codes: "[tooLong]user.password"},
		{name: "unknown scheme of plain passwords", do: `POST /api/user/import {"users":[` + fine + `],"encryptionScheme":"rot13"}`, status: 400, codes: "[invalid]encryptionScheme"},
		{name: "factor of plain passwords", do: `POST /api/user/import {"users":[` + fine + `],"encryptionScheme":"bcrypt","factor":3}`, status: 400, codes: "[invalid]factor"},
		{
			name: "plain password too long for bcrypt", status: 400, codes: "[tooLong]user.password",
			do: `POST /api/user/import {"users":[{"email":"a@example.com","password":"` + strings.Repeat("é", 40) + `"}],"encryptionScheme":"bcrypt","factor":4}`,
		},

		{name: "registration without an application", do: registered(`"roles":[]`), status: 400, codes: "[missing]user.registration.applicationId"},
		{name: "unknown application", do: registered(`"applicationId":"` + nobodyID + `"`), status: 400, codes: "[invalid]user.registration.applicationId"},
		{name: "unknown role", do: registered(`"applicationId":"` + applicationID + `","roles":["king"]`), status: 400, codes: "[invalid]user.registration.roles"},
		{
			name: "registered twice", status: 400, codes: "[duplicate]user.registration.applicationId",
			do: one(`"registrations":[{"applicationId":"` + applicationID + `"},{"applicationId":"` + applicationID + `"}]`),
		},
		{name: "unknown group", do: one(`"memberships":[{"groupId":"` + nobodyID + `"}]`), status: 400, codes: "[invalid]user.membership.groupId"},
		{name: "authenticator without a secret", do: one(`"twoFactor":{"methods":[{"method":"authenticator"}]}`), status: 400, codes: "[blank]user.twoFactor.method.secret"},
		{name: "secret that is no base64", do: one(`"twoFactor":{"methods":[{"method":"authenticator","secret":"!"}]}`), status: 400, codes: "[invalid]user.twoFactor.method.secret"},
		{
			name: "factors without where to send", do: one(`"twoFactor":{"methods":[{"method":"email"},{"method":"sms"},{"method":"pigeon"}]}`),
			status: 400, codes: "[blank]user.twoFactor.method.email [blank]user.twoFactor.method.mobilePhone [invalid]user.twoFactor.method.method",
		},

		{name: "taken address", do: imports(fine, jane), status: 400, codes: "[ImportRequestFailed]"},
		{name: "taken name", do: imports(fine, `{"username":"JANE"}`), status: 400, codes: "[ImportRequestFailed]"},
		{name: "taken id", do: imports(fine, `{"email":"new@example.com","id":"`+janeID+`"}`), status: 400, codes: "[ImportRequestFailed]"},
		{name: "twice in one request", do: imports(fine, fine), status: 400, codes: "[ImportRequestFailed]"},
		{name: "taken address, named", do: validated(fine, jane), status: 400, codes: "[duplicate]user.email"},
		{
			name: "everything taken, named", do: validated(fine, jane, `{"username":"JANE","email":"x@example.com"}`, `{"email":"y@example.com","id":"`+janeID+`"}`),
			status: 400, codes: "[duplicate]user.email [duplicate]user.id [duplicate]user.username",
		},
		{
			name: "twice in one request, named", do: validated(fine, fine, `{"phoneNumber":"3035551212"}`, `{"phoneNumber":"(303) 555-1212"}`),
			status: 400, codes: "[duplicate]user.email [duplicate]user.phoneNumber",
		},

		{
			name: "several mistakes of several users", status: 400, codes: "[blank]user.salt [couldNotConvert]user.birthDate [invalid]user.registration.roles",
			do: imports(`{"email":"a@example.com","encryptionScheme":"salted-md5"}`, fine,
				`{"email":"b@example.com","birthDate":"x","registrations":[{"applicationId":"`+applicationID+`","roles":["king"]}]}`),
		},
	}
	onEach(t, func(t *testing.T, i *instance) {
		for _, s := range scenarios {
			t.Run(s.name, func(t *testing.T) { s.run(t, i) })
		}
		for _, email := range []string{"fine@example.com", "bad@example.com", "a@example.com", "b@example.com", "x@example.com"} {
			if r := i.do("GET /api/user?email=" + email); r.status != http.StatusNotFound {
				t.Errorf("%s has come in: status %d", email, r.status)
			}
		}
		if logged := i.log.String(); logged != "" {
			t.Errorf("refusals are no failures to be logged: %s", logged)
		}
	})
}

// TestImportNamesWhatIsWrong: the values, in number as many as somebody reads.
func TestImportNamesWhatIsWrong(t *testing.T) {
	t.Parallel()
	i := start(t)
	var users []string
	for n := range 1000 {
		users = append(users, fmt.Sprintf(`{"email":"u%d@example.com","encryptionScheme":"salted-md5","salt":"no salt %d"}`, n, n))
	}
	r := i.do(imports(users...))
	if r.status != http.StatusBadRequest {
		t.Fatalf("status %d", r.status)
	}
	for _, want := range []string{"[no salt 0]", "[users[0]]", "[no salt 9]", "990 more"} {
		if !strings.Contains(r.body, want) {
			t.Errorf("%s is not in %s", want, r.body)
		}
	}
	if len(r.body) > 5000 {
		t.Errorf("the answer has %d bytes", len(r.body))
	}
	r = i.do(`POST /api/user/import {"validateDbConstraints":true,"users":[{"username":"JANE"}]}`)
	if !strings.Contains(r.body, "[user.username] = [jane]") {
		t.Errorf("the taken name is not in %s", r.body)
	}
}
