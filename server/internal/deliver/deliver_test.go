package deliver

import (
	"context"
	"net/netip"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"wherry/server/internal/fa"
	"wherry/server/internal/identity"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestPublicAddresses(t *testing.T) {
	t.Parallel()
	for want, addresses := range map[bool][]string{
		true: {"1.1.1.1", "93.184.215.14", "172.15.255.255", "172.32.0.1", "2606:4700::1111", "::ffff:1.1.1.1"},
		false: {
			"0.0.0.0", "0.1.2.3", "10.0.0.1", "100.64.0.1", "127.0.0.1", "127.255.255.254", "169.254.169.254", "172.16.0.1", "192.0.0.8",
			"192.168.0.1", "198.18.0.1", "224.0.0.1", "240.0.0.1", "255.255.255.255",
			"::", "::1", "::127.0.0.1", "::ffff:127.0.0.1", "::ffff:10.0.0.1", "::ffff:169.254.169.254", "::ffff:100.64.0.1", "::ffff:0.1.2.3", "64:ff9b::7f00:1", "64:ff9b:1::a00:1",
			"2001::1", "2002:7f00:1::", "fc00::1", "fd00:ec2::254", "fe80::1", "fe80::1%eth0", "fec0::1", "ff02::1",
		},
	} {
		for _, address := range addresses {
			if got := public(netip.MustParseAddr(address)); got != want {
				t.Errorf("%s: %v", address, got)
			}
		}
	}
}

// eventLog remembers what is written to it.
type eventLog struct {
	mu      sync.Mutex
	entries []fa.EventLog
	err     error
}

func (l *eventLog) LogEvent(_ context.Context, kind, message string) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.entries = append(l.entries, fa.EventLog{Type: kind, Message: message})
	return l.err
}

var now = time.Date(2026, 11, 22, 21, 4, 5, 0, time.FixedZone("somewhere", 3600))

func newConnectors(allowPrivate bool) (*Connectors, *eventLog) {
	log := new(eventLog)
	return &Connectors{Events: log, Now: func() time.Time { return now }, AllowPrivate: allowPrivate}, log
}

const (
	connectorID   fa.ID = "00000000-0000-0000-0000-00000000000c"
	applicationID fa.ID = "00000000-0000-0000-0000-00000000000a"
	userID        fa.ID = "00000000-0000-0000-0000-000000000001"
)

func connector(url string) *fa.Connector {
	c := fa.NewConnector()
	c.ID, c.Name, c.Type, c.AuthenticationURL, c.ConnectTimeout, c.ReadTimeout = connectorID, "Cognito", fa.ConnectorGeneric, url, 5000, 5000
	return &c
}

const plain = `made-up "pass\word" <ä🚣/&'` + "\t+%"

func request() identity.ConnectorRequest {
	return identity.ConnectorRequest{
		ApplicationID: applicationID, LoginID: "Ada@Example.com", Password: plain,
		EventInfo: identity.EventInfo{IPAddress: "203.0.113.7", UserAgent: "test"},
	}
}
