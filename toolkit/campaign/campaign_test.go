package campaign_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"wherry/internal/exit"
	"wherry/toolkit/campaign"
	"wherry/toolkit/internal/fusionauth"
	"wherry/toolkit/internal/plan"
	"wherry/toolkit/internal/workspace"
)

const poolID = "eu-west-1_ExamplePool"

type doc = map[string]any

// target is as much of FusionAuth as a campaign asks.
type target struct {
	mu      sync.Mutex
	users   map[string]doc
	mails   map[string]int  // by address
	ids     map[string]bool // that are in mails
	ttl     int
	before  func(r *http.Request) int // a status instead of doing it, 0 for none
	after   func(r *http.Request) int // a status after having done it
	changed []string
}

func (t *target) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.before != nil {
		if status := t.before(r); status != 0 {
			w.WriteHeader(status)
			return
		}
	}
	status, body := t.answer(r)
	if t.after != nil {
		if instead := t.after(r); instead != 0 {
			w.WriteHeader(instead)
			return
		}
	}
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(body)
}

func (t *target) answer(r *http.Request) (int, any) {
	path, id, _ := strings.Cut(strings.TrimPrefix(r.URL.Path, "/api/"), "/change-password/")
	switch {
	case path == "status":
		return http.StatusOK, doc{}
	case path == "tenant":
		return http.StatusOK, doc{"tenants": []any{doc{"externalIdentifierConfiguration": doc{"changePasswordIdTimeToLiveInSeconds": t.ttl}}}}
	case path == "user" && t.ids[id]:
		return http.StatusOK, doc{}
	case path == "user/search":
		var in struct{ Search struct{ IDs []string } }
		_ = json.NewDecoder(r.Body).Decode(&in)
		found := []doc{}
		for _, id := range in.Search.IDs {
			if u, ok := t.users[id]; ok {
				found = append(found, u)
			}
		}
		return http.StatusOK, doc{"users": found}
	case path == "user/forgot-password":
		var in struct{ LoginID, ChangePasswordID string }
		_ = json.NewDecoder(r.Body).Decode(&in)
		return t.forgot(in.LoginID, in.ChangePasswordID)
	case r.Method == http.MethodPatch:
		t.changed = append(t.changed, strings.TrimPrefix(path, "user/"))
		return http.StatusOK, doc{}
	}
	return http.StatusNotFound, nil
}

func (t *target) forgot(loginID, id string) (int, any) {
	if t.ids[id] {
		return http.StatusBadRequest, doc{"fieldErrors": doc{"changePasswordId": []any{doc{"code": "[duplicate]changePasswordId"}}}}
	}
	for _, u := range t.users {
		if u["email"] == loginID {
			t.mails[loginID]++
			t.ids[id] = id != ""
			return http.StatusOK, doc{"changePasswordId": id}
		}
	}
	return http.StatusNotFound, nil
}

// scene is a crossing whose users came across an hour ago.
type scene struct {
	*testing.T
	*target
	w    *workspace.Workspace
	part *workspace.Pool
	api  *fusionauth.Client
	past time.Duration
}

func begin(t *testing.T, users int) *scene {
	t.Helper()
	s := &scene{T: t, past: -time.Hour, target: &target{users: map[string]doc{}, mails: map[string]int{}, ids: map[string]bool{}, ttl: 600}}
	var err error
	s.w, err = workspace.Open(t.Context(), filepath.Join(t.TempDir(), "wherry.db"), workspace.Options{Now: func() time.Time { return time.Now().Add(s.past) }})
	s.must(err)
	t.Cleanup(func() { _ = s.w.Close() })
	s.part, err = s.w.Pool(t.Context(), poolID)
	s.must(err)
	server := httptest.NewServer(s.target)
	t.Cleanup(server.Close)
	s.api, err = fusionauth.New(fusionauth.Options{URL: server.URL, APIKey: "key", Backoff: time.Microsecond})
	s.must(err)
	s.carry(users)
	s.past = 0
	return s
}

func (s *scene) must(errs ...error) {
	s.Helper()
	if err := errors.Join(errs...); err != nil {
		s.Fatal(err)
	}
}

func (s *scene) carry(users int) {
	s.Helper()
	page, moves := workspace.Page{Last: true}, []workspace.Move{}
	for n := 1; n <= users; n++ {
		status := "CONFIRMED"
		if n == federated {
			status = "EXTERNAL_PROVIDER"
		}
		text, err := json.Marshal(plan.CognitoUser{Username: "user", Status: status})
		s.must(err)
		page.Users = append(page.Users, workspace.Source{ID: sub(n), Document: text, Enabled: true, Names: workspace.Names{Email: address(n)}})
		s.users[sub(n)] = doc{"id": sub(n), "active": true, "email": address(n), "connectorId": fusionauth.DefaultConnectorID}
		moves = append(moves, workspace.Move{User: int64(n), To: workspace.Planned}, workspace.Move{User: int64(n), To: workspace.Imported})
	}
	r := s.start(workspace.Export)
	scan, err := r.Scan(s.Context())
	s.must(err, scan.Divide(s.Context(), workspace.PartUsers, []string{""}))
	h, err := scan.Next(s.Context(), workspace.PartUsers)
	s.must(err)
	_, err = h.Save(s.Context(), page)
	s.must(err, scan.Finish(s.Context(), true, nil), r.Move(s.Context(), moves...), r.End(s.Context(), "done"))
}

// federated is the number of a user who signs in through an identity provider.
const federated = 650

func sub(n int) string     { return fmt.Sprintf("%08d-0000-4000-8000-000000000000", n) }
func address(n int) string { return fmt.Sprintf("user%d@mail%d.example.com", n, n%3) }

func (s *scene) start(kind workspace.Kind) *workspace.Run {
	s.Helper()
	r, err := s.part.Start(s.Context(), kind)
	s.must(err)
	return r
}

func (s *scene) config() campaign.Config {
	return campaign.Config{Part: s.part, Client: s.api, Key: "key", Rate: 1e6, Settle: time.Millisecond, Note: func(string, ...any) {}}
}

// ask runs a campaign to its end.
func (s *scene) ask(change ...func(*campaign.Config)) (campaign.Result, error) {
	s.Helper()
	c := s.config()
	for _, f := range change {
		f(&c)
	}
	c.Run = s.start(workspace.Resets)
	result, err := campaign.Run(s.Context(), c)
	s.must(c.Run.End(s.Context(), "done"))
	return result, err
}

// once checks that so many users got one mail each.
func (s *scene) once(users int) {
	s.Helper()
	for to, n := range s.mails {
		if n != 1 {
			s.Errorf("%s got %d mails", to, n)
		}
	}
	if len(s.mails) != users {
		s.Errorf("%d users got mails, want %d", len(s.mails), users)
	}
}

func TestEverybodyGetsOneMail(t *testing.T) {
	t.Parallel()
	s := begin(t, 700)
	result, err := s.ask()
	if err != nil || result.Sent != 699 || result.Reasons[campaign.Federated] != 1 {
		t.Errorf("%+v, %v", result, err)
	}
	s.once(699)
	if result, err := s.ask(); err != nil || result.Sent != 0 {
		t.Errorf("once more: %+v, %v", result, err)
	}
	s.once(699)
}

func TestReasons(t *testing.T) {
	t.Parallel()
	late := time.Now().UnixMilli()
	suppressed, err := campaign.ReadSuppression(strings.NewReader("# nobody of these\nUSER2@mail2.example.com\n" + sub(3) + " # by phone\n@closed.example.com\n"))
	if err != nil {
		t.Fatal(err)
	}
	for name, tt := range map[string]struct {
		account doc
		n       int
		want    campaign.Reason
	}{
		"signed in":                {doc{"lastLoginInstant": late}, 1, campaign.SignedIn},
		"chose a password":         {doc{"passwordLastUpdateInstant": late}, 1, campaign.HasPassword},
		"was imported just before": {doc{"passwordLastUpdateInstant": late - time.Hour.Milliseconds()}, 1, ""},
		"disabled":                 {doc{"active": false}, 1, campaign.Disabled},
		"keeps the old one":        {doc{"connectorId": sub(9)}, 1, campaign.OldPassword},
		"no address":               {doc{"email": "", "username": "jane"}, 1, campaign.NoAddress},
		"an address in data":       {doc{"email": "", "username": "jane", "data": doc{"email": "Jane@example.com"}}, 1, campaign.NotThere},
		"no address, but data":     {doc{"email": "", "username": "jane", "data": doc{"email": 7}}, 1, campaign.NoAddress},
		"on the list":              {doc{}, 2, campaign.OnList},
		"on the list by id":        {doc{}, 3, campaign.OnList},
		"domain on the list":       {doc{"email": "jane@closed.example.com"}, 1, campaign.OnList},
		"gone":                     {nil, 1, campaign.NotThere},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := begin(t, tt.n)
			for n := 1; n < tt.n; n++ {
				s.users[sub(n)]["active"] = false
			}
			maps.Copy(s.users[sub(tt.n)], tt.account)
			if tt.account == nil {
				delete(s.users, sub(tt.n))
			}
			want := map[campaign.Reason]int{}
			if tt.n > 1 {
				want[campaign.Disabled] = tt.n - 1
			}
			if tt.want != "" {
				want[tt.want]++
			}
			result, err := s.ask(func(c *campaign.Config) { c.Suppressed = suppressed })
			if d := cmp.Diff(want, result.Reasons); err != nil || d != "" {
				t.Errorf("%v\n%s", err, d)
			}
		})
	}
}

// TestNobodyKnows: whatever becomes of a request, its user gets one mail.
func TestNobodyKnows(t *testing.T) {
	t.Parallel()
	forgot := func(r *http.Request) bool { return strings.HasSuffix(r.URL.Path, "forgot-password") }
	for name, tt := range map[string]struct{ before, after bool }{
		"it does not arrive":            {before: true},
		"it arrives, and nobody knows":  {after: true},
		"now the one and now the other": {before: true, after: true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := begin(t, 60)
			asked := 0
			trouble := func(every int) func(*http.Request) int {
				return func(r *http.Request) int {
					if !forgot(r) {
						return 0
					}
					switch asked++; asked % every {
					case 0:
						return http.StatusGatewayTimeout
					case 1:
						return http.StatusInternalServerError
					case 2:
						panic(http.ErrAbortHandler)
					}
					return 0
				}
			}
			if tt.before {
				s.before = trouble(5)
			}
			if tt.after {
				s.after = trouble(4)
			}
			result, err := s.ask()
			if err != nil || result.Sent != 60 {
				t.Errorf("%+v, %v", result, err)
			}
			s.once(60)
		})
	}
}

// TestKilledInBetween: a run that was killed had said that it was about to send.
func TestKilledInBetween(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		arrived bool
		age     time.Duration
		change  func(*campaign.Config)
		sent    int // by the next run
		want    campaign.Reason
	}{
		"it had been sent":              {arrived: true, want: campaign.AlreadyAsked},
		"it had not":                    {sent: 1},
		"too long ago to know":          {age: -time.Hour, want: campaign.Doubtful},
		"too long ago, but send":        {age: -time.Hour, change: func(c *campaign.Config) { c.InDoubt = true }, sent: 1},
		"by another API key":            {change: func(c *campaign.Config) { c.Key = "another" }, want: campaign.Doubtful},
		"too long ago, and it is known": {arrived: true, age: -time.Hour, want: campaign.AlreadyAsked},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := begin(t, 1)
			ctx, kill := context.WithCancel(t.Context())
			s.before = func(r *http.Request) int {
				if strings.HasSuffix(r.URL.Path, "forgot-password") {
					kill()
					return http.StatusInternalServerError
				}
				return 0
			}
			s.past = tt.age
			c := s.config()
			c.Run = s.start(workspace.Resets)
			if _, err := campaign.Run(ctx, c); exit.Code(err) != exit.Interrupted {
				t.Fatalf("got %v", err)
			}
			s.must(c.Run.End(t.Context(), "killed"))
			s.past, s.before = 0, nil
			if tt.arrived {
				s.before = func(r *http.Request) int { // it shows once it is asked about
					if _, id, ok := strings.Cut(r.URL.Path, "/change-password/"); ok {
						s.ids[id], s.mails[address(1)] = true, 1
					}
					return 0
				}
			}
			if tt.change == nil {
				tt.change = func(*campaign.Config) {}
			}
			result, err := s.ask(tt.change)
			if err != nil || result.Sent != tt.sent || tt.want != "" && result.Reasons[tt.want] != 1 {
				t.Errorf("%+v, %v", result, err)
			}
			if got := s.mails[address(1)]; got > 1 || tt.want == campaign.Doubtful && got != 0 {
				t.Errorf("%d mails", got)
			}
		})
	}
}

func TestATenantWithoutTemplate(t *testing.T) {
	t.Parallel()
	s := begin(t, 5)
	asked := 0
	s.before = func(r *http.Request) int {
		if strings.HasSuffix(r.URL.Path, "forgot-password") {
			asked++
			return http.StatusForbidden
		}
		return 0
	}
	if _, err := s.ask(); err == nil || !strings.Contains(exit.Hint(err), "template") || asked != 1 {
		t.Errorf("%v after %d requests", err, asked)
	}
	s.before = nil
	if result, err := s.ask(); err != nil || result.Sent != 5 {
		t.Errorf("%+v, %v", result, err)
	}
	s.once(5)
}

func TestAtMost(t *testing.T) {
	t.Parallel()
	s := begin(t, 10)
	for _, want := range []int{4, 4, 2} {
		result, err := s.ask(func(c *campaign.Config) { c.AtMost = 4 })
		if err != nil || result.Sent != want || result.Stopped != (want == 4) {
			t.Errorf("%+v, %v", result, err)
		}
	}
	s.once(10)
}

func TestChangeRequired(t *testing.T) {
	t.Parallel()
	s := begin(t, 3)
	s.users[sub(2)]["email"] = ""
	result, err := s.ask(func(c *campaign.Config) { c.Required = true })
	if err != nil || result.Sent != 3 || len(s.changed) != 3 {
		t.Errorf("%+v, %v, %v", result, err, s.changed)
	}
	s.once(0)
}

func TestDryRun(t *testing.T) {
	t.Parallel()
	s := begin(t, 600)
	for n := 1; n <= 100; n++ {
		s.users[sub(n)]["active"] = false
	}
	c := s.config()
	c.Rate, c.Domains.By = 10, map[string]float64{"mail0.example.com": 100}
	f, err := campaign.DryRun(t.Context(), c)
	if err != nil || f.Would != 500 || f.Reasons[campaign.Disabled] != 100 || f.Seconds != 1.67*3600 || len(f.Domains) != 3 {
		t.Errorf("%+v, %v", f, err)
	}
	s.once(0)
}

func TestPreview(t *testing.T) {
	t.Parallel()
	s := begin(t, 2)
	if err := campaign.Preview(t.Context(), s.config(), address(1)); exit.Code(err) != exit.Usage {
		t.Errorf("one who is still to be mailed: %v", err)
	}
	if err := campaign.Preview(t.Context(), s.config(), "nobody@example.com"); !strings.Contains(exit.Hint(err), "of your own") {
		t.Errorf("nobody: %v", err)
	}
	s.users["own"] = doc{"email": "me@example.com"}
	if err := campaign.Preview(t.Context(), s.config(), "me@example.com"); err != nil || s.mails["me@example.com"] != 1 {
		t.Errorf("%v, %v", err, s.mails)
	}
}

// TestImportedOnceMore: what happened to a user before an import that was taken
// back says nothing about the next one.
func TestImportedOnceMore(t *testing.T) {
	t.Parallel()
	s := begin(t, 1)
	s.past = -2 * time.Hour
	r := s.start(workspace.Resets)
	s.must(r.Note(t.Context(), workspace.Event{Kind: "mail-about-to-be-sent", User: 1, Detail: []byte(`{"digest":"another"}`)}), r.End(t.Context(), "killed"))
	s.past = 0
	if result, err := s.ask(); err != nil || result.Sent != 1 {
		t.Errorf("%+v, %v", result, err)
	}
	s.once(1)
}

func TestThrottled(t *testing.T) {
	t.Parallel()
	s, asked := begin(t, 3), 0
	s.before = func(r *http.Request) int {
		if strings.HasSuffix(r.URL.Path, "forgot-password") {
			if asked++; asked%4 != 0 {
				return http.StatusTooManyRequests
			}
		}
		return 0
	}
	if result, err := s.ask(); err != nil || result.Sent != 3 || asked != 12 {
		t.Errorf("%+v, %v after %d requests", result, err, asked)
	}
	s.once(3)
}
