package logo

import (
	"context"
	"errors"
	"sync"
	"time"
)

// Bounds of what is kept: a few hundred logos of the usual size. What was found is kept for an hour, because pictures
// change and addresses do not; what was not found for a minute, so that nobody has us knock without end.
const (
	shelfBytes = 8 << 20
	entryBytes = 512 // what an entry costs besides its picture
	foundLife  = time.Hour
	lostLife   = time.Minute
)

// shelf keeps pictures, the oldest of which make room, and lets one caller fetch what several want. The zero value is
// ready.
type shelf struct {
	mu    sync.Mutex
	held  map[string]*entry
	order []string // oldest first
	bytes int
}

// entry is a picture, or the attempt to get it until done is closed.
type entry struct {
	done  chan struct{}
	png   []byte
	err   error
	until time.Time
}

func (e *entry) size(address string) int { return len(e.png) + len(address) + entryBytes }

func (s *shelf) get(ctx context.Context, address string, now func() time.Time, fetch func() ([]byte, error)) ([]byte, error) {
	e, mine := s.enter(address, now())
	if !mine {
		select {
		case <-e.done:
			return e.png, e.err
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
	e.err = errors.New("the logo cannot be made") // stands if the fetch does not return
	defer func() { s.keep(address, e, now()) }()
	e.png, e.err = fetch()
	return e.png, e.err
}

// enter finds what is kept or on its way; mine says that the caller has to fetch it.
func (s *shelf) enter(address string, now time.Time) (e *entry, mine bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if e, ok := s.held[address]; ok && (e.until.IsZero() || now.Before(e.until)) {
		return e, false
	}
	s.drop(address)
	if s.held == nil {
		s.held = make(map[string]*entry)
	}
	e = &entry{done: make(chan struct{})}
	s.held[address] = e
	return e, true
}

func (s *shelf) keep(address string, e *entry, now time.Time) {
	s.mu.Lock()
	defer s.mu.Unlock()
	e.until = now.Add(foundLife)
	switch {
	case errors.Is(e.err, errBusy):
		e.until = now
	case e.err != nil:
		e.until = now.Add(lostLife)
	}
	s.order = append(s.order, address)
	s.bytes += e.size(address)
	for s.bytes > shelfBytes {
		s.drop(s.order[0])
	}
	close(e.done)
}

// drop forgets what was kept. What is on its way is not in the order, and stays.
func (s *shelf) drop(address string) {
	for i, held := range s.order {
		if held == address {
			s.bytes -= s.held[address].size(address)
			delete(s.held, address)
			s.order = append(s.order[:i], s.order[i+1:]...)
			return
		}
	}
}
