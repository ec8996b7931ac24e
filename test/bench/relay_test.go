package bench

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"os"

	"github.com/prometheus/client_golang/prometheus/promhttp"
)

// relay is the least that a connector can do: it asks the pool the same
// questions with the standard library alone, and looks at nothing that it does
// not need for the next one. What it costs is the limit for a connector that
// speaks HTTP in Go on this machine.
type relay struct {
	pool   string
	asks   bool // for the profile
	client *http.Client
}

// relayOf names the environment that makes this program a relay.
const relayOf = "WHERRY_BENCH_RELAY"

// runRelay serves until it is killed.
func runRelay(pool, listen, admin, profile string) error {
	relay := &relay{pool, profile == "get_user", &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 2 * atMost}}}
	ended := make(chan error, 2)
	serve := func(addr string, h http.Handler) { ended <- http.ListenAndServe(addr, h) } //nolint:gosec // on this machine, for a moment
	go serve(listen, relay)
	go serve(admin, promhttp.Handler())
	return errors.Join(<-ended, <-ended)
}

func (p *relay) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	var in struct{ LoginID, Password string }
	if err := json.NewDecoder(r.Body).Decode(&in); err != nil {
		http.Error(w, "", http.StatusBadRequest)
		return
	}
	var out struct {
		AuthenticationResult struct{ AccessToken, RefreshToken string }
	}
	answer, err := p.ask("InitiateAuth", map[string]any{
		"AuthFlow": "USER_PASSWORD_AUTH", "ClientId": "1example23456789",
		"AuthParameters": map[string]string{"USERNAME": in.LoginID, "PASSWORD": in.Password},
	})
	if err == nil {
		err = json.Unmarshal(answer, &out)
	}
	if err == nil && p.asks {
		answer, err = p.ask("GetUser", map[string]string{"AccessToken": out.AuthenticationResult.AccessToken})
	}
	if err != nil {
		w.WriteHeader(http.StatusNotFound)
		return
	}
	_, _ = w.Write(append(answer, in.LoginID...))
	go func() { _, _ = p.ask("RevokeToken", map[string]string{"Token": out.AuthenticationResult.RefreshToken}) }()
}

func (p *relay) ask(operation string, in any) ([]byte, error) {
	body, err := json.Marshal(in)
	if err != nil {
		return nil, err
	}
	r, err := http.NewRequest(http.MethodPost, p.pool, bytes.NewReader(body)) //nolint:noctx // the least
	if err != nil {
		return nil, err
	}
	r.Header.Set("Content-Type", contentType)
	r.Header.Set("X-Amz-Target", "AWSCognitoIdentityProviderService."+operation)
	resp, err := p.client.Do(r)
	if err != nil {
		return nil, err
	}
	defer resp.Body.Close()
	return io.ReadAll(resp.Body)
}

// relayed tells whether this process is to be a relay, and is one until killed.
func relayed() bool {
	var in struct{ Pool, Listen, Admin, Profile string }
	if json.Unmarshal([]byte(os.Getenv(relayOf)), &in) != nil {
		return false
	}
	panic(runRelay(in.Pool, in.Listen, in.Admin, in.Profile))
}
