package exporter

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"wherry/toolkit/internal/plan"
)

const (
	jane = `{"Username": "jane", "Attributes": [{"Name": "sub", "Value": "s1"}, {"Name": "email", "Value": "jane@example.com"}],
		"UserCreateDate": "2021-11-17T00:27:47.442000+00:00", "Enabled": true, "UserStatus": "CONFIRMED", "Groups": ["staff"]}`
	omar = `{"Username": "omar", "Attributes": [{"Name": "sub", "Value": "s2"}], "UserCreateDate": 1637108867.442, "Enabled": false, "UserStatus": "UNCONFIRMED"}`
)

func TestFormsOfFiles(t *testing.T) {
	t.Parallel()
	created := time.UnixMilli(1637108867442).UTC()
	two := []plan.CognitoUser{
		{Username: "jane", Attributes: plan.Attributes{"sub": "s1", "email": "jane@example.com"}, Enabled: new(true), Status: "CONFIRMED", Created: created, Groups: []string{"staff"}},
		{Username: "omar", Attributes: plan.Attributes{"sub": "s2"}, Enabled: new(false), Status: "UNCONFIRMED", Created: created},
	}
	for name, text := range map[string]string{
		"list-users":             `{"Users": [` + jane + "," + omar + `]}`,
		"a page with a token":    `{"Users": [` + jane + "," + omar + `], "PaginationToken": "CAISlgIIARL"}`,
		"pages after each other": `{"Users": [` + jane + `], "NextToken": "x"}` + "\n" + `{"NextToken": null, "Users": [` + omar + `]}`,
		"cognito-backup-restore": "[" + jane + ",\n" + omar + "]\n",
		"users line by line":     strings.ReplaceAll(jane, "\n", " ") + "\n" + omar,
		"byte order mark":        "\xef\xbb\xbf\r\n[" + jane + "," + omar + "]",
		"CSV": "Username,sub,email,Enabled,UserStatus,UserCreateDate,Groups\n" +
			"jane,s1,jane@example.com,true,CONFIRMED,2021-11-17T00:27:47.442Z,staff\nomar,s2,,disabled,UNCONFIRMED,2021-11-17 00:27:47.442+00:00,\n",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var got []plan.CognitoUser
			for u, err := range ReadUsers(strings.NewReader(text)) {
				if err != nil {
					t.Fatal(err)
				}
				got = append(got, u)
			}
			if diff := cmp.Diff(two, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestImportJobsCSV(t *testing.T) {
	t.Parallel()
	text := "cognito:username,name,cognito:mfa_enabled,phone_number,custom:plan\n" + `ada,"Lovelace, Ada",true,+12025550123,gold` + "\n"
	for u, err := range ReadUsers(strings.NewReader(text)) {
		want := plan.CognitoUser{
			Username: "ada", Attributes: plan.Attributes{"name": "Lovelace, Ada", "phone_number": "+12025550123", "custom:plan": "gold"},
			MFAOptions: []plan.MFAOption{{DeliveryMedium: "SMS", AttributeName: "phone_number"}},
		}
		if diff := cmp.Diff(want, u); err != nil || diff != "" {
			t.Error(diff, err)
		}
	}
}

func TestFilesThatAreRefused(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		text, want string
		users      int // before it
	}{
		"empty":              {"", "the file is empty", 0},
		"white space":        {" \n", "the file is empty", 0},
		"cut in a user":      {`{"Users": [` + jane + "," + omar[:40], "cut off after byte", 1},
		"cut after a user":   {`{"Users": [` + jane, "cut off after byte", 1},
		"cut before the end": {"[" + jane + "]" + "[", "cut off after byte", 1},
		"no list":            {`{"Users": 7}`, "want a list as Users", 0},
		"a number":           {"[7]", "read a Cognito user", 0},
		"no Username":        {`[{"Attributes": []}]`, "without Username", 0},
		"not JSON":           {"[" + jane + ",}", "at byte", 1},
		"text":               {"These are notes.\nNo users.\n", "neither JSON nor CSV", 0},
		"a short line":       {"Username,email\njane,j@example.com\nomar\n", "wrong number of fields", 1},
		"a bad date":         {"Username,UserCreateDate\njane,soon\n", "line 2: column UserCreateDate: want a date", 0},
		"a bad flag":         {"Username,Enabled\njane,maybe\n", "line 2: column Enabled: want true or false", 0},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var users int
			var last error
			for _, err := range ReadUsers(strings.NewReader(tt.text)) {
				if last = err; err == nil {
					users++
				}
			}
			if last == nil || !strings.Contains(last.Error(), tt.want) || users != tt.users {
				t.Errorf("%d users, then %v; want %d, then %q", users, last, tt.users, tt.want)
			}
		})
	}
}

func TestAReaderMayStop(t *testing.T) {
	t.Parallel()
	for u, err := range ReadUsers(strings.NewReader("[" + jane + "," + omar + "]")) {
		if err != nil || u.Username != "jane" {
			t.Errorf("%v, %v", u, err)
		}
		break
	}
}

func FuzzReadUsers(f *testing.F) {
	for _, text := range []string{`{"Users": [` + jane + `]}`, "[" + omar + "]", "Username,sub\njane,s1\n", "", "[[", `{"Users":[],"Users":[]}`} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		failed := false
		for u, err := range ReadUsers(strings.NewReader(text)) {
			if failed {
				t.Fatal("it went on after an error")
			}
			if failed = err != nil; !failed && u.Username == "" {
				t.Fatal("a user without Username")
			}
		}
	})
}
