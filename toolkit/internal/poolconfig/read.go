package poolconfig

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/retry"
	idp "github.com/aws/aws-sdk-go-v2/service/cognitoidentityprovider"

	"wherry/toolkit/internal/cognito"
)

// Read reads the configuration of the client's pool. What IAM does not allow
// is left out and told in Unread, but for the pool itself. The errors are
// *cognito.Failure.
func Read(ctx context.Context, c *cognito.Client) (Config, error) {
	settings, err := c.AWS(ctx, "DescribeUserPool")
	if err != nil {
		return Config{}, err
	}
	r := &reader{pool: &c.PoolID, api: newAPI(settings, c.Endpoint)}
	r.config.Unread = map[string]error{}
	if err := r.describe(ctx); err != nil {
		return Config{}, err
	}
	for _, part := range []func(context.Context) error{r.mfa, r.clients, r.groups, r.providers, r.servers, r.ui, r.risk, r.domain} {
		if err := r.allowed(part(ctx)); err != nil {
			return Config{}, err
		}
	}
	return r.config, nil
}

// Pools lists the ids and names of the pools in the client's account and
// region.
func Pools(ctx context.Context, c *cognito.Client) ([]Pool, error) {
	settings, err := c.AWS(ctx, "ListUserPools")
	if err != nil {
		return nil, err
	}
	api := newAPI(settings, c.Endpoint)
	return list[Pool](ctx, "ListUserPools", func(token *string) (any, *string, error) {
		out, err := api.ListUserPools(ctx, &idp.ListUserPoolsInput{MaxResults: aws.Int32(60), NextToken: token})
		if err != nil {
			return nil, nil, err
		}
		return out.UserPools, out.NextToken, nil
	})
}

// newAPI is patient: a pool answers 5 requests a second about its clients, and
// may have a thousand.
func newAPI(settings aws.Config, endpoint string) *idp.Client {
	return idp.NewFromConfig(settings, func(o *idp.Options) {
		if endpoint != "" {
			o.BaseEndpoint = &endpoint
		}
		o.Retryer = retry.NewStandard(func(o *retry.StandardOptions) {
			o.MaxAttempts, o.MaxBackoff = 6, 2*time.Second
		})
	})
}

// reader is one Read.
type reader struct {
	api    *idp.Client
	pool   *string
	config Config
}

// allowed keeps in mind what IAM did not allow.
func (r *reader) allowed(err error) error {
	if f, ok := errors.AsType[*cognito.Failure](err); ok && cognito.Denied(err) {
		r.config.Unread[f.Operation] = err
		return nil
	}
	return err
}

func (r *reader) describe(ctx context.Context) error {
	out, err := r.api.DescribeUserPool(ctx, &idp.DescribeUserPoolInput{UserPoolId: r.pool})
	if err != nil {
		return cognito.FailureOf("DescribeUserPool", err)
	}
	// A pool that does not say otherwise tells Jane from jane.
	r.config.Pool.UsernameConfiguration.CaseSensitive = true
	return carry(out.UserPool, &r.config.Pool)
}

func (r *reader) mfa(ctx context.Context) error {
	out, err := r.api.GetUserPoolMfaConfig(ctx, &idp.GetUserPoolMfaConfigInput{UserPoolId: r.pool})
	if err != nil {
		return cognito.FailureOf("GetUserPoolMfaConfig", err)
	}
	return carry(out, &r.config.MFA)
}

func (r *reader) clients(ctx context.Context) error {
	brief, err := list[Client](ctx, "ListUserPoolClients", func(token *string) (any, *string, error) {
		out, err := r.api.ListUserPoolClients(ctx, &idp.ListUserPoolClientsInput{UserPoolId: r.pool, MaxResults: aws.Int32(60), NextToken: token})
		if err != nil {
			return nil, nil, err
		}
		return out.UserPoolClients, out.NextToken, nil
	})
	if err != nil {
		return err
	}
	for _, b := range brief {
		out, err := r.api.DescribeUserPoolClient(ctx, &idp.DescribeUserPoolClientInput{UserPoolId: r.pool, ClientId: &b.ClientID})
		if err != nil {
			return cognito.FailureOf("DescribeUserPoolClient", err)
		}
		if err := carry(out.UserPoolClient, &b); err != nil {
			return err
		}
		r.config.Clients = append(r.config.Clients, b)
	}
	return nil
}

func (r *reader) groups(ctx context.Context) (err error) {
	r.config.Groups, err = list[Group](ctx, "ListGroups", func(token *string) (any, *string, error) {
		out, err := r.api.ListGroups(ctx, &idp.ListGroupsInput{UserPoolId: r.pool, Limit: aws.Int32(60), NextToken: token})
		if err != nil {
			return nil, nil, err
		}
		return out.Groups, out.NextToken, nil
	})
	return err
}

func (r *reader) providers(ctx context.Context) error {
	brief, err := list[Provider](ctx, "ListIdentityProviders", func(token *string) (any, *string, error) {
		out, err := r.api.ListIdentityProviders(ctx, &idp.ListIdentityProvidersInput{UserPoolId: r.pool, MaxResults: aws.Int32(60), NextToken: token})
		if err != nil {
			return nil, nil, err
		}
		return out.Providers, out.NextToken, nil
	})
	if err != nil {
		return err
	}
	for _, b := range brief {
		out, err := r.api.DescribeIdentityProvider(ctx, &idp.DescribeIdentityProviderInput{UserPoolId: r.pool, ProviderName: &b.ProviderName})
		if err != nil {
			return cognito.FailureOf("DescribeIdentityProvider", err)
		}
		if err := carry(out.IdentityProvider, &b); err != nil {
			return err
		}
		r.config.Providers = append(r.config.Providers, b)
	}
	return nil
}

func (r *reader) servers(ctx context.Context) (err error) {
	r.config.ResourceServers, err = list[ResourceServer](ctx, "ListResourceServers", func(token *string) (any, *string, error) {
		out, err := r.api.ListResourceServers(ctx, &idp.ListResourceServersInput{UserPoolId: r.pool, MaxResults: aws.Int32(50), NextToken: token})
		if err != nil {
			return nil, nil, err
		}
		return out.ResourceServers, out.NextToken, nil
	})
	return err
}

// ui reads the look of all clients, and those of single ones.
func (r *reader) ui(ctx context.Context) error {
	for _, id := range append([]string{"ALL"}, r.config.hosted()...) {
		out, err := r.api.GetUICustomization(ctx, &idp.GetUICustomizationInput{UserPoolId: r.pool, ClientId: &id})
		if err != nil {
			return cognito.FailureOf("GetUICustomization", err)
		}
		var look UI
		if err := carry(out.UICustomization, &look); err != nil {
			return err
		}
		if look.ClientID == id && (look.CSS != "" || look.ImageURL != "") {
			r.config.UI = append(r.config.UI, look)
		}
	}
	return nil
}

func (c Config) hosted() (ids []string) {
	for _, client := range c.Clients {
		if client.Hosted() {
			ids = append(ids, client.ClientID)
		}
	}
	return ids
}

// risk reads nothing from pools whose plan has no threat protection.
func (r *reader) risk(ctx context.Context) error {
	out, err := r.api.DescribeRiskConfiguration(ctx, &idp.DescribeRiskConfigurationInput{UserPoolId: r.pool})
	if err != nil {
		f := cognito.FailureOf("DescribeRiskConfiguration", err)
		if f.Code == "UserPoolAddOnNotEnabledException" {
			return nil
		}
		return f
	}
	return carry(out.RiskConfiguration, &r.config.Risk)
}

func (r *reader) domain(ctx context.Context) error {
	name := r.config.Pool.CustomDomain
	if name == "" {
		name = r.config.Pool.Domain
	}
	if name == "" {
		return nil
	}
	out, err := r.api.DescribeUserPoolDomain(ctx, &idp.DescribeUserPoolDomainInput{Domain: &name})
	if err != nil {
		return cognito.FailureOf("DescribeUserPoolDomain", err)
	}
	return carry(out.DomainDescription, &r.config.Domain)
}

// list reads every page of a list.
func list[T any](ctx context.Context, operation string, page func(token *string) (items any, next *string, err error)) ([]T, error) {
	var all []T
	for token := (*string)(nil); ; {
		items, next, err := page(token)
		if err != nil {
			return nil, cognito.FailureOf(operation, err)
		}
		var some []T
		if err := carry(items, &some); err != nil {
			return nil, err
		}
		if all = append(all, some...); aws.ToString(next) == "" || ctx.Err() != nil {
			return all, ctx.Err()
		}
		token = next
	}
}

// carry copies an SDK struct into one of ours. The fields of both are called
// what Cognito calls the members, so JSON is the bridge.
func carry(from, to any) error {
	data, err := json.Marshal(from)
	if err != nil {
		return fmt.Errorf("read the pool's configuration: %w", err)
	}
	if err := json.Unmarshal(data, to); err != nil {
		return fmt.Errorf("read the pool's configuration: %w", err)
	}
	return nil
}

// Missing are the IAM actions that Read was not allowed, in full.
func (c Config) Missing() []string {
	var actions []string
	for _, operation := range slices.Sorted(maps.Keys(c.Unread)) {
		actions = append(actions, "cognito-idp:"+operation)
	}
	return actions
}
