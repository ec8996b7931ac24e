package bulk

import (
	"bytes"
	"encoding/json"
	"maps"
	"math/rand/v2"
	"os/exec"
	"strings"
	"testing"
	"time"
)

// TestResetSurvivesBeingKilled kills campaigns at random moments, in bad
// weather. In the end everybody whom an undisturbed campaign would have mailed
// has got one mail, and nobody two. WHERRY_KILLS says how often (5 by default),
// WHERRY_KILL_MAILS how many users there are.
func TestResetSurvivesBeingKilled(t *testing.T) {
	t.Parallel()
	kills, users := number(t, "WHERRY_KILLS", 5), number(t, "WHERRY_KILL_MAILS", 400)
	s := newSite(t)
	c := across(t, s, users)
	var would struct {
		Would   int
		Reasons map[string]int
	}
	if err := json.Unmarshal([]byte(c.must(t, 0, "reset", "--dry-run", "--json")), &would); err != nil {
		t.Fatal(err)
	}
	if len(s.mails.got) != 0 || would.Would < users/3 {
		t.Fatalf("%+v", would)
	}
	// As many mails between two kills as it takes to be killed so often on the way.
	s.weather.set(0.15)
	killed, ended := 0, 0
	for killed < kills && ended < 3 {
		cmd, output := c.command(t.Context(), "reset", "--quiet", "--rate", "40")
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		timer := time.AfterFunc(100*time.Millisecond+rand.N(8*time.Second/time.Duration(max(1, kills/10))), func() { _ = cmd.Process.Kill() })
		_ = cmd.Wait() // how it ended is looked at
		timer.Stop()
		switch code := cmd.ProcessState.ExitCode(); code {
		case -1:
			killed++
		case 1: // it gave up: five times in a row there was no answer
		case 0, 3, 5:
			ended++
		default:
			t.Fatalf("exit code %d\n%s", code, output)
		}
	}
	s.weather.set(0)
	if code, output := c.run(t, "reset", "--rate", "200"); code != 0 && code != 3 && code != 5 {
		t.Fatalf("exit code %d\n%s", code, output)
	}
	got := s.mails.settled(t, would.Would)
	for to, n := range got {
		if n != 1 {
			t.Errorf("%s got %d mails", to, n)
		}
	}
	if len(got) != would.Would {
		t.Errorf("%d users got mails, want %d", len(got), would.Would)
	}
	before := maps.Clone(got)
	if code, output := c.run(t, "reset"); code != 5 && code != 3 {
		t.Errorf("once more after the end: exit code %d\n%s", code, output)
	}
	if again := s.mails.settled(t, len(before)); !maps.Equal(before, again) {
		t.Errorf("a campaign after its end sends mails")
	}
	t.Logf("%d users, %d of them to be mailed, killed %d times: %d got one mail", users, would.Would, killed, len(got))
}

// TestResetInHand: what its user sees of a campaign that is looked at first and
// stopped once.
func TestResetInHand(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	c := across(t, s, 60)
	s.must(t, "POST", "/api/user", doc{"user": doc{"email": "me@example.com", "password": "made-up-1"}, "skipVerification": true}, nil)
	c.must(t, 0, "reset", "--preview", "me@example.com")
	if got := s.mails.settled(t, 1); len(got) != 1 || got["me@example.com"] != 1 {
		t.Fatalf("%v", got)
	}
	if code, output := c.run(t, "reset", "--preview", "nobody@example.com"); code != 1 || !strings.Contains(output, "of your own") {
		t.Errorf("exit code %d\n%s", code, output)
	}
	c.must(t, 0, "reset", "--at-most", "5", "--rate", "100")
	if got := s.mails.settled(t, 6); len(got) != 6 {
		t.Errorf("%v", got)
	}
	for _, flags := range [][]string{{"--quiet-hours", "22"}, {"--rate", "0"}, {"--domain", "x=y"}, {"--suppress", "nowhere.txt"}, {"--time-zone", "UTC"}} {
		if code, output := c.run(t, append([]string{"reset"}, flags...)...); code != 2 {
			t.Errorf("%v: exit code %d\n%s", flags, code, output)
		}
	}
}

// TestMachinesShareACampaign lets two machines, as it were, ask the users of one
// workspace on PostgreSQL. Together they ask each user once.
func TestMachinesShareACampaign(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	c := beginAt(t, s, 1500)
	place := "--workspace=" + schema(t)
	c.must(t, 0, "export", "--rate", "2000", "--quiet", place)
	if code, output := c.run(t, "import", "--collisions", "verified", "--stop-after", "0", "--quiet", place); code != 0 && code != 3 {
		t.Fatalf("exit code %d\n%s", code, output)
	}
	var asked [2]struct{ Sent int }
	var machines []*exec.Cmd
	var outputs []*bytes.Buffer
	for range asked {
		cmd, output := c.command(t.Context(), "reset", "--rate", "200", "--json", "--quiet", place)
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		machines, outputs = append(machines, cmd), append(outputs, output)
	}
	all := 0
	for i, cmd := range machines {
		_ = cmd.Wait() // how it ended is looked at
		if code := cmd.ProcessState.ExitCode(); code != 3 {
			t.Fatalf("exit code %d\n%s", code, outputs[i])
		}
		line, _, _ := strings.Cut(outputs[i].String(), "\n")
		if err := json.Unmarshal([]byte(line), &asked[i]); err != nil {
			t.Fatalf("%v\n%s", err, outputs[i])
		}
		all += asked[i].Sent
	}
	got := s.mails.settled(t, all)
	for to, n := range got {
		if n != 1 {
			t.Errorf("%s got %d mails", to, n)
		}
	}
	if len(got) != all || asked[0].Sent == 0 || asked[1].Sent == 0 {
		t.Errorf("%d users got mails; the machines say %+v", len(got), asked)
	}
	if r := c.verify(t, 0, place); r.Outcomes["lost"]+r.Outcomes["unexplained"] != 0 || r.Checked != 1500 {
		t.Errorf("%+v", r)
	}
}
