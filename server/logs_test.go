package server_test

import (
	"archive/zip"
	"bytes"
	"encoding/csv"
	"io"
	"net/http"
	"strconv"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestAuditLog(t *testing.T) {
	t.Parallel()
	const (
		path   = "/api/system/audit-log"
		first  = `POST ` + path + ` {"auditLog":{"insertUser":"ada@example.com","message":"Changed the application","oldValue":{"name":"foo"},"newValue":"bar","reason":"Because.","data":{"a":1},"ours":true}}`
		second = `POST ` + path + ` {"auditLog":{"insertUser":"joe@example.com","message":"Deleted a user"}}`
	)
	given := []string{first, second}
	check(t, []scenario{
		{
			name: "create", do: first, status: 200,
			want: values{"auditLog.id": 1, "auditLog.insertUser": "ada@example.com", "auditLog.oldValue.name": "foo", "auditLog.newValue": "bar", "auditLog.reason": "Because.", "auditLog.ours": true},
		},
		{name: "the server numbers", do: `POST ` + path + ` {"auditLog":{"id":7,"insertInstant":1,"insertUser":"ada","message":"x"}}`, status: 200, want: values{"auditLog.id": 1}},
		{name: "nothing", do: `POST ` + path + ` {"auditLog":{}}`, status: 400, codes: "[blank]auditLog.insertUser [blank]auditLog.message"},
		{name: "no entry", do: `POST ` + path + ` {}`, status: 400, codes: "[missing]auditLog"},
		{name: "one", given: given, do: "GET " + path + "/1", status: 200, want: values{"auditLog.message": "Changed the application", "auditLog.data.a": 1, "auditLog.oldValue.name": "foo"}},
		{name: "one that is not there", given: given, do: "GET " + path + "/3", status: 404},
		{name: "one that is no number", do: "GET " + path + "/x", status: 400, codes: "[couldNotConvert]auditLogId"},
		{name: "the newest first", given: given, do: "GET " + path + "/search", status: 200, want: values{"total": 2, "auditLogs.0.id": 2, "auditLogs.1.id": 1}},
		{name: "by user", given: given, do: "GET " + path + "/search?user=ADA", status: 200, want: values{"total": 1, "auditLogs.0.id": 1}},
		{name: "by values", given: given, do: `POST ` + path + `/search {"search":{"oldValue":"foo","newValue":"bar","reason":"because*"}}`, status: 200, want: values{"total": 1}},
		{name: "by message", given: given, do: "GET " + path + "/search?message=deleted*", status: 200, want: values{"total": 1, "auditLogs.0.id": 2}},
		{name: "too late", given: given, do: "GET " + path + "/search?end=1", status: 200, want: values{"total": 0}},
		{name: "sorted", given: given, do: "GET " + path + "/search?orderBy=insertUser+DESC&numberOfResults=1", status: 200, want: values{"total": 2, "auditLogs.0.id": 2, "auditLogs.1": absent}},
		{name: "sorted by what it cannot be", do: "GET " + path + "/search?orderBy=reason", status: 400, codes: "[invalid]search.orderBy"},
		{name: "a key of a tenant sees its own", given: given, do: "GET " + path + "/search", as: tenantKey, status: 200, want: values{"total": 0}},
		{name: "also by number", given: given, do: "GET " + path + "/1", as: tenantKey, status: 404},
		{name: "what it writes is its tenant's", do: second, as: tenantKey, status: 200, want: values{"auditLog.tenantId": tenantID}},
		{name: "a zone that is none", do: "GET " + path + "/export?zoneId=Mars/Base", status: 400, codes: "[invalid]zoneId"},
		{name: "a format that is none", do: `POST ` + path + `/export {"dateTimeSecondsFormat":"qqq"}`, status: 400, codes: "[invalid]dateTimeSecondsFormat"},
	})
}

// exported reads the only file of an answer that is a zip.
func exported(t *testing.T, r response) [][]string {
	t.Helper()
	if kind := r.header.Get("Content-Type"); r.status != http.StatusOK || kind != "application/zip" {
		t.Fatalf("status %d, %s", r.status, kind)
	}
	archive, err := zip.NewReader(bytes.NewReader([]byte(r.body)), int64(len(r.body)))
	if err != nil || len(archive.File) != 1 {
		t.Fatal(err, archive)
	}
	file, err := archive.File[0].Open()
	if err != nil {
		t.Fatal(err)
	}
	content, err := io.ReadAll(file)
	if err != nil {
		t.Fatal(err)
	}
	rows, err := csv.NewReader(bytes.NewReader(content)).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	return rows
}

func millis(t *testing.T, digits string) int64 {
	t.Helper()
	n, err := strconv.ParseInt(digits, 10, 64)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func TestAuditLogExport(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, i *instance) {
		r := i.do(`POST /api/system/audit-log {"auditLog":{"insertUser":"ada","message":"=SUM(A1)","reason":"a, \"b\"","newValue":{"a":1}}}`).must(t)
		at := time.UnixMilli(millis(t, r.digits("auditLog.insertInstant"))).In(time.FixedZone("", 3600))
		rows := exported(t, i.do(`POST /api/system/audit-log/export {"criteria":{"user":"ada"},"zoneId":"Europe/Berlin","dateTimeSecondsFormat":"yyyy-MM-dd 'at' HH:mm:ss"}`))
		want := [][]string{
			{"Id", "Time", "User", "Message", "Reason", "Old value", "New value", "Data"},
			{"1", at.Format("2006-01-02") + " at " + at.Format("15:04:05"), "ada", "'=SUM(A1)", `a, "b"`, "", `{"a":1}`, ""},
		}
		if diff := cmp.Diff(want, rows); diff != "" {
			t.Error(diff)
		}
		if rows := exported(t, i.do("GET /api/system/audit-log/export?user=joe")); len(rows) != 1 {
			t.Errorf("of nobody: %v", rows)
		}
	})
}

func TestLoginRecords(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, i *instance) {
		signIn := func(more string) {
			t.Helper()
			i.do(`POST /api/login {"loginId":"jane","password":"` + password + `","ipAddress":"203.0.113.7"` + more + `}`).must(t)
			i.clock.advance(time.Minute)
		}
		signIn(`,"applicationId":"` + applicationID + `"`)
		signIn("")
		i.do(login("jane", "wrong"))
		byAdmin := `POST /api/login {"loginId":"admin@example.com","password":"` + password + `","applicationId":"` + adminAppID + `"}`
		i.do(byAdmin).must(t)

		const search = "GET /api/system/login-record/search"
		i.do(search).must(t).want(t, values{
			"total": absent, "logins.0.applicationName": "FusionAuth", "logins.0.loginId": "admin@example.com", "logins.0.loginIdType": "email", "logins.0.ipAddress": "192.0.2.1",
			"logins.1.applicationId": absent, "logins.1.applicationName": absent, "logins.1.userId": janeID, "logins.1.loginId": "jane", "logins.1.loginIdType": "username",
			"logins.2.applicationId": applicationID, "logins.2.ipAddress": "203.0.113.7", "logins.3": absent,
		})
		i.do(search+"?retrieveTotal=true&numberOfResults=1&startRow=1").must(t).want(t, values{"total": 3, "logins.0.userId": janeID, "logins.1": absent})
		i.do(`POST /api/system/login-record/search {"retrieveTotal":true,"search":{"userId":"`+janeID+`","applicationId":"`+applicationID+`"}}`).must(t).
			want(t, values{"total": 1, "logins.0.applicationId": applicationID})
		i.do(search+"?retrieveTotal=true&end=1").must(t).want(t, values{"total": 0, "logins": []any{}})
		i.do("GET /api/user/recent-login?limit=1&offset=1").must(t).want(t, values{"logins.0.userId": janeID, "logins.1": absent, "total": absent})
		i.do("GET /api/user/recent-login?userId="+janeID).must(t).want(t, values{"logins.1.userId": janeID, "logins.2": absent})
		i.do("GET /api/user/recent-login?userId="+nobodyID).must(t).want(t, values{"logins": []any{}})
		if r := i.do("GET /api/user/recent-login?limit=many&userId=jane"); r.codes() != "[couldNotConvert]limit [couldNotConvert]userId" {
			t.Errorf("nonsense: %s", r.body)
		}
		i.send(call{do: search + "?retrieveTotal=true", as: tenantKey}).must(t).want(t, values{"total": 3})

		rows := exported(t, i.do("GET /api/system/login-record/export?userId="+janeID))
		if len(rows) != 3 || rows[0][0] != "User Id" || rows[2][0] != janeID || rows[2][1] != "jane" || rows[2][4] != applicationID || len(rows[2]) != 12 {
			t.Errorf("exported %v", rows)
		}
		i.do("DELETE /api/user/" + janeID + "?hardDelete=true").must(t)
		i.do(search+"?retrieveTotal=true").must(t).want(t, values{"total": 1}) // what was known of her is gone
	})
}
