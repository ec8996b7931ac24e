package cli

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"encoding/json"
	"errors"
	"iter"
	"strings"

	"wherry/toolkit/config"
	"wherry/toolkit/internal/blueprint"
	"wherry/toolkit/internal/check"
	"wherry/toolkit/internal/cognito"
	"wherry/toolkit/internal/plan"
	"wherry/toolkit/internal/workspace"
)

// users tries the mapping: on everybody in the workspace, or else on some of
// the pool.
func (g *gathering) users(ctx context.Context, client *cognito.Client, pool config.Pool, read blueprint.Pool) check.Users {
	u := check.Users{Refused: map[string]int{}, Remarks: map[string]int{}}
	mapper, err := plan.New(pool.Settings, read.Config.Pool.Schema())
	if err != nil {
		u.Problems = strings.Split(err.Error(), "\n")
		return u
	}
	x, err := g.exported(ctx, pool)
	if err != nil {
		u.Err = err
		return u
	}
	some := g.some(ctx, client)
	if x != nil {
		defer func() { u.Err = errors.Join(u.Err, x.workspace.Close()) }()
		some, u.Whole = everybody(ctx, x), true
	}
	for user, err := range some {
		if u.Mapped == most {
			u.Whole = false
			break
		}
		if err != nil {
			u.Err = err
			return u
		}
		g.try(ctx, &u, mapper, user)
	}
	return u
}

// some are the first users of the pool.
func (g *gathering) some(ctx context.Context, client *cognito.Client) iter.Seq2[plan.CognitoUser, error] {
	return func(yield func(plan.CognitoUser, error) bool) {
		left := g.command.Users
		for token := ""; left > 0; {
			page, err := client.ListUsers(ctx, "", token)
			if err != nil {
				yield(plan.CognitoUser{}, err)
				return
			}
			for _, u := range page.Users[:min(left, len(page.Users))] {
				left--
				if !yield(u, nil) {
					return
				}
			}
			if token = page.Token; token == "" {
				return
			}
		}
	}
}

func everybody(ctx context.Context, x *crossing) iter.Seq2[plan.CognitoUser, error] {
	return func(yield func(plan.CognitoUser, error) bool) {
		for user, err := range x.part.Users(ctx, workspace.Query{Source: true, Lean: true}) {
			var u plan.CognitoUser
			if err == nil {
				err = json.Unmarshal(user.Source, &u)
			}
			if !yield(u, err) {
				return
			}
		}
	}
}

// most is how many users are tried: what is kept of them has to fit in memory.
const most = 1_000_000

// looked is how many users are looked for in the target.
const looked = 25

func (g *gathering) try(ctx context.Context, u *check.Users, mapper *plan.Mapper, user plan.CognitoUser) {
	u.Mapped++
	result, err := mapper.Map(ctx, user, plan.Trip{Road: plan.BulkRoad})
	if err != nil {
		u.Refused[err.Error()]++
		return
	}
	for _, r := range result.Remarks {
		u.Remarks[strings.TrimPrefix(r.Target+": "+r.Text, ": ")]++
	}
	m := result.User
	for kind, value := range map[check.Identity]string{check.ID: m.ID, check.Email: m.Email, check.Username: m.Username, check.PhoneNumber: m.PhoneNumber} {
		if value != "" {
			u.Taken = append(u.Taken, digest(kind, value))
		}
	}
	if len(g.sample) < looked {
		g.sample = append(g.sample, m)
	}
}

// digest is an identity that can be compared and not read. FusionAuth compares
// without regard to case.
func digest(kind check.Identity, value string) check.Name {
	sum := sha256.Sum256([]byte(strings.ToLower(value)))
	return check.Name{Kind: kind, Sum: binary.BigEndian.Uint64(sum[:])}
}

// others counts accounts of the tenant that have a login id of one of the
// users, and are not theirs.
func (g *gathering) others(ctx context.Context, tenantID string) (n int) {
	api := g.api.In(tenantID)
	for _, u := range g.sample {
		for _, name := range []string{u.Email, u.Username} {
			if name == "" {
				continue
			}
			found, err := api.UserByLoginID(ctx, name)
			if err == nil && !strings.EqualFold(found.ID, u.ID) {
				n++
				break
			}
		}
	}
	return n
}
