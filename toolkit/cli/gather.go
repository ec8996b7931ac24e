package cli

import (
	"context"
	"errors"
	"io/fs"
	"maps"
	"os"
	"slices"
	"strings"

	"wherry/internal/exit"
	"wherry/toolkit/config"
	"wherry/toolkit/internal/blueprint"
	"wherry/toolkit/internal/check"
	"wherry/toolkit/internal/cognito"
	"wherry/toolkit/internal/fusionauth"
	"wherry/toolkit/internal/plan"
	"wherry/toolkit/internal/quota"
	"wherry/toolkit/internal/target"
)

// gathering collects what wherry plan judges. What cannot be had is a fact
// too; only a context that ends is an error.
type gathering struct {
	settings *config.Config
	api      *fusionauth.Client
	command  *planCommand
	process  Process

	read      map[string]blueprint.Pool // by pool id
	blueprint blueprint.Blueprint
	plan      *target.Plan // nil if the target cannot be compared
	sample    []plan.User  // of the pool at hand, mapped
}

func (g *gathering) facts(ctx context.Context) (check.Facts, error) {
	f := check.Facts{Settings: g.settings}
	g.read = map[string]blueprint.Pool{}
	failed := map[string]error{}
	var pools []blueprint.Pool
	for _, pool := range g.settings.Pools {
		read, err := readPool(ctx, pool)
		if err != nil {
			failed[pool.ID] = err
			continue
		}
		g.read[pool.ID] = read
		pools = append(pools, read)
	}
	g.blueprint = blueprint.Of(g.settings, pools)
	f.Notes = g.blueprint.Notes
	f.Target = g.target(ctx)
	for _, pool := range g.settings.Pools {
		if err := failed[pool.ID]; err != nil {
			f.Pools = append(f.Pools, check.Pool{Pool: pool, Err: err, Hint: exit.Hint(err)})
			continue
		}
		p, err := g.pool(ctx, pool)
		if err != nil {
			return f, err
		}
		f.Pools = append(f.Pools, p)
	}
	return f, ctx.Err()
}

func (g *gathering) target(ctx context.Context) (t check.Target) {
	if t.Kind, t.Version, t.Err = g.api.Kind(ctx); t.Err != nil {
		t.Hint = exit.Hint(t.Err)
		return t
	}
	if g.plan, t.Err = target.Look(ctx, g.api, g.blueprint.Objects); t.Err != nil {
		t.Hint = exit.Hint(t.Err)
		return t
	}
	t.Pending = len(g.plan.Writes())
	t.Needs = needs(g.blueprint.Objects)
	if features, err := g.api.Features(ctx); err == nil {
		t.Features = features
	}
	t.Denied, t.Err = g.denied(ctx)
	return t
}

// sold are the features that kinds of objects need in FusionAuth.
var sold = map[*target.Kind]string{target.Connector: "connectors", target.EntityType: "entityManagement"}

func needs(objects []target.Object) []string {
	var names []string
	for _, o := range objects {
		if name := sold[o.Kind]; name != "" && !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	return names
}

// nobody is an id that no object has.
const nobody = "ffffffff-ffff-4fff-bfff-ffffffffffff"

// denied asks for each permission that apply and the bulk road need, by
// requests that change nothing. Deletions are not tried.
func (g *gathering) denied(ctx context.Context) ([]string, error) {
	asked := map[string]string{} // method and path of the probe, by permission
	for endpoint, methods := range blueprint.BulkRoad {
		for _, method := range methods {
			if method == "POST" {
				asked[method+" "+endpoint] = method + " " + endpoint
			}
		}
	}
	for _, s := range g.plan.Writes() {
		if s.Kind() == target.APIKey {
			continue
		}
		method, path := s.Request()
		asked[method+" "+strings.ReplaceAll(path, "/{id}", "")] = method + " " + strings.ReplaceAll(path, "{id}", nobody)
	}
	var denied []string
	for _, permission := range slices.Sorted(maps.Keys(asked)) {
		method, path, _ := strings.Cut(asked[permission], " ")
		may, err := g.api.Permitted(ctx, method, path)
		if err != nil {
			return nil, err
		}
		if !may {
			denied = append(denied, permission)
		}
	}
	return denied, nil
}

func (g *gathering) pool(ctx context.Context, pool config.Pool) (check.Pool, error) {
	read := g.read[pool.ID]
	client, err := newPoolClient(ctx, pool)
	if err != nil {
		return check.Pool{}, err
	}
	p := check.Pool{Pool: pool, Config: read.Config, TenantID: blueprint.TenantID(pool, read.Config)}
	p.Denied = exportDenied(ctx, client, read)
	if pool.Endpoint == "" { // AWS itself
		p.Rates, _ = quota.Rates(ctx, client) // without them the usual ones are assumed
	}
	places := g.blueprint.Places[pool.ID]
	if g.plan != nil {
		places = places.Renamed(g.plan.Real)
		p.TenantID = g.plan.Real(p.TenantID)
		p.Tenant, err = g.api.Document(ctx, target.Tenant.Place("", p.TenantID), target.Tenant.Member)
		if err != nil && !errors.Is(err, fusionauth.ErrNotFound) {
			return p, err
		}
	}
	pool.Adopt(places)
	g.sample = nil
	p.Users = g.users(ctx, client, pool, read)
	if p.Tenant != nil {
		p.Users.Others = g.others(ctx, p.TenantID)
	}
	return p, nil
}

// exportDenied tries what export needs besides the configuration.
func exportDenied(ctx context.Context, client *cognito.Client, read blueprint.Pool) (actions []string) {
	if _, err := client.ListUsers(ctx, "", ""); cognito.Denied(err) {
		actions = append(actions, "cognito-idp:ListUsers")
	}
	for _, group := range read.Config.Groups[:min(1, len(read.Config.Groups))] {
		if _, err := client.ListUsersInGroup(ctx, group.GroupName, ""); cognito.Denied(err) {
			actions = append(actions, "cognito-idp:ListUsersInGroup")
		}
	}
	return actions
}

// exported opens the workspace, if there is one that knows the pool.
func (g *gathering) exported(ctx context.Context, pool config.Pool) (*crossing, error) {
	if _, err := os.Stat(g.command.Workspace); errors.Is(err, fs.ErrNotExist) && !strings.HasPrefix(g.command.Workspace, "postgres") {
		return nil, nil
	}
	flags := crossingFlags{workspaceFlags: g.command.workspaceFlags}
	x, err := flags.openPool(ctx, g.process, g.settings, pool, true)
	if err != nil {
		return nil, err
	}
	scans, err := x.part.Scans(ctx, 1)
	if err == nil && len(scans) > 0 {
		return x, nil
	}
	return nil, errors.Join(err, x.workspace.Close())
}
