package oauth

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"time"

	"github.com/go-json-experiment/json/jsontext"

	"wherry/server/internal/fa"
	"wherry/server/internal/forms"
	"wherry/server/internal/identity"
)

// Proving is how people prove that an address or a number is theirs before they
// have an account.
type Proving interface {
	StartVerifyIdentity(ctx context.Context, r identity.StartVerify) (fa.VerificationID, error)
	SendVerifyIdentity(ctx context.Context, tenant fa.ID, id string) error
	CompleteVerifyIdentity(ctx context.Context, tenant fa.ID, id, code string) (state jsontext.Value, err error)
}

// mostProofs is how many messages may go to an address or a number that nobody
// has yet, in a quarter of an hour.
const mostProofs = 10

// onward goes from a page that has been filled in to the next one that has
// something to do: nothing is verified that was not typed, or is verified already.
func onward(pages []forms.Form, d forms.Draft) forms.Draft {
	for d.Step++; d.Step < len(pages); d.Step++ {
		key := pages[d.Step].Verifies()
		if key == "" || d.Typed.Get(key) != "" && !d.Proofs[key].Of(d.Typed.Get(key)) {
			break
		}
	}
	return d
}

// prove sends a code to what was typed on an earlier page, unless one is on its
// way.
func (s *Server) prove(ctx context.Context, a *authorizeRequest, key string, d *forms.Draft, again bool) error {
	value, id := d.Typed.Get(key), d.Proofs[key].ID
	if id == "" || d.Proofs[key].Value != value {
		made, err := s.Proving.StartVerifyIdentity(ctx, identity.StartVerify{
			Tenant: a.tenant, Application: a.application, LoginID: value, LoginIDType: forms.IdentityType(key), Strategy: fa.VerifyByForm, MustNotBe: true,
		})
		if fa.Refused(err) {
			return fa.FieldError(key, "duplicate", "Somebody has this already.")
		}
		if err != nil {
			return err
		}
		d.Prove(key, forms.Proof{ID: made.ID, Value: value})
		id = made.ID
	} else if !again {
		return nil
	}
	n, err := s.Counters.Count(ctx, "registration.verify", value, 15*time.Minute)
	if err == nil && n > mostProofs {
		err = identity.ErrRateLimited
	}
	if err == nil {
		err = s.Proving.SendVerifyIdentity(ctx, a.tenant.ID, id)
	}
	switch {
	case errors.Is(err, identity.ErrRateLimited):
		return fa.GeneralError("RateLimitedException", "Too many messages were sent.")
	case errors.Is(err, identity.ErrNoTemplate):
		return fa.GeneralError("MailError", "The tenant has no template for the message.")
	}
	return err
}

// verify serves the form of a page on which something is verified.
func (s *Server) verify(w http.ResponseWriter, r *http.Request, a *authorizeRequest, pages []forms.Form, d forms.Draft, values url.Values) error {
	key := pages[d.Step].Verifies()
	proof := d.Proofs[key]
	var err error
	switch code := values.Get(forms.Code); {
	case values.Get("action") == "resend":
		err = s.prove(r.Context(), a, key, &d, true)
		if err == nil {
			return s.showDraft(w, r, a, pages, d, nil)
		}
	case code == "":
		err = fa.FieldError(forms.Code, "blank", "The code is missing.")
	default:
		_, err = s.Proving.CompleteVerifyIdentity(r.Context(), a.tenant.ID, proof.ID, code)
		if errors.Is(err, fa.ErrNotFound) {
			err = fa.FieldError(forms.Code, "invalid", "The code is wrong or has expired.")
		}
	}
	if refused, bad := errors.AsType[*fa.Errors](err); bad {
		return s.showDraft(w, r, a, pages, d, refused)
	}
	if err != nil {
		return err
	}
	proof.Done = true
	d.Prove(key, proof)
	return s.goOn(w, r, a, pages, d)
}

// goOn shows the next page, or makes the account after the last one.
func (s *Server) goOn(w http.ResponseWriter, r *http.Request, a *authorizeRequest, pages []forms.Form, d forms.Draft) error {
	next := onward(pages, d)
	if next.Step == len(pages) {
		return s.signUp(w, r, a, pages, d)
	}
	if key := pages[next.Step].Verifies(); key != "" {
		err := s.prove(r.Context(), a, key, &next, false)
		if refused, bad := errors.AsType[*fa.Errors](err); bad {
			next.Step = pageOf(refused, pages, next.Step)
			return s.showDraft(w, r, a, pages, next, refused)
		}
		if err != nil {
			return err
		}
	}
	return s.showDraft(w, r, a, pages, next, nil)
}
