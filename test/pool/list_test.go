package pool

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	cip "github.com/aws/aws-sdk-go-v2/service/cognitoidentityprovider"

	"wherry/pool"
)

// crowd adds n users, the even ones disabled.
func crowd(n int) func(*pool.Directory) {
	return func(d *pool.Directory) {
		d.Users = nil
		for i := range n {
			d.Users = append(d.Users, person(fmt.Sprintf("user-%04d", i), "CONFIRMED", func(u *pool.User) {
				u.Enabled = i%2 == 1
				u.Set("sub", fmt.Sprintf("%x4c84488-e0e1-70ae-d2ee-991ad1a8%04d", i%16, i))
				u.Set("given_name", []string{"Ada", "adam", "Eve"}[i%3])
			}))
		}
	}
}

// all follows the pages of ListUsers to their end.
func (s *standIn) all(t testing.TB, in *cip.ListUsersInput) (names []string, pages []int) {
	t.Helper()
	in.UserPoolId = aws.String(poolID)
	for {
		page, err := s.ListUsers(t.Context(), in)
		if err != nil {
			t.Fatal(err)
		}
		pages = append(pages, len(page.Users))
		for _, u := range page.Users {
			names = append(names, *u.Username)
		}
		if in.PaginationToken = page.PaginationToken; in.PaginationToken == nil {
			return names, pages
		}
	}
}

func TestPages(t *testing.T) {
	t.Parallel()
	s := start(t, crowd(130))
	for limit, want := range map[int32][]int{0: {60, 60, 10}, 60: {60, 60, 10}, 50: {50, 50, 30}, 65: nil} {
		if want == nil {
			_, err := s.ListUsers(t.Context(), &cip.ListUsersInput{UserPoolId: aws.String(poolID), Limit: &limit})
			wantRefusal(t, err, "InvalidParameterException: 1 validation error detected: Value '65' at 'limit' failed to satisfy constraint: "+
				"Member must have value less than or equal to 60")
			continue
		}
		names, pages := s.all(t, &cip.ListUsersInput{Limit: &limit})
		slices.Sort(names)
		if len(slices.Compact(names)) != 130 || !slices.Equal(pages, want) {
			t.Errorf("limit %d: got %v, %d users", limit, pages, len(names))
		}
	}
}

// The end is a missing token, not a short page.
func TestShortAndEmptyPages(t *testing.T) {
	t.Parallel()
	s := start(t, crowd(300))
	s.pool.SetFaults(pool.Faults{Seed: 1, ShortPages: 0.4, EmptyPages: 0.3})
	names, pages := s.all(t, &cip.ListUsersInput{Limit: aws.Int32(20)})
	if len(names) != 300 || !slices.Contains(pages[:len(pages)-1], 0) || len(pages) < 20 {
		t.Errorf("got %d users in pages of %v", len(names), pages)
	}
}

func TestPagingTokens(t *testing.T) {
	t.Parallel()
	s := start(t, crowd(130))
	page, err := s.ListUsers(t.Context(), &cip.ListUsersInput{UserPoolId: aws.String(poolID), Limit: aws.Int32(10)})
	if err != nil {
		t.Fatal(err)
	}
	again := cip.ListUsersInput{UserPoolId: aws.String(poolID), Limit: aws.Int32(10), PaginationToken: page.PaginationToken}
	const (
		unfit   = "InvalidParameterException: Paging Marker is Invalid for Request"
		invalid = "InvalidParameterException: Invalid pagination token given."
	)
	for _, tt := range []struct {
		name, want string
		change     func(*cip.ListUsersInput)
	}{
		{"same parameters", "", func(*cip.ListUsersInput) {}},
		{"other limit", unfit, func(in *cip.ListUsersInput) { in.Limit = aws.Int32(11) }},
		{"other filter", unfit, func(in *cip.ListUsersInput) { in.Filter = aws.String(`status = "Enabled"`) }},
		{"other attributes", unfit, func(in *cip.ListUsersInput) { in.AttributesToGet = []string{"email"} }},
		{"no token", invalid, func(in *cip.ListUsersInput) { in.PaginationToken = aws.String("CAISlgIIARL") }},
	} {
		in := again
		tt.change(&in)
		_, err := s.ListUsers(t.Context(), &in)
		wantRefusal(t, err, tt.want)
	}
	s.pool.MoveClock(time.Hour - time.Second)
	if _, err := s.ListUsers(t.Context(), &again); err != nil {
		t.Error(err)
	}
	s.pool.MoveClock(time.Second)
	_, err = s.ListUsers(t.Context(), &again)
	wantRefusal(t, err, invalid)
}

func TestFaultyPagingTokens(t *testing.T) {
	t.Parallel()
	s := start(t, crowd(130))
	page, err := s.ListUsers(t.Context(), &cip.ListUsersInput{UserPoolId: aws.String(poolID)})
	if err != nil {
		t.Fatal(err)
	}
	s.pool.SetFaults(pool.Faults{ExpiredTokens: 1})
	_, err = s.ListUsers(t.Context(), &cip.ListUsersInput{UserPoolId: aws.String(poolID), PaginationToken: page.PaginationToken})
	wantRefusal(t, err, "InvalidParameterException: Invalid pagination token given.")
}

func TestFilters(t *testing.T) {
	t.Parallel()
	s := start(t, crowd(96), func(d *pool.Directory) {
		d.Users[7].Set("name", `Ann "Annie" O\Neil`)
		d.Users[8].Set("phone_number", "+15555550100")
		d.Users[9].Status = "RESET_REQUIRED"
		d.Users[10].Set("preferred_username", "tenth")
	})
	for filter, want := range map[string]int{
		`username = "user-0042"`:                       1,
		`username ^= "user-000"`:                       10,
		`username = "User-0042"`:                       0, // this pool tells capitals apart
		`email = "user-0042@example.com"`:              1,
		`email ^= "user-004"`:                          10,
		`sub ^= "a4c8"`:                                6,
		`sub = "04c84488-e0e1-70ae-d2ee-991ad1a80000"`: 1,
		`status = "Enabled"`:                           48,
		`status="Disabled"`:                            48,
		`cognito:user_status = "RESET_REQUIRED"`:       1,
		`cognito:user_status ^= "CONF"`:                95,
		`given_name = "Ada"`:                           32,
		`given_name ^= "ada"`:                          32,
		`name = "Ann \"Annie\" O\\Neil"`:               1,
		`phone_number = "+15555550100"`:                1,
		`preferred_username = "tenth"`:                 1,
		`"given_name" = "Eve"`:                         32,
		``:                                             96,
	} {
		names, _ := s.all(t, &cip.ListUsersInput{Filter: &filter})
		if len(names) != want {
			t.Errorf("%s: got %d users, want %d", filter, len(names), want)
		}
	}
	for _, filter := range []string{
		`username`, `username = jane`, `username = "jane`, `username = "jane" and email = "x"`, `username > "a"`, `= "x"`, `username = "jane\`,
		`custom:plan = "gold"`, `nickname = "x"`,
	} {
		_, err := s.ListUsers(t.Context(), &cip.ListUsersInput{UserPoolId: aws.String(poolID), Filter: &filter})
		if !strings.HasPrefix(said(err), "InvalidParameterException: ") {
			t.Errorf("%s: got %v", filter, err)
		}
	}
}

func TestFiltersWhereCapitalsDoNotCount(t *testing.T) {
	t.Parallel()
	s := start(t, crowd(20), func(d *pool.Directory) { d.Pool.UsernameConfiguration = &pool.UsernameConfig{} })
	for filter, want := range map[string]int{
		`username = "User-0012"`:          1,
		`email ^= "USER-001"`:             10,
		`email = "USER-0012@example.com"`: 1,
	} {
		if names, _ := s.all(t, &cip.ListUsersInput{Filter: &filter}); len(names) != want {
			t.Errorf("%s: got %d users, want %d", filter, len(names), want)
		}
	}
	if out, err := s.signIn(t, "USER-0011", password); err != nil || out.AuthenticationResult == nil {
		t.Errorf("got %+v, %v", out, err)
	}
}

func TestAttributesToGet(t *testing.T) {
	t.Parallel()
	s := start(t, crowd(5), func(d *pool.Directory) { d.Users[4].Set("nickname", "Four") })
	page, err := s.ListUsers(t.Context(), &cip.ListUsersInput{UserPoolId: aws.String(poolID), AttributesToGet: []string{"email"}})
	if err != nil || len(page.Users) != 5 || len(page.Users[0].Attributes) != 1 {
		t.Errorf("got %+v, %v", page, err)
	}
	_, err = s.ListUsers(t.Context(), &cip.ListUsersInput{UserPoolId: aws.String(poolID), AttributesToGet: []string{"nickname"}})
	wantRefusal(t, err, "InvalidParameterException: One or more requested attributes do not exist.")
}

func TestListedUsers(t *testing.T) {
	t.Parallel()
	s := start(t)
	page, err := s.ListUsers(t.Context(), &cip.ListUsersInput{UserPoolId: aws.String(poolID)})
	if err != nil {
		t.Fatal(err)
	}
	olda := page.Users[16]
	if *olda.Username != "olda" || !olda.Enabled || olda.UserStatus != "CONFIRMED" || olda.UserCreateDate.IsZero() || len(olda.MFAOptions) != 1 ||
		value(olda.Attributes, "custom:plan") != "gold" {
		t.Errorf("got %+v", olda)
	}
	if page.Users[9].Enabled {
		t.Error("dora is disabled")
	}
}

func TestUsersAreFoundByEveryName(t *testing.T) {
	t.Parallel()
	const id = "05f1780a-17d4-4bba-befb-07c074a89d7b"
	jane := func(d *pool.Directory) {
		d.Users = []pool.User{
			person("jane", "CONFIRMED", withFactors(), func(u *pool.User) { u.Set("sub", id); u.Set("preferred_username", "jj") }),
			person("omar", "CONFIRMED", func(u *pool.User) { u.Set("sub", sub(1)); u.Set("email_verified", "false") }),
		}
	}
	aliases := func(d *pool.Directory) {
		d.Pool.AliasAttributes = []string{"email", "phone_number", "preferred_username"}
	}
	mails := func(d *pool.Directory) {
		d.Pool.UsernameAttributes = []string{"email"}
		d.Users[0].Username, d.Users[1].Username = id, sub(1)
	}
	for name, tt := range map[string]struct {
		mode            func(*pool.Directory)
		found, notFound []string
	}{
		"plain":   {func(*pool.Directory) {}, []string{"jane", id}, []string{"jane@example.com", "jj", "Jane"}},
		"aliases": {aliases, []string{"jane", id, "jane@example.com", "+15555552671", "jj"}, []string{"omar@example.com"}},
		"e-mail":  {mails, []string{id, "jane@example.com", "omar@example.com"}, []string{"jane", "+15555552671"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := start(t, jane, tt.mode)
			for _, login := range tt.found {
				if _, err := s.AdminGetUser(t.Context(), &cip.AdminGetUserInput{UserPoolId: aws.String(poolID), Username: &login}); err != nil {
					t.Errorf("%s: %v", login, err)
				}
				if out, err := s.signIn(t, login, password); err != nil || out.AuthenticationResult == nil {
					t.Errorf("sign in as %s: %v", login, err)
				}
			}
			for _, login := range tt.notFound {
				_, err := s.AdminGetUser(t.Context(), &cip.AdminGetUserInput{UserPoolId: aws.String(poolID), Username: &login})
				wantRefusal(t, err, "UserNotFoundException: User does not exist.")
				_, err = s.signIn(t, login, password)
				wantRefusal(t, err, "UserNotFoundException: User does not exist.")
			}
		})
	}
}

func TestGeneratedUsers(t *testing.T) {
	t.Parallel()
	const n = 1_000_000
	g := pool.Generate(n, 1)
	s := startWith(t, pool.Config{Directories: []pool.Directory{g.Directory()}})
	id := aws.String(g.ID)
	described, err := s.DescribeUserPool(t.Context(), &cip.DescribeUserPoolInput{UserPoolId: id})
	if err != nil || described.UserPool.EstimatedNumberOfUsers != n {
		t.Fatalf("got %+v, %v", described, err)
	}
	var ordinary pool.User
	for i := 0; ordinary.Username == ""; i++ {
		if u := g.User(i); u.Status == "CONFIRMED" && u.Enabled && u.Password != "" && len(u.MFA.Enabled) == 0 && !u.MFA.LegacySMS {
			ordinary = u
			out, err := s.InitiateAuth(t.Context(), &cip.InitiateAuthInput{
				ClientId: aws.String(g.ClientID), AuthFlow: "USER_PASSWORD_AUTH",
				AuthParameters: map[string]string{"USERNAME": u.Username, "PASSWORD": g.Password(i)},
			})
			if err != nil || out.AuthenticationResult == nil {
				t.Errorf("sign in %q: got %+v, %v", u.Username, out, err)
			}
		}
	}
	// One sixteenth of the subs begins with each digit.
	pages := cip.NewListUsersPaginator(s, &cip.ListUsersInput{UserPoolId: id, Filter: aws.String(`sub ^= "00f"`)})
	count := 0
	for pages.HasMorePages() {
		page, err := pages.NextPage(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		count += len(page.Users)
	}
	if count < n/4096/2 || count > n/4096*2 {
		t.Errorf("got %d subs that begin with 00f", count)
	}
	// What is written to a computed user stays, and leaves no trace elsewhere.
	_, err = s.AdminUpdateUserAttributes(t.Context(), &cip.AdminUpdateUserAttributesInput{
		UserPoolId: id, Username: &ordinary.Username, UserAttributes: attributes("email", "moved@example.com", "email_verified", "true"),
	})
	if err != nil {
		t.Fatal(err)
	}
	moved, err := s.ListUsers(t.Context(), &cip.ListUsersInput{UserPoolId: id, Filter: aws.String(`email = "moved@example.com"`)})
	if err != nil || len(moved.Users) != 1 || *moved.Users[0].Username != ordinary.Username {
		t.Errorf("got %+v, %v", moved, err)
	}
	if old, has := ordinary.Attribute("email"); has {
		left, err := s.ListUsers(t.Context(), &cip.ListUsersInput{UserPoolId: id, Filter: aws.String(fmt.Sprintf("email = %q", old))})
		if err != nil || slices.ContainsFunc(left.Users, func(u userType) bool { return *u.Username == ordinary.Username }) {
			t.Errorf("got %+v, %v", left, err)
		}
	}
	if _, err := s.AdminDeleteUser(t.Context(), &cip.AdminDeleteUserInput{UserPoolId: id, Username: &ordinary.Username}); err != nil {
		t.Fatal(err)
	}
	_, err = s.AdminGetUser(t.Context(), &cip.AdminGetUserInput{UserPoolId: id, Username: &ordinary.Username})
	wantRefusal(t, err, "UserNotFoundException: User does not exist.")
}
