// Package cognitotest is a Cognito of one page, for tests: it speaks the real
// wire format, knows the users it is given, and answers as badly as it is told
// to. What it lacks, and what Cognito does about passwords and sessions, is
// the business of the stand-in pool.
package cognitotest

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"time"
)

// User is somebody who can sign in.
type User struct {
	Username   string
	Password   string
	Attributes map[string]string
	Groups     []string
	Factors    []string // UserMFASettingList
	Status     string   // of AdminGetUser; "" is CONFIRMED

	// Challenge is what a right password is answered with, in place of tokens.
	Challenge string
}

// Answer is what an operation is made to say.
type Answer struct {
	Status  int           // 400 if Type is set, else 200
	Type    string        // __type
	Message string        // of the error
	Body    any           // in place of an error
	Delay   time.Duration // before it
	Hang    bool          // no answer at all
	Break   bool          // cut the connection
	Once    bool          // the first time only
}

// Cognito is the fake. It is an http.Handler.
type Cognito struct {
	Users []User

	mu      sync.Mutex
	answers map[string]Answer
	asked   []Request
}

// Request is a call that arrived.
type Request struct {
	Operation string
	Signed    bool // with AWS Signature Version 4
	Input     map[string]any
}

// Say makes an operation give an answer, whatever it is asked.
func (c *Cognito) Say(operation string, a Answer) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.answers == nil {
		c.answers = map[string]Answer{}
	}
	c.answers[operation] = a
}

// Asked lists the calls so far.
func (c *Cognito) Asked() []Request {
	c.mu.Lock()
	defer c.mu.Unlock()
	return append([]Request(nil), c.asked...)
}

// Operations lists the names of the calls so far.
func (c *Cognito) Operations() []string {
	var names []string
	for _, r := range c.Asked() {
		names = append(names, r.Operation)
	}
	return names
}

func (c *Cognito) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	operation, known := strings.CutPrefix(r.Header.Get("X-Amz-Target"), "AWSCognitoIdentityProviderService.")
	var in map[string]any
	if err := json.NewDecoder(r.Body).Decode(&in); err != nil || !known || r.Method != http.MethodPost {
		write(w, http.StatusBadRequest, fault("SerializationException", "not a call"))
		return
	}
	told, ok := c.note(Request{operation, strings.HasPrefix(r.Header.Get("Authorization"), "AWS4-HMAC-SHA256 "), in})
	if !ok {
		status, body := c.answer(operation, in)
		write(w, status, body)
		return
	}
	c.tell(w, r, told)
}

func (c *Cognito) note(r Request) (Answer, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.asked = append(c.asked, r)
	a, ok := c.answers[r.Operation]
	if a.Once {
		delete(c.answers, r.Operation)
	}
	return a, ok
}

func (c *Cognito) tell(w http.ResponseWriter, r *http.Request, a Answer) {
	wait := time.After(a.Delay)
	if a.Hang {
		wait = nil
	}
	select {
	case <-wait:
	case <-r.Context().Done():
		return
	}
	switch {
	case a.Break:
		panic(http.ErrAbortHandler)
	case a.Type != "":
		write(w, max(a.Status, http.StatusBadRequest), fault(a.Type, a.Message))
	case a.Body != nil:
		write(w, max(a.Status, http.StatusOK), a.Body)
	default:
		w.WriteHeader(a.Status)
	}
}

type object = map[string]any

func fault(kind, message string) object { return object{"__type": kind, "message": message} }

func write(w http.ResponseWriter, status int, body any) {
	w.Header().Set("Content-Type", "application/x-amz-json-1.1")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(body)
}

func (c *Cognito) answer(operation string, in object) (int, any) {
	switch operation {
	case "InitiateAuth", "AdminInitiateAuth":
		return c.initiate(in)
	case "GetUser":
		token, _ := in["AccessToken"].(string)
		if u := c.find(claim(token, "username")); u != nil {
			return http.StatusOK, u.document("UserAttributes")
		}
		return http.StatusBadRequest, fault("NotAuthorizedException", "Invalid Access Token")
	case "AdminGetUser":
		name, _ := in["Username"].(string)
		if u := c.find(name); u != nil {
			return http.StatusOK, u.document("UserAttributes")
		}
		return http.StatusBadRequest, fault("UserNotFoundException", "User does not exist.")
	case "ListUsers":
		return http.StatusOK, object{"Users": c.filtered(in)}
	case "AdminListGroupsForUser":
		return c.groups(in)
	case "RevokeToken":
		return http.StatusOK, object{}
	default:
		return http.StatusBadRequest, fault("UnknownOperationException", "")
	}
}

func (c *Cognito) initiate(in object) (int, any) {
	parameters, _ := in["AuthParameters"].(object)
	login, _ := parameters["USERNAME"].(string)
	u := c.find(login)
	switch {
	case u == nil || u.Password != parameters["PASSWORD"]:
		return http.StatusBadRequest, fault("NotAuthorizedException", "Incorrect username or password.")
	case u.Challenge != "":
		return http.StatusOK, object{
			"ChallengeName": u.Challenge, "Session": strings.Repeat("s", 20),
			"ChallengeParameters": object{"USER_ID_FOR_SRP": u.Username, "MFAS_CAN_CHOOSE": `["SMS_MFA","SOFTWARE_TOKEN_MFA"]`},
		}
	default:
		return http.StatusOK, object{"ChallengeParameters": object{}, "AuthenticationResult": object{
			"AccessToken": token(object{"token_use": "access", "username": u.Username, "cognito:groups": u.Groups}),
			"IdToken":     u.idToken(), "RefreshToken": "refresh-token-of-" + u.Username, "ExpiresIn": 3600, "TokenType": "Bearer",
		}}
	}
}

// filtered is who matches a filter of the form name = "value".
func (c *Cognito) filtered(in object) []any {
	filter, _ := in["Filter"].(string)
	name, value, _ := strings.Cut(filter, " = ")
	value = strings.NewReplacer(`\\"`, `"`, `\\\\`, `\\`).Replace(strings.Trim(value, `"`))
	users := []any{}
	for _, u := range c.Users {
		if name == "username" && u.Username == value || name != "username" && u.Attributes[name] == value {
			users = append(users, object{"Username": u.Username})
		}
	}
	return users
}

// groups answers in pages of one.
func (c *Cognito) groups(in object) (int, any) {
	name, _ := in["Username"].(string)
	u := c.find(name)
	if u == nil || len(u.Groups) == 0 {
		return http.StatusOK, object{"Groups": []any{}}
	}
	at := 0
	if next, ok := in["NextToken"].(string); ok {
		_, _ = fmt.Sscan(next, &at)
	}
	page := object{"Groups": []any{object{"GroupName": u.Groups[at]}}}
	if at+1 < len(u.Groups) {
		page["NextToken"] = fmt.Sprint(at + 1)
	}
	return http.StatusOK, page
}

// find knows users by username, sub and e-mail address.
func (c *Cognito) find(login string) *User {
	for i, u := range c.Users {
		if login != "" && (login == u.Username || login == u.Attributes["sub"] || strings.EqualFold(login, u.Attributes["email"])) {
			return &c.Users[i]
		}
	}
	return nil
}

func (u *User) document(attributes string) object {
	var list []object
	for name, value := range u.Attributes {
		list = append(list, object{"Name": name, "Value": value})
	}
	status := u.Status
	if status == "" {
		status = "CONFIRMED"
	}
	return object{
		"Username": u.Username, attributes: list, "Enabled": true, "UserStatus": status,
		"UserCreateDate": 1637108867.442, "UserLastModifiedDate": 1637109005.292, "UserMFASettingList": u.Factors,
	}
}

func (u *User) idToken() string {
	claims := object{"token_use": "id", "aud": "client", "cognito:username": u.Username, "cognito:groups": u.Groups}
	for name, value := range u.Attributes {
		claims[name] = value
		if strings.HasSuffix(name, "_verified") {
			claims[name] = value == "true"
		}
	}
	return token(claims)
}

func token(claims object) string {
	payload, err := json.Marshal(claims)
	if err != nil {
		panic(err) // strings and lists of strings
	}
	e := base64.RawURLEncoding
	return e.EncodeToString([]byte(`{"alg":"RS256"}`)) + "." + e.EncodeToString(payload) + "." + e.EncodeToString([]byte("signature"))
}

func claim(token, name string) string {
	parts := strings.Split(token, ".")
	if len(parts) != 3 {
		return ""
	}
	payload, _ := base64.RawURLEncoding.DecodeString(parts[1])
	var claims object
	_ = json.Unmarshal(payload, &claims)
	value, _ := claims[name].(string)
	return value
}
