package lambda

import (
	"context"
	"fmt"
	"strings"

	"wherry/server/internal/fa"
)

// console is what a run has written, by the type of entry that it becomes.
type console map[string]*strings.Builder

// longest is what one entry of the event log holds, in bytes.
const longest = 16 << 10

func (c console) line(level, text string) {
	kind := map[string]string{"error": fa.EventError, "warn": fa.EventError, "debug": fa.EventDebug}[level]
	if kind == "" {
		kind = fa.EventInformation
	}
	if c[kind] == nil {
		c[kind] = &strings.Builder{}
	}
	if room := longest - c[kind].Len(); room > 0 {
		c[kind].WriteString(strings.ToValidUTF8(text[:min(len(text), room)], "") + "\n")
	}
}

// write makes one entry of each type; what is written for debugging only when
// the lambda says so.
func (r *Runner) write(ctx context.Context, l *fa.Lambda, said console) error {
	for _, kind := range []string{fa.EventInformation, fa.EventDebug, fa.EventError} {
		if said[kind] == nil || kind == fa.EventDebug && !l.Debug {
			continue
		}
		message := fmt.Sprintf("The lambda [%s] [%s] writes:\n\n%s", l.Name, l.ID, said[kind])
		if err := r.Events.LogEvent(context.WithoutCancel(ctx), kind, message); err != nil {
			return err
		}
	}
	return nil
}
