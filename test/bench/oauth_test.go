package bench

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"wherry/server"
)

const (
	oauthApplication = "85a03867-dccf-4882-adde-1a79aeec50df"
	oauthKeyID       = "85a03867-dccf-4882-adde-1a79aeec50de"
	oauthTenant      = "d7d09513-a3f5-401c-9685-34ab6c552453"
)

// oauthKickstart is an application whose tokens ES256 signs.
const oauthKickstart = `{"variables":{"defaultTenantId":"` + oauthTenant + `"},"apiKeys":[{"key":"` + importKey + `"}],"requests":[
	{"method":"POST","url":"/api/key/generate/` + oauthKeyID + `","body":{"key":{"algorithm":"ES256","name":"Bench"}}},
	{"method":"PATCH","url":"/api/tenant/` + oauthTenant + `","body":{"tenant":{"jwtConfiguration":{"accessTokenKeyId":"` + oauthKeyID + `","idTokenKeyId":"` + oauthKeyID + `"}}}},
	{"method":"POST","url":"/api/application/` + oauthApplication + `","body":{"application":{"name":"Bench","oauthConfiguration":{
		"clientSecret":"made-up","generateRefreshTokens":true,"enabledGrants":["password","refresh_token"]}}}},
	{"method":"POST","url":"/api/user/registration","body":{"user":{"email":"jane@example.com","password":"` + signInPassword + `","encryptionScheme":"salted-sha256","factor":1},
		"registration":{"applicationId":"` + oauthApplication + `"}}}]}`

type oauthServer struct {
	http.Handler
	tokens struct {
		Access  string `json:"access_token"`
		Refresh string `json:"refresh_token"`
	}
}

func startOAuth(b *testing.B, open func(*testing.B) importDatabase) *oauthServer {
	b.Helper()
	config := open(b).config()
	config.Kickstart = filepath.Join(b.TempDir(), "kickstart.json")
	if err := os.WriteFile(config.Kickstart, []byte(oauthKickstart), 0o600); err != nil {
		b.Fatal(err)
	}
	s, err := server.New(b.Context(), config)
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = s.Close() })
	o := &oauthServer{Handler: s.Handler()}
	w := o.token(url.Values{"grant_type": {"password"}, "username": {"jane@example.com"}, "password": {signInPassword}, "scope": {"openid offline_access"}})
	if err := json.Unmarshal(w.Body.Bytes(), &o.tokens); err != nil || o.tokens.Refresh == "" {
		b.Fatalf("status %d: %s", w.Code, w.Body)
	}
	return o
}

func (o *oauthServer) token(form url.Values) *httptest.ResponseRecorder {
	form.Set("client_id", oauthApplication)
	form.Set("client_secret", "made-up")
	r := httptest.NewRequest(http.MethodPost, "/oauth2/token", strings.NewReader(form.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	w := httptest.NewRecorder()
	o.ServeHTTP(w, r)
	return w
}

// BenchmarkRefreshGrant refreshes an access token that ES256 signs, and reports
// what that costs beside the signature, measured in the same run.
func BenchmarkRefreshGrant(b *testing.B) {
	for name, open := range importDatabases {
		b.Run(name, func(b *testing.B) {
			o := startOAuth(b, open)
			refresh := func() {
				form := url.Values{"grant_type": {"refresh_token"}, "refresh_token": {o.tokens.Refresh}, "scope": {"offline_access"}}
				if w := o.token(form); w.Code != http.StatusOK {
					b.Fatalf("status %d: %s", w.Code, w.Body)
				}
			}
			refresh()
			signature := perSignature(b)
			before := processor(b)
			for b.Loop() {
				refresh()
			}
			each := (processor(b) - before) / time.Duration(b.N)
			b.ReportMetric(float64(each.Microseconds()), "µs-cpu/op")
			b.ReportMetric(float64((each - signature).Microseconds()), "µs-own/op")
		})
	}
}

// perSignature is the processor time of a signature by ES256.
func perSignature(b *testing.B) time.Duration {
	b.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		b.Fatal(err)
	}
	const rounds = 2000
	sum, before := sha256.Sum256([]byte("made-up")), processor(b)
	for range rounds {
		if _, _, err := ecdsa.Sign(rand.Reader, key, sum[:]); err != nil {
			b.Fatal(err)
		}
	}
	return (processor(b) - before) / rounds
}

// BenchmarkDocuments asks for discovery, keys and user info over connections that
// stay, as often as for the same bytes from a handler that does nothing else.
func BenchmarkDocuments(b *testing.B) {
	for name, open := range importDatabases {
		b.Run(name, func(b *testing.B) {
			o := startOAuth(b, open)
			for path, token := range map[string]string{
				"/.well-known/openid-configuration": "", "/.well-known/jwks.json": "", "/oauth2/userinfo": o.tokens.Access,
			} {
				b.Run(filepath.Base(path), func(b *testing.B) { o.against(b, path, token) })
			}
		})
	}
}

func (o *oauthServer) against(b *testing.B, path, token string) {
	w := httptest.NewRecorder()
	r := httptest.NewRequest(http.MethodGet, path, nil)
	if token != "" {
		r.Header.Set("Authorization", "Bearer "+token)
	}
	o.ServeHTTP(w, r)
	if w.Code != http.StatusOK {
		b.Fatalf("status %d: %s", w.Code, w.Body)
	}
	body := w.Body.Bytes()
	bare := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		_, _ = w.Write(body)
	}))
	defer bare.Close()
	ours := httptest.NewServer(o)
	defer ours.Close()
	client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: askers}}
	defer client.CloseIdleConnections()
	const rounds = 20
	var own, other spent
	each := max(b.N/rounds, 200)
	for range rounds { // by turns, so that what else the machine does is fair
		other.add(asks(b, client, bare.URL+path, token, each))
		own.add(asks(b, client, ours.URL+path, token, each))
	}
	b.ReportMetric(float64(rounds*each)/own.passed.Seconds(), "answers/s")
	b.ReportMetric(100*other.passed.Seconds()/own.passed.Seconds(), "%-of-bare")
	b.ReportMetric(100*other.processor.Seconds()/own.processor.Seconds(), "%-of-bare-cpu")
}

// spent is what requests take, of time and of this process's processor time,
// which is the client's and the server's.
type spent struct{ passed, processor time.Duration }

func (s *spent) add(more spent) {
	s.passed += more.passed
	s.processor += more.processor
}

// askers is how many clients ask at the same time.
const askers = 32

// asks is what so many requests take.
func asks(b *testing.B, client *http.Client, at, token string, n int) spent {
	b.Helper()
	begin, before := time.Now(), processor(b)
	errs := make(chan error, askers)
	for range askers {
		go func() {
			for range n / askers {
				if err := ask(b, client, at, token); err != nil {
					errs <- err
					return
				}
			}
			errs <- nil
		}()
	}
	for range askers {
		if err := <-errs; err != nil {
			b.Fatal(err)
		}
	}
	return spent{time.Since(begin), processor(b) - before}
}

func ask(b *testing.B, client *http.Client, at, token string) error {
	r, err := http.NewRequestWithContext(b.Context(), http.MethodGet, at, nil)
	if err != nil {
		return err
	}
	if token != "" {
		r.Header.Set("Authorization", "Bearer "+token)
	}
	resp, err := client.Do(r)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	if _, err := io.Copy(io.Discard, resp.Body); err != nil {
		return err
	}
	if resp.StatusCode != http.StatusOK {
		return fmt.Errorf("status %d", resp.StatusCode)
	}
	return nil
}
