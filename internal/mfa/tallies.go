package mfa

import (
	"context"
	"sync"
	"time"
)

const tallyInterval = 2 * time.Second

// tallyBook gathers counts in memory, so that a statistic costs a request no write.
type tallyBook struct {
	mu     sync.Mutex
	counts map[ApplicationID]int64
}

// CountCall adds one API call to the application's statistics of this month.
func (s *Service) CountCall(id ApplicationID) {
	s.tallies.mu.Lock()
	defer s.tallies.mu.Unlock()
	if s.tallies.counts == nil {
		s.tallies.counts = make(map[ApplicationID]int64)
	}
	s.tallies.counts[id]++
}

func (s *Service) flushTallies(ctx context.Context) {
	s.tallies.mu.Lock()
	counts := s.tallies.counts
	s.tallies.counts = nil
	s.tallies.mu.Unlock()
	if len(counts) == 0 {
		return
	}
	month := MonthOf(s.Now())
	err := s.store.Write(ctx, func(w WriteRecords) error {
		for id, n := range counts {
			if err := w.AddTally(Tally{ApplicationID: id, Month: month, Name: TallyAPICalls, Count: n}); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		s.returnTallies(counts)
	}
}

// returnTallies puts counts that could not be written back, for the next turn.
func (s *Service) returnTallies(counts map[ApplicationID]int64) {
	s.tallies.mu.Lock()
	defer s.tallies.mu.Unlock()
	if s.tallies.counts == nil {
		s.tallies.counts = make(map[ApplicationID]int64)
	}
	for id, n := range counts {
		s.tallies.counts[id] += n
	}
}

// MonthOf is the first moment of a time's calendar month.
func MonthOf(t time.Time) time.Time {
	return time.Date(t.Year(), t.Month(), 1, 0, 0, 0, 0, time.UTC)
}
