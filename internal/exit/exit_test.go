package exit_test

import (
	"context"
	"errors"
	"fmt"
	"testing"

	"wherry/internal/exit"
)

func TestCode(t *testing.T) {
	t.Parallel()
	usage := exit.With(exit.Usage, errors.New("no such flag"), "see --help")
	for _, tt := range []struct {
		err  error
		code int
		hint string
	}{
		{nil, exit.Done, ""},
		{errors.New("broken"), exit.Failed, ""},
		{usage, exit.Usage, "see --help"},
		{fmt.Errorf("start: %w", usage), exit.Usage, "see --help"},
		{fmt.Errorf("wait: %w", context.Canceled), exit.Interrupted, ""},
	} {
		if got := exit.Code(tt.err); got != tt.code {
			t.Errorf("Code(%v) = %d, want %d", tt.err, got, tt.code)
		}
		if got := exit.Hint(tt.err); got != tt.hint {
			t.Errorf("Hint(%v) = %q, want %q", tt.err, got, tt.hint)
		}
	}
}
