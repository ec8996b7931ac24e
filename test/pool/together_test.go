package pool

import (
	"fmt"
	"sync"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	cip "github.com/aws/aws-sdk-go-v2/service/cognitoidentityprovider"

	"wherry/pool"
)

// Many clients at once read, write and sign in.
func TestManyAtOnce(t *testing.T) {
	t.Parallel()
	g := pool.Generate(10_000, 1)
	s := startWith(t, pool.Config{Directories: []pool.Directory{directory(), g.Directory()}})
	var all sync.WaitGroup
	for i := range 8 {
		all.Go(func() {
			name := fmt.Sprintf("user-%d", i)
			_, err := s.AdminCreateUser(t.Context(), &cip.AdminCreateUserInput{
				UserPoolId: &g.ID, Username: &name, TemporaryPassword: aws.String(password), MessageAction: "SUPPRESS",
			})
			if err != nil {
				t.Error(err)
			}
			if _, err := s.signIn(t, "jane", password); err != nil {
				t.Error(err)
			}
			other := g.User(i).Username
			_, err = s.AdminUpdateUserAttributes(t.Context(), &cip.AdminUpdateUserAttributesInput{
				UserPoolId: &g.ID, Username: &other, UserAttributes: attributes("nickname", name),
			})
			if err != nil {
				t.Error(err)
			}
			page, err := s.ListUsers(t.Context(), &cip.ListUsersInput{UserPoolId: &g.ID, Filter: aws.String(`username ^= "user-"`)})
			for err == nil && page.PaginationToken != nil {
				page, err = s.ListUsers(t.Context(), &cip.ListUsersInput{
					UserPoolId: &g.ID, Filter: aws.String(`username ^= "user-"`), PaginationToken: page.PaginationToken,
				})
			}
			if err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	if counts := s.pool.Counters(); counts.Operations["AdminCreateUser"] != 8 || counts.Users[poolID+"/jane"]["InitiateAuth"] != 8 {
		t.Errorf("got %+v", counts.Operations)
	}
}
