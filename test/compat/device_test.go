package compat

import (
	"encoding/base32"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"sync"
	"testing"
	"time"

	"github.com/pquerna/otp/totp"
)

// devices are the steps that no client takes, but people or other services.
var devices = map[string]func(r runner, args []any) (answer, error){
	// signIn fills in the hosted page that opens with these parameters, and
	// answers with those of the redirect: signIn, parameters, login id, password.
	"signIn": func(r runner, args []any) (answer, error) {
		parameters := url.Values{}
		for name, value := range args[0].(map[string]any) {
			parameters.Set(name, fmt.Sprint(value))
		}
		return newBrowser(r.url).signIn(parameters, fmt.Sprint(args[1]), fmt.Sprint(args[2]))
	},
	// authenticator answers with the code that an app shows for a secret in
	// base64.
	"authenticator": func(_ runner, args []any) (answer, error) {
		secret, err := base64.StdEncoding.DecodeString(fmt.Sprint(args[0]))
		if err != nil {
			return answer{}, err
		}
		code, err := totp.GenerateCode(base32.StdEncoding.EncodeToString(secret), time.Now())
		return answer{Status: http.StatusOK, Body: map[string]any{"code": code}}, err
	},
	// publicKey and passkey are an authenticator for a credential that is imported.
	"publicKey": func(r runner, _ []any) (answer, error) { return r.passkey.public() },
	"passkey":   func(r runner, args []any) (answer, error) { return r.passkey.sign(args) },
	// received answers with what was posted to $inbox last.
	"received": func(r runner, _ []any) (answer, error) {
		return answer{Status: http.StatusOK, Body: r.inbox.last()}, nil
	},
}

// inbox is a service that takes whatever is posted to it.
type inbox struct {
	url string

	mu   sync.Mutex
	body any
}

func openInbox(t *testing.T) *inbox {
	t.Helper()
	i := &inbox{}
	s := httptest.NewServer(i)
	t.Cleanup(s.Close)
	i.url = s.URL
	return i
}

func (i *inbox) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	i.mu.Lock()
	defer i.mu.Unlock()
	if err := json.NewDecoder(r.Body).Decode(&i.body); err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
	}
}

func (i *inbox) last() any {
	i.mu.Lock()
	defer i.mu.Unlock()
	return i.body
}
