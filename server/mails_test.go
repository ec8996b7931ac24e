package server_test

import (
	"encoding/json"
	"errors"
	"net/http"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"wherry/server"
	"wherry/server/internal/fa"
	"wherry/server/internal/seal"
	"wherry/server/internal/store"
)

func TestEmailTemplatesAreChecked(t *testing.T) {
	t.Parallel()
	template := func(method, subject, text, more string) string {
		return method + ` /api/email/template` + map[string]string{"PUT": "/" + templates["verification"]}[method] +
			` {"emailTemplate":{"name":"T","defaultSubject":"` + subject + `","defaultTextTemplate":"` + text + `","defaultHtmlTemplate":"h"` + more + `}}`
	}
	made := strings.Replace(template("POST", "s", "t", ""), "/template ", "/template/"+templates["verification"]+" ", 1)
	check(t, []scenario{
		{name: "good", do: template("POST", "${user.email}", "[#if a??]b[/#if]", ""), status: 200},
		{name: "everything wrong at once", do: template("POST", "${", "[#include 'x']", `,"localizedHtmlTemplates":{"de":"${a?eval}"}`), status: 400, codes: "[invalid]emailTemplate.defaultSubject [invalid]emailTemplate.defaultTextTemplate [invalid]emailTemplate.localizedHtmlTemplates.de"},
		{name: "with what else is wrong", do: `POST /api/email/template {"emailTemplate":{"defaultSubject":"${"}}`, status: 400, codes: "[blank]emailTemplate.defaultHtmlTemplate [blank]emailTemplate.defaultTextTemplate [blank]emailTemplate.name [invalid]emailTemplate.defaultSubject"},
		{name: "changed to nonsense", given: []string{made}, do: template("PUT", "s", "[@x/]", ""), status: 400, codes: "[invalid]emailTemplate.defaultTextTemplate"},
		{name: "text message", do: `POST /api/message/template {"messageTemplate":{"name":"T","defaultTemplate":"${","localizedTemplates":{"de":"[#x]"}}}`, status: 400, codes: "[invalid]messageTemplate.defaultTemplate [invalid]messageTemplate.localizedTemplates.de"},
	})
}

func TestPreviews(t *testing.T) {
	t.Parallel()
	const template = `{"name":"T","defaultFromName":"${tenant.name}","defaultSubject":"Hello ${user.firstName}","defaultTextTemplate":"${changePasswordId!}${nothing}","defaultHtmlTemplate":"<b>${user.email}</b>","localizedSubjects":{"fr":"Bonjour"}}`
	check(t, []scenario{
		{
			name: "mail", do: `POST /api/email/template/preview {"emailTemplate":` + template + `,"locale":"fr"}`, status: 200, want: values{
				"email.subject": "Bonjour", "email.html": "<b>ada@example.com</b>", "email.from.display": "Default", "email.text": "",
				"errors.fieldErrors": values{"emailTemplate.defaultTextTemplate": []any{values{
					"code": "[invalid]emailTemplate.defaultTextTemplate", "message": `line 1: something has no value; give it a default, as in ${user.firstName!""}`,
				}}},
			},
		},
		{
			name: "mail about a consent", do: `POST /api/email/template/preview {"emailTemplate":{"name":"T","defaultSubject":"${consent.consent.name}","defaultTextTemplate":"${consent.status}","defaultHtmlTemplate":"h"}}`,
			status: 200, want: values{"email.subject": "Example consent", "email.text": "Active", "errors.fieldErrors": absent},
		},
		{name: "no mail", do: `POST /api/email/template/preview {}`, status: 400, codes: "[missing]emailTemplate"},
		{name: "text message", do: `POST /api/message/template/preview {"messageTemplate":{"name":"T","defaultTemplate":"${code}"}}`, status: 200, want: values{"message.textMessage": "123456"}},
		{name: "text message that cannot be", do: `POST /api/message/template/preview {"messageTemplate":{"name":"T","defaultTemplate":"${user.email}"}}`, status: 400, codes: "[invalid]messageTemplate.defaultTemplate"},
	})
}

func TestSendingMails(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, i *instance) {
		t.Helper()
		box := newPostbox(t)
		i.usePostbox(t, box)
		const id = "aa000000-0000-0000-0000-0000000000aa"
		i.do(`POST /api/email/template/` + id + ` {"emailTemplate":{"name":"News","defaultSubject":"News","defaultHtmlTemplate":"<p>h</p>","fromEmail":"news@example.com",
			"defaultTextTemplate":"who=${(user.email)!'-'}\n[#list requestData.list as item]item=${item}\n[/#list]"}}`).must(t)
		i.do(`POST /api/email/send/`+id+` {"userIds":["`+janeID+`","`+nobodyID+`"],"requestData":{"list":["one"]},"ccAddresses":["copy@example.com"],"bccAddresses":["blind@example.com"]}`).must(t).
			want(t, values{"results." + nobodyID + ".renderErrors.user": "There is no such user.", "results." + janeID: absent})
		l := box.next(t)
		if strings.Join(l.to, " ") != "jane@example.com copy@example.com blind@example.com" || l.value(t, "who") != "jane@example.com" || l.value(t, "item") != "one" ||
			l.header.Get("Bcc") != "" || !strings.Contains(l.header.Get("From"), "news@example.com") {
			t.Errorf("got %+v", l)
		}
		// What cannot be made or delivered stands in the event log, and what comes
		// after it is not kept up.
		i.do(`POST /api/email/send/` + id + ` {"toAddresses":[{"address":"ada@example.com","display":"Ada"}]}`).must(t)
		i.do(`POST /api/email/send/` + id + ` {"toAddresses":[{"address":"refused@example.com"}],"requestData":{"list":[]}}`).must(t)
		i.do(`POST /api/email/send/` + id + ` {"toAddresses":[{"address":"ada@example.com"}],"requestData":{"list":["last"]}}`).must(t)
		if l := box.next(t); l.value(t, "item") != "last" || l.value(t, "who") != "-" {
			t.Errorf("got %+v", l)
		}
		for _, want := range []string{"The mail [News] was not sent: refused: [invalid]emailTemplate.defaultTextTemplate", "refuses the mail with code 550"} {
			i.eventually(t, want)
		}
		i.nothingLeaks(t, "refused@example.com")
	})
}

// eventually waits for an entry of the event log.
// TestMailServersAreGreeted by the name that the tenant's properties say.
func TestMailServersAreGreeted(t *testing.T) {
	t.Parallel()
	for _, properties := range []string{`"mail.smtp.localhost=made-up.example.com"`, `{"mail.smtp.localhost":"made-up.example.com"}`} {
		i, box := start(t), newPostbox(t)
		i.usePostbox(t, box)
		i.do(`PATCH /api/tenant/` + tenantID + ` {"tenant":{"emailConfiguration":{"properties":` + properties + `}}}`).must(t)
		i.do(`POST /api/tenant/` + tenantID + `/test-mail {"toAddress":"jane@example.com"}`).must(t)
		if l := box.next(t); l.from != "made-up.example.com" {
			t.Errorf("greeted as %q", l.from)
		}
	}
}

func (i *instance) eventually(t *testing.T, text string) {
	t.Helper()
	for range 200 {
		if strings.Contains(i.do("GET /api/system/event-log/search?numberOfResults=500").must(t).body, text) {
			return
		}
		pause(t)
	}
	t.Errorf("the event log does not say %q: %s", text, i.do("GET /api/system/event-log/search").body)
}

func TestTestMail(t *testing.T) {
	t.Parallel()
	i, box := start(t), newPostbox(t)
	const test = `POST /api/tenant/` + tenantID + `/test-mail {"toAddress":"ada@example.com"}`
	i.do(`PATCH /api/tenant/` + tenantID + ` {"tenant":{"emailConfiguration":{"host":"127.0.0.1","port":` + strconv.Itoa(box.port) + `}}}`).must(t)
	i.do(test).must(t)
	if l := box.next(t); l.subject != "Test mail" || l.to[0] != "ada@example.com" {
		t.Errorf("got %+v", l)
	}
	for name, change := range map[string]string{
		"no STARTTLS": `"security":"TLS"`, "no TLS": `"security":"SSL"`, "no login": `"security":"NONE","username":"u","password":"made-up smtp password"`, "nobody there": `"port":1`,
	} {
		i.do(`PATCH /api/tenant/` + tenantID + ` {"tenant":{"emailConfiguration":{` + change + `}}}`).must(t)
		if r := i.do(test); r.status != http.StatusBadRequest || r.codes() != "[SMTPFailed]" || strings.Contains(r.body, "ada@") {
			t.Errorf("%s: status %d: %s", name, r.status, r.body)
		}
	}
	i.nothingLeaks(t, "made-up smtp password")
}

func TestMailSettingsAreChecked(t *testing.T) {
	t.Parallel()
	check(t, []scenario{
		{
			name: "all wrong", do: `PATCH /api/tenant/` + tenantID + ` {"tenant":{"emailConfiguration":{"host":"","port":0,"security":"x","defaultFromEmail":"x","verificationStrategy":"x","additionalHeaders":[{"name":"a b","value":"c"}]}}}`,
			status: 400, codes: "[blank]tenant.emailConfiguration.host [invalid]tenant.emailConfiguration.additionalHeaders [invalid]tenant.emailConfiguration.port [invalid]tenant.emailConfiguration.security [invalid]tenant.emailConfiguration.verificationStrategy [notEmail]tenant.emailConfiguration.defaultFromEmail",
		},
	})
}

// TestTemplatesOfANewInstance: without a kickstart file there are templates, the
// tenant uses them, and each of them can be filled in.
func TestTemplatesOfANewInstance(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	fresh, err := server.New(t.Context(), server.Config{Data: dir, Key: sampleKey})
	if err != nil {
		t.Fatal(err)
	}
	if err := fresh.Close(); err != nil {
		t.Fatal(err)
	}
	i := openWithKey(t, dir)
	all := i.do("GET /api/email/template").must(t)
	for n := range 10 {
		at := "emailTemplates." + strconv.Itoa(n)
		if !strings.HasPrefix(all.text(at+".name"), "[FusionAuth Default] ") {
			t.Errorf("template %d: %v", n, all.at(at+".name"))
		}
		body := `{"emailTemplate":` + encoded(t, all.at(at)) + `}`
		i.do("POST /api/email/template/preview "+body).must(t).want(t, values{"errors": values{}})
	}
	i.do("GET /api/tenant").must(t).want(t, values{"tenants.0.emailConfiguration.passwordlessEmailTemplateId": i.templateID(t, all, "Passwordless Login")})
}

// openWithKey opens an instance that has no API key, and gives it one.
func openWithKey(t *testing.T, dir string) *instance {
	t.Helper()
	insertKey(t, filepath.Join(dir, databaseFile))
	return open(t, server.Config{Data: dir, Key: sampleKey})
}

// insertKey writes the super key into a database, as somebody does who has only
// the file.
func insertKey(t *testing.T, path string) {
	t.Helper()
	db, err := store.Open(t.Context(), "", path, time.Now)
	if err != nil {
		t.Fatal(err)
	}
	ring, err := seal.Read(sampleKey)
	if err != nil {
		t.Fatal(err)
	}
	if err := db.UseKeys(t.Context(), ring); err != nil {
		t.Fatal(err)
	}
	key := fa.NewAPIKey()
	key.ID, key.Key = nobodyID, superKey
	if err := errors.Join(db.APIKeys.Create(t.Context(), &key), db.Close()); err != nil {
		t.Fatal(err)
	}
}

// encoded is a value as JSON.
func encoded(t *testing.T, v any) string {
	t.Helper()
	doc, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(doc)
}

// pause is between two looks at something that takes a while.
func pause(t *testing.T) {
	t.Helper()
	select {
	case <-time.After(20 * time.Millisecond):
	case <-t.Context().Done():
	}
}

func (i *instance) templateID(t *testing.T, all response, name string) any {
	t.Helper()
	for n := range 20 {
		at := "emailTemplates." + strconv.Itoa(n)
		if all.text(at+".name") == "[FusionAuth Default] "+name {
			return all.at(at + ".id")
		}
	}
	t.Fatalf("there is no template %s", name)
	return nil
}
