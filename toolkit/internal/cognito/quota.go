package cognito

import (
	"context"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/servicequotas"
	"github.com/aws/aws-sdk-go-v2/service/servicequotas/types"
)

// Quotas asks AWS for the account's own quotas in the pool's region: requests a
// second, by category, such as UserList. It needs
// servicequotas:ListServiceQuotas.
//
// Source: https://docs.aws.amazon.com/cognito/latest/developerguide/quotas.html,
// where they are called "Rate of UserList requests".
func (c *Client) Quotas(ctx context.Context) (map[string]float64, error) {
	const operation = "ListServiceQuotas"
	if err := c.authorised(ctx); err != nil {
		return nil, &Failure{Operation: operation, Outcome: Misconfigured, Hint: iam, err: err}
	}
	rates := map[string]float64{}
	in := &servicequotas.ListServiceQuotasInput{ServiceCode: aws.String("cognito-idp"), MaxResults: aws.Int32(100)}
	for {
		out, err := servicequotas.NewFromConfig(c.aws).ListServiceQuotas(ctx, in)
		if err != nil {
			return nil, unlikely(failure(operation, err))
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
