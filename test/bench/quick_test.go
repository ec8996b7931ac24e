package bench

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"time"
)

// quick is a pool that lets everybody in and does nothing for it but wait. Its
// tokens have the size of Cognito's and a signature that nobody looks at.
type quick struct {
	takes time.Duration

	mu   sync.Mutex
	time map[string]time.Duration // that a sign-in has taken, by login id
}

func newQuick(takes time.Duration) *quick {
	return &quick{takes: takes, time: map[string]time.Duration{}}
}

// took is how long a sign-in has taken, which is then forgotten.
func (q *quick) took(login string) time.Duration {
	q.mu.Lock()
	defer q.mu.Unlock()
	defer delete(q.time, login)
	return q.time[login]
}

func (q *quick) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	began := time.Now()
	var in struct {
		AccessToken    string
		AuthParameters struct{ USERNAME string }
	}
	if err := json.NewDecoder(r.Body).Decode(&in); err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	login, answer := in.AuthParameters.USERNAME, "{}"
	switch _, operation, _ := strings.Cut(r.Header.Get("X-Amz-Target"), "."); operation {
	case "InitiateAuth":
		answer = tokens(login)
	case "GetUser":
		login, answer = profile(in.AccessToken)
	}
	time.Sleep(q.takes)
	w.Header().Set("Content-Type", contentType)
	if login != "" {
		q.mu.Lock()
		q.time[login] += time.Since(began)
		q.mu.Unlock()
	}
	_, _ = io.WriteString(w, answer)
}

// claims is what a token says. padding makes it as long as Cognito's.
func claims(login string) string {
	return fmt.Sprintf(`{"sub":%q,"username":%q,"cognito:username":%q,"email":%q,"email_verified":true,"given_name":"Jane","family_name":"Doe",`+
		`"cognito:groups":["staff"],"token_use":"access","padding":%q}`, subOf(login), login, login, login, strings.Repeat("x", 300))
}

func subOf(login string) string { return fmt.Sprintf("3f1c9a2e-8b1d-70c4-9a55-%012d", len(login)) }

var signature = strings.Repeat("s", 342)

func tokens(login string) string {
	token := "eyJhbGciOiJSUzI1NiJ9." + base64.RawURLEncoding.EncodeToString([]byte(claims(login))) + "." + signature
	return fmt.Sprintf(`{"ChallengeParameters":{},"AuthenticationResult":{"AccessToken":%q,"IdToken":%q,"RefreshToken":%q,"ExpiresIn":3600,"TokenType":"Bearer"}}`,
		token, token, strings.Repeat("r", 1000))
}

// profile reads whose token it is.
func profile(token string) (login, answer string) {
	_, rest, _ := strings.Cut(token, ".")
	payload, _, _ := strings.Cut(rest, ".")
	text, _ := base64.RawURLEncoding.DecodeString(payload) // it is one of ours
	var who struct{ Username string }
	_ = json.Unmarshal(text, &who)
	return who.Username, fmt.Sprintf(`{"Username":%q,"UserAttributes":[{"Name":"sub","Value":%q},{"Name":"email","Value":%q},{"Name":"email_verified","Value":"true"},`+
		`{"Name":"given_name","Value":"Jane"},{"Name":"family_name","Value":"Doe"},{"Name":"custom:plan","Value":"gold"}]}`, who.Username, subOf(who.Username), who.Username)
}
