package connector_test

import (
	"context"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"wherry/toolkit/config"
	"wherry/toolkit/internal/cognitotest"
)

func TestOneDeadlineForTheWholeAnswer(t *testing.T) {
	t.Parallel()
	short := onPool(func(s *config.SignIn) { s.Deadline = 100 * time.Millisecond })
	for _, tt := range []struct{ hangs, asked string }{
		{"InitiateAuth", "InitiateAuth"},
		{"GetUser", "InitiateAuth GetUser RevokeToken"}, // the session is ended all the same
	} {
		t.Run(tt.hangs, func(t *testing.T) {
			t.Parallel()
			b := start(t, &cognitotest.Cognito{Users: []cognitotest.User{jane()}}, short)
			b.fake.Say(tt.hangs, cognitotest.Answer{Hang: true})
			if w := b.signIn("jane@example.com", password); w.Code != http.StatusNotFound {
				t.Errorf("got %d", w.Code)
			}
			if line := b.said(t); line["outcome"] != "timed-out" || operations(b) != tt.asked {
				t.Errorf("asked %s, log %v", operations(b), line)
			}
		})
	}
}

func TestTheCallersDeadlineIsKept(t *testing.T) {
	t.Parallel()
	patient := onPool(func(s *config.SignIn) { s.Deadline = time.Hour })
	b := start(t, &cognitotest.Cognito{}, patient)
	b.fake.Say("InitiateAuth", cognitotest.Answer{Hang: true})
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	b.send(request("jane@example.com", password).WithContext(ctx))
	if line := b.said(t); line["outcome"] != "timed-out" {
		t.Errorf("log: %v", line)
	}
	gone, hangUp := context.WithCancel(t.Context())
	hangUp()
	b.send(request("jane@example.com", password).WithContext(gone))
	if line := b.said(t); line["outcome"] != "caller-gone" && line["outcome"] != "busy" {
		t.Errorf("log: %v", line)
	}
}

func TestBreaker(t *testing.T) {
	t.Parallel()
	quick := onPool(func(s *config.SignIn) {
		s.Breaker = config.Breaker{FailureRate: 50, SignIns: 4, Window: time.Minute, OpenFor: 50 * time.Millisecond}
	})
	many := func(c *config.Config) { c.Connector.PerLogin = &config.Limit{} }
	down := cognitotest.Answer{Status: 503}
	b := start(t, &cognitotest.Cognito{Users: []cognitotest.User{jane()}}, quick, many)
	repeat := func(times int, password string, want string) {
		t.Helper()
		for range times {
			b.signIn("jane@example.com", password)
		}
		if got := b.said(t)["outcome"]; got != want {
			t.Errorf("outcome %v, want %s", got, want)
		}
	}
	repeat(20, "wrong", "wrong-credentials") // no number of them opens it
	b.fake.Say("InitiateAuth", cognitotest.Answer{Type: "TooManyRequestsException"})
	repeat(3, password, "throttled")

	b.fake.Say("InitiateAuth", down)
	for range 100 {
		if b.signIn("jane@example.com", password); b.said(t)["outcome"] == "breaker-open" {
			break
		}
	}
	asked := len(b.fake.Operations())
	repeat(1, password, "breaker-open")
	if len(b.fake.Operations()) != asked {
		t.Error("a pool that is down was asked")
	}

	b.fake.Say("InitiateAuth", cognitotest.Answer{Type: "NotAuthorizedException", Message: "Incorrect username or password."})
	time.Sleep(60 * time.Millisecond)
	repeat(5, "wrong", "wrong-credentials")
}

func TestShortQueue(t *testing.T) {
	t.Parallel()
	one := onPool(func(s *config.SignIn) {
		s.Deadline, s.Parallel = 10*time.Second, config.Parallel{SignIns: 1, Queue: 1, Wait: 20 * time.Millisecond}
	})
	b := start(t, &cognitotest.Cognito{}, one)
	b.fake.Say("InitiateAuth", cognitotest.Answer{Hang: true})
	ctx, cancel := context.WithCancel(t.Context())
	var first sync.WaitGroup
	first.Go(func() { b.send(request("jane@example.com", password).WithContext(ctx)) })
	for len(b.fake.Operations()) == 0 {
		time.Sleep(time.Millisecond)
	}
	if w := b.signIn("john@example.com", password); w.Code != http.StatusNotFound {
		t.Errorf("got %d", w.Code)
	}
	if got := b.said(t)["outcome"]; got != "busy" {
		t.Errorf("outcome %v, want busy", got)
	}
	cancel()
	first.Wait()
	b.fake.Say("InitiateAuth", cognitotest.Answer{Type: "UserNotFoundException"})
	b.signIn("john@example.com", password)
	if got := b.said(t)["outcome"]; got != "wrong-credentials" {
		t.Errorf("the slot was not given back: %v", got)
	}
}

func TestLimits(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name  string
		limit func(*config.Connector)
		login []string
		want  string
	}{
		{
			"per login id", func(c *config.Connector) { c.PerLogin = &config.Limit{Attempts: 2, Within: time.Hour} },
			[]string{"jane@example.com", "JANE@example.com", "jane@example.com", "john@example.com"},
			"wrong-credentials wrong-credentials rate-limited wrong-credentials",
		},
		{
			"overall", func(c *config.Connector) { c.Overall = &config.Limit{Attempts: 2, Within: time.Hour} },
			[]string{"a@example.com", "b@example.com", "c@example.com"},
			"wrong-credentials wrong-credentials rate-limited",
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			b := start(t, &cognitotest.Cognito{}, func(c *config.Config) { tt.limit(&c.Connector) })
			var got []string
			for _, login := range tt.login {
				b.signIn(login, "x")
				outcome, _ := b.said(t)["outcome"].(string)
				got = append(got, outcome)
			}
			if strings.Join(got, " ") != tt.want {
				t.Errorf("got %s", got)
			}
		})
	}
}
