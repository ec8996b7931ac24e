package fa_test

import (
	"testing"

	"wherry/server/internal/fa"
)

func TestIPAccessControlListAllows(t *testing.T) {
	t.Parallel()
	entry := func(action, start, end string) fa.IPAccessControlEntry {
		return fa.IPAccessControlEntry{Action: action, StartIPAddress: start, EndIPAddress: end}
	}
	closed := []fa.IPAccessControlEntry{
		entry("Block", "*", ""), entry("Allow", "192.0.2.7", ""), entry("Block", "198.51.100.8", "198.51.100.9"),
		entry("Allow", "198.51.100.0", "198.51.100.255"), entry("Allow", "2001:db8::", "2001:db8::ffff"),
	}
	open := []fa.IPAccessControlEntry{entry("Block", "192.0.2.0", "192.0.2.255"), entry("Allow", "*", "")}
	for _, tt := range []struct {
		entries []fa.IPAccessControlEntry
		address string
		want    bool
	}{
		{closed, "192.0.2.7", true},
		{closed, "192.0.2.8", false},
		{closed, "::ffff:192.0.2.7", true},
		{closed, "198.51.100.255", true},
		{closed, "198.51.100.8", false}, // the first range decides
		{closed, "198.51.101.0", false},
		{closed, "2001:db8::1", true},
		{closed, "2001:db8::1%eth0", true},
		{closed, "2001:db8::1:0", false},
		{open, "192.0.2.7", false},
		{open, "198.51.100.8", true},
		{open, "::1", true},
		{open, "", false},
		{open, "nonsense", false},
		{nil, "192.0.2.7", false},
	} {
		l := fa.IPAccessControlList{Entries: tt.entries}
		if got := l.Allows(tt.address); got != tt.want {
			t.Errorf("%s by %v: %t", tt.address, tt.entries, got)
		}
	}
}
