package outbox

import (
	"strconv"
	"testing"
)

func TestTheLatestMessagesAreKeptInOrder(t *testing.T) {
	t.Parallel()
	var o Outbox
	for i := range kept + 3 {
		o.Send(Message{Username: strconv.Itoa(i % 2), Code: strconv.Itoa(i)})
	}
	all := o.To("")
	if len(all) != kept || all[0].Code != "3" || all[kept-1].Code != strconv.Itoa(kept+2) {
		t.Errorf("got %d messages from %s to %s", len(all), all[0].Code, all[len(all)-1].Code)
	}
	if odd := o.To("1"); len(odd) != kept/2 || odd[0].Code != "3" {
		t.Errorf("got %d messages from %s", len(odd), odd[0].Code)
	}
}

func TestMask(t *testing.T) {
	t.Parallel()
	for to, want := range map[string]string{
		"jane@example.com": "j***@e***",
		"émile@éxample.fr": "é***@é***",
		"+14155552671":     "+*******2671",
		"":                 "***",
		"@":                "***",
	} {
		if got := Mask(to); got != want {
			t.Errorf("%q: got %q, want %q", to, got, want)
		}
	}
}
