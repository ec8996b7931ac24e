package soak

import (
	"net"
	"sync"
)

// line is the way to the pool. While it is cut, nobody gets through: open
// connections break, and new ones at once.
type line struct {
	net.Listener

	mu   sync.Mutex
	cut  bool
	open map[*wire]bool
}

// wire is one connection.
type wire struct {
	net.Conn
	line *line
}

// Accept implements net.Listener.
func (l *line) Accept() (net.Conn, error) {
	conn, err := l.Listener.Accept()
	if err != nil {
		return nil, err
	}
	w := &wire{conn, l}
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.cut {
		w.tear()
	} else {
		if l.open == nil {
			l.open = map[*wire]bool{}
		}
		l.open[w] = true
	}
	return w, nil
}

// setCut cuts the line, or mends it.
func (l *line) setCut(cut bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.cut = cut
	for w := range l.open {
		if cut {
			w.tear()
		}
	}
}

// tear breaks a connection without a word.
func (w *wire) tear() {
	if tcp, ok := w.Conn.(*net.TCPConn); ok {
		_ = tcp.SetLinger(0) // it may be closed already
	}
	_ = w.Conn.Close()
}

// Close implements net.Conn.
func (w *wire) Close() error {
	w.line.mu.Lock()
	defer w.line.mu.Unlock()
	delete(w.line.open, w)
	return w.Conn.Close()
}
