package server_test

import (
	"net/http"
	"strings"
	"testing"
)

func TestUsers(t *testing.T) {
	t.Parallel()
	const (
		one  = " /api/user/" + janeID
		joe  = "dddddddd-0000-0000-0000-000000000001"
		made = `POST /api/user/` + joe + ` {"user":{"email":"joe@example.com","username":"Joe"}}`
	)
	check(t, []scenario{
		{
			name: "create", do: `POST /api/user {"user":{"email":" Joe@Example.COM ","firstName":" Joe ","preferredLanguages":["en","","en","fr"],"data":{"a":null,"b":1}}}`,
			status: 200, want: values{
				"user.email": "joe@example.com", "user.firstName": "Joe", "user.preferredLanguages": []string{"en", "fr"}, "user.data": values{"b": 1},
				"user.active": true, "user.tenantId": tenantID, "user.connectorId": connectorID, "user.verified": false, "user.usernameStatus": "ACTIVE",
				"user.registrations": []any{}, "user.memberships": []any{}, "user.twoFactor.methods": []any{},
				"user.identities.0.type": "email", "user.identities.0.value": "joe@example.com", "user.identities.1": absent,
				"user.password": absent, "user.encryptionScheme": absent, "user.lastLoginInstant": absent,
			},
		},
		{name: "create under an id, in upper case", do: strings.ToUpper(`POST /api/user/` + joe)[:5] + `/api/user/DDDDDDDD-0000-0000-0000-000000000001 {"user":{"username":"joe"}}`, status: 200, want: values{"user.id": joe}},
		{name: "the Go client sends active false", do: `POST /api/user {"user":{"username":"joe","active":false,"verified":false}}`, status: 200, want: values{"user.active": true}},
		{name: "a client says nothing of what is the server's", do: `POST /api/user {"user":{"username":"joe","password":"` + password + `","id":"` + nobodyID + `","connectorId":"` + nobodyID + `","insertInstant":1,"lastLoginInstant":1,"registrations":[{"applicationId":"` + adminAppID + `","roles":["admin"]}]}}`, status: 200, want: values{"user.connectorId": connectorID, "user.lastLoginInstant": absent, "user.registrations": []any{}}},
		{name: "phone number", do: `POST /api/user {"user":{"phoneNumber":"+44 20 7946 0000"}}`, status: 200, want: values{"user.phoneNumber": "+442079460000", "user.identities.0.type": "phoneNumber"}},
		{name: "unknown properties come back", do: `POST /api/user {"user":{"username":"joe","future":[{"a":1}]}}`, status: 200, want: values{"user.future": []values{{"a": 1}}}},
		{name: "nobody", do: `POST /api/user {"user":{"firstName":"Joe"}}`, status: 400, codes: "[blank]user.email [blank]user.username"},
		{
			name: "everything wrong at once", do: `POST /api/user {"user":{"email":"joe","password":"short","birthDate":"1.1.1990","timezone":"Mars/Olympus","imageUrl":"picture"}}`,
			status: 400, codes: "[couldNotConvert]user.birthDate [couldNotConvert]user.imageUrl [couldNotConvert]user.timezone [notEmail]user.email [tooShort]user.password",
		},
		{name: "unknown scheme", do: `POST /api/user {"user":{"username":"joe","password":"made-up password","encryptionScheme":"rot13"}}`, status: 400, codes: "[invalid]user.encryptionScheme"},
		{name: "address and name taken, in another case", do: `POST /api/user {"user":{"email":"JANE@example.com","username":"JANE"}}`, status: 400, codes: "[duplicate]user.email [duplicate]user.username"},
		{name: "address taken by somebody deactivated", given: []string{"DELETE" + one}, do: `POST /api/user {"user":{"email":"jane@example.com"}}`, status: 400, codes: "[inactive]user.email"},

		{name: "read", do: "GET" + one, status: 200, want: values{"user.email": "jane@example.com", "user.username": "Jane", "user.encryptionScheme": "salted-pbkdf2-hmac-sha256", "user.salt": absent, "user.factor": absent}},
		{name: "read what is not there", do: "GET /api/user/" + nobodyID, status: 404},
		{name: "find by login id: address", do: "GET /api/user?loginId=JANE@example.com", status: 200, want: values{"user.id": janeID, "user.encryptionScheme": "salted-pbkdf2-hmac-sha256"}},
		{name: "find by login id: name", do: "GET /api/user?loginId=jANE", status: 200, want: values{"user.id": janeID}},
		{name: "find by login id: types", do: "GET /api/user?loginId=jane&loginIdTypes=phoneNumber&loginIdTypes=username", status: 200, want: values{"user.id": janeID}},
		{name: "find by login id: other type", do: "GET /api/user?loginId=jane&loginIdTypes=email", status: 404},
		{name: "find by login id: no type", do: "GET /api/user?loginId=jane&loginIdTypes=shoeSize", status: 400, codes: "[invalid]loginIdTypes"},
		{name: "find by address", do: "GET /api/user?email=jane@example.com", status: 200, want: values{"user.id": janeID}},
		{name: "find by address, a name", do: "GET /api/user?email=jane", status: 404},
		{name: "find by name", do: "GET /api/user?username=jane", status: 200, want: values{"user.id": janeID}},
		{name: "find by name, an address", do: "GET /api/user?username=jane@example.com", status: 404},
		{name: "find by a number", given: []string{`POST /api/user/` + joe + ` {"user":{"phoneNumber":"+442079460000"}}`}, do: "GET /api/user?loginId=%2B442079460000&loginIdTypes=phoneNumber", status: 200, want: values{"user.id": joe}},
		{name: "find by a number as people write it", given: []string{`POST /api/user/` + joe + ` {"user":{"phoneNumber":"+442079460000"}}`}, do: "GET /api/user?loginId=%2B44%20(20)%207946-0000&loginIdTypes=phoneNumber", status: 200, want: values{"user.id": joe}},
		{name: "find by an American number without a code", given: []string{`POST /api/user/` + joe + ` {"user":{"phoneNumber":"303-555-0100"}}`}, do: "GET /api/user?loginId=(303)%20555.0100&loginIdTypes=phoneNumber", status: 200, want: values{"user.id": joe}},
		{name: "a number taken, as people write it", given: []string{`POST /api/user/` + joe + ` {"user":{"phoneNumber":"+13035550100"}}`}, do: `POST /api/user {"user":{"phoneNumber":"(303) 555-0100"}}`, status: 400, codes: "[duplicate]user.phoneNumber"},
		{name: "a name that is somebody's address", do: `POST /api/user {"user":{"username":"jane@example.com"}}`, status: 200},
		{name: "find nobody", do: "GET /api/user?loginId=nobody@example.com", status: 404},
		{name: "find by nothing", do: "GET /api/user", status: 400, codes: "[blank]loginId"},
		{
			name: "the address is stronger than the name", do: "GET /api/user?loginId=jane@example.com", status: 200, want: values{"user.id": janeID},
			given: []string{`POST /api/user {"user":{"username":"jane@example.com"}}`},
		},

		{
			name: "PUT replaces everything that a client can write", do: "PUT" + one + ` {"user":{"username":"Janet","active":false}}`, status: 200,
			want: values{
				"user.username": "Janet", "user.email": absent, "user.firstName": absent, "user.data": values{}, "user.active": true,
				"user.id": janeID, "user.tenantId": tenantID, "user.registrations.0.applicationId": applicationID, "user.identities.1": absent,
			},
		},
		{
			name: "PUT keeps the password", given: []string{"PUT" + one + ` {"user":{"username":"Janet"}}`},
			do: login("Janet", password), status: 200,
		},
		{
			name: "PUT with a password changes it", given: []string{"PUT" + one + ` {"user":{"username":"Jane","password":"another password"}}`},
			do: login("jane", "another password"), status: 200,
		},
		{
			name: "PUT with a password: the old one is none any more", given: []string{"PUT" + one + ` {"user":{"username":"Jane","password":"another password"}}`},
			do: login("jane", password), status: 404,
		},
		{name: "PUT with a bad password", do: "PUT" + one + ` {"user":{"username":"Jane","password":"short"}}`, status: 400, codes: "[tooShort]user.password"},
		{
			name: "PUT with another scheme", do: "GET" + one, status: 200, want: values{"user.encryptionScheme": "bcrypt"},
			given: []string{"PUT" + one + ` {"user":{"username":"Jane","password":"another password","encryptionScheme":"bcrypt","factor":4}}`},
		},
		{name: "PUT without anybody", do: "PUT" + one + ` {"user":{}}`, status: 400, codes: "[blank]user.email [blank]user.username"},
		{name: "PUT to somebody else's name", given: []string{made}, do: "PUT" + one + ` {"user":{"username":"JOE"}}`, status: 400, codes: "[duplicate]user.username"},
		{name: "PUT to nobody", do: "PUT /api/user/" + nobodyID + ` {"user":{"username":"x"}}`, status: 404},
		{
			name: "PATCH changes one thing", do: "PATCH" + one + ` {"user":{"firstName":"Janet"}}`, status: 200,
			want: values{"user.firstName": "Janet", "user.lastName": "Example", "user.email": "jane@example.com", "user.registrations.0.applicationId": applicationID},
		},
		{name: "PATCH a password", given: []string{"PATCH" + one + ` {"user":{"password":"another password"}}`}, do: login("jane", "another password"), status: 200},
		{name: "PATCH to somebody else's address", given: []string{made}, do: "PATCH" + one + ` {"user":{"email":"joe@example.com"}}`, status: 400, codes: "[duplicate]user.email"},

		{name: "deactivate", do: "DELETE" + one, status: 200},
		{name: "deactivated: still there", given: []string{"DELETE" + one}, do: "GET" + one, status: 200, want: values{"user.active": false}},
		{name: "deactivated twice", given: []string{"DELETE" + one}, do: "DELETE" + one, status: 200},
		{name: "deactivated: PUT does not reactivate", given: []string{"DELETE" + one}, do: "PUT" + one + ` {"user":{"username":"Jane","active":true}}`, status: 200, want: values{"user.active": false}},
		{name: "reactivated", given: []string{"DELETE" + one}, do: "PUT" + one + "?reactivate=true", status: 200, want: values{"user.active": true, "user.email": "jane@example.com"}},
		{name: "reactivate nobody", do: "PUT /api/user/" + nobodyID + "?reactivate=true", status: 404},
		{name: "deleted", given: []string{"DELETE" + one + "?hardDelete=true"}, do: "GET" + one, status: 404},
		{name: "deleted by the body", given: []string{"DELETE" + one + ` {"hardDelete":true}`}, do: "GET" + one, status: 404},
		{name: "deleted: the address is free", given: []string{"DELETE" + one + "?hardDelete=true"}, do: `POST /api/user {"user":{"email":"jane@example.com"}}`, status: 200},
		{name: "deleted: so is the id", given: []string{"DELETE" + one + "?hardDelete=true"}, do: "POST" + one + ` {"user":{"email":"jane@example.com"}}`, status: 200},
		{name: "delete nobody", do: "DELETE /api/user/" + nobodyID, status: 404},
	})
}

// login is a sign-in to the example application.
func login(loginID, password string) string {
	return `POST /api/login {"loginId":"` + loginID + `","password":"` + password + `","applicationId":"` + applicationID + `"}`
}

// TestUsersOnEach: what the databases could disagree about.
func TestUsersOnEach(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, i *instance) {
		for _, s := range []scenario{
			{do: `POST /api/user {"user":{"email":"ÄNNE@example.com","username":"Änne ẞ","data":{"n":1e2,"big":12345678901234567890,"z":1,"a":2}}}`, status: 200, want: values{"user.data.n": number("1e2"), "user.data.big": number("12345678901234567890")}},
			{do: "GET /api/user?loginId=%C3%84NNE+%E1%BA%9E", status: 200, want: values{"user.username": "Änne ẞ"}},
			{do: `POST /api/user {"user":{"username":"änne ß"}}`, status: 400, codes: "[duplicate]user.username"},
			{do: "GET /api/user?loginId=%00", status: 400, codes: "[invalid]"},
			{do: "GET /api/user?loginId=%ff", status: 400, codes: "[invalid]"},
			{do: `POST /api/login {"loginId":"'; drop table users; --","password":"x"}`, status: 404},
			{do: "DELETE /api/user/" + janeID, status: 200},
			{do: "GET /api/user/" + janeID, status: 200, want: values{"user.active": false, "user.registrations.0.roles": []string{"reader"}}},
			{do: "DELETE /api/user/" + janeID + "?hardDelete=true", status: 200},
			{do: "GET /api/user/" + janeID, status: 404},
		} {
			s.run(t, i)
		}
	})
}

// TestTheSameUserAtOnce: of those who create the same user at the same time,
// one succeeds and the others learn that the address is taken.
func TestTheSameUserAtOnce(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, i *instance) {
		const tries = 6
		done := make(chan response)
		for range tries {
			go func() { done <- i.do(`POST /api/user {"user":{"email":"new@example.com"}}`) }()
		}
		made := 0
		for range tries {
			switch r := <-done; {
			case r.status == http.StatusOK:
				made++
			case r.status != http.StatusBadRequest || r.codes() != "[duplicate]user.email":
				t.Errorf("status %d: %s", r.status, r.body)
			}
		}
		if made != 1 {
			t.Errorf("made %d times", made)
		}
	})
}
