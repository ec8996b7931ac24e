package oauth

import (
	"context"
	"errors"
	"maps"
	"net/http"
	"net/url"
	"time"

	"wherry/server/internal/fa"
	"wherry/server/internal/forms"
	"wherry/server/internal/identity"
)

// SelfService is what people do with their accounts by themselves.
type SelfService interface {
	// SignUp takes the ids of what was verified before.
	SignUp(ctx context.Context, a identity.Attempt, said identity.Said, verified []string) (*identity.Outcome, identity.VerificationIDs, error)
	Join(ctx context.Context, tenant *fa.Tenant, application *fa.Application, out *identity.Outcome) (*identity.Outcome, error)
	Complete(ctx context.Context, a identity.Attempt, user *fa.Account, said identity.Said) error
}

// FormPage is a form in which people say who they are.
type FormPage struct {
	Frame
	Complete    bool // what is missing of a registration; else a new account
	Form        forms.Form
	Values      url.Values
	Problems    *fa.Errors // nil: nothing went wrong yet
	Step, Steps int        // where in a form of several pages, from 1
	SentTo      string     // where a code went to that is to be typed; empty: the page has fields
}

const fieldDraft = "registrationState"

// registrationForms are the pages on which people register for an application:
// the administrator's or, where that is gone, the basic one.
func (s *Server) registrationForms(ctx context.Context, a *fa.Application) (pages []forms.Form, err error) {
	if a.RegistrationConfiguration.Advanced() {
		if pages, err = s.Forms.Pages(ctx, a.RegistrationConfiguration.FormID); err != nil {
			return nil, err
		}
	}
	if len(pages) == 0 {
		pages = []forms.Form{forms.Basic(a.RegistrationConfiguration)}
	}
	return pages, nil
}

// showRegister serves GET /oauth2/register.
func (s *Server) showRegister(w http.ResponseWriter, r *http.Request) error {
	a, err := s.authorizeRequest(r.Context(), r.URL.Query())
	if err != nil {
		return err
	}
	if !a.application.RegistrationConfiguration.Enabled {
		return s.refuseWith(w, r, a, "", "[RegistrationDisabled]")
	}
	pages, err := s.registrationForms(r.Context(), a.application)
	if err != nil {
		return err
	}
	s.Pages.Form(w, r, http.StatusOK, FormPage{
		Frame: a.frame(), Form: pages[0], Values: url.Values{forms.Email: {r.URL.Query().Get("login_hint")}}, Step: 1, Steps: len(pages),
	})
	return nil
}

// register serves one page of the registration.
func (s *Server) register(w http.ResponseWriter, r *http.Request) error {
	values, err := form(r)
	if err != nil {
		return err
	}
	a, err := s.authorizeRequest(r.Context(), values)
	if err != nil {
		return err
	}
	if !a.application.RegistrationConfiguration.Enabled {
		return s.refuseWith(w, r, a, "", "[RegistrationDisabled]")
	}
	pages, err := s.registrationForms(r.Context(), a.application)
	if err != nil {
		return err
	}
	d, err := s.draft(r.Context(), values.Get(fieldDraft))
	if errors.Is(err, fa.ErrNotFound) || err == nil && d.Step >= len(pages) {
		return s.showDraft(w, r, a, pages, forms.Draft{}, fa.GeneralError("RegistrationTimeout", "The registration took too long."))
	}
	if err != nil {
		return err
	}
	if pages[d.Step].Verifies() != "" {
		return s.verify(w, r, a, pages, d, values)
	}
	d.Typed = typedInto(pages[d.Step], d.Typed, values)
	if refused, bad := errors.AsType[*fa.Errors](pages[d.Step].Check(values)); bad {
		return s.showDraft(w, r, a, pages, d, refused)
	}
	return s.goOn(w, r, a, pages, d)
}

// typedInto adds what was typed into a page to what was typed before.
func typedInto(page forms.Form, before, values url.Values) url.Values {
	typed := maps.Clone(before)
	if typed == nil {
		typed = url.Values{}
	}
	for _, field := range page {
		delete(typed, field.Key)
		if list := values[field.Key]; len(list) > 0 {
			typed[field.Key] = list
		}
	}
	return typed
}

// signUp makes the account. Whatever the rules object to is told on the first
// page that asks for it.
func (s *Server) signUp(w http.ResponseWriter, r *http.Request, a *authorizeRequest, pages []forms.Form, d forms.Draft) error {
	documents, err := forms.New().With(forms.Join(pages), d.Typed)
	var out *identity.Outcome
	var sent identity.VerificationIDs
	if err == nil {
		said := identity.Said{User: documents.User, Registration: documents.Registration, Consents: documents.Consents}
		out, sent, err = s.SelfService.SignUp(r.Context(), attempt(r, a), said, d.Verified())
	}
	if refused, bad := errors.AsType[*fa.Errors](told(err)); bad {
		d.Step = pageOf(refused, pages, d.Step)
		return s.showDraft(w, r, a, pages, d, refused)
	}
	if err != nil {
		return s.refuse(w, r, a, "", err)
	}
	return s.advance(w, r, a, out, out.LoginID, sent)
}

// told is an error that somebody who fills in a form is told about there.
func told(err error) error {
	switch {
	case errors.Is(err, identity.ErrBusy):
		return fa.GeneralError("RateLimitedException", "Too many people are registering at this moment.")
	case errors.Is(err, fa.ErrTransaction):
		return fa.GeneralError("WebhookTransactionException", "A webhook did not agree.")
	}
	return err
}

// pageOf is the first page with a field that was refused.
func pageOf(refused *fa.Errors, pages []forms.Form, last int) int {
	for i, page := range pages {
		for path := range refused.FieldErrors {
			if page.Has(path) {
				return i
			}
		}
	}
	return last
}

// draftTime is how long somebody may take for the next page.
const draftTime = 30 * time.Minute

// draft is what was typed on the pages before; nothing on the first.
func (s *Server) draft(ctx context.Context, id string) (d forms.Draft, err error) {
	if id == "" {
		return d, nil
	}
	var sealed []byte
	if err := s.Identifiers.Identifier(ctx, fieldDraft, id, &sealed); err != nil {
		return d, err
	}
	return forms.Open(id, sealed)
}

// showDraft shows the page of a draft. The draft is kept, sealed with the id
// that only the page knows: passwords are part of it.
func (s *Server) showDraft(w http.ResponseWriter, r *http.Request, a *authorizeRequest, pages []forms.Form, d forms.Draft, problems *fa.Errors) error {
	var hidden []Field
	if d.Step > 0 || len(pages) > 1 {
		id := identity.NewCode()
		sealed, err := d.Seal(id)
		if err == nil {
			err = s.Identifiers.KeepIdentifier(r.Context(), fieldDraft, id, draftTime, sealed)
		}
		if err != nil {
			return err
		}
		hidden = []Field{{fieldDraft, id}}
	}
	status := http.StatusOK
	if problems != nil {
		status = statusWith(problems.Codes())
	}
	page := FormPage{
		Frame: a.frame(hidden...), Form: pages[d.Step], Values: d.Typed, Problems: problems, Step: d.Step + 1, Steps: len(pages),
	}
	if key := pages[d.Step].Verifies(); key != "" {
		page.SentTo = d.Typed.Get(key)
	}
	s.Pages.Form(w, r, status, page)
	return nil
}
