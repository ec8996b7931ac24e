package exporter

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"wherry/internal/exit"
	"wherry/toolkit/internal/cognito"
	"wherry/toolkit/internal/plan"
	"wherry/toolkit/internal/workspace"
)

const testPool = "eu-west-1_ExamplePool"

// fake is a pool of pages of two users, with the troubles of the real one.
type fake struct {
	mu       sync.Mutex
	users    []plan.CognitoUser
	groups   map[string][]string // Usernames
	estimate int                 // 0: what is true
	asked    map[string]int
	fail     func(operation, token string) error
}

func person(n int) plan.CognitoUser {
	sub := fmt.Sprintf("%08x-0000-7000-8000-%012d", uint32(n)*0x9e3779b1, n)
	return plan.CognitoUser{
		PoolID: testPool, Username: fmt.Sprintf("user%d", n), Enabled: new(true), Status: "CONFIRMED",
		Attributes: plan.Attributes{"sub": sub, "email": fmt.Sprintf("user%d@example.com", n)},
	}
}

func poolOf(n int) *fake {
	f := &fake{asked: map[string]int{}, groups: map[string][]string{"staff": {"user1", "user2", "user3"}, testPool + "_Google": {"user1"}}}
	for i := range n {
		f.users = append(f.users, person(i))
	}
	return f
}

func (f *fake) begin(operation, token string) error {
	f.asked[operation]++
	if f.fail != nil {
		return f.fail(operation, token)
	}
	return nil
}

func (f *fake) Describe(context.Context) (cognito.Described, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	d := cognito.Described{Estimate: f.estimate}
	if d.Estimate == 0 {
		d.Estimate = len(f.users)
	}
	return d, f.begin("DescribeUserPool", "")
}

func (f *fake) ListGroups(_ context.Context, token string) ([]string, string, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if token == "" {
		return []string{"staff"}, "more", f.begin("ListGroups", token)
	}
	return []string{testPool + "_Google"}, "", f.begin("ListGroups", token)
}

func (f *fake) ListUsersInGroup(_ context.Context, group, token string) (cognito.UsersPage, error) {
	return f.page("ListUsersInGroup", token, func(u plan.CognitoUser) bool { return slices.Contains(f.groups[group], u.Username) })
}

func (f *fake) ListUsers(_ context.Context, prefix, token string) (cognito.UsersPage, error) {
	return f.page("ListUsers", token, func(u plan.CognitoUser) bool { return strings.HasPrefix(u.Sub(), prefix) })
}

func (f *fake) page(operation, token string, meant func(plan.CognitoUser) bool) (page cognito.UsersPage, err error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if err := f.begin(operation, token); err != nil {
		return page, err
	}
	from, _ := strconv.Atoi(token)
	for i := from; i < len(f.users); i++ {
		if len(page.Users) == 2 {
			page.Token = strconv.Itoa(i)
			break
		}
		if meant(f.users[i]) {
			page.Users = append(page.Users, f.users[i])
		}
	}
	return page, nil
}

func (f *fake) AdminUser(_ context.Context, username string) (plan.CognitoUser, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if err := f.begin("AdminGetUser", username); err != nil {
		return plan.CognitoUser{}, err
	}
	i := slices.IndexFunc(f.users, func(u plan.CognitoUser) bool { return u.Username == username })
	u := f.users[i]
	if i%2 == 0 {
		u.UserMFASettingList = []string{"SMS_MFA"}
	}
	return u, nil
}

func (f *fake) Quotas(context.Context) (map[string]float64, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	return map[string]float64{"UserList": 500, "UserRead": 120}, f.begin("ListServiceQuotas", "")
}

func failure(operation string, o cognito.Outcome, code string) error {
	return &cognito.Failure{Operation: operation, Outcome: o, Code: code}
}

func openPool(t *testing.T) *workspace.Pool {
	t.Helper()
	w, err := workspace.Open(t.Context(), filepath.Join(t.TempDir(), "wherry.db"), workspace.Options{})
	must(t, err)
	t.Cleanup(func() { _ = w.Close() })
	p, err := w.Pool(t.Context(), testPool)
	must(t, err)
	return p
}

// export runs one export as a run of its own.
func export(t *testing.T, p *workspace.Pool, f *fake, change func(*Config)) (Result, error) {
	t.Helper()
	run, err := p.Start(t.Context(), workspace.Export)
	must(t, err)
	c := Config{Run: run, Source: f, Rate: 10_000, Note: func(string, ...any) {}}
	if change != nil {
		change(&c)
	}
	r, err := New(c).Export(t.Context())
	must(t, run.End(t.Context(), "done"))
	return r, err
}

func usernames(t *testing.T, p *workspace.Pool) (names []string) {
	t.Helper()
	for u, err := range p.Users(t.Context(), workspace.Query{Source: true}) {
		must(t, err)
		var c plan.CognitoUser
		must(t, json.Unmarshal(u.Source, &c))
		names = append(names, c.Username+strings.Join(append(c.Groups, c.UserMFASettingList...), "+"))
	}
	slices.Sort(names)
	return names
}

func TestExport(t *testing.T) {
	t.Parallel()
	for name, estimate := range map[string]int{"one chain": 5, "16 shards": 3_000, "256 shards": 500_000} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p, f := openPool(t), poolOf(5)
			f.estimate = estimate
			r, err := export(t, p, f, nil)
			must(t, err)
			if diff := cmp.Diff([]string{"user0", "user1staff", "user2staff", "user3staff", "user4"}, usernames(t, p)); diff != "" {
				t.Error(diff)
			}
			if r.Users != 5 || r.Delta || len(r.Discrepancies) > 0 || (estimate != 5) != (len(r.Remarks) == 1) || f.asked["AdminGetUser"] > 0 {
				t.Errorf("%+v, %v", r, f.asked)
			}
		})
	}
}

func TestADeltaOfFactorsAndGroups(t *testing.T) {
	t.Parallel()
	p, f := openPool(t), poolOf(4)
	_, err := export(t, p, f, func(c *Config) { c.Factors = true })
	must(t, err)
	if diff := cmp.Diff([]string{"user0SMS_MFA", "user1staff", "user2staff+SMS_MFA", "user3staff"}, usernames(t, p)); diff != "" {
		t.Error(diff)
	}
	f.groups["staff"] = []string{"user0", "user3"}
	f.users[3].Attributes = plan.Attributes{"sub": person(3).Sub(), "email": "other@example.com"}
	r, err := export(t, p, f, nil)
	must(t, err)
	if diff := cmp.Diff(map[workspace.Change]int{workspace.Changed: 4}, r.Changes); diff != "" || !r.Delta {
		t.Error(diff)
	}
	if diff := cmp.Diff([]string{"user0staff+SMS_MFA", "user1", "user2SMS_MFA", "user3staff"}, usernames(t, p)); diff != "" {
		t.Errorf("the factors of the first export are kept: %s", diff)
	}
}

func TestTroublesOfThePool(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		err    func(operation string) error
		first  int // this many calls of each operation fail
		calls  int // of ListUsers
		wanted int // restarts
	}{
		"throttled":           {func(o string) error { return failure(o, cognito.Throttled, "TooManyRequestsException") }, 1, 4, 0},
		"a page is lost once": {func(o string) error { return lostPage(o) }, 1, 4, 0},
		"a page is lost":      {func(o string) error { return lostPage(o) }, 2, 6, 1},
		"no answer":           {func(o string) error { return failure(o, cognito.Unavailable, "") }, 1, 4, 0},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p, f := openPool(t), poolOf(5)
			failed := map[string]int{}
			f.fail = func(operation, token string) error {
				err := tt.err(operation)
				if cognito.TokenExpired(err) && token == "" || failed[operation] == tt.first {
					return nil
				}
				failed[operation]++
				return err
			}
			r, err := export(t, p, f, nil)
			must(t, err)
			if len(usernames(t, p)) != 5 || f.asked["ListUsers"] != tt.calls {
				t.Errorf("%v, asked %v", usernames(t, p), f.asked)
			}
			if r.Restarts < tt.wanted {
				t.Errorf("%+v", r)
			}
		})
	}
}

func lostPage(operation string) error {
	if operation == "ListUsers" || operation == "ListUsersInGroup" {
		return failure(operation, cognito.PageLost, "InvalidParameterException")
	}
	return nil
}

func TestATokenThatIsTooOldIsNotTried(t *testing.T) {
	t.Parallel()
	p, f := openPool(t), poolOf(5)
	f.fail = func(operation, token string) error {
		if operation == "ListUsers" && token == "4" {
			return failure(operation, cognito.Misconfigured, "AccessDeniedException")
		}
		return nil
	}
	if _, err := export(t, p, f, nil); err == nil {
		t.Fatal("it did not fail")
	}
	f.fail = func(operation, token string) error {
		if operation == "ListUsers" && token == "4" && f.asked["ListUsers"] < 4+2 {
			t.Error("an old token was tried")
		}
		return nil
	}
	later := func(c *Config) { c.Now = func() time.Time { return time.Now().Add(time.Hour) } }
	if r, err := export(t, p, f, later); err != nil || r.Users != 5 {
		t.Errorf("%+v, %v", r, err)
	}
}

func TestFailuresSayWhatToDo(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		err  error
		code int
		hint string
	}{
		"no permission":   {failure("ListGroups", cognito.Misconfigured, "AccessDeniedException"), exit.Failed, "cognito-idp:ListGroups"},
		"no pool":         {failure("ListGroups", cognito.Misconfigured, "ResourceNotFoundException"), exit.Usage, "check the pool's id"},
		"a lasting error": {failure("ListGroups", cognito.Unclassified, "NewException"), exit.Failed, "run the same command again"},
		"no answer":       {failure("ListGroups", cognito.Unavailable, ""), exit.Failed, "run the same command again"},
		"Ctrl-C":          {context.Canceled, exit.Interrupted, "run the same command again"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			err := explain(fmt.Errorf("list groups: %w", tt.err))
			if exit.Code(err) != tt.code || !strings.Contains(exit.Hint(err), tt.hint) {
				t.Errorf("%v, code %d, hint %q", err, exit.Code(err), exit.Hint(err))
			}
		})
	}
}

func TestAShareOfTheQuotas(t *testing.T) {
	t.Parallel()
	p, f := openPool(t), poolOf(5)
	r, err := export(t, p, f, func(c *Config) { c.Share, c.Factors = 0.5, true })
	must(t, err)
	if r.Requests["UserList"].Rate != 250 || r.Requests["UserRead"].Rate != 60 || r.Requests["UserPoolRead"].Rate != slowest {
		t.Errorf("%+v", r.Requests)
	}
	f.fail = func(operation, _ string) error {
		if operation == "ListServiceQuotas" {
			return failure(operation, cognito.Misconfigured, "AccessDeniedException")
		}
		return nil
	}
	_, err = export(t, p, f, func(c *Config) { c.Share = 0.5 })
	if !strings.Contains(exit.Hint(err), "servicequotas:ListServiceQuotas") {
		t.Errorf("%v, %s", err, exit.Hint(err))
	}
}

func TestFilesAreExported(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	one, two := filepath.Join(dir, "one.json"), filepath.Join(dir, "two.csv")
	must(t, os.WriteFile(one, []byte("["+jane+"]"), 0o600), os.WriteFile(two, []byte("Username,sub\nomar,s2\n"), 0o600))
	p := openPool(t)
	files := func(whole bool, paths ...string) (Result, error) {
		run, err := p.Start(t.Context(), workspace.Export)
		must(t, err)
		defer func() { must(t, run.End(t.Context(), "done")) }()
		return Files{Config: Config{Run: run, Rate: 1, Note: func(string, ...any) {}}, Paths: paths, Whole: whole}.Export(t.Context())
	}
	r, err := files(false, one, two)
	if diff := cmp.Diff([]string{"janestaff", "omar"}, usernames(t, p)); err != nil || diff != "" || r.Users != 2 {
		t.Error(diff, err, r)
	}
	if r, err = files(false, one); err != nil || len(r.Changes) != 0 {
		t.Errorf("a part of the pool: %+v, %v", r, err)
	}
	if r, err = files(true, one); err != nil || r.Changes[workspace.Deleted] != 1 {
		t.Errorf("the whole pool: %+v, %v", r, err)
	}
	must(t, os.WriteFile(two, []byte("["+omar+","), 0o600))
	if _, err = files(false, one, two); err == nil || !strings.Contains(err.Error(), "two.csv") || exit.Hint(err) == "" {
		t.Errorf("a file that is cut off: %v", err)
	}
	if _, err = files(false, one); exit.Code(err) != exit.Usage {
		t.Errorf("other files before the first are done: %v", err)
	}
	if _, err = export(t, p, poolOf(1), nil); exit.Code(err) != exit.Usage {
		t.Errorf("the pool before the files are done: %v", err)
	}
	must(t, os.WriteFile(two, []byte("["+omar+"]"), 0o600))
	if r, err = files(false, one, two); err != nil || r.Users != 2 {
		t.Errorf("the file is mended: %+v, %v", r, err)
	}
}

func TestWhatIsWrittenIsReadAgain(t *testing.T) {
	t.Parallel()
	p := openPool(t)
	_, err := export(t, p, poolOf(5), nil)
	must(t, err)
	path := filepath.Join(t.TempDir(), "users.json")
	n, err := WriteFile(t.Context(), p, path)
	must(t, err)
	info, err := os.Stat(path)
	must(t, err)
	if n != 5 || info.Mode().Perm() != 0o600 {
		t.Errorf("%d users, %s", n, info.Mode())
	}
	var got []string
	for u, err := range ReadFile(path) {
		must(t, err)
		got = append(got, u.Username+strings.Join(u.Groups, "+"))
	}
	slices.Sort(got)
	if diff := cmp.Diff(usernames(t, p), got); diff != "" {
		t.Error(diff)
	}
}

func must(t *testing.T, errs ...error) {
	t.Helper()
	if err := errors.Join(errs...); err != nil {
		t.Fatal(err)
	}
}
