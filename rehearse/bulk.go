package rehearse

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/google/uuid"

	"wherry/internal/console"
	"wherry/internal/exit"
	"wherry/pool"
	"wherry/toolkit/cli"
)

// The users of a bulk rehearsal: usually, and at least.
const (
	usualUsers = 2000
	leastUsers = 200
)

// Files that the commands write into the rehearsal's folder.
const (
	reportFile  = "report.html" // unless somebody says otherwise
	refusedFile = "refused.json"
)

// bulk is a rehearsal of the bulk road. It runs the very commands that people
// run, and looks at what they leave.
type bulk struct {
	*Rehearsal
	out    *console.Console
	faults pool.Faults
	report string
	slow   []Person // who came first, by the slow road
	chosen string   // who has chosen a password by a mail's link
	mails  int
}

// Bulk goes the bulk road with everybody who has not signed in before, through
// these faults of the pool, and writes the report of the verification.
func (r *Rehearsal) Bulk(ctx context.Context, out *console.Console, faults pool.Faults, report string) error {
	if err := credentialsForCommands(ctx); err != nil {
		return err
	}
	b := &bulk{Rehearsal: r, out: out, faults: faults, report: cmp.Or(report, filepath.Join(r.Dir, reportFile)), slow: r.People}
	if err := runChecks(ctx, out, b.checks()); err != nil {
		return err
	}
	out.Note("the report is %s", b.report)
	return nil
}

// credentialsForCommands lets the commands sign what needs IAM, unless the
// environment has a key: the stand-in pool takes every signature.
func credentialsForCommands(ctx context.Context) error {
	if os.Getenv("AWS_ACCESS_KEY_ID") != "" {
		return nil
	}
	key, err := anybody.Retrieve(ctx)
	if err != nil {
		return err
	}
	return errors.Join(os.Setenv("AWS_ACCESS_KEY_ID", key.AccessKeyID), os.Setenv("AWS_SECRET_ACCESS_KEY", key.SecretAccessKey))
}

func (b *bulk) checks() []check {
	return []check{
		{fmt.Sprintf("%d people sign in first, and come across by the slow road", len(b.slow)), b.signInFirst},
		{"wherry export reads everybody", b.export},
		{"wherry import carries everybody else who is to be carried, and leaves those alone", b.carry},
		{"wherry links links federated users with their identity providers", b.link},
		{"wherry reset mails everybody who has no password here, and nobody twice", b.mail},
		{"somebody chooses a password by the link in the mail, and signs in", b.choose},
		{"those who came first sign in as before", b.signInAgain},
		{"wherry verify finds everybody, and a reason for each difference", b.verify},
		{"each command, run again, finds nothing to do", b.again},
	}
}

func (b *bulk) signInFirst(ctx context.Context) error {
	for _, p := range b.slow {
		u, status, err := b.login(ctx, p.LoginID, p.Password.Reveal())
		if err := allOf(err, expect("status", status, http.StatusOK), expect("id", u.ID, p.Sub)); err != nil {
			return fmt.Errorf("%s: %w", p.LoginID, err)
		}
	}
	b.pool.SetFaults(b.faults)
	return nil
}

// command runs a command of the toolkit and decodes the first line of its
// answer. Its exit code must be one of those.
func (b *bulk) command(ctx context.Context, answer any, codes []int, args ...string) error {
	if !b.out.Quiet && !b.out.JSON {
		b.out.Note("%s", b.out.Style("2", "  $ wherry "+strings.Join(args, " ")))
	}
	var stdout, stderr bytes.Buffer
	code := cli.Main(ctx, cli.Process{
		Args:   append(args, "--config", filepath.Join(b.Dir, configFile), "--workspace", filepath.Join(b.Dir, "wherry.db"), "--json", "--quiet"),
		Getenv: os.Getenv, Stdin: strings.NewReader(""), Stdout: &stdout, Stderr: &stderr,
	})
	line, _, _ := strings.Cut(stdout.String(), "\n")
	for _, want := range codes {
		if code != want {
			continue
		}
		if answer == nil {
			return nil
		}
		if err := json.Unmarshal([]byte(line), answer); err != nil {
			return fmt.Errorf("the answer of wherry %s: %w: %s", args[0], err, line)
		}
		return nil
	}
	return fmt.Errorf("wherry %s: exit code %d: %s%s", args[0], code, stdout.String(), stderr.String())
}

func (b *bulk) export(ctx context.Context) error {
	var read struct{ Users int }
	err := b.command(ctx, &read, []int{exit.Done}, "export", "--rate", "30")
	b.pool.SetFaults(pool.Faults{})
	return allOf(err, expect("users", read.Users, b.generated.Len()))
}

// carried is how many users go across, by either road.
func (b *bulk) carried() (n int) {
	for i := range b.generated.Len() {
		if b.generated.Expected(i).Bulk.Carried {
			n++
		}
	}
	return n
}

func (b *bulk) carry(ctx context.Context) error {
	var done struct {
		Import struct{ Imported, Skipped, Refused int }
	}
	err := b.command(ctx, &done, []int{exit.Done, exit.Refused}, "import", "--collisions", "verified", "--refused", filepath.Join(b.Dir, refusedFile))
	return allOf(err,
		expect("left alone", done.Import.Skipped, len(b.slow)),
		expect("refused by the server", done.Import.Refused, 0),
		expect("across", done.Import.Imported+done.Import.Skipped, b.carried()))
}

// link makes providers of the names that the pool has for them: what they are
// does not matter to links.
func (b *bulk) link(ctx context.Context) error {
	for _, p := range b.directory.Providers {
		id := uuid.NewSHA1(uuid.NameSpaceURL, []byte("wherry rehearsal: "+p.ProviderName)).String()
		provider := doc{"identityProvider": doc{
			"type": "OpenIDConnect", "name": p.ProviderName, "enabled": false, "buttonText": p.ProviderName,
			"oauth2": doc{
				"client_id": "rehearsal", "client_secret": "rehearsal", "authorization_endpoint": b.ServerURL + "/authorize",
				"token_endpoint": b.ServerURL + "/token", "userinfo_endpoint": b.ServerURL + "/userinfo",
			},
		}}
		if status, err := b.call(ctx, http.MethodPost, "/api/identity-provider/"+id, provider, nil); err != nil || status != http.StatusOK {
			if there, _ := b.call(ctx, http.MethodGet, "/api/identity-provider/"+id, nil, nil); there != http.StatusOK {
				return fmt.Errorf("make the identity provider %s: status %d, %w", p.ProviderName, status, err)
			}
		}
	}
	var done struct {
		Made     int
		Problems map[string]int
	}
	if err := b.command(ctx, &done, []int{exit.Done}, "links"); err != nil {
		return err
	}
	want, err := b.links()
	return allOf(err, expect("links", done.Made, want))
}

// links is how many identity providers those sign in with who are across. Of
// two who want the same name either may have got it.
func (b *bulk) links() (n int, err error) {
	text, err := os.ReadFile(filepath.Join(b.Dir, refusedFile))
	if err != nil {
		return 0, err
	}
	var file struct{ Refused []struct{ ID string } }
	if err := json.Unmarshal(text, &file); err != nil {
		return 0, err
	}
	refused := map[string]bool{}
	for _, r := range file.Refused {
		refused[r.ID] = true
	}
	for i := range b.generated.Len() {
		if e := b.generated.Expected(i); (e.Bulk.Carried || e.Rival != nil) && !refused[e.User.ID] {
			n += len(e.Links)
		}
	}
	return n, nil
}

// mailsTime is how long the mails may take.
const mailsTime = 10 * time.Minute

func (b *bulk) mail(ctx context.Context) error {
	b.Rehearsal.mails.forget()
	var done struct{ Sent int }
	if err := b.command(ctx, &done, []int{exit.Done, exit.Refused}, "reset", "--rate", "1000"); err != nil {
		return err
	}
	b.mails = done.Sent
	waiting, cancel := context.WithTimeout(ctx, mailsTime)
	defer cancel()
	if came := b.Rehearsal.mails.arrived(waiting, done.Sent); came != done.Sent || came == 0 {
		return fmt.Errorf("%d mails were sent, %d have come", done.Sent, came)
	}
	return nil
}

func (b *bulk) choose(ctx context.Context) error {
	l, ok := b.Rehearsal.mails.newest()
	if !ok {
		return errors.New("there is no mail")
	}
	b.chosen = l.To
	browser, err := newBrowser()
	if err != nil {
		return err
	}
	if err := browser.open(ctx, l.Link()); err != nil {
		return err
	}
	if err := browser.submit(ctx, url.Values{"password": {chosenPassword}, "passwordConfirm": {chosenPassword}}); err != nil {
		return err
	}
	_, status, err := b.login(ctx, l.To, chosenPassword)
	if status == 242 { // a second factor is asked for: the password was right
		status = http.StatusOK
	}
	return allOf(err, expect("status", status, http.StatusOK))
}

func (b *bulk) signInAgain(ctx context.Context) error {
	asked := b.pool.Counters().Operations["InitiateAuth"]
	for _, p := range b.slow {
		_, status, err := b.login(ctx, p.LoginID, p.Password.Reveal())
		if err := allOf(err, expect("status", status, http.StatusOK)); err != nil {
			return fmt.Errorf("%s: %w", p.LoginID, err)
		}
	}
	return expect("sign-ins at the pool", b.pool.Counters().Operations["InitiateAuth"], asked)
}

func (b *bulk) verify(ctx context.Context) error {
	var done struct{ Checked, Found int }
	err := b.command(ctx, &done, []int{exit.Done}, "verify", "--html", b.report, "--rate", "5000")
	return allOf(err, expect("users", done.Checked, b.generated.Len()), expect("accounts", done.Found, b.carried()))
}

func (b *bulk) again(ctx context.Context) error {
	return allOf(
		b.command(ctx, nil, []int{exit.Nothing}, "import"),
		b.command(ctx, nil, []int{exit.Nothing}, "links"),
		b.command(ctx, nil, []int{exit.Nothing, exit.Refused}, "reset", "--rate", "1000"),
		expect("mails", b.Rehearsal.mails.arrived(ctx, b.mails), b.mails),
	)
}
