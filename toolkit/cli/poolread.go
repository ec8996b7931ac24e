package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"time"

	"wherry/internal/exit"
	"wherry/toolkit/config"
	"wherry/toolkit/internal/blueprint"
	"wherry/toolkit/internal/cognito"
	"wherry/toolkit/internal/fusionauth"
	"wherry/toolkit/internal/poolconfig"
)

// endFlags is how commands about both ends find them.
type endFlags struct {
	Config string `default:"wherry.yaml" placeholder:"FILE" help:"The configuration."`
}

// load reads the configuration as it is written, of which the target must be
// known.
func (f *endFlags) load(p Process) (*config.Config, *fusionauth.Client, error) {
	settings, err := config.LoadAlone(f.Config, p.Getenv)
	if err != nil {
		return nil, nil, err
	}
	api, err := fusionauth.New(fusionauth.Options{URL: settings.Target.URL, APIKey: settings.Target.APIKey})
	return settings, api, err
}

// newPoolClient is a client for the configuration of a pool.
func newPoolClient(ctx context.Context, pool config.Pool) (*cognito.Client, error) {
	return cognito.New(ctx, cognito.Options{
		PoolID: pool.ID, Region: pool.Region, Endpoint: pool.Endpoint, ClientID: pool.ClientID, ClientSecret: pool.ClientSecret, Connections: 4,
	})
}

// readPool reads the configuration of a pool, and the metadata of its SAML
// providers.
func readPool(ctx context.Context, pool config.Pool) (blueprint.Pool, error) {
	client, err := newPoolClient(ctx, pool)
	if err != nil {
		return blueprint.Pool{}, err
	}
	c, err := poolconfig.Read(ctx, client)
	if err != nil {
		return blueprint.Pool{}, exit.With(exit.Failed, fmt.Errorf("read the pool %s: %w", pool.Name, err), poolHint(err))
	}
	found := blueprint.Pool{Pool: pool, Config: c, Metadata: map[string]string{}}
	for _, p := range c.Providers {
		if url := p.Detail("MetadataURL"); p.ProviderType == "SAML" && url != "" {
			found.Metadata[p.ProviderName], _ = fetch(ctx, url) // without it the blueprint tells what to do
		}
	}
	return found, nil
}

func poolHint(err error) string {
	switch {
	case cognito.Missing(err):
		return "check the pool's id and region, and which AWS account the credentials belong to"
	case cognito.Denied(err):
		return "give the IAM credentials cognito-idp:DescribeUserPool and the other actions that docs/migrate/plan.md lists"
	case errors.Is(err, context.DeadlineExceeded):
		return "check that this machine reaches AWS"
	}
	return "check the pool's id, region and endpoint"
}

// fetch reads a small document.
func fetch(ctx context.Context, url string) (string, error) {
	const most = 4 << 20
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return "", err
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return "", err
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		return "", fmt.Errorf("%s answered %s", req.URL.Host, resp.Status)
	}
	text, err := io.ReadAll(io.LimitReader(resp.Body, most))
	return string(text), err
}

// unread tells which actions IAM did not allow.
func unread(pools []blueprint.Pool) (actions []string) {
	for _, p := range pools {
		actions = append(actions, p.Config.Missing()...)
	}
	slices.Sort(actions)
	return slices.Compact(actions)
}
