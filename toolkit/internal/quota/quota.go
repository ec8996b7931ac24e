// Package quota asks AWS for an account's own quotas. It is apart from package
// cognito so that the Lambda function, which has no use for it, is built without.
package quota

import (
	"context"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/servicequotas"
	"github.com/aws/aws-sdk-go-v2/service/servicequotas/types"

	"wherry/toolkit/internal/cognito"
)

// Rates are the account's quotas for Cognito in a pool's region: requests a
// second, by category, such as UserList. To ask needs
// servicequotas:ListServiceQuotas. The error is a *cognito.Failure.
//
// Source: https://docs.aws.amazon.com/cognito/latest/developerguide/quotas.html,
// where they are called "Rate of UserList requests".
func Rates(ctx context.Context, pool *cognito.Client) (map[string]float64, error) {
	const operation = "ListServiceQuotas"
	settings, err := pool.AWS(ctx, operation)
	if err != nil {
		return nil, err
	}
	api := servicequotas.NewFromConfig(settings)
	rates := map[string]float64{}
	in := &servicequotas.ListServiceQuotasInput{ServiceCode: aws.String("cognito-idp"), MaxResults: aws.Int32(100)}
	for {
		out, err := api.ListServiceQuotas(ctx, in)
		if err != nil {
			return nil, cognito.FailureOf(operation, err)
		}
		for _, q := range out.Quotas {
			if category, rate := rateOf(q); rate > 0 {
				rates[category] = rate
			}
		}
		if aws.ToString(out.NextToken) == "" {
			return rates, nil
		}
		in.NextToken = out.NextToken
	}
}

// rateOf reads a quota that is about a category; the rate of others is 0.
func rateOf(q types.ServiceQuota) (category string, perSecond float64) {
	name, ok := strings.CutPrefix(aws.ToString(q.QuotaName), "Rate of ")
	if !ok {
		return "", 0
	}
	category, ok = strings.CutSuffix(name, " requests")
	if !ok {
		return "", 0
	}
	return category, aws.ToFloat64(q.Value) / period(q.Period).Seconds()
}

func period(p *types.QuotaPeriod) time.Duration {
	if p == nil {
		return time.Second
	}
	n := time.Duration(max(1, aws.ToInt32(p.PeriodValue)))
	if p.PeriodUnit == types.PeriodUnitMinute {
		return n * time.Minute
	}
	return n * time.Second
}
