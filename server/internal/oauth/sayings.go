package oauth

import (
	"sync"

	"wherry/server/internal/fa"
	"wherry/server/internal/identity"
)

// sayings keeps what UserInfo has said of tokens: it says the same as long as user
// and application are the same, whose pointers change when they do. What a lambda
// says is not kept.
type sayings struct {
	mu    sync.Mutex
	about map[*identity.Claims]said
}

type said struct {
	user        *fa.User
	application *fa.Application
	body        []byte
}

// mostSaid is how many are kept. When there are more, it begins anew.
const mostSaid = 10_000

func (s *sayings) get(c *identity.Claims, now said, say func() ([]byte, error)) (body []byte, err error) {
	if now.application.LambdaConfiguration.UserinfoPopulateID != "" {
		return say()
	}
	s.mu.Lock()
	last := s.about[c]
	s.mu.Unlock()
	if last.user == now.user && last.application == now.application {
		return last.body, nil
	}
	if now.body, err = say(); err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.about == nil || len(s.about) >= mostSaid {
		s.about = map[*identity.Claims]said{}
	}
	s.about[c] = now
	return now.body, nil
}
