package exporter

import (
	"bufio"
	"bytes"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"iter"
	"os"
	"strings"
	"time"

	"wherry/toolkit/internal/plan"
)

// ReadFile runs over the users of a file, whatever its form, without holding
// more than one of them:
//
//   - what aws cognito-idp list-users printed, one page or several after
//     another: {"Users": […]}
//   - what cognito-backup-restore wrote: […]
//   - one user after the other, as JSON
//   - a CSV file with a header, whose columns are attributes, or named as
//     get-csv-header and list-users name them
//
// The error says where the file breaks off.
func ReadFile(path string) iter.Seq2[plan.CognitoUser, error] {
	return func(yield func(plan.CognitoUser, error) bool) {
		f, err := os.Open(path)
		if err != nil {
			yield(plan.CognitoUser{}, err)
			return
		}
		defer f.Close()
		for u, err := range ReadUsers(f) {
			if !yield(u, err) {
				return
			}
		}
	}
}

// errTaken ends a reader whose caller has seen enough.
var errTaken = errors.New("enough")

// ReadUsers is ReadFile for what is read from elsewhere.
func ReadUsers(r io.Reader) iter.Seq2[plan.CognitoUser, error] {
	return func(yield func(plan.CognitoUser, error) bool) {
		in := bufio.NewReaderSize(r, 64<<10)
		take := func(u plan.CognitoUser) error {
			if u.Username == "" {
				return errors.New("there is a user without Username")
			}
			if !yield(u, nil) {
				return errTaken
			}
			return nil
		}
		read := readCSV
		if first, err := firstByte(in); err != nil {
			yield(plan.CognitoUser{}, err)
			return
		} else if first == '{' || first == '[' {
			read = readJSON
		}
		if err := read(in, take); err != nil && !errors.Is(err, errTaken) {
			yield(plan.CognitoUser{}, err)
		}
	}
}

// firstByte looks at the first byte that is no white space, behind a byte order
// mark.
func firstByte(in *bufio.Reader) (byte, error) {
	if mark, err := in.Peek(3); err == nil && bytes.Equal(mark, []byte("\xef\xbb\xbf")) {
		_, _ = in.Discard(3) // it was peeked at
	}
	for {
		b, err := in.ReadByte()
		if err != nil {
			return 0, errors.New("the file is empty")
		}
		if !strings.ContainsRune(" \t\r\n", rune(b)) {
			return b, in.UnreadByte()
		}
	}
}

func readJSON(in *bufio.Reader, take func(plan.CognitoUser) error) error {
	d := json.NewDecoder(in)
	for {
		err := readDocument(d, take)
		switch {
		case errors.Is(err, io.EOF):
			return nil
		case errors.Is(err, io.ErrUnexpectedEOF):
			return fmt.Errorf("the file is cut off after byte %d", d.InputOffset())
		case errors.Is(err, errTaken), err == nil:
		default:
			return fmt.Errorf("at byte %d: %w", d.InputOffset(), err)
		}
		if err != nil {
			return err
		}
	}
}

// readDocument reads a list of users, an object that has one, or one user. The
// error is io.EOF only where there is no document.
func readDocument(d *json.Decoder, take func(plan.CognitoUser) error) error {
	first, err := d.Token()
	if err != nil {
		return err
	}
	switch first {
	case json.Delim('['):
		err = readList(d, take)
	case json.Delim('{'):
		err = readObject(d, take)
	default:
		return errors.New("want a list of users")
	}
	return inside(err)
}

// inside tells an end in the middle from a proper one.
func inside(err error) error {
	if errors.Is(err, io.EOF) {
		return io.ErrUnexpectedEOF
	}
	return err
}

func readList(d *json.Decoder, take func(plan.CognitoUser) error) error {
	for d.More() {
		var u plan.CognitoUser
		if err := d.Decode(&u); err != nil {
			return inside(err)
		}
		if err := take(u); err != nil {
			return err
		}
	}
	_, err := d.Token()
	return err
}

// readObject reads {"Users": […]}, or the members of one user.
func readObject(d *json.Decoder, take func(plan.CognitoUser) error) error {
	user := map[string]json.RawMessage{}
	listed := false
	for d.More() {
		name, err := d.Token()
		if err != nil {
			return err
		}
		if name == "Users" {
			listed = true
			if open, err := d.Token(); err != nil || open != json.Delim('[') {
				return errors.Join(err, errors.New("want a list as Users"))
			}
			if err := readList(d, take); err != nil {
				return err
			}
			continue
		}
		var value json.RawMessage
		if err := d.Decode(&value); err != nil {
			return err
		}
		user[fmt.Sprint(name)] = value
	}
	if _, err := d.Token(); err != nil || listed {
		return err
	}
	doc, err := json.Marshal(user)
	if err != nil {
		return err
	}
	var u plan.CognitoUser
	if err := json.Unmarshal(doc, &u); err != nil {
		return err
	}
	return take(u)
}

func readCSV(in *bufio.Reader, take func(plan.CognitoUser) error) error {
	c := csv.NewReader(in)
	c.ReuseRecord = true
	header, err := c.Read()
	if err != nil {
		return fmt.Errorf("read the header: %w", err)
	}
	columns := make([]string, len(header))
	for i, name := range header {
		columns[i] = strings.TrimSpace(name)
	}
	if !known(columns) {
		return errors.New("it is neither JSON nor CSV with a column cognito:username, Username or sub")
	}
	for {
		row, err := c.Read()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err // names the line
		}
		u, err := userOf(columns, row)
		if err == nil {
			err = take(u)
		}
		if err != nil {
			line, _ := c.FieldPos(0)
			return fmt.Errorf("line %d: %w", line, err)
		}
	}
}

func known(columns []string) bool {
	for _, name := range columns {
		if c := csvColumns[strings.ToLower(name)]; c == "Username" || name == "sub" {
			return true
		}
	}
	return false
}

// csvColumns are those that are no attributes, by the names that lists, import
// jobs and exporting tools give them.
var csvColumns = map[string]string{
	"username": "Username", "cognito:username": "Username",
	"userstatus": "UserStatus", "user_status": "UserStatus", "cognito:user_status": "UserStatus", "status": "UserStatus",
	"enabled": "Enabled", "usercreatedate": "UserCreateDate", "userlastmodifieddate": "UserLastModifiedDate",
	"groups": "Groups", "cognito:groups": "Groups", "cognito:mfa_enabled": "MFA",
}

func userOf(columns, row []string) (plan.CognitoUser, error) {
	u := plan.CognitoUser{Attributes: plan.Attributes{}}
	for i, value := range row {
		if value == "" {
			continue
		}
		if err := put(&u, columns[i], value); err != nil {
			return u, fmt.Errorf("column %s: %w", columns[i], err)
		}
	}
	if u.Username == "" {
		u.Username = u.Sub() // pools that sign in with an e-mail address have it so
	}
	return u, nil
}

func put(u *plan.CognitoUser, column, value string) (err error) {
	switch csvColumns[strings.ToLower(column)] {
	case "Username":
		u.Username = value
	case "UserStatus":
		u.Status = value
	case "Enabled":
		u.Enabled, err = yes(value)
	case "UserCreateDate":
		u.Created, err = date(value)
	case "UserLastModifiedDate":
		u.LastModified, err = date(value)
	case "Groups":
		u.Groups = strings.FieldsFunc(value, func(r rune) bool { return strings.ContainsRune(",;| ", r) })
	case "MFA":
		if on, err := yes(value); err != nil || *on {
			u.MFAOptions = []plan.MFAOption{{DeliveryMedium: "SMS", AttributeName: "phone_number"}}
			return err
		}
	default:
		u.Attributes[column] = value
	}
	return err
}

func yes(value string) (*bool, error) {
	switch strings.ToLower(value) {
	case "true", "enabled", "yes", "1":
		return new(true), nil
	case "false", "disabled", "no", "0":
		return new(false), nil
	}
	return nil, errors.New("want true or false")
}

// date reads what list-users prints, and what spreadsheets make of it.
func date(value string) (time.Time, error) {
	for _, layout := range []string{time.RFC3339Nano, "2006-01-02 15:04:05.999999-07:00", time.DateTime, time.DateOnly} {
		if t, err := time.Parse(layout, value); err == nil {
			return t.UTC(), nil
		}
	}
	return time.Time{}, errors.New("want a date such as 2026-11-22T09:00:00Z")
}
