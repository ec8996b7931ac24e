package importer

import (
	"crypto/rand"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"

	"wherry/toolkit/internal/workspace"
)

// Sealer completes planned users for the import API: with a password that
// nobody knows, or with the connector that goes on being asked for theirs.
type Sealer struct {
	// Connector is the id of the connector that is asked for the password at
	// the first sign-in. Only Wherry's own server keeps it.
	Connector string

	// Tenant is the id of the tenant, for requests that do not say it.
	Tenant string

	Random io.Reader // nil stands for crypto/rand
}

// scheme is how passwords are hashed that nobody knows. One round is enough:
// the hash is random, so there is nothing to be found behind it, and the target
// need not compute.
const scheme = "salted-pbkdf2-hmac-sha256"

// seal appends a planned user to dst, with what makes it an account.
func (s Sealer) seal(dst, user []byte) ([]byte, error) {
	if len(user) < 3 || user[0] != '{' {
		return dst, errors.New("what was planned is not a JSON object")
	}
	dst = append(dst, '{')
	if s.Tenant != "" {
		dst = append(dst, `"tenantId":`...)
		dst = append(strconv.AppendQuote(dst, s.Tenant), ',')
	}
	if s.Connector != "" {
		dst = append(dst, `"connectorId":`...)
		dst = append(strconv.AppendQuote(dst, s.Connector), ',')
		return append(dst, user[1:]...), nil
	}
	var secret [64]byte
	random := s.Random
	if random == nil {
		random = rand.Reader
	}
	if _, err := io.ReadFull(random, secret[:]); err != nil {
		return dst, fmt.Errorf("make a password up: %w", err)
	}
	dst = append(dst, `"encryptionScheme":"`+scheme+`","factor":1,"password":"`...)
	dst = base64.StdEncoding.AppendEncode(dst, secret[:32])
	dst = append(dst, `","salt":"`...)
	dst = base64.StdEncoding.AppendEncode(dst, secret[32:])
	dst = append(dst, `",`...)
	return append(dst, user[1:]...), nil
}

// wanted is what a planned user wants to be known by.
type wanted struct {
	ID            string `json:"id"`
	Email         string `json:"email"`
	Username      string `json:"username"`
	PhoneNumber   string `json:"phoneNumber"`
	InsertInstant int64  `json:"insertInstant"`
}

// candidate is a user who may have to be sent.
type candidate struct {
	wanted
	n    int64
	body []byte // of the request
}

func readWanted(u workspace.User) (w wanted, err error) {
	if err := json.Unmarshal(u.Target, &w); err != nil || w.ID == "" {
		return w, fmt.Errorf("what was planned for user %s cannot be read from the workspace: %w", u.ID, errors.Join(err, errNoPlan))
	}
	w.ID = strings.ToLower(w.ID)
	return w, nil
}

var errNoPlan = errors.New("a planned user must have an id")

func numbers(users []candidate) []int64 {
	all := make([]int64, len(users))
	for i, c := range users {
		all[i] = c.n
	}
	return all
}
