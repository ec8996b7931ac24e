package signin

import "sync"

// pending is the secrets of authenticators that have not shown a code yet.
type pending struct {
	mu sync.Mutex
	of map[who]string
}

func (p *pending) put(w who, secret string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.of == nil {
		p.of = map[who]string{}
	}
	p.of[w] = secret
}

func (p *pending) get(w who) (string, bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	secret, ok := p.of[w]
	return secret, ok
}

func (p *pending) drop(w who) {
	p.mu.Lock()
	defer p.mu.Unlock()
	delete(p.of, w)
}
