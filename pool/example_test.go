package pool_test

import (
	"context"
	"fmt"
	"log"
	"net/http"
	"net/http/httptest"
	"strings"

	"wherry/pool"
)

// A pool in a test: served over HTTP, asked once, and asked what it was asked.
func Example() {
	p, err := pool.New(pool.Config{Directories: []pool.Directory{{
		Pool:    pool.UserPool{ID: "us-east-1_Example01"},
		Clients: []pool.Client{{ClientID: "1example23456789", ExplicitAuthFlows: []string{"ALLOW_USER_PASSWORD_AUTH"}}},
		Users:   []pool.User{{Username: "jane", Password: "Correct-Horse-1", Enabled: true}},
	}}})
	if err != nil {
		log.Fatal(err)
	}
	server := httptest.NewServer(p.Handler())
	defer server.Close()

	// Any client of Cognito would do, given server.URL as its endpoint.
	body := `{"ClientId":"1example23456789","AuthFlow":"USER_PASSWORD_AUTH","AuthParameters":{"USERNAME":"jane","PASSWORD":"wrong"}}`
	r, err := http.NewRequestWithContext(context.Background(), http.MethodPost, server.URL, strings.NewReader(body))
	if err != nil {
		log.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/x-amz-json-1.1")
	r.Header.Set("X-Amz-Target", "AWSCognitoIdentityProviderService.InitiateAuth")
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		log.Fatal(err)
	}
	defer answer.Body.Close()

	fmt.Println(answer.StatusCode, answer.Header.Get("X-Amzn-Errormessage"))
	fmt.Println(p.Counters().Users["us-east-1_Example01/jane"])
	// Output:
	// 400 Incorrect username or password.
	// map[InitiateAuth:1]
}
