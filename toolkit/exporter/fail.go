package exporter

import (
	"context"
	"errors"
	"fmt"

	"wherry/internal/exit"
	"wherry/toolkit/internal/cognito"
)

// explain gives what Cognito said a hint at what to do next.
func explain(err error) error {
	f, ok := errors.AsType[*cognito.Failure](err)
	switch {
	case errors.Is(err, context.Canceled):
		return exit.With(exit.Interrupted, err, "run the same command again to go on")
	case !ok:
		return err
	case cognito.Denied(err) && f.Operation == "ListServiceQuotas":
		return exit.With(exit.Failed, err, "give IAM credentials that are allowed servicequotas:ListServiceQuotas, or give --rate instead of --share")
	case cognito.Denied(err):
		return exit.With(exit.Failed, err, "give IAM credentials that are allowed cognito-idp:"+f.Operation+" on the pool, and run the same command again")
	case cognito.Missing(err):
		return exit.With(exit.Usage, err, "check the pool's id, region and endpoint in the configuration")
	case f.Outcome.Down():
		return exit.With(exit.Failed, fmt.Errorf("the pool does not answer: %w", err), "what was read is kept: run the same command again to go on")
	default:
		return exit.With(exit.Failed, err, "what was read is kept: run the same command again to go on")
	}
}
