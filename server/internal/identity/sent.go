package identity

import (
	"context"
	"crypto/aes"
	"crypto/cipher"
	"crypto/sha256"
	"crypto/subtle"
	"strings"
	"time"

	"github.com/go-json-experiment/json/jsontext"

	"wherry/server/internal/fa"
)

// Mail is a mail to a user.
type Mail struct {
	Tenant      *fa.Tenant
	Application *fa.Application // nil: none
	User        *fa.User        // nil: nobody who is known
	TemplateID  fa.ID           // empty: the mail is not sent
	To          string          // empty: the user's own address
	Phone       string          // a number: it is a text message to that
	Values      map[string]any  // for the template
}

// Mailer sends mails.
type Mailer interface {
	// Along returns a context for one change of the store; if the change is made,
	// the mails go out that there are at its end.
	Along(ctx context.Context, due func() []Mail) context.Context
	// Send sends a mail that goes along with no change.
	Send(ctx context.Context, m Mail) error
}

// sent is what an id stands for that is sent to somebody.
type sent struct {
	UserID        fa.ID          `json:"userId"`
	ApplicationID fa.ID          `json:"applicationId,omitzero"`
	Since         int64          `json:"since,omitzero"` // as in passwordChange
	Email         string         `json:"email,omitzero"` // where it was sent to
	Reset         bool           `json:"reset,omitzero"` // the password was forgotten
	State         jsontext.Value `json:"state,omitzero"` // the caller's, to be given back
	Code          []byte         `json:"code,omitzero"`  // that has to be typed too, sealed
	Tries         int            `json:"tries,omitzero"`
	Expires       int64          `json:"expires,omitzero"`
}

// mostTries is how often a code may be typed wrong.
const mostTries = 5

// keepSent keeps what an id stands for.
func (s *Service) keepSent(ctx context.Context, kind, id string, ttl int, v sent) error {
	lasts := time.Duration(ttl) * time.Second
	v.Expires = s.Now().Add(lasts).UnixMilli()
	return s.Identifiers.KeepIdentifier(ctx, kind, id, lasts, v)
}

// takeSent takes what an id stands for, if the code is right that goes with it, and
// makes the id useless. A wrong code is fa.ErrNotFound, and the id lives on for
// a few tries.
func (s *Service) takeSent(ctx context.Context, kind, id, code string) (*sent, error) {
	var v sent
	if err := s.Identifiers.TakeIdentifier(ctx, kind, id, &v); err != nil {
		return nil, err
	}
	typed := strings.ToUpper(strings.TrimSpace(code))
	if v.Code == nil || subtle.ConstantTimeCompare([]byte(typed), []byte(opened(id, v.Code))) == 1 {
		return &v, nil
	}
	if v.Tries++; v.Tries < mostTries {
		left := time.Duration(v.Expires-s.millis()) * time.Millisecond
		if err := s.Identifiers.KeepIdentifier(ctx, kind, id, left, v); err != nil {
			return nil, err
		}
	}
	return nil, fa.ErrNotFound
}

// sealed hides a code from whoever has the database and not the id that it goes
// with: of ids only hashes are kept. Every id seals one code, so the nonce may be
// the same each time.
func sealed(id, code string) []byte {
	return sealer(id).Seal(nil, make([]byte, 12), []byte(code), nil)
}

func opened(id string, code []byte) string {
	plain, _ := sealer(id).Open(nil, make([]byte, 12), code, nil) // what cannot be opened equals nothing
	return string(plain)
}

func sealer(id string) cipher.AEAD {
	key := sha256.Sum256([]byte("one-time code of " + id))
	block, _ := aes.NewCipher(key[:]) // fails for other lengths of keys
	sealer, _ := cipher.NewGCM(block)
	return sealer
}

// stateOf is the caller's state for a template; empty when there is none.
func stateOf(state jsontext.Value) map[string]any {
	values := map[string]any{}
	_ = fa.Decode(state, &values)
	return values
}
