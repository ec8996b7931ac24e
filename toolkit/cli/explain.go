package cli

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
	"text/tabwriter"
	"time"
	"unicode"

	"wherry/internal/console"
	"wherry/internal/exit"
	"wherry/toolkit/config"
	"wherry/toolkit/internal/plan"
	"wherry/toolkit/internal/workspace"
)

// explainCommand shows how one user is mapped. It writes nothing anywhere.
type explainCommand struct {
	Login        string `arg:"" help:"What the user types to sign in, a username or a sub."`
	Config       string `default:"wherry.yaml" placeholder:"FILE" help:"The configuration."`
	Pool         string `placeholder:"NAME" help:"Which pool of the configuration, by name or id. Default: the only one."`
	In           string `placeholder:"FILE" help:"Look in what aws cognito-idp admin-get-user or list-users printed, not in the pool."`
	Workspace    string `placeholder:"FILE" help:"Look in this workspace, a file or a postgres:// URL, and tell how far the user is."`
	WorkspaceKey string `env:"WHERRY_WORKSPACE_KEY_FILE" placeholder:"FILE" help:"The key that encrypts it."`
	Road         string `enum:"slow,bulk" default:"slow" help:"slow: as at sign-in, where LOGIN is what was typed; bulk: as at import."`
}

// Help is the end of --help.
func (*explainCommand) Help() string {
	return "Reading the pool needs IAM credentials with cognito-idp:AdminGetUser and AdminListGroupsForUser, and counts the user as active in AWS's bill."
}

// userSource finds users. The login may be a username, a sub, an e-mail
// address, a phone number or a preferred_username; several users may have it,
// or none.
type userSource interface {
	users(ctx context.Context, login string) ([]foundUser, error)
	io.Closer
}

// foundUser is a user, and how far a workspace says that they are.
type foundUser struct {
	plan.CognitoUser
	journal *journal
}

// journal is what a workspace knows of a user.
type journal struct {
	State  workspace.State  `json:"state"`
	Reason string           `json:"reason,omitempty"`
	Since  time.Time        `json:"since"`
	Change workspace.Change `json:"change"` // what the latest export that found any found
	Read   time.Time        `json:"read"`   // from the pool
}

// Run ends with exit code 3 if the user would be refused.
func (c *explainCommand) Run(ctx context.Context, out *console.Console, p Process) (err error) {
	settings, err := config.Load(c.Config, p.Getenv)
	if err != nil {
		return err
	}
	pool, err := choosePool(settings.Pools, c.Pool)
	if err != nil {
		return err
	}
	mapper, err := newMapper(pool)
	if err != nil {
		return err
	}
	source, err := c.source(ctx, p, settings, pool)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, source.Close()) }()
	users, err := source.users(ctx, c.Login)
	if err != nil {
		return err
	}
	if len(users) == 0 {
		return exit.With(exit.Failed, errors.New("no user has this as login id, username or sub"), "look the user up by the sub")
	}
	var refused []error
	for _, u := range users {
		e, err := c.explain(ctx, mapper, pool.ID, u)
		refused = append(refused, err)
		if err := out.Emit(e, func(w io.Writer) { e.print(w, out) }); err != nil {
			return err
		}
	}
	if err := errors.Join(refused...); err != nil {
		return exit.With(exit.Refused, err, "the remarks say why")
	}
	return nil
}

func (c *explainCommand) source(ctx context.Context, p Process, settings *config.Config, pool config.Pool) (userSource, error) {
	switch {
	case c.In != "" && c.Workspace != "":
		return nil, exit.With(exit.Usage, errors.New("there are both a file and a workspace to look in"), "give --in or --workspace")
	case c.In != "":
		return userFile(c.In), nil
	case c.Workspace != "":
		return c.exported(ctx, p, settings, pool)
	}
	return newUserPool(ctx, pool)
}

func (c *explainCommand) exported(ctx context.Context, p Process, settings *config.Config, pool config.Pool) (userSource, error) {
	flags := crossingFlags{workspaceFlags: workspaceFlags{c.Workspace, c.WorkspaceKey}}
	x, err := flags.openPool(ctx, p, settings, pool, true)
	if err != nil {
		return nil, err
	}
	return exportedUsers{x}, nil
}

// choosePool finds a pool by its name or id, and the only one without.
func choosePool(pools []config.Pool, name string) (config.Pool, error) {
	var names []string
	for _, p := range pools {
		if p.Name == name || p.ID == name || name == "" && len(pools) == 1 {
			return p, nil
		}
		names = append(names, p.Name)
	}
	return config.Pool{}, exit.With(exit.Usage, errors.New("which pool is not clear"), "give --pool one of "+strings.Join(names, ", "))
}

// explanation is one user, mapped: the answer under --json.
type explanation struct {
	Username string      `json:"username"` // in Cognito
	Road     string      `json:"road"`
	Journal  *journal    `json:"journal,omitempty"`
	Refused  string      `json:"refused,omitempty"`
	Fields   []row       `json:"fields"`
	Links    []plan.Link `json:"links,omitempty"`
	User     plan.User   `json:"user"`
}

// row is a field with what there is to remark about it, or a remark alone.
type row struct {
	plan.Field
	Remark string `json:"remark,omitempty"`
}

func (c *explainCommand) explain(ctx context.Context, m *plan.Mapper, poolID string, u foundUser) (explanation, error) {
	if u.PoolID == "" {
		u.PoolID = poolID
	}
	trip := plan.Trip{Road: plan.SlowRoad, LoginID: c.Login}
	if c.Road == plan.BulkRoad.String() {
		trip = plan.Trip{Road: plan.BulkRoad}
	}
	r, err := m.Map(ctx, u.CognitoUser, trip)
	e := explanation{Username: u.Username, Road: trip.Road.String(), Journal: u.journal, Fields: rows(r), Links: r.Links, User: r.User}
	if err != nil {
		e.Refused = err.Error()
	}
	return e, err
}

// rows puts each remark beside the field that it is about. A remark about a
// field that is not there gets a row of its own.
func rows(r plan.Result) []row {
	var list []row
	at := map[string]int{}
	for _, f := range r.Fields() {
		at[f.Target] = len(list)
		list = append(list, row{Field: f})
	}
	for _, remark := range r.Remarks {
		i, ok := at[remark.Target]
		if !ok {
			i = len(list)
			list = append(list, row{Field: plan.Field{Target: remark.Target, Source: remark.Source, Rule: remark.Rule}})
			at[remark.Target] = i
		}
		list[i].Remark = strings.TrimPrefix(list[i].Remark+"; "+remark.Text, "; ")
	}
	return list
}

func (e explanation) print(w io.Writer, out *console.Console) {
	fmt.Fprintf(w, "%s, by the %s road\n\n", out.Style("1", visible(e.Username)), e.Road)
	if j := e.Journal; j != nil {
		fmt.Fprintf(w, "%s since %s", j.State, j.Since.Local().Format("2006-01-02 15:04:05"))
		if j.Reason != "" {
			fmt.Fprintf(w, ": %s", visible(j.Reason))
		}
		fmt.Fprintf(w, "; read from the pool on %s, %s\n\n", j.Read.Local().Format("2006-01-02 15:04:05"), j.Change)
	}
	var text strings.Builder
	table := tabwriter.NewWriter(&text, 0, 0, 2, ' ', 0)
	fmt.Fprintln(table, "FIELD\tVALUE\tSOURCE\tRULE\tREMARK")
	for _, r := range e.Fields {
		fmt.Fprintf(table, "%s\t%s\t%s\t%s\t%s\n", visible(cmp.Or(r.Target, "(the user)")), show(r.Value), visible(r.Source), r.Rule, visible(r.Remark))
	}
	_ = table.Flush() // a strings.Builder takes everything
	for line := range strings.Lines(text.String()) {
		fmt.Fprintln(w, strings.TrimRight(line, " \n"))
	}
	if e.Refused != "" {
		fmt.Fprintf(w, "\nrefused: %s\n", e.Refused)
	}
	fmt.Fprintln(w)
}

// show is a value on one line.
func show(value any) string {
	switch v := value.(type) {
	case nil:
		return ""
	case string:
		return visible(v)
	}
	data, err := json.Marshal(value)
	if err != nil {
		return "?"
	}
	return visible(string(data))
}

// visible keeps what a user typed into a profile from steering the terminal.
func visible(text string) string {
	hidden := func(r rune) bool { return !unicode.IsPrint(r) }
	if strings.ContainsFunc(text, hidden) {
		return strconv.Quote(text)
	}
	return text
}
