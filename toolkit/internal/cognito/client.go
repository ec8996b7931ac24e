package cognito

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	mathrand "math/rand/v2"
	"net/http"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/retry"
	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	awsconfig "github.com/aws/aws-sdk-go-v2/config"
	idp "github.com/aws/aws-sdk-go-v2/service/cognitoidentityprovider"
	"github.com/aws/smithy-go/logging"

	"wherry/internal/secret"
)

// Credentials are IAM credentials in the SDK's form.
type Credentials = aws.CredentialsProvider

// Options say which pool a Client speaks to, and how.
type Options struct {
	PoolID       string
	Region       string
	Endpoint     string // "" for AWS's own
	ClientID     string
	ClientSecret secret.String // "" for an app client without one
	Flow         string        // USER_PASSWORD_AUTH, ADMIN_USER_PASSWORD_AUTH, USER_SRP_AUTH
	Connections  int           // how many are kept alive between calls

	// Once sends every call once, for a caller that paces its calls and repeats
	// them itself.
	Once bool

	// Credentials sign what needs IAM. nil stands for the AWS SDK's usual chain.
	Credentials Credentials

	Now    func() time.Time // nil stands for time.Now
	Random io.Reader        // nil stands for crypto/rand
}

// Client signs users in at one pool and reads them. A call that Cognito
// throttles or cannot answer is tried once more if the context leaves time for
// it; no other is. The errors of its methods are *Failure.
type Client struct {
	Options
	api *idp.Client
	aws aws.Config
}

// New makes a client. It reads the AWS configuration of its surroundings, and
// sends nothing.
func New(ctx context.Context, o Options) (*Client, error) {
	settings, err := awsconfig.LoadDefaultConfig(ctx,
		awsconfig.WithRegion(o.Region),
		awsconfig.WithHTTPClient(keepAlive(o.Connections)),
		awsconfig.WithCredentialsProvider(o.Credentials),
		awsconfig.WithRetryer(o.retryer),
		awsconfig.WithLogger(logging.Nop{}), // what goes wrong comes back as a Failure
	)
	if err != nil {
		return nil, fmt.Errorf("read the AWS configuration: %w", err)
	}
	o.Credentials = settings.Credentials
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Random == nil {
		o.Random = rand.Reader
	}
	api := idp.NewFromConfig(settings, func(api *idp.Options) {
		api.HTTPClient = timed{api.HTTPClient}
		if o.Endpoint != "" {
			api.BaseEndpoint = &o.Endpoint
		}
	})
	return &Client{Options: o, api: api, aws: settings}, nil
}

// keepAlive is the SDK's HTTP client with room for every sign-in in flight to
// find its connection again. Deadlines are the contexts'.
func keepAlive(connections int) *awshttp.BuildableClient {
	return awshttp.NewBuildableClient().WithTransportOptions(func(t *http.Transport) {
		t.MaxIdleConns = connections
		t.MaxIdleConnsPerHost = connections
		t.ReadBufferSize, t.WriteBufferSize = 2<<10, 1<<10 // requests and answers are small, connections many
		t.IdleConnTimeout = 50 * time.Second               // AWS closes after a minute
	})
}

func (o Options) retryer() aws.Retryer {
	if o.Once {
		return aws.NopRetryer{}
	}
	return onceMore()
}

// onceMore is the retry policy of a sign-in's calls: at most one, soon.
func onceMore() aws.Retryer {
	return retry.NewStandard(func(o *retry.StandardOptions) {
		o.MaxAttempts = 2
		o.Retryables = []retry.IsErrorRetryable{retry.IsErrorRetryableFunc(func(err error) aws.Ternary {
			return aws.BoolTernary(failure("", err).Outcome.retryable())
		})}
		o.Backoff = retry.BackoffDelayerFunc(func(int, error) (time.Duration, error) {
			return 20*time.Millisecond + mathrand.N(40*time.Millisecond), nil
		})
	})
}

// call runs one operation and enters it in the context's Trace.
func call[I, O any](ctx context.Context, operation string, in *I, do func(context.Context, *I, ...func(*idp.Options)) (*O, error)) (*O, error) {
	done := began(ctx, operation)
	out, err := do(ctx, in)
	if err != nil {
		f := failure(operation, err)
		done(f.Outcome, f.Code)
		return nil, f
	}
	done(answered, "")
	return out, nil
}

// signed is call for operations that need IAM. Credentials that cannot be had
// are told apart from a Cognito that does not answer.
func signed[I, O any](ctx context.Context, c *Client, operation string, in *I, do func(context.Context, *I, ...func(*idp.Options)) (*O, error)) (*O, error) {
	if err := c.authorised(ctx); err != nil {
		began(ctx, operation)(Misconfigured, "")
		return nil, &Failure{Operation: operation, Outcome: Misconfigured, Hint: iam, err: err}
	}
	return call(ctx, operation, in, do)
}

// AWS is the configuration that the client speaks to AWS with, for other
// services in its region. The error is a *Failure of the operation.
func (c *Client) AWS(ctx context.Context, operation string) (aws.Config, error) {
	if err := c.authorised(ctx); err != nil {
		return aws.Config{}, &Failure{Operation: operation, Outcome: Misconfigured, Hint: iam, err: err}
	}
	return c.aws, nil
}

func (c *Client) authorised(ctx context.Context) error {
	if c.Credentials == nil {
		return errors.New("no credentials")
	}
	_, err := c.Credentials.Retrieve(ctx)
	return err
}
