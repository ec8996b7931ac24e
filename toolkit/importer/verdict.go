package importer

import (
	"context"
	"errors"
	"net/http"
	"regexp"
	"strconv"
	"strings"

	"wherry/toolkit/internal/fusionauth"
)

// verdict is what the answer to an import means.
type verdict int

const (
	stored  verdict = iota
	refused         // nobody was stored, because of some users
	large           // nobody was stored: the request was too large
	busy            // nobody was stored: there were too many requests
	unknown         // they may have been stored
	broken          // it makes no sense to go on
)

// judge tells what the answer to an import means. A 500 with FusionAuth's own
// complaints is what it says when its database refuses.
func judge(ctx context.Context, err error) (verdict, *fusionauth.Error) {
	answer, answered := errors.AsType[*fusionauth.Error](err)
	switch {
	case err == nil:
		return stored, nil
	case ctx.Err() != nil:
		return broken, nil
	case !answered:
		return unknown, nil
	case answer.Status == http.StatusRequestEntityTooLarge:
		return large, answer
	case answer.Status == http.StatusTooManyRequests:
		return busy, answer
	case answer.Status == http.StatusBadRequest && tenantIsMissing(answer):
		return broken, answer
	case answer.Status == http.StatusBadRequest, answer.Status == http.StatusInternalServerError && complains(answer):
		return refused, answer
	case answer.Status >= http.StatusInternalServerError, answer.Status == http.StatusRequestTimeout:
		return unknown, answer
	default:
		return broken, answer
	}
}

func complains(e *fusionauth.Error) bool {
	for _, d := range words(e) {
		if d.Code != "[Exception]" {
			return true
		}
	}
	return false
}

// tenantIsMissing tells a refusal of all from one of some.
func tenantIsMissing(e *fusionauth.Error) bool {
	for _, d := range e.General {
		if strings.Contains(strings.ToLower(d.Code), "tenant") {
			return true
		}
	}
	for path := range e.Fields {
		if strings.EqualFold(path, "tenantId") || strings.EqualFold(path, "user.tenantId") {
			return true
		}
	}
	return false
}

var (
	place  = regexp.MustCompile(`users\[(\d+)\]`)
	quoted = regexp.MustCompile(`\[([^\[\]]*)\]`)
)

// about tells which of the users an answer is about. FusionAuth puts the values
// that it objects to into brackets, Wherry's server the place in the request as
// well. This is a guess that saves requests: whoever is named stands alone in
// the next one.
func about(users []candidate, e *fusionauth.Error) []bool {
	named := make([]bool, len(users))
	var values map[string][]int
	for path, details := range e.Fields {
		for _, d := range details {
			texts := path + " " + d.Message
			if at := place.FindAllStringSubmatch(texts, -1); at != nil {
				for _, m := range at {
					if n, err := strconv.Atoi(m[1]); err == nil && n < len(users) {
						named[n] = true
					}
				}
				continue
			}
			if values == nil {
				values = byValue(users)
			}
			for _, m := range quoted.FindAllStringSubmatch(d.Message, -1) {
				for value := range strings.SplitSeq(m[1], ", ") {
					for _, n := range values[strings.ToLower(value)] {
						named[n] = true
					}
				}
			}
		}
	}
	return named
}

func byValue(users []candidate) map[string][]int {
	values := map[string][]int{}
	for n, c := range users {
		values[c.ID] = append(values[c.ID], n)
		for _, l := range logins(c.Email, c.Username, c.PhoneNumber) {
			values[l.value] = append(values[l.value], n)
		}
	}
	return values
}

// divide takes those who are named out of the others.
func divide(users []candidate, named []bool) (suspects, others []candidate) {
	for n, c := range users {
		if named[n] {
			suspects = append(suspects, c)
		} else {
			others = append(others, c)
		}
	}
	return suspects, others
}
