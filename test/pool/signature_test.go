package pool

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	cip "github.com/aws/aws-sdk-go-v2/service/cognitoidentityprovider"

	"wherry/pool"
)

func TestSignatures(t *testing.T) {
	t.Parallel()
	s := startWith(t, pool.Config{
		Directories: []pool.Directory{directory()},
		Credentials: []pool.Credential{
			{AccessKeyID: "AKIAEXAMPLE", SecretAccessKey: "secret"},
			{AccessKeyID: "ASIAEXAMPLE", SecretAccessKey: "secret", SessionToken: "token", Expires: time.Now().Add(time.Hour)},
			{AccessKeyID: "AKIAREADER", SecretAccessKey: "secret", Actions: []string{"cognito-idp:List*"}},
		},
	})
	const (
		unknown = "UnrecognizedClientException: The security token included in the request is invalid."
		invalid = "InvalidSignatureException: The request signature we calculated does not match the signature you provided. " +
			"Check your AWS Secret Access Key and signing method. Consult the service documentation for details."
		denied = "AccessDeniedException: User: arn:aws:iam::123456789012:user/AKIAREADER is not authorized to perform: cognito-idp:AdminGetUser " +
			"because no identity-based policy allows the cognito-idp:AdminGetUser action"
	)
	for _, tt := range []struct {
		name, want string
		key        aws.Credentials
		later      time.Duration
	}{
		{"right", "", aws.Credentials{AccessKeyID: "AKIAEXAMPLE", SecretAccessKey: "secret"}, 0},
		{"right, with a session", "", aws.Credentials{AccessKeyID: "ASIAEXAMPLE", SecretAccessKey: "secret", SessionToken: "token"}, 0},
		{"wrong secret", invalid, aws.Credentials{AccessKeyID: "AKIAEXAMPLE", SecretAccessKey: "guess"}, 0},
		{"unknown key", unknown, aws.Credentials{AccessKeyID: "AKIANOBODY", SecretAccessKey: "secret"}, 0},
		{"wrong session", unknown, aws.Credentials{AccessKeyID: "ASIAEXAMPLE", SecretAccessKey: "secret", SessionToken: "another"}, 0},
		{"not allowed", denied, aws.Credentials{AccessKeyID: "AKIAREADER", SecretAccessKey: "secret"}, 0},
		{
			"expired session", "ExpiredTokenException: The security token included in the request is expired",
			aws.Credentials{AccessKeyID: "ASIAEXAMPLE", SecretAccessKey: "secret", SessionToken: "token"},
			2 * time.Hour,
		},
	} {
		s.pool.MoveClock(tt.later)
		_, err := client(s.url, tt.key).AdminGetUser(t.Context(), &cip.AdminGetUserInput{UserPoolId: aws.String(poolID), Username: aws.String("jane")})
		wantRefusal(t, err, tt.want)
		s.pool.MoveClock(-tt.later)
	}
	_, err := client(s.url, aws.Credentials{AccessKeyID: "AKIAREADER", SecretAccessKey: "secret"}).
		ListUsers(t.Context(), &cip.ListUsersInput{UserPoolId: aws.String(poolID)})
	wantRefusal(t, err, "")
}

// A signature is good for five minutes, as seen from the pool's clock.
func TestSignaturesOfAnotherTime(t *testing.T) {
	t.Parallel()
	for ahead, want := range map[time.Duration]string{
		4 * time.Minute:  "",
		-4 * time.Minute: "",
		6 * time.Minute:  "InvalidSignatureException: Signature expired: ",
		-6 * time.Minute: "InvalidSignatureException: Signature not yet current: ",
	} {
		s := startWith(t, pool.Config{
			Directories: []pool.Directory{directory()},
			Credentials: []pool.Credential{{AccessKeyID: "AKIAEXAMPLE", SecretAccessKey: "secret"}},
			Faults:      pool.Faults{ClockSkew: ahead},
		})
		c := cip.New(cip.Options{
			Region: "us-east-1", BaseEndpoint: &s.url, RetryMaxAttempts: 1,
			Credentials: staticKey(aws.Credentials{AccessKeyID: "AKIAEXAMPLE", SecretAccessKey: "secret"}),
		})
		_, err := c.ListUserPools(t.Context(), &cip.ListUserPoolsInput{MaxResults: aws.Int32(1)})
		if !strings.HasPrefix(said(err), want) || want == "" && err != nil {
			t.Errorf("%v ahead: got %v, want %q", ahead, err, want)
		}
	}
}

func TestAuthorizationThatCannotBeRead(t *testing.T) {
	t.Parallel()
	s := start(t)
	for header, want := range map[string]string{
		"Bearer token": "IncompleteSignatureException: Authorization header requires 'Credential' parameter.",
		"AWS4-HMAC-SHA256 Credential=a/b/c/cognito-idp/aws4_request, SignedHeaders=host":              "IncompleteSignatureException: Authorization header requires 'Signature' parameter.",
		"AWS4-HMAC-SHA256 Credential=a/b/c, SignedHeaders=host, Signature=00":                         "IncompleteSignatureException: Credential must have 5 slash-delimited elements, e.g. keyid/date/region/service/term.",
		"AWS4-HMAC-SHA256 Credential=a/b/c/s3/aws4_request, SignedHeaders=host, Signature=00":         "InvalidSignatureException: Credential should be scoped to correct service: 'cognito-idp'. ",
		"AWS4-HMAC-SHA256 Credential=a/b/c/cognito-idp/aws4_request, SignedHeaders=host, Signature=0": "",
	} {
		got := s.post(t, "ListUsers", `{"UserPoolId":"us-east-1_Example01"}`, func(r *http.Request) { r.Header.Set("Authorization", header) })
		if want == "" && got.status == 200 {
			continue
		}
		if got.kind+": "+got.message != want {
			t.Errorf("%s: got %s: %s", header, got.kind, got.message)
		}
	}
}
