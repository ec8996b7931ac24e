package deliver

import (
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/go-json-experiment/json/jsontext"

	"wherry/server/internal/fa"
	"wherry/server/internal/identity"
)

// outcomeHeader is how Wherry's connector says why, where FusionAuth's contract
// knows 404 alone. FusionAuth takes no notice of it.
const outcomeHeader = "Wherry-Outcome"

// trace collects what FusionAuth writes to its event log about one call of a
// connector. The password is never part of it.
type trace struct {
	connector *fa.Connector
	request   identity.ConnectorRequest
	status    int
	body      []byte
	now       func() time.Time
	lines     strings.Builder
}

func newTrace(c *fa.Connector, r identity.ConnectorRequest, now func() time.Time) *trace {
	t := &trace{connector: c, request: r, now: now}
	fmt.Fprintf(&t.lines, "%s connector debug log for [%s] [%s]\n\n", c.Type, c.Name, c.ID)
	t.line("Attempt to authenticate to application [%s] from [%s] for [%s] against [%s].",
		r.ApplicationID, r.EventInfo.IPAddress, r.LoginID, c.AuthenticationURL)
	return t
}

func (t *trace) line(format string, args ...any) {
	fmt.Fprintf(&t.lines, "%s %s\n", t.now().UTC().Format("1/2/2006 03:04:05 PM MST"), fmt.Sprintf(format, args...))
}

func (t *trace) answered(resp *http.Response, body []byte) {
	t.status, t.body = resp.StatusCode, body
	t.line("The endpoint returned status code [%d].", resp.StatusCode)
	if outcome := resp.Header.Get(outcomeHeader); outcome != "" {
		t.line("The endpoint gave the outcome [%s].", outcome)
	}
}

// user reads the connector's answer.
func (t *trace) user(body []byte) (*fa.User, error) {
	answer := struct {
		User *fa.User `json:"user"`
	}{User: new(fa.NewUser())}
	answer.User.Active = false // unlike everywhere else, a connector has to say so
	if err := fa.Decode(body, &answer); err != nil {
		return nil, fmt.Errorf("the answer is not a user: %w", err)
	}
	if answer.User == nil || answer.User.ID == "" {
		return nil, errors.New("the answer has no [user.id]")
	}
	if shown, err := fa.Encode(answer.User); err == nil {
		pretty := jsontext.Value(shown)
		if pretty.Indent() == nil {
			t.line("Connector User:\n%s", pretty)
		}
	}
	return answer.User, nil
}

func (t *trace) String() string { return t.lines.String() }

// failure is the entry for a call that went wrong, written even without debug.
func (t *trace) failure(err error) string {
	const most = 2000                                                          // bytes of the answer worth keeping
	body := strings.ReplaceAll(string(t.body), t.request.Password, "[secret]") // an endpoint may echo what it was sent
	body = body[:min(len(body), most)]
	return fmt.Sprintf("The connector [%s] at [%s] could not authenticate [%s]. Status [%d]. %s.\n\n%s",
		t.connector.Name, t.connector.AuthenticationURL, t.request.LoginID, t.status, err, body)
}
