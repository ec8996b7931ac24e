package pool

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"testing"

	"wherry/pool"
)

// raw is an answer as it came over the wire.
type raw struct {
	status  int
	header  http.Header
	kind    string
	message string
	body    []byte
}

const signature = "AWS4-HMAC-SHA256 Credential=any/20260101/us-east-1/cognito-idp/aws4_request, SignedHeaders=host, Signature=00"

// post sends a request that is right but for what change does to it.
func (s *standIn) post(t testing.TB, operation, body string, change ...func(*http.Request)) raw {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, s.url+"/", strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/x-amz-json-1.1")
	r.Header.Set("X-Amz-Target", "AWSCognitoIdentityProviderService."+operation)
	r.Header.Set("Authorization", signature)
	for _, c := range change {
		c(r)
	}
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	if err != nil {
		t.Fatal(err)
	}
	var refusal struct {
		Type    string `json:"__type"`
		Message string `json:"message"`
	}
	_ = json.Unmarshal(text, &refusal) // the tests look at what is missing
	return raw{answer.StatusCode, answer.Header, refusal.Type, refusal.Message, text}
}

func header(name, value string) func(*http.Request) {
	return func(r *http.Request) { r.Header.Set(name, value) }
}

func TestRequestsThatCannotBeRead(t *testing.T) {
	t.Parallel()
	s := start(t)
	for _, tt := range []struct {
		name, operation, body string
		change                func(*http.Request)
		kind, message         string
	}{
		{"unknown operation", "SingSong", "{}", nil, "UnknownOperationException", ""},
		{"no target", "GetUser", "{}", func(r *http.Request) { r.Header.Del("X-Amz-Target") }, "UnknownOperationException", ""},
		{"another service's target", "GetUser", "{}", header("X-Amz-Target", "DynamoDB_20120810.ListTables"), "UnknownOperationException", ""},
		{"wrong content type", "GetUser", "{}", header("Content-Type", "application/json"), "UnknownOperationException", ""},
		{
			"content type with a charset", "GetUser", "{}", header("Content-Type", "application/x-amz-json-1.1; charset=utf-8"), "InvalidParameterException",
			"1 validation error detected: Value null at 'accessToken' failed to satisfy constraint: Member must not be null",
		},
		{"no POST", "GetUser", "", func(r *http.Request) { r.Method = http.MethodGet }, "UnknownOperationException", ""},
		{"malformed JSON", "GetUser", `{"AccessToken":`, nil, "SerializationException", ""},
		{"a list", "GetUser", `[]`, nil, "SerializationException", "Start of list found where not expected"},
		{"a number for a text", "GetUser", `{"AccessToken":7}`, nil, "SerializationException", "NUMBER_VALUE can not be converted to a String"},
		{"a structure for a text", "GetUser", `{"AccessToken":{}}`, nil, "SerializationException", "Start of structure or map found where not expected."},
		{"a text for a number", "ListUsers", `{"UserPoolId":"us-east-1_Example01","Limit":"7"}`, nil, "SerializationException", "STRING_VALUE can not be converted to an Integer"},
		{
			"null is nothing", "GetUser", `{"AccessToken":null}`, nil, "InvalidParameterException",
			"1 validation error detected: Value null at 'accessToken' failed to satisfy constraint: Member must not be null",
		},
		{"unknown members", "ListUsers", `{"UserPoolId":"us-east-1_Nowhere1","Colour":"red"}`, nil, "ResourceNotFoundException", "User pool us-east-1_Nowhere1 does not exist."},
		{
			"two mistakes", "InitiateAuth", `{"AuthFlow":"BY_POST"}`, nil, "InvalidParameterException",
			"2 validation errors detected: Value 'BY_POST' at 'authFlow' failed to satisfy constraint: Member must satisfy enum value set: " +
				"[USER_SRP_AUTH, REFRESH_TOKEN_AUTH, REFRESH_TOKEN, CUSTOM_AUTH, ADMIN_NO_SRP_AUTH, USER_PASSWORD_AUTH, ADMIN_USER_PASSWORD_AUTH, USER_AUTH]; " +
				"Value null at 'clientId' failed to satisfy constraint: Member must not be null",
		},
		{
			"a pool id that cannot be one", "ListUsers", `{"UserPoolId":"nowhere"}`, nil, "InvalidParameterException",
			`1 validation error detected: Value 'nowhere' at 'userPoolId' failed to satisfy constraint: Member must satisfy regular expression pattern: [\w-]+_[0-9a-zA-Z]+`,
		},
		{
			"a name that cannot be one", "AdminGetUser", `{"UserPoolId":"us-east-1_Example01","Username":"jane doe"}`, nil, "InvalidParameterException",
			`1 validation error detected: Value at 'username' failed to satisfy constraint: Member must satisfy regular expression pattern: [\p{L}\p{M}\p{S}\p{N}\p{P}]+`,
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			change := tt.change
			if change == nil {
				change = func(*http.Request) {}
			}
			got := s.post(t, tt.operation, tt.body, change)
			if got.status != http.StatusBadRequest || got.kind != tt.kind || got.message != tt.message {
				t.Errorf("got %d %s: %q", got.status, got.kind, got.message)
			}
		})
	}
}

func TestAnswersOnTheWire(t *testing.T) {
	t.Parallel()
	s := start(t)
	got := s.post(t, "AdminGetUser", `{"UserPoolId":"us-east-1_Example01","Username":"jane"}`)
	var user struct {
		UserCreateDate json.Number
		MFAOptions     any
	}
	if err := json.Unmarshal(got.body, &user); err != nil {
		t.Fatalf("%v: %s", err, got.body)
	}
	if seconds, err := user.UserCreateDate.Float64(); err != nil || seconds < 1e9 || bytes.Contains(got.body, []byte("null")) {
		t.Errorf("times are numbers, and what is absent is left out: %s", got.body)
	}
	if got.header.Get("Content-Type") != "application/x-amz-json-1.1" || len(got.header.Get("x-amzn-RequestId")) != 36 {
		t.Errorf("got %v", got.header)
	}
	got = s.post(t, "AdminGetUser", `{"UserPoolId":"us-east-1_Example01","Username":"nobody"}`)
	if got.status != 400 || got.header.Get("x-amzn-ErrorType") != "UserNotFoundException:" || got.header.Get("x-amzn-ErrorMessage") != "User does not exist." {
		t.Errorf("got %d %v", got.status, got.header)
	}
	if got = s.post(t, "AdminEnableUser", `{"UserPoolId":"us-east-1_Example01","Username":"jane"}`); string(got.body) != "{}" {
		t.Errorf("an empty answer is {}: %s", got.body)
	}
	if got = s.post(t, "ListGroups", `{"UserPoolId":"us-east-1_Example01","Limit":1}`); !strings.Contains(string(got.body), `"Precedence":0`) {
		t.Errorf("precedence 0 is one: %s", got.body)
	}
}

// A page in a browser may call the unsigned operations.
func TestBrowsersMayAsk(t *testing.T) {
	t.Parallel()
	got := start(t).post(t, "InitiateAuth", "", func(r *http.Request) { r.Method = http.MethodOptions })
	if got.status != http.StatusOK || got.header.Get("Access-Control-Allow-Origin") != "*" || got.header.Get("Access-Control-Allow-Methods") != "POST" {
		t.Errorf("got %d %v", got.status, got.header)
	}
}

func TestFaultsOnTheWire(t *testing.T) {
	t.Parallel()
	s := start(t)
	s.pool.SetFaults(pool.Faults{InternalErrors: 1})
	if got := s.post(t, "GetUser", "{}"); got.status != 500 || got.kind != "InternalErrorException" {
		t.Errorf("got %d %s", got.status, got.kind)
	}
	s.pool.SetFaults(pool.Faults{Resets: 1})
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, s.url, strings.NewReader("{}"))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/x-amz-json-1.1")
	r.Header.Set("X-Amz-Target", "AWSCognitoIdentityProviderService.GetUser")
	answer, err := http.DefaultClient.Do(r)
	if err == nil {
		answer.Body.Close()
		t.Errorf("got %s, want a broken connection", answer.Status)
	}
}

func TestUnsignedOperationsNeedNoSignature(t *testing.T) {
	t.Parallel()
	s := start(t)
	unsigned := func(r *http.Request) { r.Header.Del("Authorization") }
	if got := s.post(t, "InitiateAuth", `{"ClientId":"1example23456789","AuthFlow":"USER_PASSWORD_AUTH","AuthParameters":{"USERNAME":"jane","PASSWORD":"`+password+`"}}`, unsigned); got.status != 200 {
		t.Errorf("got %d %s", got.status, got.body)
	}
	got := s.post(t, "ListUsers", `{"UserPoolId":"us-east-1_Example01"}`, unsigned)
	if got.status != 400 || got.kind != "MissingAuthenticationTokenException" || got.message != "Missing Authentication Token" {
		t.Errorf("got %d %s", got.status, got.body)
	}
}
