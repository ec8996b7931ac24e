package lambda

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/arn"
	awsconfig "github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"
	"github.com/aws/aws-sdk-go-v2/service/ssm"

	"wherry/internal/exit"
	"wherry/internal/secret"
)

// vault reads secrets by reference: the ARN of a secret in Secrets Manager, or
// ssm:/NAME for a parameter of the Parameter Store.
type vault func(ctx context.Context, ref string) (secret.String, error)

// newVault is AWS's, with the function's own role.
func newVault(ctx context.Context) (vault, error) {
	settings, err := awsconfig.LoadDefaultConfig(ctx)
	if err != nil {
		return nil, fmt.Errorf("read the AWS configuration: %w", err)
	}
	return func(ctx context.Context, ref string) (secret.String, error) {
		text, err := read(ctx, settings, ref)
		if err != nil {
			return "", exit.With(exit.Failed, fmt.Errorf("read the secret %s: %w", ref, err),
				"look whether it is there, and whether the function's role may read it")
		}
		if strings.HasPrefix(strings.TrimSpace(text), "{") {
			return "", exit.With(exit.Usage, fmt.Errorf("the secret %s is a JSON document", ref), "store the secret itself, as plain text")
		}
		return secret.String(text), nil
	}, nil
}

func read(ctx context.Context, settings aws.Config, ref string) (string, error) {
	if name, ok := strings.CutPrefix(ref, "ssm:"); ok {
		out, err := ssm.NewFromConfig(settings).GetParameter(ctx, &ssm.GetParameterInput{Name: &name, WithDecryption: aws.Bool(true)})
		if err != nil {
			return "", err
		}
		return aws.ToString(out.Parameter.Value), nil
	}
	id, err := arn.Parse(ref)
	if err != nil {
		return "", errors.New("want the ARN of a secret in Secrets Manager, or ssm:/NAME")
	}
	settings.Region = id.Region // it may be kept elsewhere
	out, err := secretsmanager.NewFromConfig(settings).GetSecretValue(ctx, &secretsmanager.GetSecretValueInput{SecretId: &ref})
	if err != nil {
		return "", err
	}
	return aws.ToString(out.SecretString), nil
}
