package planner

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"slices"
	"strings"
	"time"

	"wherry/internal/exit"
	"wherry/toolkit/internal/whole"
)

// decision is one login id in the file: who wants it, and who gets it.
type decision struct {
	LoginID string      `json:"loginId"` // email, username or phone
	Keep    string      `json:"keep"`    // the id of the user who gets it; "" is not decided yet, "none" is nobody
	Users   []applicant `json:"users"`
}

// applicant is what somebody needs to decide.
type applicant struct {
	ID       string    `json:"id"`
	Username string    `json:"username"`
	Email    string    `json:"email,omitempty"`
	Phone    string    `json:"phone,omitempty"`
	Verified bool      `json:"verified"`
	Enabled  bool      `json:"enabled"`
	Status   string    `json:"status,omitempty"`
	Created  time.Time `json:"created,omitzero"`
	Modified time.Time `json:"lastModified,omitzero"`
}

// nobody is a decision, too.
const nobody = "none"

// decisions is the file, and what it lacks.
type decisions struct {
	path    string
	made    map[string]string // who gets it, by who wants it
	missing []decision
}

func readDecisions(path string) (*decisions, error) {
	d := &decisions{path: path, made: map[string]string{}}
	text, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return d, nil
	}
	if err != nil {
		return nil, exit.With(exit.Usage, fmt.Errorf("read the decisions: %w", err), "name a file with --collisions-file")
	}
	var file struct{ Collisions []decision }
	if err := json.Unmarshal(text, &file); err != nil {
		return nil, exit.With(exit.Usage, fmt.Errorf("read the decisions in %s: %w", path, err), "mend the file, or delete it to have it written anew")
	}
	for i, c := range file.Collisions {
		if c.Keep != "" && c.Keep != nobody && !slices.ContainsFunc(c.Users, func(a applicant) bool { return a.ID == c.Keep }) {
			return nil, exit.With(exit.Usage, fmt.Errorf("%s: collisions[%d].keep is none of the users", path, i), "name the id of one of them, or "+nobody)
		}
		d.made[c.key()] = c.Keep
	}
	return d, nil
}

// key tells which login id is meant, without its value.
func (c decision) key() string {
	ids := []string{c.LoginID}
	for _, u := range c.Users {
		ids = append(ids, u.ID)
	}
	slices.Sort(ids[1:])
	return strings.Join(ids, " ")
}

func (d *decisions) choose(kind string, users []contender) (keep int64, decided bool) {
	c := decision{LoginID: kind}
	for _, u := range users {
		a := u.pool.Attributes
		c.Users = append(c.Users, applicant{
			u.ID, u.pool.Username, a["email"], a["phone_number"], u.verified(kind), u.Enabled, u.pool.Status, u.pool.Created, u.pool.LastModified,
		})
	}
	id := d.made[c.key()]
	if id == "" {
		d.missing = append(d.missing, c)
		return 0, false
	}
	for _, u := range users {
		if u.ID == id {
			keep = u.N
		}
	}
	return keep, true
}

// write writes what is to be decided. What was decided is in the workspace.
func (d *decisions) write() error {
	if len(d.missing) == 0 {
		return nil
	}
	text, err := json.MarshalIndent(map[string]any{"collisions": d.missing}, "", "  ")
	if err == nil {
		err = whole.Write(d.path, append(text, '\n'))
	}
	if err != nil {
		return err
	}
	return exit.With(exit.Usage, fmt.Errorf("%d login id(s) are wanted by several users each, and nobody has been sent", len(d.missing)),
		"write the id of who gets it as keep into "+d.path+" and run the same command again")
}
