package server

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/http"

	"wherry/internal/exit"
	"wherry/server/internal/fa"
	"wherry/server/internal/keys"
	"wherry/server/internal/kickstart"
)

// firstStart makes what every FusionAuth instance has, and runs the kickstart
// file. It counts only when it came to its end; nobody can reach the server
// before.
func (s *Server) firstStart(ctx context.Context) error {
	given := kickstart.Givens{TenantID: newID(), TenantManagerID: newID(), SigningKeyID: newID(), Objects: newDefaultIDs()}
	plan := &kickstart.Plan{}
	if s.config.Kickstart != "" {
		var err error
		if plan, err = kickstart.Load(s.config.Kickstart, s.config.Getenv, newID, &given); err != nil {
			return exit.With(exit.Usage, err, "mend the file and start again; nothing was written")
		}
	}
	if err := errors.Join(s.db.Wipe(ctx), s.db.NoteKey(ctx)); err != nil {
		return err
	}
	if err := s.makeDefaults(ctx, given); err != nil {
		return fmt.Errorf("first start: %w", err)
	}
	s.wire(instance{tenant: given.TenantID, signingKey: given.SigningKeyID})
	if err := s.runKickstart(ctx, plan); err != nil {
		return exit.With(exit.Failed, err, "mend the file and start again; it begins with an empty instance")
	}
	if err := s.tellOfKickstart(ctx); err != nil {
		return err
	}
	census, err := s.db.Census(ctx)
	if err != nil {
		return err
	}
	return s.db.Settle(ctx, settingFirstStart, census)
}

// makeDefaults makes the objects that always exist.
//
// Source: https://fusionauth.io/docs/get-started/core-concepts/limitations#default-configuration
func (s *Server) makeDefaults(ctx context.Context, given kickstart.Givens) error {
	now := s.config.Now().UnixMilli()
	tenant := fa.NewTenant()
	tenant.ID, tenant.Name, tenant.InsertInstant, tenant.LastUpdateInstant = given.TenantID, "Default", now, now
	tenant.JWTConfiguration.AccessTokenKeyID, tenant.JWTConfiguration.IDTokenKeyID = given.SigningKeyID, given.SigningKeyID
	tenant.Normalize()
	made, err := keys.Generate(keys.Spec{Algorithm: keys.RS256, Name: "Default signing key", Length: 2048, Issuer: tenant.Issuer, Now: s.config.Now()})
	if err != nil {
		return err
	}
	key, err := keys.Store(made, given.SigningKeyID, s.config.Now())
	if err != nil {
		return err
	}
	if err := s.db.SigningKeys.Create(ctx, key); err != nil {
		return err
	}
	if err := s.db.Connectors.Create(ctx, &fa.Connector{
		ID: fa.ConnectorID, Name: "Default", Type: fa.ConnectorFusionAuth, Data: fa.Data{}, InsertInstant: now, LastUpdateInstant: now,
	}); err != nil {
		return err
	}
	if err := s.db.Tenants.Create(ctx, &tenant); err != nil {
		return err
	}
	for _, app := range []*fa.Application{adminApplication(), tenantManager(given.TenantManagerID)} {
		app.TenantID, app.InsertInstant, app.LastUpdateInstant = tenant.ID, now, now
		app.OAuthConfiguration.ClientSecret = newSecret()
		for i := range app.Roles {
			app.Roles[i].InsertInstant, app.Roles[i].LastUpdateInstant = now, now
		}
		app.Normalize()
		if err := s.db.Applications.Create(ctx, app); err != nil {
			return err
		}
	}
	if err := s.makeDocuments(ctx, given.Objects); err != nil {
		return err
	}
	if s.config.Kickstart == "" {
		if err := s.makeEmailTemplates(ctx, tenant.ID); err != nil {
			return err
		}
	}
	if err := s.db.Settle(ctx, settingDefaultTenant, string(given.TenantID)); err != nil {
		return err
	}
	return s.db.Settle(ctx, settingSigningKey, string(given.SigningKeyID))
}

func adminApplication() *fa.Application {
	app := fa.NewApplication()
	app.ID, app.Name = fa.AdminApplicationID, "FusionAuth"
	for _, role := range adminRoles {
		app.Roles = append(app.Roles, fa.Role{ID: adminRoleID(role.suffix), Name: role.name, IsSuperRole: role.name == "admin"})
	}
	return &app
}

func tenantManager(id fa.ID) *fa.Application {
	app := fa.NewApplication()
	app.ID, app.Name = id, "Tenant Manager"
	app.Roles = []fa.Role{{ID: "631ecd9d-8d40-4c13-8277-80cedb823714", Name: "admin", IsSuperRole: true}}
	return &app
}

// adminRoleID completes the ids that FusionAuth's admin roles have everywhere.
func adminRoleID(suffix string) fa.ID { return fa.ID("631ecd9d-8d40-4c13-8277-80cedb82" + suffix) }

var adminRoles = []struct{ name, suffix string }{
	{"admin", "36e2"},
	{"api_key_manager", "36e3"},
	{"application_deleter", "36e4"},
	{"application_manager", "36e5"},
	{"audit_log_viewer", "36e6"},
	{"email_template_manager", "36e7"},
	{"report_viewer", "36e8"},
	{"system_manager", "36e9"},
	{"user_action_deleter", "36f0"},
	{"user_action_manager", "36f1"},
	{"user_deleter", "36f2"},
	{"user_manager", "36f3"},
	{"webhook_manager", "36f4"},
	{"group_manager", "36f5"},
	{"group_deleter", "36f6"},
	{"tenant_manager", "36f7"},
	{"tenant_deleter", "36f8"},
	{"lambda_manager", "36f9"},
	{"event_log_viewer", "36fa"},
	{"key_manager", "36fb"},
	{"consent_deleter", "36fc"},
	{"consent_manager", "36fd"},
	{"theme_manager", "36fe"},
	{"reactor_manager", "36ff"},
	{"connector_deleter", "3700"},
	{"connector_manager", "3701"},
	{"form_deleter", "3702"},
	{"form_manager", "3703"},
	{"user_support_manager", "3704"},
	{"user_support_viewer", "3705"},
	{"entity_manager", "3706"},
	{"messenger_deleter", "3707"},
	{"messenger_manager", "3708"},
	{"message_template_deleter", "3709"},
	{"message_template_manager", "3710"},
	{"acl_deleter", "3711"},
	{"acl_manager", "3712"},
	{"webhook_event_log_viewer", "3713"},
}

// runKickstart stores the API keys and makes the requests with the first one,
// in their order, without a detour over the network.
func (s *Server) runKickstart(ctx context.Context, plan *kickstart.Plan) error {
	for i := range plan.APIKeys {
		if err := s.createKickstartKey(ctx, &plan.APIKeys[i]); err != nil {
			return fmt.Errorf("kickstart: apiKeys[%d]: %w", i, err)
		}
	}
	for i, r := range plan.Requests {
		if err := s.makeKickstartRequest(ctx, plan.APIKeys[0].Key, r); err != nil {
			return fmt.Errorf("kickstart: requests[%d], %s %s: %w", i, r.Method, r.Path, err)
		}
	}
	return nil
}

func (s *Server) createKickstartKey(ctx context.Context, key *fa.APIKey) error {
	key.Normalize()
	if err := key.Validate(); err != nil {
		return err
	}
	if key.ID == "" {
		key.ID = newID()
	}
	key.InsertInstant = s.config.Now().UnixMilli()
	key.LastUpdateInstant = key.InsertInstant
	stored := *key
	stored.Forget()
	return s.db.APIKeys.Create(ctx, &stored)
}

func (s *Server) makeKickstartRequest(ctx context.Context, key string, r kickstart.Request) error {
	req, err := http.NewRequestWithContext(ctx, r.Method, r.Path, bytes.NewReader(r.Body))
	if err != nil {
		return errors.New("the url is not one")
	}
	req.Header.Set("Authorization", key)
	req.Header.Set("Content-Type", r.ContentType)
	if r.TenantID != "" {
		req.Header.Set("X-FusionAuth-TenantId", r.TenantID)
	}
	answer := newAnswer()
	s.handler.ServeHTTP(answer, req)
	switch {
	case ctx.Err() != nil: // an answer that nobody waits for may say anything
		return ctx.Err()
	case answer.status >= http.StatusMultipleChoices:
		return fmt.Errorf("it was answered with status %d%s", answer.status, refusal(answer.body.Bytes()))
	}
	return nil
}

// refusal lists the codes of the errors in a body; the messages beside them may
// repeat what is in the file.
func refusal(body []byte) string {
	var refused fa.Errors
	if len(body) == 0 || fa.Decode(body, &refused) != nil || refused.OrNil() == nil {
		return ""
	}
	return ", " + refused.Error()
}
