package connector

import (
	"context"
	"log/slog"
	"time"

	"wherry/toolkit/internal/cognito"
)

// account settles a sign-in whose answer has gone out.
func (k *Connector) account(ctx context.Context, p *pool, req signIn, v verdict, trace cognito.Trace, took time.Duration) {
	login := k.names.name(p.Name, req.LoginID)
	p.health.learn(trace, p.vital)
	k.metrics.count(p.Name, v, trace, took)
	k.log.LogAttrs(ctx, v.level(), "sign-in",
		slog.String("pool", p.Name),
		slog.String("login", login),
		slog.String("outcome", string(v.outcome)),
		slog.String("answer", v.word()),
		slog.Bool("without_factor", v.withoutFactor),
		slog.String("operation", v.operation),
		slog.String("code", v.code),
		slog.String("hint", v.hint),
		slog.Float64("ms", milliseconds(took)),
		slog.Float64("cognito_ms", milliseconds(trace.Waiting)),
	)
	if v.turnedAway() && k.ledger != nil {
		k.enter(TurnedAway{
			Time: k.now().UTC(), Pool: p.Name, Login: login, LoginID: req.LoginID,
			Outcome: string(v.outcome), Code: v.code, Hint: v.hint,
		})
	}
	if v.refreshToken != "" {
		k.revoke(ctx, p, v.refreshToken)
	}
}

func milliseconds(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }

// word is what became of the user.
func (v verdict) word() string {
	if v.user != nil {
		return "carried"
	}
	return "refused"
}

// turnedAway tells whether something other than the password stood in the way.
func (v verdict) turnedAway() bool {
	return v.user == nil && v.outcome != cognito.WrongCredentials && v.outcome != cognito.Unknown
}

func (v verdict) level() slog.Level {
	switch {
	case v.outcome == cognito.Misconfigured, v.outcome == mappingFault, v.outcome == cognito.Unclassified, v.outcome == cognito.UnknownChallenge:
		return slog.LevelError
	case v.turnedAway(), v.withoutFactor:
		return slog.LevelWarn
	default:
		return slog.LevelInfo
	}
}

func (k *Connector) enter(t TurnedAway) {
	if err := k.ledger.TurnedAway(t); err != nil {
		k.log.Error("the list of those turned away cannot be written", "error", err)
	}
}
