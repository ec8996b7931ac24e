package cli

import (
	"context"
	"errors"
	"fmt"
	"time"

	"wherry/internal/exit"
	"wherry/toolkit/internal/forecast"
)

// arrived is what the slow road has brought, and what that foretells.
type arrived struct {
	basis
	arrivals forecast.Arrivals
}

// slowRoad finds accounts that a sign-in made.
const slowRoad = "data.migratedFrom:cognito"

// arrivals asks the target how many had come by the end of each day.
func (c *forecastCommand) arrivals(ctx context.Context, x *crossing) (a arrived, err error) {
	target, err := x.target(ctx)
	if err != nil {
		return a, err
	}
	all, err := c.all(ctx, x)
	if err != nil {
		return a, err
	}
	n, first, err := target.CountUsersWho(ctx, slowRoad)
	if err != nil {
		return a, fmt.Errorf("count who has come by the slow road: %w", err)
	}
	if n == 0 {
		return a, exit.With(exit.Nothing, errors.New("nobody has come by the slow road yet"), "leave --actual out to look ahead")
	}
	a.day0 = time.UnixMilli(first)
	a.arrivals.Of = max(all, n)
	for end := a.day0.AddDate(0, 0, 1); ; end = end.AddDate(0, 0, 1) {
		if end.After(time.Now()) {
			a.arrivals.Days = append(a.arrivals.Days, n)
			break
		}
		came, _, err := target.CountUsersWho(ctx, fmt.Sprintf("%s AND insertInstant:[* TO %d]", slowRoad, end.UnixMilli()-1))
		if err != nil {
			return a, fmt.Errorf("count who has come by the slow road: %w", err)
		}
		a.arrivals.Days = append(a.arrivals.Days, came)
	}
	b, err := fitted(a.arrivals.Observed(), exit.With(exit.Failed, errors.New("the slow road has brought users for less than two days"), "ask again in some days"))
	b.day0, b.users = a.day0, a.arrivals.Of
	b.text = fmt.Sprintf("Fitted to the %d users who have come by the slow road in %d days.", n, len(a.arrivals.Days))
	a.basis = b
	return a, err
}
