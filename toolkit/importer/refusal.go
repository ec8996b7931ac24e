package importer

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"

	"wherry/toolkit/internal/fusionauth"
	"wherry/toolkit/internal/workspace"
)

// refusedEvent is the event that keeps what FusionAuth said about a user.
const refusedEvent = "refused"

// refuse writes down that a user cannot go across. FusionAuth's words may hold
// personal data: they go into the event, the codes into the reason.
func (i *Importer) refuse(ctx context.Context, c candidate, why *fusionauth.Error) error {
	detail, err := json.Marshal(words(why))
	if err != nil {
		return fmt.Errorf("keep why a user was refused: %w", err)
	}
	err = i.Run.Record(ctx,
		[]workspace.Move{{User: c.n, To: workspace.Refused, Reason: reason(why)}},
		workspace.Event{Kind: refusedEvent, User: c.n, Detail: detail})
	if err != nil {
		return err
	}
	i.counts.Refused++
	i.meter.Add(1)
	if i.Stop.reached(i.counts.Refused, i.counts.Imported+i.counts.Skipped+i.counts.Refused) {
		return errStopped
	}
	return nil
}

// words are all that FusionAuth said.
func words(e *fusionauth.Error) []fusionauth.Detail {
	said := []fusionauth.Detail{}
	for _, path := range slices.Sorted(maps.Keys(e.Fields)) {
		said = append(said, e.Fields[path]...)
	}
	return append(said, e.General...)
}

// reason is FusionAuth's codes, which hold no personal data, unlike its
// messages.
func reason(e *fusionauth.Error) string {
	var codes []string
	for _, d := range words(e) {
		codes = append(codes, d.Code)
	}
	slices.Sort(codes)
	if codes = slices.Compact(codes); len(codes) == 0 {
		return fmt.Sprintf("%d %s", e.Status, http.StatusText(e.Status))
	}
	return strings.Join(codes, " ")
}

// takenBy is what FusionAuth would say about login ids that belong to others.
func takenBy(logins []login) *fusionauth.Error {
	e := &fusionauth.Error{Status: http.StatusBadRequest, Fields: map[string][]fusionauth.Detail{}}
	for _, l := range logins {
		path := "user." + l.kind
		e.Fields[path] = append(e.Fields[path], fusionauth.Detail{
			Code:    "[duplicate]" + path,
			Message: fmt.Sprintf("A user with [%s] = [%s] exists in the target already, under another id.", path, l.value),
		})
	}
	return e
}

// Limit is how many refusals are borne: a number, or a share of those who came
// to their turn. The zero Limit bears any.
type Limit struct {
	Users   int
	Percent float64
}

// few is below which number of refusals a share says nothing.
const few = 100

func (l Limit) reached(refused, of int) bool {
	return l.Users > 0 && refused >= l.Users ||
		l.Percent > 0 && refused >= few && float64(refused) >= l.Percent/100*float64(of)
}
