package bulk

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
)

// TestMachinesShareAnImport lets two machines, as it were, import from one
// workspace in PostgreSQL: everybody comes across, and nobody is sent twice.
func TestMachinesShareAnImport(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	c := beginAt(t, s, 1500)
	c.place = schema(t)
	c.must(t, 0, "export", "--rate", "2000", "--quiet")
	first, one := c.command(t.Context(), "import", "--collisions", "verified", "--at-most", "50")
	second, two := c.command(t.Context(), "import", "--collisions", "verified", "--at-most", "50")
	for _, cmd := range []*exec.Cmd{first, second} {
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
	}
	for cmd, output := range map[*exec.Cmd]any{first: one, second: two} {
		exited, failed := errors.AsType[*exec.ExitError](cmd.Wait())
		if failed && exited.ExitCode() != 5 && exited.ExitCode() != 3 {
			t.Fatalf("%v\n%s", exited, output)
		}
	}
	if n := len(s.accounts(t, c)); n != c.carried() {
		t.Errorf("%d accounts, want %d\n%s\n%s", n, c.carried(), one, two)
	}
	t.Logf("%s\n%s", one, two)
}

// hasty is a setting of PostgreSQL's: a process may be stopped in the middle of a
// transaction, and holds what it has locked for so many milliseconds.
const hasty = "&idle_in_transaction_session_timeout=1000"

// TestAMachineTakesOverFromAnother stops one of two machines, as it were, while
// it has users in hand: for good, or until the other has done its work. Everybody
// is done once.
func TestAMachineTakesOverFromAnother(t *testing.T) {
	t.Parallel()
	for _, wakes := range []bool{false, true} {
		t.Run(map[bool]string{false: "killed", true: "asleep"}[wakes], func(t *testing.T) {
			t.Parallel()
			s := newSite(t)
			c := beginAt(t, s, 1200)
			c.place = schema(t) + hasty
			c.taken(t, wakes, "export", "--rate", "100")
			c.must(t, 0, "export", "--out", "users.json")
			if users := len(c.lines(t, "users.json")) - 2; users != 1200 {
				t.Errorf("%d users were read", users)
			}
			c.taken(t, wakes, "import", "--collisions", "verified", "--stop-after", "0", "--at-most", "50")
			c.taken(t, wakes, "links", "--parallel", "1")
			accounts, links, want := s.accounts(t, c), 0, 0
			for _, a := range accounts {
				list, _ := a["links"].([]any)
				links += len(list)
			}
			for n := range c.generated.Len() {
				for _, l := range c.generated.Expected(n).Links {
					if l.ProviderName == "Google" && accounts[c.generated.Expected(n).User.ID] != nil {
						want++
					}
				}
			}
			if len(accounts) != c.carried() || links != want || links == 0 {
				t.Errorf("%d accounts, want %d; %d links, want %d", len(accounts), c.carried(), links, want)
			}
			var would struct{ Would int }
			if err := json.Unmarshal([]byte(c.must(t, 0, "reset", "--dry-run", "--json")), &would); err != nil {
				t.Fatal(err)
			}
			c.taken(t, wakes, "reset", "--rate", "100")
			got := s.mails.settled(t, would.Would)
			for to, n := range got {
				if n != 1 {
					t.Errorf("%s got %d mails", to, n)
				}
			}
			if len(got) != would.Would || would.Would < 300 {
				t.Errorf("%d users got mails, want %d", len(got), would.Would)
			}
			c.must(t, 0, "verify", "--quiet")
		})
	}
}

// taken lets two machines run a command. The first is stopped when it has users
// in hand; the second comes to an end, and the first perhaps wakes.
func (c *crossing) taken(t *testing.T, wakes bool, args ...string) {
	t.Helper()
	first, one := c.command(t.Context(), append(slices.Clone(args), "--quiet")...)
	if err := first.Start(); err != nil {
		t.Fatal(err)
	}
	n := c.asleep(t, first)
	if !wakes {
		end(first)
	}
	second, two := c.command(t.Context(), append(slices.Clone(args), "--quiet")...)
	if err := second.Start(); err != nil {
		t.Fatal(err)
	}
	c.query(t, nil, "update runs set beat = beat - 100000 where n = $1", n) // the time after which a machine is taken for dead
	if err := second.Wait(); second.ProcessState.ExitCode() != 0 && second.ProcessState.ExitCode() != 3 {
		t.Fatalf("%v: %v\n%s", args, err, two)
	}
	left := 0
	c.query(t, &left, "select count(*) from users where batch is not null")
	if left > 0 {
		t.Errorf("%v: %d users are left in hand", args, left)
	}
	if !wakes {
		return
	}
	_ = first.Process.Signal(syscall.SIGCONT)
	_ = first.Wait() // how it ended is looked at
	if code := first.ProcessState.ExitCode(); code != 1 || !strings.Contains(one.String(), "another machine has taken this work over") && !strings.Contains(one.String(), "idle-in-transaction") {
		t.Errorf("%v: whoever wakes ends with %d\n%s", args, code, one)
	}
}

func end(cmd *exec.Cmd) {
	_ = cmd.Process.Kill() // it may have ended
	_ = cmd.Wait()
}

// asleep stops a process while it has users or shards in hand, and no transaction
// open that would keep others from more of them; and tells the number of its run.
func (c *crossing) asleep(t *testing.T, cmd *exec.Cmd) (run int64) {
	t.Helper()
	const inHand = `select coalesce(max(n), 0) from runs where pid = $1 and ended is null and (
		exists (select 1 from batches where run = runs.n and ended is null and kind <> 'plan') or exists (select 1 from shards where run = runs.n))
		and not exists (select 1 from pg_stat_activity where application_name = current_setting('application_name') and state <> 'idle' and pid <> pg_backend_pid())`
	for deadline := time.Now().Add(time.Minute); time.Now().Before(deadline); time.Sleep(5 * time.Millisecond) {
		if err := c.ask(t, &run, inHand, cmd.Process.Pid); err != nil || run == 0 {
			continue // there may be no tables yet
		}
		_ = cmd.Process.Signal(syscall.SIGSTOP)
		time.Sleep(50 * time.Millisecond) // what was on its way to PostgreSQL has arrived
		if c.query(t, &run, inHand, cmd.Process.Pid); run != 0 {
			return run
		}
		_ = cmd.Process.Signal(syscall.SIGCONT)
	}
	t.Fatal("it never had anything in hand")
	return 0
}

// query asks the workspace for one value, or changes it.
func (c *crossing) query(t *testing.T, into any, statement string, args ...any) {
	t.Helper()
	if err := c.ask(t, into, statement, args...); err != nil {
		t.Fatalf("%s: %v", statement, err)
	}
}

func (c *crossing) ask(t *testing.T, into any, statement string, args ...any) error {
	t.Helper()
	ctx := context.WithoutCancel(t.Context())
	conn, err := pgx.Connect(ctx, c.place)
	if err != nil {
		return err
	}
	if into == nil {
		_, err = conn.Exec(ctx, statement, args...)
	} else {
		err = conn.QueryRow(ctx, statement, args...).Scan(into)
	}
	return errors.Join(err, conn.Close(ctx))
}

// TestImportsByOneMappingOnly: who would plan the users of a running import anew is
// refused at once, and the import comes to its end.
func TestImportsByOneMappingOnly(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	c := beginAt(t, s, 600)
	c.place = schema(t)
	c.must(t, 0, "export", "--rate", "2000", "--quiet")
	config, err := os.ReadFile(filepath.Join(c.dir, "wherry.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	c.write(t, "other.yaml", strings.Replace(string(config), "import: {", "import: {skip: [UNCONFIRMED, EXTERNAL_PROVIDER], ", 1))
	first, one := c.command(t.Context(), carrying...)
	if err := first.Start(); err != nil {
		t.Fatal(err)
	}
	n := c.asleep(t, first)
	for _, command := range []string{"import", "transform"} {
		output := c.must(t, 1, command, "--config", "other.yaml", "--collisions", "verified")
		for _, want := range []string{"planned with another mapping", fmt.Sprintf("run %d, a wherry import", n), fmt.Sprintf("process %d", first.Process.Pid), "use the same wherry.yaml", "if it was killed"} {
			if !strings.Contains(output, want) {
				t.Errorf("%s says\n%s\nwant %q", command, output, want)
			}
		}
	}
	second, two := c.command(t.Context(), carrying...) // which shares the work
	if err := second.Start(); err != nil {
		t.Fatal(err)
	}
	_ = first.Process.Signal(syscall.SIGCONT)
	for cmd, output := range map[*exec.Cmd]fmt.Stringer{first: one, second: two} {
		_ = cmd.Wait() // how it ended is looked at
		if code := cmd.ProcessState.ExitCode(); code != 0 && code != 3 && code != 5 {
			t.Errorf("exit code %d\n%s", code, output)
		}
	}
	if got := len(s.accounts(t, c)); got != c.carried() {
		t.Errorf("%d accounts, want %d", got, c.carried())
	}
	c.must(t, 3, "transform", "--config", "other.yaml", "--collisions", "verified") // who is not across, because others got their names
}

// TestWhatCannotBeShared: a second run is kept out with the name of the first,
// until that has ended or is taken for dead.
func TestWhatCannotBeShared(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	c := beginAt(t, s, 600)
	c.place = schema(t) + hasty
	c.must(t, 0, "export", "--rate", "2000", "--quiet")
	c.must(t, 3, "import", "--collisions", "verified", "--stop-after", "0", "--quiet")
	for command, code := range map[string]int{"transform": 5, "verify": 0} {
		t.Run(command, func(t *testing.T) {
			first, n := c.atWork(t, command)
			defer end(first)
			output := c.must(t, 1, command)
			for _, want := range []string{
				"another wherry " + command + " works on the pool", fmt.Sprintf("run %d", n), fmt.Sprintf("process %d", first.Process.Pid), "since 20", "if it was killed",
			} {
				if !strings.Contains(output, want) {
					t.Errorf("it says\n%s\nwant %q", output, want)
				}
			}
			end(first)
			c.query(t, nil, "update runs set beat = beat - 100000 where n = $1", n)
			c.must(t, code, command)
		})
	}
}

// atWork is a command that was stopped while it runs, with the number of its run.
// One that is too fast to be met is begun again.
func (c *crossing) atWork(t *testing.T, command string) (cmd *exec.Cmd, n int64) {
	t.Helper()
	const running = "select coalesce(max(n), 0) from runs where pid = $1 and ended is null"
	for range 50 {
		cmd, _ = c.command(t.Context(), command, "--quiet")
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		for deadline := time.Now().Add(2 * time.Second); n == 0 && time.Now().Before(deadline); {
			c.query(t, &n, running, cmd.Process.Pid)
		}
		_ = cmd.Process.Signal(syscall.SIGSTOP)
		time.Sleep(50 * time.Millisecond) // what was on its way to PostgreSQL has arrived
		if c.query(t, &n, running, cmd.Process.Pid); n != 0 {
			return cmd, n
		}
		end(cmd)
	}
	t.Fatalf("%s was never met at work", command)
	return nil, 0
}
