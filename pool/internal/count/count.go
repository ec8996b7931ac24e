// Package count counts what a pool was asked, by operation and by user, so
// that a test can prove that somebody was, or was not, asked about.
package count

import (
	"maps"
	"sync"
)

// Counters is how often each operation was asked for, and by which operations
// each user was named. Refused requests count as well.
type Counters struct {
	Operations map[string]int            `json:"operations"`
	Users      map[string]map[string]int `json:"users"` // by "poolId/Username", then by operation
}

// Counter counts. The zero value is at zero.
type Counter struct {
	mu         sync.Mutex
	operations map[string]int
	users      map[named]int
}

type named struct{ user, operation string }

// Request counts a request.
func (c *Counter) Request(operation string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.operations == nil {
		c.operations = map[string]int{}
	}
	c.operations[operation]++
}

// User counts that an operation was about a user.
func (c *Counter) User(pool, username, operation string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.users == nil {
		c.users = map[named]int{}
	}
	c.users[named{pool + "/" + username, operation}]++
}

// Read returns all counts so far.
func (c *Counter) Read() Counters {
	c.mu.Lock()
	defer c.mu.Unlock()
	read := Counters{Operations: map[string]int{}, Users: map[string]map[string]int{}}
	maps.Copy(read.Operations, c.operations)
	for n, times := range c.users {
		if read.Users[n.user] == nil {
			read.Users[n.user] = map[string]int{}
		}
		read.Users[n.user][n.operation] = times
	}
	return read
}

// Reset sets all counts to zero.
func (c *Counter) Reset() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.operations, c.users = nil, nil
}
