package cognito

import (
	"encoding/base64"
	"reflect"
	"testing"

	"wherry/internal/secret"
	"wherry/toolkit/internal/plan"
)

func TestIDTokenUser(t *testing.T) {
	t.Parallel()
	payload := `{"sub":"s","iss":"https://example.com","aud":"c","exp":1,"token_use":"id","cognito:username":"jane","cognito:groups":["a","b"],
		"email":"jane@example.com","email_verified":true,"phone_number_verified":"false","address":{"formatted":"1 Main St"},
		"custom:big":12345678901234567890,"identities":[{"userId":"1","primary":"true"}],"nothing":null}`
	token := secret.String("e30." + base64.RawURLEncoding.EncodeToString([]byte(payload)) + ".c2ln")
	got, err := (&Client{Options: Options{PoolID: "p_1"}}).IDTokenUser(token)
	if err != nil {
		t.Fatal(err)
	}
	want := plan.CognitoUser{PoolID: "p_1", Username: "jane", Groups: []string{"a", "b"}, Attributes: plan.Attributes{
		"sub": "s", "email": "jane@example.com", "email_verified": "true", "phone_number_verified": "false", "address": "1 Main St",
		"custom:big": "12345678901234567890", "identities": `[{"primary":"true","userId":"1"}]`, "nothing": "",
	}}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got  %+v\nwant %+v", got, want)
	}
}

func TestTokensThatAreNone(t *testing.T) {
	t.Parallel()
	for _, token := range []secret.String{"", "a.b", "a.?.c", "a.bm90IGpzb24.c"} {
		if _, err := Groups(token); err == nil {
			t.Errorf("%q was read", token.Reveal())
		}
	}
}
