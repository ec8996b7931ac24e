package lambda

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"wherry/server/internal/fa"
)

type shelf struct {
	body    string
	debug   bool
	err     error
	entries []string
}

func (s *shelf) Get(_ context.Context, id fa.ID) (*fa.Lambda, error) {
	l := fa.NewLambda()
	l.ID, l.Name, l.Body, l.Debug = id, "Test", s.body, s.debug
	return &l, s.err
}

func (s *shelf) LogEvent(_ context.Context, kind, message string) error {
	s.entries = append(s.entries, kind+": "+message)
	return nil
}

func (s *shelf) log() string { return strings.Join(s.entries, "\n") }

const lambdaID fa.ID = "00000000-0000-0000-0000-000000000001"

func newRunner(body string) (*Runner, *shelf) {
	s := &shelf{body: body}
	return &Runner{Lambdas: s, Events: s, Now: time.Now}, s
}

func ada() *fa.User {
	u := fa.NewUser()
	u.ID, u.Email, u.FirstName = lambdaID, "ada@example.com", "Ada"
	u.Data = fa.Data{"plan": []byte(`"gold"`)}
	return &u
}

func TestPopulate(t *testing.T) {
	t.Parallel()
	claims := func() map[string]any {
		return map[string]any{"sub": "s", "tid": "t", "iat": int64(10), "exp": int64(100), "iss": "i"}
	}
	with := func(change func(map[string]any)) map[string]any {
		c := claims()
		change(c)
		return c
	}
	for name, tt := range map[string]struct {
		body, logged string
		want         map[string]any
	}{
		"adds":                 {"function populate(jwt, user, registration) { jwt.plan = user.data.plan; jwt.r = registration === undefined; }", "", with(func(c map[string]any) { c["plan"], c["r"] = "gold", true })},
		"removes":              {"function populate(jwt) { delete jwt.iss; }", "", with(func(c map[string]any) { delete(c, "iss") })},
		"a const":              {"const populate = (jwt) => { jwt.x = 1 + (user => user?.a ?? 1)(null); }", "", with(func(c map[string]any) { c["x"] = 2.0 })},
		"what is fixed":        {"function populate(jwt) { jwt.sub = jwt.tid = 'x'; delete jwt.iat; jwt.amr = ['x']; jwt.tty = 'x'; }", "", claims()},
		"a shorter life":       {"function populate(jwt) { jwt.exp = 50; }", "", with(func(c map[string]any) { c["exp"] = int64(50) })},
		"a longer life":        {"function populate(jwt) { jwt.exp = 500; }", "", claims()},
		"no life":              {"function populate(jwt) { delete jwt.exp; }", "", claims()},
		"throws":               {"function populate(jwt) { jwt.x = 1; throw new Error('made up'); }", "Error: The lambda [Test] [" + string(lambdaID) + "] failed: Error: made up", claims()},
		"no function":          {"function other() {}", "no function populate", claims()},
		"syntax":               {"function (", "failed: SyntaxError", claims()},
		"without end":          {"function populate() { for (;;); }", "takes too long", claims()},
		"without end at once":  {"for (;;);", "takes too long", claims()},
		"memory":               {"function populate() { const a = []; for (;;) a.push('x'.repeat(100000) + a.length); }", "takes too", claims()},
		"one huge text":        {"function populate() { 'x'.repeat(1e9); }", "too long a text", claims()},
		"depth":                {"function populate() { populate(); }", "deep", claims()},
		"async":                {"async function populate() {}", "is async", claims()},
		"network":              {"function populate() { fetch('http://127.0.0.1/'); }", "fetch is not defined", claims()},
		"files":                {"function populate() { require('fs'); }", "require is not defined", claims()},
		"Java":                 {"function populate() { Java.type('java.lang.Runtime'); }", "Java is not defined", claims()},
		"no other run is seen": {"var n = 0; function populate(jwt) { n++; jwt.n = n; }", "", with(func(c map[string]any) { c["n"] = 1.0 })},
	} {
		t.Run(name, func(t *testing.T) {
			r, s := newRunner(tt.body)
			for range 2 {
				got, err := r.Populate(t.Context(), lambdaID, claims(), ada(), nil)
				if err != nil {
					t.Fatal(err)
				}
				if diff := cmp.Diff(tt.want, got); diff != "" {
					t.Error(diff)
				}
			}
			if log := s.log(); tt.logged == "" && log != "" || !strings.Contains(log, tt.logged) {
				t.Errorf("logged %q, want %q", log, tt.logged)
			}
		})
	}
}

func TestConsole(t *testing.T) {
	t.Parallel()
	const body = `function populate() { console.log("a", {b: 1}); console.info("c"); console.debug("d"); console.error("e"); console.log("x".repeat(20000)); }`
	for _, debug := range []bool{false, true} {
		r, s := newRunner(body)
		s.debug = debug
		if _, err := r.Populate(t.Context(), lambdaID, map[string]any{}, ada(), nil); err != nil {
			t.Fatal(err)
		}
		log := s.log()
		if !strings.Contains(log, "Information: The lambda [Test] ["+string(lambdaID)+"] writes:\n\na {\"b\":1}\nc\n") || !strings.Contains(log, "Error: ") ||
			strings.Contains(log, "Debug: ") != debug || len(log) > 20000 {
			t.Errorf("debug %v: %.300s", debug, log)
		}
	}
}

func TestValidate(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct{ body, want string }{
		"fine":     {"function validate() {}", ""},
		"general":  {"function validate(result, user, registration, context) { result.errors.generalErrors = [{code: '[No]', message: 'not ' + user.firstName + context.x}]; }", "refused: [No]"},
		"field":    {"function validate(result) { result.errors.fieldErrors['user.email'] = [{code: '[no]user.email', message: 'm'}]; }", "refused: [no]user.email"},
		"nothing":  {"function validate(result) { result.errors.fieldErrors['user.email'] = []; }", ""},
		"throws":   {"function validate() { throw 1 }", "refused: [LambdaFailed]"},
		"nonsense": {"function validate(result) { result.errors = 'x' }", "refused: [LambdaFailed]"},
	} {
		r, _ := newRunner(tt.body)
		err := r.Validate(t.Context(), lambdaID, ada(), nil, map[string]any{"x": 1})
		if tt.want == "" && err != nil || tt.want != "" && (err == nil || err.Error() != tt.want) {
			t.Errorf("%s: %v, want %s", name, err, tt.want)
		}
	}
}

func TestRequireFactor(t *testing.T) {
	t.Parallel()
	for body, want := range map[string]bool{
		"function checkRequired() {}":                              true,
		"function checkRequired(result) { result.required = 1<0 }": false,
		"function checkRequired() { throw 1 }":                     true,
		"function checkRequired(result) { result.required = 'x' }": true,
	} {
		r, _ := newRunner(body)
		if got, err := r.RequireFactor(t.Context(), lambdaID, true, ada(), nil, nil); got != want || err != nil {
			t.Errorf("%s: %v, %v", body, got, err)
		}
	}
}

func TestReconcile(t *testing.T) {
	t.Parallel()
	r, _ := newRunner("function reconcile(user, attributes) { user.firstName = attributes.givenName; user.data.from = 'ldap'; user.registrations = [{applicationId: user.id, roles: ['r']}]; }")
	u := ada()
	if err := r.ReconcileUser(t.Context(), lambdaID, u, nil, map[string]any{"givenName": "Grace"}); err != nil {
		t.Fatal(err)
	}
	if u.FirstName != "Grace" || string(u.Data["from"]) != `"ldap"` || u.Registrations[0].Roles[0] != "r" || u.Email != "ada@example.com" {
		t.Errorf("got %+v", u)
	}
	r, s := newRunner("function reconcile(user, registration, jwt) { registration.roles = jwt.roles; user.birthDate = 7; }")
	registration := fa.NewRegistration()
	if err := r.ReconcileUser(t.Context(), lambdaID, u, &registration, map[string]any{"roles": []string{"a"}}); !errors.Is(err, ErrFailed) || !strings.Contains(s.log(), "birthDate") {
		t.Errorf("got %v, logged %s", err, s.log())
	}
}

func TestALambdaThatIsGone(t *testing.T) {
	t.Parallel()
	r, s := newRunner("")
	s.err = fa.ErrNotFound
	if got, err := r.Populate(t.Context(), lambdaID, map[string]any{"a": 1}, ada(), nil); err != nil || got["a"] != 1 || !strings.Contains(s.log(), "no such lambda") {
		t.Errorf("got %v, %v, logged %s", got, err, s.log())
	}
}

func TestCheck(t *testing.T) {
	t.Parallel()
	if err := Check(&fa.Lambda{Body: "function populate("}); err == nil || err.Error() != "refused: [invalid]lambda.body" {
		t.Errorf("got %v", err)
	}
	if err := Check(&fa.Lambda{Body: "function populate(a, {b}) { return a?.b ?? `x${b}` }"}); err != nil {
		t.Errorf("got %v", err)
	}
}
