package server_test

import (
	"strings"
	"testing"
	"time"
)

// What takeActions makes.
const (
	suspendID   = "dddddddd-0000-0000-0000-00000000000a" // temporal, prevents login
	praiseID    = "dddddddd-0000-0000-0000-00000000000b" // not temporal, with options
	retiredID   = "dddddddd-0000-0000-0000-00000000000c" // not active any more
	reasonID    = "dddddddd-0000-0000-0000-00000000000d"
	moderatorID = "dddddddd-0000-0000-0000-000000000001"
)

var actionable = []string{
	"POST /api/user-action/" + suspendID + ` {"userAction":{"name":"Suspend","localizedNames":{"de":"Sperren"},"temporal":true,"preventLogin":true}}`,
	"POST /api/user-action/" + praiseID + ` {"userAction":{"name":"Praise","options":[{"name":"Loud","localizedNames":{"de":"Laut"}}]}}`,
	"POST /api/user-action/" + retiredID + ` {"userAction":{"name":"Retired"}}`, "DELETE /api/user-action/" + retiredID,
	"POST /api/user-action-reason/" + reasonID + ` {"userActionReason":{"code":"rude","text":"Rude words","localizedTexts":{"de":"Grobe Worte"}}}`,
	"POST /api/user/" + moderatorID + ` {"user":{"username":"moderator"}}`,
	"PATCH /api/user/" + janeID + ` {"user":{"preferredLanguages":["de"]}}`,
}

// action is a request to take an action on Jane, with more members.
func action(id, more string) string {
	return `POST /api/user/action {"action":{"actioneeUserId":"` + janeID + `","actionerUserId":"` + moderatorID + `","userActionId":"` + id + `"` + more + `}}`
}

func TestTakingActions(t *testing.T) {
	t.Parallel()
	soon := `,"expiry":` + itoa(time.Now().Add(hour).UnixMilli())
	const never = `,"expiry":9223372036854775807`
	check(t, []scenario{
		{
			name: "temporal", given: actionable, do: action(suspendID, never+`,"comment":"again","reasonId":"`+reasonID+`","applicationIds":["`+applicationID+`"],"notifyUser":true`), status: 200, want: values{
				"action.actioneeUserId": janeID, "action.actionerUserId": moderatorID, "action.userActionId": suspendID, "action.name": "Suspend", "action.localizedName": "Sperren",
				"action.reason": "Rude words", "action.reasonCode": "rude", "action.localizedReason": "Grobe Worte", "action.comment": "again", "action.expiry": number("9223372036854775807"),
				"action.applicationIds": []string{applicationID}, "action.notifyUserOnEnd": true, "action.emailUserOnEnd": false, "action.endEventSent": false, "action.history.historyItems": []any{},
			},
		},
		{name: "for good", given: actionable, do: action(praiseID, `,"option":"Loud"`), status: 200, want: values{"action.option": "Loud", "action.localizedOption": "Laut", "action.localizedName": "Praise", "action.expiry": absent}},
		{name: "without an end", given: actionable, do: action(suspendID, ""), status: 400, codes: "[missing]action.expiry"},
		{name: "ended before it begins", given: actionable, do: action(suspendID, `,"expiry":1`), status: 400, codes: "[invalid]action.expiry"},
		{name: "with an end that it cannot have", given: actionable, do: action(praiseID, soon), status: 400, codes: "[invalid]action.expiry"},
		{name: "another option", given: actionable, do: action(praiseID, `,"option":"Silent"`), status: 400, codes: "[invalid]action.option"},
		{name: "not active", given: actionable, do: action(retiredID, ""), status: 400, codes: "[invalid]action.userActionId"},
		{name: "nothing said", do: `POST /api/user/action {"action":{}}`, status: 400, codes: "[missing]action.actioneeUserId [missing]action.actionerUserId [missing]action.userActionId"},
		{name: "nothing known", do: `POST /api/user/action {"action":{"actionerUserId":"` + nobodyID + `","actioneeUserId":"` + janeID + `","userActionId":"` + nobodyID + `","reasonId":"` + nobodyID + `","applicationIds":["` + nobodyID + `"]}}`, status: 400, codes: "[invalid]action.actionerUserId [invalid]action.applicationIds [invalid]action.reasonId [invalid]action.userActionId"},
		{name: "on nobody", given: actionable, do: strings.ReplaceAll(action(suspendID, never), janeID, nobodyID), status: 400, codes: "[invalid]action.actioneeUserId"},
		{name: "on somebody of another tenant", given: append(actionable, anotherTenant), tenant: anotherTenantID, do: action(suspendID, never), status: 400, codes: "[invalid]action.actioneeUserId"},
		{name: "list", given: append(actionable, action(suspendID, soon), action(praiseID, "")), do: "GET /api/user/action?userId=" + janeID, status: 200, want: values{"actions.1.id": present, "actions.2": absent}},
		{name: "list of those in effect", given: append(actionable, action(suspendID, soon), action(praiseID, "")), do: "GET /api/user/action?active=true&userId=" + janeID, status: 200, want: values{"actions.0.name": "Suspend", "actions.1": absent}},
		{name: "list of the others", given: append(actionable, action(suspendID, soon), action(praiseID, "")), do: "GET /api/user/action?active=false&userId=" + janeID, status: 200, want: values{"actions.0.name": "Praise", "actions.1": absent}},
		{name: "list of those that keep out", given: append(actionable, action(suspendID, soon), action(praiseID, "")), do: "GET /api/user/action?preventingLogin=true&userId=" + janeID, status: 200, want: values{"actions.0.name": "Suspend", "actions.1": absent}},
		{name: "list of nobody's", do: "GET /api/user/action?userId=" + nobodyID, status: 200, want: values{"actions": []any{}}},
		{name: "list of a user of another tenant", given: append(actionable, anotherTenant, action(suspendID, soon)), tenant: anotherTenantID, do: "GET /api/user/action?userId=" + janeID, status: 200, want: values{"actions": []any{}}},
		{name: "list without a user", do: "GET /api/user/action", status: 400, codes: "[blank]userId"},
		{name: "unknown", do: "GET /api/user/action/" + nobodyID, status: 404},
		{name: "change what is unknown", do: "PUT /api/user/action/" + nobodyID + ` {"action":{}}`, status: 404},
		{name: "cancel what is unknown", do: "DELETE /api/user/action/" + nobodyID + ` {"action":{}}`, status: 404},
	})
}

// present is the value of a property that is there.
var present = struct{ present bool }{true}

// TestActionsEnd: an action is in effect until it is cancelled or its time has
// come, and keeps its history.
func TestActionsEnd(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, i *instance) {
		for _, request := range actionable {
			i.do(request).must(t)
		}
		active := func() response { return i.do("GET /api/user/action?active=true&userId=" + janeID).must(t) }
		in := func(d time.Duration) string { return itoa(i.clock.now().Add(d).UnixMilli()) }
		one := " /api/user/action/" + i.do(action(suspendID, `,"expiry":`+in(hour))).must(t).text("action.id")
		actioner := ` {"action":{"actionerUserId":"` + moderatorID + `"`

		i.do("PUT" + one + actioner + `,"comment":"longer","expiry":` + in(2*hour) + `}}`).must(t)
		i.clock.advance(90 * time.Minute)
		active().want(t, values{
			"actions.0.history.historyItems.0.comment": "longer", "actions.0.history.historyItems.0.actionerUserId": moderatorID, "actions.1": absent,
		})
		for name, request := range map[string]string{
			"without an end": "PUT" + one + actioner + `}}`, "with an end that has been": "PUT" + one + actioner + `,"expiry":1}}`,
			"by nobody": "DELETE" + one + ` {"action":{}}`, "by somebody unknown": "DELETE" + one + ` {"action":{"actionerUserId":"` + nobodyID + `"}}`,
		} {
			if r := i.do(request); r.status != 400 {
				t.Errorf("changed %s: status %d: %s", name, r.status, r.body)
			}
		}
		i.do("DELETE"+one+actioner+`,"comment":"sorry"}}`).must(t).want(t, values{"action.history.historyItems.1.comment": "sorry"})
		active().want(t, values{"actions": []any{}})
		for _, again := range []string{"DELETE" + one + actioner + `}}`, "PUT" + one + actioner + `,"expiry":` + in(hour) + `}}`} {
			if r := i.do(again); r.status != 400 || r.codes() != "[invalid]" {
				t.Errorf("%s: status %d: %s", again, r.status, r.body)
			}
		}
		i.do("GET"+one).must(t).want(t, values{"action.name": "Suspend"})

		i.do(action(suspendID, `,"expiry":`+in(hour))).must(t)
		active().want(t, values{"actions.0.name": "Suspend"})
		i.clock.advance(2 * hour)
		active().want(t, values{"actions": []any{}})
		i.do("DELETE /api/user-action/" + suspendID + "?hardDelete=true").must(t)
		i.do("GET /api/user/action?userId="+janeID).must(t).want(t, values{"actions": []any{}})
	})
}

func TestUserComments(t *testing.T) {
	t.Parallel()
	comment := func(user, text string) string {
		return `POST /api/user/comment {"userComment":{"userId":"` + user + `","commenterId":"` + janeID + `","comment":"` + text + `"}}`
	}
	given := []string{comment(janeID, "Likes boats"), comment(janeID, "100% sure_"), anotherTenant}
	check(t, []scenario{
		{name: "create", do: comment(janeID, "Likes boats"), status: 200, want: values{"userComment.comment": "Likes boats", "userComment.commenterId": janeID, "userComment.userId": janeID, "userComment.id": present, "userComment.insertInstant": present}},
		{name: "nothing said", do: `POST /api/user/comment {"userComment":{}}`, status: 400, codes: "[blank]userComment.comment [blank]userComment.commenterId [blank]userComment.userId"},
		{name: "on nobody", do: comment(nobodyID, "x"), status: 400, codes: "[invalid]userComment.userId"},
		{name: "on somebody of another tenant", given: given, tenant: anotherTenantID, do: comment(janeID, "x"), status: 400, codes: "[invalid]userComment.userId"},
		{name: "by nobody", do: `POST /api/user/comment {"userComment":{"userId":"` + janeID + `","commenterId":"` + nobodyID + `","comment":"x"}}`, status: 400, codes: "[invalid]userComment.commenterId"},
		{name: "list", given: given, do: "GET /api/user/comment/" + janeID, status: 200, want: values{"userComments.1.id": present, "userComments.2": absent}},
		{name: "list of nobody's", do: "GET /api/user/comment/" + nobodyID, status: 200, want: values{"userComments": []any{}}},
		{name: "list of another tenant", given: given, tenant: anotherTenantID, do: "GET /api/user/comment/" + janeID, status: 200, want: values{"userComments": []any{}}},
		{name: "search", given: given, do: "GET /api/user/comment/search?comment=BOAT&userId=" + janeID, status: 200, want: values{"total": 1, "userComments.0.comment": "Likes boats"}},
		{name: "search for signs", given: given, do: `POST /api/user/comment/search {"search":{"comment":"100%*_","commenterId":"` + janeID + `"}}`, status: 200, want: values{"total": 1}},
		{name: "search, sorted", given: given, do: `POST /api/user/comment/search {"search":{"orderBy":"comment desc","numberOfResults":1}}`, status: 200, want: values{"total": 2, "userComments.0.comment": "Likes boats", "userComments.1": absent}},
		{name: "search by another's", given: given, do: "GET /api/user/comment/search?commenterId=" + nobodyID, status: 200, want: values{"total": 0}},
		{name: "search in another tenant", given: given, do: "GET /api/user/comment/search?tenantId=" + anotherTenantID, status: 200, want: values{"total": 0}},
		{name: "search in two tenants", given: given, tenant: tenantID, do: "GET /api/user/comment/search?tenantId=" + anotherTenantID, status: 200, want: values{"total": 0}},
		{name: "search, sorted by nothing known", do: "GET /api/user/comment/search?orderBy=doc", status: 400, codes: "[invalid]search.orderBy"},
		{name: "gone with the user", given: append(given, "DELETE /api/user/"+janeID+"?hardDelete=true"), do: "GET /api/user/comment/search", status: 200, want: values{"total": 0}},
	})
}

// TestUserCommentsOnEach: what the databases could disagree about.
func TestUserCommentsOnEach(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, i *instance) {
		i.do(`POST /api/user/comment {"userComment":{"userId":"` + janeID + `","commenterId":"` + janeID + `","comment":"Likes Boats","future":1}}`).must(t)
		i.do("GET /api/user/comment/search?comment=likes*oat*&orderBy=comment").must(t).want(t, values{"total": 1, "userComments.0.future": 1})
		i.do("GET /api/user/comment/"+janeID).must(t).want(t, values{"userComments.0.comment": "Likes Boats"})
	})
}
