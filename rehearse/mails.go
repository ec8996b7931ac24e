package rehearse

import (
	"context"
	"fmt"
	"net/http"

	"github.com/google/uuid"
)

// mailsPath is where the sample application shows the mails.
const mailsPath = "/mails"

var forgotTemplateID = uuid.NewSHA1(uuid.NameSpaceURL, []byte("wherry rehearsal: forgot password")).String()

type doc = map[string]any

// forgotTemplate is written as FusionAuth's own are.
var forgotTemplate = doc{"emailTemplate": doc{
	"name": "Forgot password", "defaultSubject": "Choose a new password, ${user.firstName!user.email}",
	"defaultTextTemplate": forgotLink + "Somebody wants to set a new password for your account.\n\n${url}\n",
	"defaultHtmlTemplate": forgotLink + `<p>Somebody wants to set a new password for your account.</p><p><a href="${url}">${url}</a></p>`,
}}

const forgotLink = `[#assign url = "${baseURL}/password/change/${changePasswordId}?tenantId=${user.tenantId}"]` +
	`[#list state!{} as key, value][#if key != "tenantId" && value??][#assign url = url + "&" + key?url + "=" + value?url][/#if][/#list]`

// startMails starts the mail server and tells the tenant of it, and lets the
// connector be asked about those who have forgotten their password.
func (r *Rehearsal) startMails(ctx context.Context, _ Options, l listeners) error {
	ln := l.take("mail")
	r.mails = newMailbox()
	port := portOf(ln)
	r.run(func() error { return r.mails.run(ctx, ln) })
	status, err := r.call(ctx, http.MethodGet, "/api/email/template/"+forgotTemplateID, nil, nil)
	method := map[bool]string{true: http.MethodPut, false: http.MethodPost}[status == http.StatusOK]
	if err != nil {
		return fmt.Errorf("look for the mail template: %w", err)
	}
	for _, request := range []struct {
		method, path string
		body         doc
	}{
		{method, "/api/email/template/" + forgotTemplateID, forgotTemplate},
		{http.MethodPatch, "/api/tenant/" + tenantID, doc{"tenant": doc{"emailConfiguration": doc{
			"host": "127.0.0.1", "port": port, "defaultFromEmail": "rehearsal@example.com", "defaultFromName": "Wherry rehearsal",
			"forgotPasswordEmailTemplateId": forgotTemplateID,
		}}}},
		{http.MethodPatch, "/api/connector/" + r.connectorID, doc{"connector": doc{"data": doc{"wherry": doc{"forgotPassword": true}}}}},
	} {
		status, err := r.call(ctx, request.method, request.path, request.body, nil)
		if err == nil && status != http.StatusOK {
			err = fmt.Errorf("status %d", status)
		}
		if err != nil {
			return fmt.Errorf("make mails ready, %s %s: %w", request.method, request.path, err)
		}
	}
	return nil
}
