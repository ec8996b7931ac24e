// Package teardown takes away what apply made: the connector when the slow
// road has come to its end, or a whole tenant that was for trying things out.
// What the record does not know was there before, and stays.
package teardown

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"time"

	"wherry/internal/exit"
	"wherry/toolkit/internal/fusionauth"
	"wherry/toolkit/internal/record"
	"wherry/toolkit/internal/target"
)

// Job is one teardown: first it is planned, then done.
type Job struct {
	API    *fusionauth.Client
	Record *record.Target

	Steps []Step
	Users int // who go with the tenant

	tenantID string // of the tenant that goes
}

// Step is one thing that goes.
type Step struct {
	Object string `json:"object"`
	Name   string `json:"name"`
	ID     string `json:"id"`
	Kept   string `json:"kept,omitempty"` // why it stays
	Done   bool   `json:"done"`

	kind *target.Kind
	do   func(context.Context) error
}

func (s Step) String() string {
	switch {
	case s.Kept != "":
		return fmt.Sprintf("= %s %q is kept: %s", s.Object, s.Name, s.Kept)
	default:
		return fmt.Sprintf("- %s %q", s.Object, s.Name)
	}
}

// PlanConnector plans the end of the slow road.
func (j *Job) PlanConnector(ctx context.Context) error {
	tenants, err := j.API.Documents(ctx, target.Tenant.Place("", ""), "tenants")
	if err != nil {
		return err
	}
	var ids []string
	for _, p := range j.Record.Pools {
		if p.ConnectorID != "" && !slices.Contains(ids, p.ConnectorID) {
			ids = append(ids, p.ConnectorID)
		}
	}
	slices.Sort(ids)
	for _, id := range ids {
		if err := j.connector(ctx, id, tenants); err != nil {
			return err
		}
	}
	return nil
}

// connector plans that the tenants of our pools ask it no more, and that it is
// deleted if nobody else asks it.
func (j *Job) connector(ctx context.Context, id string, tenants []target.Doc) error {
	found, err := j.API.Connector(ctx, id)
	if errors.Is(err, fusionauth.ErrNotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	kept := ""
	if j.Record.Find(target.Connector.Name, id).ID == "" {
		kept = "it was there before"
	}
	for _, t := range tenants {
		left, asked := target.WithoutPolicy(t["connectorPolicies"], id)
		switch {
		case !asked:
		case j.ours(t["id"]):
			j.Steps = append(j.Steps, j.policy(t, left, found.Name, id))
		default:
			kept = fmt.Sprintf("the tenant %q asks it too", t["name"])
		}
	}
	s := Step{Object: target.Connector.Name, Name: found.Name, ID: id, Kept: kept, kind: target.Connector}
	s.do = func(ctx context.Context) error { return j.API.Delete(ctx, target.Connector.Place("", id)) }
	j.Steps = append(j.Steps, s)
	return nil
}

func (j *Job) ours(tenant any) bool {
	for _, p := range j.Record.Pools {
		if id, _ := tenant.(string); strings.EqualFold(id, p.TenantID) {
			return true
		}
	}
	return false
}

func (j *Job) policy(tenant target.Doc, left []target.Doc, name, connector string) Step {
	id, _ := tenant["id"].(string)
	return Step{Object: "connector policy", Name: name, ID: connector, do: func(ctx context.Context) error {
		body := target.Doc{target.Tenant.Member: target.Doc{"connectorPolicies": left}}
		_, err := j.API.Patch(ctx, target.Tenant.Place("", id), body, target.Tenant.Member)
		return err
	}}
}

// gone are kinds that go with their tenant, or with what they are parts of.
var gone = []*target.Kind{target.Application, target.Role, target.Scope, target.Group, target.Entity, target.Grant, target.Permission}

// PlanTenant plans that a tenant goes which apply made, and everything that it
// made for it. An apply or a teardown that failed half way may have left the
// one without the other.
func (j *Job) PlanTenant(ctx context.Context, name string) error {
	tenant, there, err := j.tenant(ctx, name)
	if err != nil || tenant == "" {
		return err
	}
	j.tenantID = tenant
	var before, whole, after []Step
	for _, o := range slices.Backward(j.Record.Made) {
		i := slices.IndexFunc(target.Kinds, func(k *target.Kind) bool { return k.Name == o.Kind })
		if o.Tenant != tenant || i < 0 || slices.Contains(gone, target.Kinds[i]) || target.Kinds[i] == target.Tenant {
			continue
		}
		s := j.deletion(target.Kinds[i], o)
		if s.kind == target.IdentityProvider {
			before = append(before, s)
		} else {
			after = append(after, s) // the tenant uses them
		}
	}
	if there {
		whole = []Step{{
			Object: target.Tenant.Name, Name: name, ID: tenant, kind: target.Tenant,
			do: func(ctx context.Context) error { return j.deleteTenant(ctx, tenant) },
		}}
		j.Users, err = j.API.In(tenant).CountUsers(ctx)
	}
	j.Steps = slices.Concat(before, whole, after)
	return err
}

func (j *Job) deletion(k *target.Kind, o record.Object) Step {
	return Step{Object: k.Name, Name: o.Name, ID: o.ID, kind: k, do: func(ctx context.Context) error {
		return j.API.Delete(ctx, k.Place(o.Parent, o.ID))
	}}
}

// tenant is the id of the tenant of that name, and whether it is there; "" when
// nothing is left of it.
func (j *Job) tenant(ctx context.Context, name string) (id string, there bool, err error) {
	var names []string
	for _, p := range j.Record.Pools {
		t, err := j.API.Tenant(ctx, p.TenantID)
		there = !errors.Is(err, fusionauth.ErrNotFound)
		if err != nil && there {
			return "", there, err
		}
		made := j.Record.Find(target.Tenant.Name, p.TenantID)
		if !there {
			t.Name = made.Name
		}
		switch {
		case t.Name == "":
		case t.Name != name:
			names = append(names, fmt.Sprintf("%q", t.Name))
		case made.ID == "":
			return "", there, exit.With(exit.Usage, fmt.Errorf("the tenant %q was there before wherry apply", name), "delete it in FusionAuth itself, if that is meant")
		default:
			return strings.ToLower(p.TenantID), there, nil
		}
	}
	if len(names) == 0 {
		return "", false, nil
	}
	slices.Sort(names)
	return "", false, exit.With(exit.Usage, fmt.Errorf("no tenant of the configuration is called %q", name), "name one of "+strings.Join(slices.Compact(names), ", "))
}

// deleteTenant lets FusionAuth delete the tenant in the background, which for
// many users takes its time, and waits for it.
func (j *Job) deleteTenant(ctx context.Context, id string) error {
	at := target.Tenant.Place("", id)
	at.Query = url.Values{"async": {"true"}}
	if err := j.API.Delete(ctx, at); err != nil {
		return err
	}
	for {
		if _, err := j.API.Tenant(ctx, id); err != nil {
			if errors.Is(err, fusionauth.ErrNotFound) {
				return nil
			}
			return err
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(200 * time.Millisecond):
		}
	}
}

// Do does it. After an error the same teardown goes on from there.
func (j *Job) Do(ctx context.Context) error {
	for i := range j.Steps {
		s := &j.Steps[i]
		if s.Kept != "" {
			continue
		}
		if err := s.do(ctx); err != nil && !errors.Is(err, fusionauth.ErrNotFound) {
			return exit.With(exit.Code(err), fmt.Errorf("delete the %s %q: %w", s.Object, s.Name, err), "run it again: it goes on from there")
		}
		s.Done = true
		j.forget(*s)
	}
	if j.tenantID != "" { // not before all of it is gone
		j.forgetTenant(j.tenantID)
	}
	return nil
}

// forget drops from the record what is gone.
func (j *Job) forget(s Step) {
	if s.kind == nil || s.kind == target.Tenant {
		return
	}
	j.Record.Forget(s.kind.Name, s.ID)
	if s.kind == target.Connector {
		for id, p := range j.Record.Pools {
			if p.ConnectorID == s.ID {
				p.ConnectorID = ""
				j.Record.Pools[id] = p
			}
		}
	}
}

func (j *Job) forgetTenant(tenant string) {
	j.Record.Forget(target.Tenant.Name, tenant)
	kinds := make([]string, len(gone))
	for i, k := range gone {
		kinds[i] = k.Name
	}
	j.Record.Made = slices.DeleteFunc(j.Record.Made, func(o record.Object) bool { return o.Tenant == tenant && slices.Contains(kinds, o.Kind) })
	for id, p := range j.Record.Pools {
		if strings.EqualFold(p.TenantID, tenant) {
			delete(j.Record.Pools, id)
		}
	}
}
