package fusionauth

import (
	"errors"
	"net/http"

	"wherry/toolkit/internal/pace"
)

// Judge tells what the error of a call means for the pace: whether FusionAuth
// said that there were too many calls, or gave no answer that says anything
// about the call itself, so that it may be made again if it may be repeated.
func Judge(err error) pace.Verdict {
	refused, answered := errors.AsType[*Error](err)
	switch {
	case err == nil:
		return pace.Served
	case !answered:
		return pace.Lost
	case refused.Status == http.StatusTooManyRequests:
		return pace.Throttled
	case refused.Status >= http.StatusInternalServerError:
		return pace.Lost
	default:
		return pace.Served
	}
}
