package cli_test

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"wherry/internal/exit"
	"wherry/toolkit/cli"
)

func foretell(t *testing.T, args ...string) (code int, stdout, stderr string) {
	t.Helper()
	var out, errs bytes.Buffer
	code = cli.Main(t.Context(), cli.Process{Args: append([]string{"forecast"}, args...), Getenv: env, Stdout: &out, Stderr: &errs})
	return code, out.String(), errs.String()
}

// TestForecastByTheGuide: its two examples, as the command tells them.
func TestForecastByTheGuide(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ daily, days, want string }{
		{"0.2", "10", "after 10 days 89.3 % are across"},
		{"0.0027", "370", "after 370 days 63.2 % are across"},
	} {
		code, stdout, stderr := foretell(t, "--daily", c.daily, "--days", c.days)
		if code != exit.Done || !strings.Contains(stdout, c.want) {
			t.Errorf("exit code %d, %s is not in\n%s%s", code, c.want, stdout, stderr)
		}
	}
}

// signInsFile is a month of sign-ins: user n comes every n days.
func signInsFile(t *testing.T) string {
	t.Helper()
	var csv strings.Builder
	for user := 1; user <= 60; user++ {
		for day := 30; day > 0; day -= user {
			fmt.Fprintf(&csv, "user %d,2026-06-%02dT09:00:00Z\n", user, day)
		}
	}
	return write(t, "sign-ins.csv", csv.String())
}

func TestForecastFromSignIns(t *testing.T) {
	t.Parallel()
	svg, html := filepath.Join(t.TempDir(), "f.svg"), filepath.Join(t.TempDir(), "f.html")
	code, stdout, stderr := foretell(t, "--json", "--sign-ins", signInsFile(t), "--users", "80", "--days", "30", "--svg", svg, "--html", html)
	if code != exit.Done {
		t.Fatalf("exit code %d: %s", code, stderr)
	}
	var answer struct {
		Users   int
		StopDay int
		After   struct{ Share, Low, High float64 }
		Reach   []struct{ Share, Day float64 }
	}
	if err := json.Unmarshal([]byte(stdout), &answer); err != nil {
		t.Fatal(err)
	}
	if a := answer.After; answer.Users != 80 || a.Share < a.Low || a.Share > a.High || a.Share < 0.2 || a.Share > 0.9 || answer.StopDay == 0 || len(answer.Reach) < 6 {
		t.Errorf("%+v", answer)
	}
	for _, name := range []string{svg, html} {
		text, err := os.ReadFile(name)
		if err != nil || !bytes.Contains(text, []byte("<polyline")) || bytes.Contains(text, []byte("<no value>")) {
			t.Errorf("%s: %v\n%s", name, err, text)
		}
		if bytes.Contains(text, []byte("user 1")) || bytes.Contains(text, []byte("http://")) && !bytes.Contains(text, []byte("http://www.w3.org/2000/svg")) {
			t.Errorf("%s names a user, or needs another host", name)
		}
	}
	picture, _ := os.Open(svg)
	defer picture.Close()
	for d := xml.NewDecoder(picture); ; {
		if _, err := d.Token(); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			t.Fatal(err)
		}
	}
}

func TestForecastRefuses(t *testing.T) {
	t.Parallel()
	once := write(t, "once.csv", "ada,2026-06-01\n")
	for _, c := range []struct {
		args []string
		code int
		want string
	}{
		{nil, exit.Usage, "give one of --daily, --sign-ins, --events and --modified"},
		{[]string{"--daily", "0.2", "--modified"}, exit.Usage, "give one of"},
		{[]string{"--modified", "--workspace", "nowhere.db", "--config", "nowhere.yaml"}, exit.Usage, "nowhere.yaml"},
		{[]string{"--daily", "2", "--share", "100", "--worth", "0"}, exit.Usage, "--daily is a probability, from 0 to 1\n--share is in percent, between 0 and 100\n--worth is in percent"},
		{[]string{"--sign-ins", "nowhere.csv"}, exit.Usage, "nowhere.csv"},
		{[]string{"--sign-ins", write(t, "bad.csv", "a,2026-06-01\nb,soon\n")}, exit.Usage, "line 2: the second column is no instant"},
		{[]string{"--sign-ins", once}, exit.Failed, "tells too little"},
	} {
		if code, _, stderr := foretell(t, c.args...); code != c.code || !strings.Contains(stderr, c.want) {
			t.Errorf("%v: exit code %d, %s", c.args, code, stderr)
		}
	}
}
