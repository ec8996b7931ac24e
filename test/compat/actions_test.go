package compat

import (
	"testing"
	"time"

	"github.com/FusionAuth/go-client/pkg/fusionauth"
)

// TestActions: what can be done to users, as the client asks for it.
func TestActions(t *testing.T) {
	t.Parallel()
	user, moderator := newUser(t, "actionee@example.com"), newUser(t, "actioner@example.com")
	a, errs, err := client.CreateUserAction("", fusionauth.UserActionRequest{UserAction: fusionauth.UserAction{
		Name: "Suspend", Temporal: true, PreventLogin: true, Options: []fusionauth.UserActionOption{{Name: "Hard"}},
	}})
	action := made(t, a)(errs, err).UserAction
	in := func(d time.Duration) int64 { return time.Now().Add(d).UnixMilli() }
	ask := func(comment string, expiry int64) fusionauth.ActionRequest {
		return fusionauth.ActionRequest{Action: fusionauth.ActionData{
			ActioneeUserId: user.Id, ActionerUserId: moderator.Id, UserActionId: action.Id, Option: "Hard", Comment: comment, Expiry: expiry,
		}}
	}
	taken, errs, err := client.ActionUser(ask("first", in(time.Hour)))
	id := made(t, taken)(errs, err).Action.Id
	if taken.Action.Name != "Suspend" || taken.Action.LocalizedOption != "Hard" || taken.Action.Comment != "first" {
		t.Errorf("taken: %+v", taken.Action)
	}
	changed, errs, err := client.ModifyAction(id, ask("longer", in(2*time.Hour)))
	if items := made(t, changed)(errs, err).Action.History.HistoryItems; len(items) != 1 || items[0].Comment != "longer" {
		t.Errorf("changed: %+v", items)
	}
	if active, errs, err := client.RetrieveActiveActions(user.Id); len(made(t, active)(errs, err).Actions) != 1 {
		t.Errorf("in effect: %+v", active.Actions)
	}
	if preventing, errs, err := client.RetrieveActionsPreventingLogin(user.Id); len(made(t, preventing)(errs, err).Actions) != 1 {
		t.Errorf("keeping out: %+v", preventing.Actions)
	}
	cancelled, errs, err := client.CancelAction(id, ask("sorry", 0))
	if made(t, cancelled)(errs, err).Action.Expiry > in(0) {
		t.Errorf("cancelled: %+v", cancelled.Action)
	}
	if over, errs, err := client.RetrieveInactiveActions(user.Id); len(made(t, over)(errs, err).Actions) != 1 || over.Actions[0].Id != id {
		t.Errorf("not in effect: %+v", over.Actions)
	}
	if all, errs, err := client.RetrieveActions(user.Id); len(made(t, all)(errs, err).Actions) != 1 {
		t.Errorf("all: %+v", all.Actions)
	}
	if one, errs, err := client.RetrieveAction(id); made(t, one)(errs, err).Action.UserActionId != action.Id {
		t.Errorf("one: %+v", one.Action)
	}
	again, errs, err := client.CancelAction(id, ask("again", 0))
	come(again.StatusCode, "", errs, err).isRefused(t, "cancel again", 400, "[invalid]")
	wrong, errs, err := client.ActionUser(fusionauth.ActionRequest{})
	come(wrong.StatusCode, "", errs, err).isRefused(t, "nothing", 400, "[missing]action.actioneeUserId [missing]action.actionerUserId [missing]action.userActionId")
}

func TestComments(t *testing.T) {
	t.Parallel()
	user := newUser(t, "commented@example.com")
	for _, text := range []string{"Likes boats", "Likes bridges"} {
		r, errs, err := client.CommentOnUser(fusionauth.UserCommentRequest{UserComment: fusionauth.UserComment{UserId: user.Id, CommenterId: user.Id, Comment: text}})
		if made(t, r)(errs, err).UserComment.Id == "" || r.UserComment.Comment != text {
			t.Errorf("comment: %+v", r.UserComment)
		}
	}
	all, errs, err := client.RetrieveUserComments(user.Id)
	if len(made(t, all)(errs, err).UserComments) != 2 {
		t.Errorf("all: %+v", all.UserComments)
	}
	found, errs, err := client.SearchUserComments(fusionauth.UserCommentSearchRequest{Search: fusionauth.UserCommentSearchCriteria{Comment: "*boats", UserId: user.Id}})
	if made(t, found)(errs, err).Total != 1 || found.UserComments[0].Comment != "Likes boats" {
		t.Errorf("found: %+v", found)
	}
}

// TestEnrolment: what goes with new users, as the client reads it.
func TestEnrolment(t *testing.T) {
	t.Parallel()
	tenant, errs, err := client.CreateTenant("", fusionauth.TenantRequest{Tenant: fusionauth.Tenant{
		Name: "Verifying", EmailConfiguration: fusionauth.EmailConfiguration{VerifyEmail: true, VerificationStrategy: fusionauth.VerificationStrategy_FormField},
	}})
	in := *client
	in.SetTenantId(made(t, tenant)(errs, err).Tenant.Id)
	app, errs, err := in.CreateApplication("", fusionauth.ApplicationRequest{Application: fusionauth.Application{Name: "Verified", VerifyRegistration: true}})
	id := made(t, app)(errs, err).Application.Id
	r, errs, err := in.Register("", fusionauth.RegistrationRequest{
		User: fusionauth.User{Email: "verified@example.com"}, Registration: fusionauth.UserRegistration{ApplicationId: id}, GenerateAuthenticationToken: true,
	})
	made(t, r)(errs, err)
	if r.Token == "" || r.TokenExpirationInstant == 0 || r.RegistrationVerificationId == "" || r.Registration.AuthenticationToken == "" ||
		len(r.VerificationIds) != 1 || r.VerificationIds[0].Value != "verified@example.com" || len(r.VerificationIds[0].OneTimeCode) != 6 {
		t.Errorf("registered: %+v", r)
	}
	found, errs, err := in.RetrieveUserByVerificationId(r.VerificationIds[0].Id)
	if made(t, found)(errs, err).User.Id != r.User.Id {
		t.Errorf("by the id to verify: %+v", found)
	}
	u, errs, err := in.CreateUser("", fusionauth.UserRequest{User: fusionauth.User{Email: "skipped@example.com"}, SkipVerification: true})
	if made(t, u)(errs, err).Token == "" || !u.User.Verified || len(u.VerificationIds) != 0 {
		t.Errorf("skipped: %+v", u)
	}
}
