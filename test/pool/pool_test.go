// Package pool drives the stand-in pool from outside, with the clients that
// drive the real one.
package pool

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	cip "github.com/aws/aws-sdk-go-v2/service/cognitoidentityprovider"
	"github.com/aws/aws-sdk-go-v2/service/cognitoidentityprovider/types"
	"github.com/aws/smithy-go"

	"wherry/pool"
)

// standIn is a pool with a client of it.
type standIn struct {
	*cip.Client
	pool *pool.Pool
	url  string
}

// start serves the directory after changes, and gives AWS's own client for it.
func start(t testing.TB, changes ...func(*pool.Directory)) *standIn {
	t.Helper()
	return startWith(t, pool.Config{Directories: []pool.Directory{directory(changes...)}})
}

func startWith(t testing.TB, c pool.Config) *standIn {
	t.Helper()
	at := time.Now()
	c.Now = func() time.Time { return at } // moves when a test moves it
	p, err := pool.New(c)
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(p.Handler())
	t.Cleanup(server.Close)
	return &standIn{client(server.URL, anyKey), p, server.URL}
}

var anyKey = aws.Credentials{AccessKeyID: "any", SecretAccessKey: "key"}

func client(url string, key aws.Credentials) *cip.Client {
	return cip.New(cip.Options{
		Region: "us-east-1", BaseEndpoint: &url, RetryMaxAttempts: 1, HTTPClient: patient{},
		Credentials: staticKey(key),
	})
}

// patient keeps the SDK from ending its own connection: it closes a request's
// body when the answer begins, its WriteTo says io.EOF from then on, and
// net/http, when it is still looking whether there is more to send, takes that
// for a failure. Read, which is left, ends as net/http expects.
type patient struct{}

func (patient) Do(req *http.Request) (*http.Response, error) {
	if req.Body != nil {
		req.Body = struct{ io.ReadCloser }{req.Body}
	}
	return http.DefaultClient.Do(req)
}

func staticKey(key aws.Credentials) aws.CredentialsProvider {
	return aws.CredentialsProviderFunc(func(context.Context) (aws.Credentials, error) { return key, nil })
}

// signIn begins a sign-in by password.
func (s *standIn) signIn(t testing.TB, username, password string) (*cip.InitiateAuthOutput, error) {
	t.Helper()
	return s.InitiateAuth(t.Context(), &cip.InitiateAuthInput{
		ClientId: aws.String(clientID), AuthFlow: "USER_PASSWORD_AUTH",
		AuthParameters: map[string]string{"USERNAME": username, "PASSWORD": password},
	})
}

// said is how a refusal reads: "Type: message".
func said(err error) string {
	var refusal smithy.APIError
	if !errors.As(err, &refusal) {
		return ""
	}
	return refusal.ErrorCode() + ": " + refusal.ErrorMessage()
}

// wantRefusal fails the test unless err says exactly this.
func wantRefusal(t testing.TB, err error, want string) {
	t.Helper()
	if got := said(err); got != want {
		t.Errorf("got %q (%v), want %q", got, err, want)
	}
}

type userType = types.UserType

// attributes makes a list of names and values in turn.
func attributes(namesAndValues ...string) []types.AttributeType {
	var list []types.AttributeType
	for i := 0; i < len(namesAndValues); i += 2 {
		list = append(list, types.AttributeType{Name: &namesAndValues[i], Value: &namesAndValues[i+1]})
	}
	return list
}
