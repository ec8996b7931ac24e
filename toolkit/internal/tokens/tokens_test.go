package tokens_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"wherry/toolkit/internal/fusionauth"
	"wherry/toolkit/internal/tokens"
)

const app = "aaaaaaaa-0000-4000-8000-000000000001"

func user(n int) string { return fmt.Sprintf("bbbbbbbb-0000-4000-8000-%012d", n) }

// target is a FusionAuth as the importer knows it: it takes a batch or does
// not, and never says why.
type target struct {
	there  map[string]bool // user and token
	poison string          // a token that it never takes
	fails  error           // what the next import ends with
	after  bool            // although it was done
	sizes  []int           // of the requests
}

func newTarget() *target { return &target{there: map[string]bool{}} }

func (t *target) Registrations(_ context.Context, users []string) (map[string][]string, error) {
	found := map[string][]string{}
	for _, id := range users {
		switch id {
		case user(404):
		case user(403):
			found[id] = []string{}
		default:
			found[id] = []string{app}
		}
	}
	return found, nil
}

func (t *target) ImportRefreshTokens(_ context.Context, all []fusionauth.RefreshToken, validate bool) error {
	t.sizes = append(t.sizes, len(all))
	if t.fails != nil && !t.after {
		return t.fails
	}
	for _, token := range all {
		if t.there[token.UserID+token.Token.Reveal()] || token.Token.Reveal() == t.poison {
			if validate {
				return &fusionauth.Error{Status: 400, Fields: map[string][]fusionauth.Detail{"refreshTokens.token": {{Code: "[taken]"}}}}
			}
			return &fusionauth.Error{Status: 500}
		}
	}
	for _, token := range all {
		t.there[token.UserID+token.Token.Reveal()] = true
	}
	return t.fails
}

func (t *target) HasRefreshToken(_ context.Context, token fusionauth.RefreshToken) (bool, error) {
	return t.there[token.UserID+token.Token.Reveal()], nil
}

func lines(n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, `{"userId":%q,"applicationId":%q,"token":"token-%d","startInstant":1763800000000}`+"\n", user(i), app, i)
	}
	return b.String()
}

func importing(t *testing.T, to *target, journal, text string) (tokens.Result, error) {
	t.Helper()
	j, err := tokens.OpenJournal(journal)
	if err != nil {
		t.Fatal(err)
	}
	defer j.Close()
	file, err := tokens.Open(strings.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	m := tokens.Importer{Target: to, Journal: j, Clients: map[string]string{"1client": app}, Longest: 191, Batch: 10}
	return m.Import(t.Context(), file)
}

func TestImport(t *testing.T) {
	t.Parallel()
	to, journal := newTarget(), filepath.Join(t.TempDir(), "journal")
	r, err := importing(t, to, journal, lines(25))
	if err != nil || r.Imported != 25 || len(to.there) != 25 || !slices.Equal(to.sizes, []int{10, 10, 5}) {
		t.Errorf("%+v, %v, requests %v", r, err, to.sizes)
	}
	again, err := importing(t, to, journal, lines(25))
	if err != nil || again.Already != 25 || again.Imported != 0 || len(to.sizes) != 3 {
		t.Errorf("again: %+v, %v", again, err)
	}
	if text, err := os.ReadFile(journal); err != nil || strings.Contains(string(text), "token-") {
		t.Errorf("the journal holds tokens: %v", err)
	}
}

// A run that broke off after the target had said yes has not noted it.
func TestImportGoesOn(t *testing.T) {
	t.Parallel()
	to, journal := newTarget(), filepath.Join(t.TempDir(), "journal")
	to.fails, to.after = errors.New("connection reset"), true
	if r, err := importing(t, to, journal, lines(25)); err == nil || r.Imported != 0 {
		t.Fatalf("%+v, %v", r, err)
	}
	to.fails = nil
	r, err := importing(t, to, journal, lines(25))
	if err != nil || r.Imported != 15 || r.Already != 10 || len(r.Refused) != 0 || len(to.there) != 25 {
		t.Errorf("%+v, %v", r, err)
	}
}

func TestOneBadTokenSinksNoOther(t *testing.T) {
	t.Parallel()
	to := newTarget()
	to.poison = "token-7"
	r, err := importing(t, to, filepath.Join(t.TempDir(), "journal"), lines(20))
	if err != nil || r.Imported != 19 || len(r.Refused) != 1 || r.Refused[0].Line != 8 || !strings.Contains(r.Refused[0].Reason, "[taken]") {
		t.Errorf("%+v, %v", r, err)
	}
}

func TestAnOutageIsNoRefusal(t *testing.T) {
	t.Parallel()
	to := newTarget()
	to.fails = &fusionauth.Error{Status: 503}
	if r, err := importing(t, to, filepath.Join(t.TempDir(), "journal"), lines(3)); err == nil || len(r.Refused) != 0 {
		t.Errorf("%+v, %v", r, err)
	}
}

func TestRefusals(t *testing.T) {
	t.Parallel()
	good := fmt.Sprintf("%s,%s,good,1763800000000", user(1), app)
	for name, tt := range map[string]struct{ row, reason string }{
		"unknown user":         {fmt.Sprintf("%s,%s,x,1", user(404), app), "not in the target"},
		"no registration":      {fmt.Sprintf("%s,%s,x,1", user(403), app), "not registered for the application"},
		"no sub":               {"jane," + app + ",x,1", "no UUID"},
		"unknown app client":   {user(2) + ",2other,x,1", "neither the id of an application nor an app client"},
		"no token":             {user(2) + "," + app + ",,1", "the token is missing"},
		"a blank in the token": {user(2) + "," + app + ",a b,1", "holds a blank"},
		"too long":             {user(2) + "," + app + "," + strings.Repeat("x", 192) + ",1", "192 characters"},
		"no instant":           {user(2) + "," + app + ",x,", "the instant is missing"},
		"a strange instant":    {user(2) + "," + app + ",x,yesterday", "neither milliseconds"},
		"twice":                {good, "in the file twice"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			text := "sub,clientId,refreshToken,issuedAt\n" + good + "\n" + tt.row + "\n"
			r, err := importing(t, newTarget(), filepath.Join(t.TempDir(), "journal"), text)
			if err != nil || r.Imported != 1 || len(r.Refused) != 1 || !strings.Contains(r.Refused[0].Reason, tt.reason) || r.Refused[0].Line != 3 {
				t.Errorf("%+v, %v", r, err)
			}
		})
	}
}

func TestFilesAreRead(t *testing.T) {
	t.Parallel()
	for name, text := range map[string]string{
		"CSV of an app client":          "sub,clientId,refreshToken,issuedAt,device\n" + user(1) + ",1client,x,2026-11-22T17:45:00Z,phone\n",
		"CSV, other case, quotes, BOM":  "\ufeffUSERID, ApplicationId ,\"token\",startInstant\n\"" + user(1) + "\"," + strings.ToUpper(app) + ",x,1763800000000\n",
		"JSON lines with an empty line": "\n" + `{"userId":"` + user(1) + `","clientId":"1client","token":"x","startInstant":1763800000000}` + "\n\n",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r, err := importing(t, newTarget(), filepath.Join(t.TempDir(), "journal"), text)
			if err != nil || r.Imported != 1 || len(r.Refused) != 0 {
				t.Errorf("%+v, %v", r, err)
			}
		})
	}
}

func TestLinesThatAreNoTokensAreRefused(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct{ line, reason string }{
		"no JSON":            {"{nonsense", "no JSON object"},
		"longer than a line": {`{"token":"` + strings.Repeat("x", 1<<20) + `"}`, "the line is longer than 1 MiB"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r, err := importing(t, newTarget(), filepath.Join(t.TempDir(), "journal"), lines(1)+tt.line+"\n"+strings.TrimSpace(lines(2)))
			if err != nil || r.Imported != 2 || len(r.Refused) != 2 || r.Refused[0].Line != 2 || !strings.Contains(r.Refused[0].Reason, tt.reason) {
				t.Errorf("%+v, %v", r, err)
			}
		})
	}
}

func TestAHeaderMustSayWhatIsWhat(t *testing.T) {
	t.Parallel()
	if _, err := importing(t, newTarget(), filepath.Join(t.TempDir(), "journal"), "user,app,token\n"); err == nil || !strings.Contains(err.Error(), "userId or sub") {
		t.Errorf("got %v", err)
	}
}
