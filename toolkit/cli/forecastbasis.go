package cli

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"time"

	"wherry/internal/console"
	"wherry/internal/exit"
	"wherry/toolkit/internal/forecast"
	"wherry/toolkit/internal/plan"
	"wherry/toolkit/internal/workspace"
)

// basis is what a forecast is made from.
type basis struct {
	curve  forecast.Curve
	others []forecast.Curve // that might as well be right
	text   string
	users  int
	day0   time.Time
}

// basis is what the flags name; its curve is nil if they name none.
func (c *forecastCommand) basis(ctx context.Context, out *console.Console, p Process, x *crossing) (basis, error) {
	switch {
	case c.Daily > 0:
		text := fmt.Sprintf("Each user signs in with the probability %v on any day.", c.Daily)
		return basis{curve: forecast.Constant{P: c.Daily}, text: text, users: c.Users, day0: time.Now()}, nil
	case c.SignIns != "":
		return c.bySignIns()
	case c.Events > 0:
		return c.byEvents(ctx, out, p, x)
	case c.Modified:
		return c.byModified(ctx, x)
	}
	return basis{}, nil
}

// again is how many curves tell how much is known.
const again = 40

// fitted is a basis that was observed. The same observation gives the same
// forecast.
func fitted(o *forecast.Observed, tooLittle error) (basis, error) {
	curve, ok := o.Fit()
	if !ok {
		return basis{}, tooLittle
	}
	return basis{curve: curve, others: o.Again(again, rand.New(rand.NewPCG(1, 1)))}, nil //nolint:gosec // see above
}

func (c *forecastCommand) bySignIns() (basis, error) {
	signIns, err := readSignIns(c.SignIns)
	if err != nil {
		return basis{}, err
	}
	b, err := fitted(signIns.Observed(c.Users), exit.With(exit.Failed, errors.New("the file tells too little: it wants sign-ins of several days"),
		"export a month or more, or use --daily"))
	b.text = fmt.Sprintf("Fitted to the last sign-ins of %d users in %d days.", signIns.Users(), days(signIns.Since, signIns.Until))
	b.users, b.day0 = max(c.Users, signIns.Users()), signIns.Until
	if c.Users == 0 {
		b.text += " Users who are not in the file are not counted; --users counts them."
	}
	return b, err
}

func days(since, until time.Time) int { return int(until.Sub(since).Hours()/24) + 1 }

func readSignIns(name string) (*forecast.SignIns, error) {
	file, err := os.Open(name)
	if err != nil {
		return nil, exit.With(exit.Usage, err, "give --sign-ins a CSV file")
	}
	defer file.Close()
	s, err := forecast.ReadSignIns(file)
	if err != nil {
		return nil, exit.With(exit.Usage, fmt.Errorf("%s:\n%w", name, err), "mend the lines, or leave them out")
	}
	return s, nil
}

// all is how many users there are.
func (c *forecastCommand) all(ctx context.Context, x *crossing) (int, error) {
	if c.Users > 0 {
		return c.Users, nil
	}
	tally, err := x.part.Tally(ctx)
	return tally.Total, err
}

// byModified takes the last change of a user for the last visit. Most sign-ins
// change nothing, so people come more often than that.
func (c *forecastCommand) byModified(ctx context.Context, x *crossing) (basis, error) {
	var o forecast.Observed
	now := time.Now()
	for u, err := range x.part.Users(ctx, workspace.Query{Source: true, Lean: true}) {
		if err != nil {
			return basis{}, err
		}
		var source plan.CognitoUser
		if err := json.Unmarshal(u.Source, &source); err != nil {
			return basis{}, fmt.Errorf("read the document of user %s: %w", u.ID, err)
		}
		if !source.LastModified.IsZero() {
			o.Add(days(source.LastModified, now), true)
		}
	}
	b, err := fitted(&o, exit.With(exit.Failed, errors.New("the workspace tells too little"), "run wherry export first, or use --daily"))
	b.text = fmt.Sprintf("Fitted to when %d users were last changed in the pool. Most sign-ins change nothing, so that people come sooner than this says.", o.Users())
	b.users, b.day0 = max(c.Users, o.Users()), now
	return b, err
}
