package campaign

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"time"

	"wherry/internal/exit"
	"wherry/toolkit/internal/fusionauth"
	"wherry/toolkit/internal/workspace"
)

// What a campaign writes into the workspace.
const (
	kindAbout    = "mail-about-to-be-sent"
	kindSent     = "mail-sent"
	kindRefused  = "mail-refused"
	kindRequired = "change-required"
)

// about is the detail of kindAbout: by which id the mail goes, as a digest that
// lets nobody in.
type about struct {
	ID string `json:"digest"`
}

// changeID is the id in a user's mail. Whoever has it can set the password, so
// it is derived when it is needed and kept nowhere. A user who is imported once
// more gets another one.
func (c *campaign) changeID(u *user) string {
	h := hmac.New(sha256.New, []byte(c.Key.Reveal()))
	_, _ = h.Write([]byte("wherry reset\x00" + c.Part.ID + "\x00" + u.id + "\x00" + strconv.FormatInt(u.Imported.UnixMilli(), 10))) // a hash takes everything
	return base64.RawURLEncoding.EncodeToString(h.Sum(nil))
}

func digest(id string) string {
	sum := sha256.Sum256([]byte(id))
	return hex.EncodeToString(sum[:8])
}

// mail sends one mail, unless it was sent before or nobody knows.
func (c *campaign) mail(ctx context.Context, u *user) (Reason, error) {
	id := c.changeID(u)
	last, err := c.last(ctx, u)
	if err != nil {
		return "", err
	}
	if last != nil && last.Kind == kindAbout {
		arrived, known, err := c.arrived(ctx, id, last)
		switch {
		case err != nil:
			return "", err
		case arrived:
			return AlreadyAsked, c.keep(ctx, u, workspace.Event{Kind: kindSent, User: u.N})
		case !known && !c.InDoubt:
			return Doubtful, nil
		}
	}
	detail, err := json.Marshal(about{digest(id)})
	if err != nil {
		return "", fmt.Errorf("write down that a mail is about to be sent: %w", err)
	}
	if err := u.batch.Announce(ctx, workspace.Event{Kind: kindAbout, User: u.N, Detail: detail}); err != nil {
		return "", err
	}
	c.queue.sent(u.domain, c.Now())
	return c.deliver(ctx, u, id)
}

// last is the last thing that was noted about mails to a user since they were
// imported, nil if nothing was.
func (c *campaign) last(ctx context.Context, u *user) (last *workspace.Event, err error) {
	for e, err := range c.Part.EventsOf(ctx, u.N) {
		if err != nil {
			return nil, err
		}
		if !e.At.Before(u.Imported) && slices.Contains([]string{kindAbout, kindSent, kindRefused}, e.Kind) {
			last = &e
		}
	}
	return last, nil
}

// tries is how often a mail is asked for that did not arrive.
const tries = 5

// deliver asks for the mail until FusionAuth has it or refuses it. It is asked
// for by the same id each time, which FusionAuth takes once.
func (c *campaign) deliver(ctx context.Context, u *user, id string) (Reason, error) {
	var err error
	for try := range tries {
		err = c.ask(ctx, u, id)
		refused, answered := errors.AsType[*fusionauth.Error](err)
		switch {
		case err == nil, answered && taken(refused):
			return "", c.keep(ctx, u, workspace.Event{Kind: kindSent, User: u.N})
		case fusionauth.Throttled(err):
			if err := sleep(ctx, c.Settle<<try); err != nil {
				return "", err
			}
			continue
		case answered && !fusionauth.Unanswered(err):
			return c.refused(ctx, u, refused, err)
		}
		if err := sleep(ctx, c.Settle); err != nil { // it may be on its way still
			return "", err
		}
		there, askErr := c.there(ctx, id)
		if askErr != nil {
			return "", fmt.Errorf("%w; and then: %w", err, askErr)
		}
		if there {
			return "", c.keep(ctx, u, workspace.Event{Kind: kindSent, User: u.N})
		}
	}
	return "", fmt.Errorf("ask for a mail: %w", err)
}

// grace is how long a request that is on its way is waited for after an
// interruption: one that is given up leaves a doubt.
const grace = 5 * time.Second

func (c *campaign) ask(ctx context.Context, u *user, id string) error {
	asking, stop := context.WithCancel(context.WithoutCancel(ctx))
	defer stop()
	defer context.AfterFunc(ctx, func() { time.AfterFunc(grace, stop) })()
	return c.Client.ForgotPassword(asking, u.loginID, id, c.Application)
}

// taken tells whether FusionAuth says that it has the id already.
func taken(e *fusionauth.Error) bool {
	return slices.ContainsFunc(e.Fields["changePasswordId"], func(d fusionauth.Detail) bool { return d.Code == "[duplicate]changePasswordId" })
}

// refused is a mail that FusionAuth will not send: because of this user, or to
// nobody.
func (c *campaign) refused(ctx context.Context, u *user, refused *fusionauth.Error, err error) (Reason, error) {
	if noteErr := c.Run.Note(ctx, workspace.Event{Kind: kindRefused, User: u.N, Detail: fmt.Appendf(nil, `{"status":%d}`, refused.Status)}); noteErr != nil {
		return "", errors.Join(err, noteErr)
	}
	switch {
	case refused.Status == http.StatusNotFound:
		return NotThere, nil
	case refused.Status == http.StatusUnprocessableEntity:
		return NoAddress, nil
	case refused.Status == http.StatusForbidden:
		return "", exit.With(exit.Failed, err, "the tenant has no e-mail template for forgotten passwords, or no mail server: set them and run the command again")
	case refused.Status == http.StatusBadRequest && len(refused.General) == 0: // it is about the user
		return WasRefused, nil
	default:
		return "", err
	}
}

// keep writes down that a user was asked.
func (c *campaign) keep(ctx context.Context, u *user, e workspace.Event) error {
	return c.Run.Record(context.WithoutCancel(ctx), []workspace.Move{{User: u.N, To: workspace.Reset}}, e)
}

// margin is how long before its end an id's lifetime counts as over.
const margin = 30 * time.Second

// arrived tells whether a mail was sent that a run which was killed had been
// about to send, and whether that can be known at all.
func (c *campaign) arrived(ctx context.Context, id string, e *workspace.Event) (arrived, known bool, err error) {
	var sent about
	if json.Unmarshal(e.Detail, &sent) != nil || sent.ID != digest(id) {
		return false, false, nil // by another API key, or purged
	}
	age := c.Now().Sub(e.At)
	if wait := c.Settle - age; wait > 0 {
		if err := sleep(ctx, wait); err != nil {
			return false, false, err
		}
	}
	arrived, err = c.there(ctx, id)
	return arrived, arrived || age < c.ttl-margin, err
}

func (c *campaign) there(ctx context.Context, id string) (there bool, err error) {
	err = c.pacer.Do(ctx, func(ctx context.Context) error {
		there, err = c.Client.ChangePasswordIDValid(ctx, id)
		return err
	})
	return there, err
}

// lifetime is how long FusionAuth knows the id of a mail, 0 if the API key may
// not ask.
func (c *campaign) lifetime(ctx context.Context) (ttl time.Duration, err error) {
	err = c.pacer.Do(ctx, func(ctx context.Context) error {
		ttl, err = c.Client.ChangePasswordIDLifetime(ctx)
		return err
	})
	if _, answered := errors.AsType[*fusionauth.Error](err); answered {
		return 0, nil
	}
	return ttl, err
}

// require makes the user choose a password at the next sign-in.
func (c *campaign) require(ctx context.Context, u *user) (Reason, error) {
	c.queue.sent("", c.Now())
	err := c.pacer.Do(ctx, func(ctx context.Context) error { return c.Client.RequirePasswordChange(ctx, u.id) })
	if errors.Is(err, fusionauth.ErrNotFound) {
		return NotThere, nil
	}
	if err != nil {
		return "", err
	}
	return "", c.keep(ctx, u, workspace.Event{Kind: kindRequired, User: u.N})
}
