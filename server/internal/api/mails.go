package api

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"

	"github.com/go-json-experiment/json/jsontext"

	"wherry/server/internal/fa"
	"wherry/server/internal/mail"
)

// Mails serves previews of templates, and the sending of mails.
//
// Sources: https://fusionauth.io/docs/apis/emails, https://fusionauth.io/docs/apis/message-templates
type Mails struct {
	Office       *mail.Office
	Templates    Documents[fa.EmailTemplate]
	Applications Documents[fa.Application]
	Users        Accounts

	mux *Mux
}

// Accounts finds users.
type Accounts interface {
	User(ctx context.Context, id fa.ID) (*fa.Account, error)
}

// Mount registers the endpoints.
func (h *Mails) Mount(m *Mux) {
	h.mux = m
	m.HandleGlobal("POST /api/email/template/preview", h.preview)
	m.HandleGlobal("POST /api/message/template/preview", h.previewMessage)
	m.Handle("POST /api/email/send/{emailTemplateId}", h.send)
	m.Handle("POST /api/tenant/{tenantId}/test-mail", h.test)
}

// email is a mail as FusionAuth shows it.
type email struct {
	Attachments []string       `json:"attachments"`
	Bcc         []mail.Address `json:"bcc"`
	Cc          []mail.Address `json:"cc"`
	From        mail.Address   `json:"from"`
	HTML        string         `json:"html"`
	Subject     string         `json:"subject"`
	Text        string         `json:"text"`
	To          []mail.Address `json:"to"`
}

// preview fills a template in that need not be stored. What cannot be filled in
// stands beside what can.
func (h *Mails) preview(w http.ResponseWriter, r *http.Request) error {
	body, err := read(r)
	if err != nil {
		return err
	}
	template := fa.NewEmailTemplate()
	if err := body.decode("emailTemplate", &template); err != nil {
		return err
	}
	var locale string
	if raw, given := body["locale"]; given {
		if err := fa.DecodeAt("locale", raw, &locale); err != nil {
			return err
		}
	}
	tenant, err := h.mux.tenantFor(r.Context(), callerOf(r).tenant)
	if err != nil {
		tenants, all := h.mux.Tenants.All(r.Context())
		if all != nil || len(tenants) == 0 {
			return err
		}
		tenant = tenants[0] // whose it is does not matter for a look
	}
	letter, errs := h.Office.Preview(tenant, &template, locale)
	return respond(w, http.StatusOK, struct {
		Email  email      `json:"email"`
		Errors *fa.Errors `json:"errors"`
	}{email{
		Attachments: []string{}, Bcc: []mail.Address{}, Cc: []mail.Address{}, From: letter.From, HTML: letter.HTML,
		Subject: letter.Subject, Text: letter.Text, To: letter.To,
	}, errs})
}

func (h *Mails) previewMessage(w http.ResponseWriter, r *http.Request) error {
	body, err := read(r)
	if err != nil {
		return err
	}
	template := fa.NewMessageTemplate()
	if err := body.decode("messageTemplate", &template); err != nil {
		return err
	}
	var locale string
	if raw, given := body["locale"]; given {
		if err := fa.DecodeAt("locale", raw, &locale); err != nil {
			return err
		}
	}
	message, err := h.Office.PreviewMessage(&template, locale)
	if err != nil {
		return err
	}
	return respond(w, http.StatusOK, map[string]any{"message": message})
}

type sendRequest struct {
	ApplicationID      fa.ID          `json:"applicationId"`
	BccAddresses       []string       `json:"bccAddresses"`
	CcAddresses        []string       `json:"ccAddresses"`
	PreferredLanguages []string       `json:"preferredLanguages"`
	RequestData        jsontext.Value `json:"requestData"`
	ToAddresses        []mail.Address `json:"toAddresses"`
	UserIDs            []fa.ID        `json:"userIds"`
	Rest               fa.Rest        `json:",embed"`
}

// maxRecipients is how many mails one request may send.
const maxRecipients = 10_000

func (q *sendRequest) check() error {
	var errs fa.Errors
	if len(q.UserIDs) == 0 && len(q.ToAddresses) == 0 {
		errs.Field("userIds", "missing", "You must specify either the [userIds] or the [toAddresses] property.")
	}
	if len(q.UserIDs)+len(q.ToAddresses) > maxRecipients {
		errs.Field("userIds", "tooMany", "One request can send %d mails at most.", maxRecipients)
	}
	addresses := map[string][]string{"ccAddresses": q.CcAddresses, "bccAddresses": q.BccAddresses}
	for _, to := range q.ToAddresses {
		addresses["toAddresses"] = append(addresses["toAddresses"], to.Address)
	}
	for path, list := range addresses {
		for _, address := range list {
			errs.Email(address, path)
		}
	}
	if len(q.RequestData) > 0 && q.RequestData.Kind() != jsontext.KindBeginObject && q.RequestData.Kind() != jsontext.KindNull {
		errs.Field("requestData", "couldNotConvert", "The [requestData] property must be an object.")
	}
	return errs.OrNil()
}

// send has one mail made for each user and each address. Users who are not there
// are told of in the answer, and everybody else gets a mail.
func (h *Mails) send(w http.ResponseWriter, r *http.Request) error {
	id, err := pathID(r, "emailTemplateId")
	if err != nil {
		return err
	}
	template, err := h.Templates.Get(r.Context(), id)
	if err != nil {
		return err
	}
	var request sendRequest
	if err := readInto(r, &request); err != nil {
		return err
	}
	if err := request.check(); err != nil {
		return err
	}
	_, application, tenant, err := h.mux.place(r, "/api/email/send", h.Applications, request.ApplicationID)
	if err != nil {
		return err
	}
	order := mail.Order{TenantID: tenant.ID, TemplateID: template.ID, Cc: request.CcAddresses, Bcc: request.BccAddresses, Languages: request.PreferredLanguages}
	if application != nil {
		order.ApplicationID = application.ID
	}
	data := map[string]any{}
	_ = fa.Decode(request.RequestData, &data)
	order.Values = map[string]any{"requestData": data}
	orders, results, err := h.orders(r.Context(), tenant, order, request)
	if err != nil {
		return err
	}
	if err := h.Office.Later(r.Context(), orders...); err != nil {
		return err
	}
	return respond(w, http.StatusOK, map[string]any{"results": results, "anonymousResults": map[string]any{}})
}

// templateErrors is why a mail to somebody is not sent.
type templateErrors struct {
	ParseErrors  map[string]string `json:"parseErrors"`
	RenderErrors map[string]string `json:"renderErrors"`
}

func (h *Mails) orders(ctx context.Context, tenant *fa.Tenant, order mail.Order, request sendRequest) ([]mail.Ordered, map[fa.ID]templateErrors, error) {
	var all []mail.Ordered
	results := map[fa.ID]templateErrors{}
	slices.Sort(request.UserIDs)
	for _, id := range slices.Compact(request.UserIDs) {
		user, err := h.Users.User(ctx, id)
		switch {
		case errors.Is(err, fa.ErrNotFound) || err == nil && user.TenantID != tenant.ID:
			results[id] = templateErrors{map[string]string{}, map[string]string{"user": "There is no such user."}}
			continue
		case err != nil:
			return nil, nil, err
		case user.MailAddress() == "":
			results[id] = templateErrors{map[string]string{}, map[string]string{"user": "The user has no e-mail address."}}
			continue
		}
		o := order
		o.UserID = id
		all = append(all, o)
	}
	for _, to := range request.ToAddresses {
		o := order
		o.To = []mail.Address{to}
		all = append(all, o)
	}
	return all, results, nil
}

// test sends a mail by the tenant's settings and says how that went. FusionAuth
// has this in its admin UI alone.
func (h *Mails) test(_ http.ResponseWriter, r *http.Request) error {
	id, err := pathID(r, "tenantId")
	if err != nil {
		return err
	}
	tenant, err := h.mux.Tenants.Get(r.Context(), id)
	if err == nil && !callerOf(r).sees(id) {
		err = fa.ErrNotFound
	}
	if err != nil {
		return err
	}
	var request struct {
		ToAddress string `json:"toAddress"`
	}
	if err := readInto(r, &request); err != nil {
		return err
	}
	var errs fa.Errors
	errs.Require(request.ToAddress, "toAddress")
	errs.Email(request.ToAddress, "toAddress")
	if err := errs.OrNil(); err != nil {
		return err
	}
	if err := h.Office.Test(r.Context(), tenant, request.ToAddress); err != nil {
		return fa.GeneralError("SMTPFailed", "%s", fmt.Sprintf("The mail was not sent: %v.", err))
	}
	return nil
}
