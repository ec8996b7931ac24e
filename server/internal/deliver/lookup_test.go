package deliver

import (
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"

	"wherry/server/internal/fa"
	"wherry/server/internal/identity"
)

func known(t *testing.T, h http.HandlerFunc, debug bool) (*fa.User, []fa.EventLog, error) {
	t.Helper()
	c := connector(endpoint(t, h))
	c.Debug = debug
	connectors, log := newConnectors(true)
	user, err := connectors.Known(t.Context(), c, identity.LookUp{LoginID: "Ada@Example.com"})
	return user, log.entries, err
}

func TestLookUp(t *testing.T) {
	t.Parallel()
	var header http.Header
	body := map[string]any{}
	user, entries, err := known(t, func(w http.ResponseWriter, r *http.Request) {
		header = r.Header
		raw, _ := io.ReadAll(r.Body)
		_ = json.Unmarshal(raw, &body)
		w.Header().Set("Wherry-Outcome", "known")
		_, _ = io.WriteString(w, adaAnswer)
	}, true)
	if err != nil || user.ID != userID || !user.Active {
		t.Fatalf("got %+v, %v", user, err)
	}
	if _, there := body["password"]; there || body["loginId"] != "Ada@Example.com" || header.Get("Wherry-Request") != "look-up" {
		t.Errorf("asked %v, %v", body, header)
	}
	if len(entries) != 1 || !strings.Contains(entries[0].Message, "Attempt to look up for application") || !strings.Contains(entries[0].Message, "outcome [known]") {
		t.Errorf("logged %v", entries)
	}
}

func TestLookUpOfNobody(t *testing.T) {
	t.Parallel()
	vouches := func(outcome, body string) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) {
			if outcome != "" {
				w.Header().Set("Wherry-Outcome", outcome)
			}
			_, _ = io.WriteString(w, body)
		}
	}
	for name, tt := range map[string]struct {
		handler http.HandlerFunc
		logged  string // in the only entry; empty: there is none
	}{
		"unknown":                     {answers(404, ""), ""},
		"a connector of another make": {answers(400, `{"fieldErrors":{}}`), "status 400"},
		"one that asks no password":   {vouches("", adaAnswer), "as if that were a sign-in"},
		"a sign-in's outcome":         {vouches("tokens", adaAnswer), "as if that were a sign-in"},
		"garbage":                     {vouches("known", "<h1>"), "not JSON"},
		"no user":                     {vouches("known", "{}"), "no [user.id]"},
		"broken off":                  {halfAnAnswer, "broke the connection off"},
		"redirect":                    {func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, "/", http.StatusFound) }, "status 302"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			user, entries, err := known(t, tt.handler, false)
			if user != nil || !errors.Is(err, fa.ErrNotFound) {
				t.Errorf("got %v, %v", user, err)
			}
			switch {
			case tt.logged == "" && len(entries) != 0:
				t.Errorf("logged %v", entries)
			case tt.logged != "" && (len(entries) != 1 || !strings.Contains(entries[0].Message, tt.logged)):
				t.Errorf("logged %v, want %s", entries, tt.logged)
			}
		})
	}
}
