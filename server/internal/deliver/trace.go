package deliver

import (
	"encoding/base64"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/go-json-experiment/json/jsontext"

	"wherry/server/internal/fa"
	"wherry/server/internal/identity"
	"wherry/server/internal/jsondoc"
)

// outcomeHeader is how Wherry's connector says why, where FusionAuth's contract
// knows 404 alone. FusionAuth takes no notice of it.
const outcomeHeader = "Wherry-Outcome"

// trace collects what FusionAuth writes to its event log about one call of a
// connector. Neither the password nor what the connector knows us by is ever
// part of it, even when the endpoint sends it back.
type trace struct {
	connector *fa.Connector
	loginID   string
	hide      func(string) string
	status    int
	outcome   string // which Wherry's connector gives
	body      []byte
	now       func() time.Time
	lines     strings.Builder
}

// newTrace begins a trace; what is what the connector is asked to do.
func newTrace(c *fa.Connector, r identity.ConnectorRequest, what string, now func() time.Time) *trace {
	t := &trace{connector: c, hide: veil(secretsOf(c, r)...), now: now}
	t.loginID = t.hide(r.LoginID) // people do type their password there
	fmt.Fprintf(&t.lines, "%s connector debug log for [%s] [%s]\n\n", c.Type, c.Name, c.ID)
	t.line("Attempt to %s application [%s] from [%s] for [%s] against [%s].",
		what, r.ApplicationID, r.EventInfo.IPAddress, t.loginID, t.address())
	return t
}

// secretsOf is what an endpoint learns from a request and nobody else may.
func secretsOf(c *fa.Connector, r identity.ConnectorRequest) []string {
	const shortest = 8 // a shorter header is no secret, and may be part of any word
	secrets := []string{r.Password.Reveal()}
	if c.HTTPAuthenticationPassword != "" {
		pair := c.HTTPAuthenticationUsername + ":" + c.HTTPAuthenticationPassword
		secrets = append(secrets, c.HTTPAuthenticationPassword, base64.StdEncoding.EncodeToString([]byte(pair)))
	}
	if c.SystemAccountPassword != "" {
		secrets = append(secrets, c.SystemAccountPassword)
	}
	for _, value := range c.Headers {
		if len(value) >= shortest {
			secrets = append(secrets, value)
		}
	}
	return secrets
}

// address is the connector's URL without a password that may stand in it.
func (t *trace) address() string {
	u, err := url.Parse(t.connector.AuthenticationURL)
	if err != nil {
		return "not a URL"
	}
	return u.Redacted()
}

func (t *trace) line(format string, args ...any) {
	fmt.Fprintf(&t.lines, "%s %s\n", t.now().UTC().Format("1/2/2006 03:04:05 PM Z07:00"), fmt.Sprintf(format, args...))
}

func (t *trace) answered(resp *http.Response, body []byte) {
	t.status, t.body = resp.StatusCode, body
	t.line("The endpoint returned status code [%d].", resp.StatusCode)
	if t.outcome = resp.Header.Get(outcomeHeader); t.outcome != "" {
		t.line("The endpoint gave the outcome [%s].", t.hide(t.outcome))
	}
}

// user reads the connector's answer. What it says of passwords is dropped.
func (t *trace) user(body []byte) (*fa.User, error) {
	if err := jsondoc.Check(body, jsondoc.Limits{Depth: 64}); err != nil {
		return nil, fmt.Errorf("the answer is not JSON that can be kept: %w", err)
	}
	answer := struct {
		User *fa.UserRequest `json:"user"`
	}{User: &fa.UserRequest{User: fa.NewUser()}}
	answer.User.Active = false // unlike everywhere else, a connector has to say so
	if err := fa.Decode(body, &answer); err != nil {
		return nil, fmt.Errorf("the answer is not a user: %w", err)
	}
	if answer.User == nil || answer.User.ID == "" {
		return nil, errors.New("the answer has no [user.id]")
	}
	user := &answer.User.User
	t.show(user)
	return user, nil
}

// show writes the user down.
func (t *trace) show(user *fa.User) {
	if shown, err := fa.Encode(user); err == nil {
		pretty := jsontext.Value(shown)
		if pretty.Indent() == nil {
			t.line("Connector User:\n%s", t.hide(start(string(pretty), longest)))
		}
	}
}

func (t *trace) String() string { return t.lines.String() }

// What an endpoint says takes at most so many bytes of the event log: longest
// when somebody debugs it.
const (
	longest  = 60 << 10
	excerpt  = 2000
	ellipsis = "…"
)

// failure is the entry for a call that went wrong, written even without debug.
func (t *trace) failure(err error) string {
	body := start(t.hide(start(string(t.body), longest)), excerpt)
	return fmt.Sprintf("The connector [%s] at [%s] could not authenticate [%s]. Status [%d]. %s.\n\n%s",
		t.connector.Name, t.address(), t.loginID, t.status, t.hide(err.Error()), body)
}

func start(text string, most int) string {
	if len(text) <= most {
		return text
	}
	return text[:most] + ellipsis
}
