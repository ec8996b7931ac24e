package plan

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httputil"
	"net/url"
	"strings"
	"sync"
	"testing"
)

// importing stands before the server and takes refresh tokens, as FusionAuth's
// API describes it: all of a request or none, 200 with an empty body.
type importing struct {
	mu    sync.Mutex
	next  http.Handler
	taken []string
}

func (i *importing) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.URL.Path != "/api/user/refresh-token/import" {
		i.next.ServeHTTP(w, r)
		return
	}
	var body struct {
		RefreshTokens []struct {
			ApplicationID, UserID, Token string
			StartInstant                 int64
		}
	}
	text, err := io.ReadAll(r.Body)
	if err != nil || json.Unmarshal(text, &body) != nil || r.Header.Get("X-FusionAuth-TenantId") == "" {
		w.WriteHeader(http.StatusBadRequest)
		return
	}
	i.mu.Lock()
	defer i.mu.Unlock()
	for _, t := range body.RefreshTokens {
		i.taken = append(i.taken, fmt.Sprint(t.ApplicationID, t.UserID, t.Token, t.StartInstant))
	}
}

func TestTokens(t *testing.T) {
	t.Parallel()
	s := begin(t, "shop.yaml")
	behind, err := url.Parse(s.server)
	if err != nil {
		t.Fatal(err)
	}
	front := &importing{next: httputil.NewSingleHostReverseProxy(behind)}
	s.server = s.serve(front)
	s.configure(shop(s, ""))
	s.must(0, "apply", "--yes")
	app := s.named("/api/application", "applications", "Back office")
	status, made := s.call(http.MethodPost, "/api/user/registration", doc{
		"user":         doc{"email": "jane@example.com", "password": "Correct-Horse-1-Battery"},
		"registration": doc{"applicationId": app["id"]},
	})
	if status != http.StatusOK {
		t.Fatalf("make a user: %d %v", status, made)
	}
	jane := made["user"].(doc)["id"].(string)
	row := jane + ",2web3example4secret,eyJjdHkiOiJKV1Qi-jane,2026-11-22T17:45:00Z\n"
	s.write("tokens.csv", "sub,clientId,refreshToken,issuedAt\n"+row)
	in, journal := "--in="+s.dir+"/tokens.csv", "--journal="+s.dir+"/journal"
	s.must(0, "tokens", in, journal, "--dry-run")
	if len(front.taken) != 0 {
		t.Fatal("a dry run imported tokens")
	}
	if r := s.must(0, "tokens", in, journal); strings.Contains(fmt.Sprint(r), "eyJj") {
		t.Error("a token was shown")
	}
	want := fmt.Sprint(app["id"], jane, "eyJjdHkiOiJKV1Qi-jane", 1795369500000)
	if len(front.taken) != 1 || front.taken[0] != want {
		t.Errorf("got %v, want %s", front.taken, want)
	}
	s.must(5, "tokens", in, journal)
	s.write("tokens.csv", "sub,clientId,refreshToken,issuedAt\n"+row+"11111111-1111-4111-8111-111111111111,2web3example4secret,x,1\n")
	if r := s.must(3, "tokens", in, journal); !strings.Contains(r.stdout, "line 3: the user is not in the target") || !strings.Contains(r.stdout, "1 across already") {
		t.Errorf("it says %s", r.stdout)
	}
}
