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
	month := monthOf(s.Now())
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

func monthOf(t time.Time) time.Time {
	return time.Date(t.Year(), t.Month(), 1, 0, 0, 0, 0, time.UTC)
}

// MonthStatistics are an application's counts of one calendar month.
type MonthStatistics struct {
	Month    time.Time
	APICalls int64
	Accepted int64 // tokens and approvals that counted
	SMS      int64
	Calls    int64
	Users    int64 // added in the month
}

// Statistics are an application's counts of the latest months, oldest first, and its users now.
type Statistics struct {
	Months     []MonthStatistics
	TotalUsers int64
}

// StatisticsMonths is how many months [Service.Statistics] looks back, this one included.
const StatisticsMonths = 12

// Statistics counts what the application did. Months in which nothing happened are left out, but for the
// current one.
func (s *Service) Statistics(ctx context.Context, a Application) (Statistics, error) {
	now := s.Now()
	first := monthOf(now).AddDate(0, 1-StatisticsMonths, 0)
	if created := monthOf(a.CreatedAt); created.After(first) {
		first = created
	}
	var out Statistics
	err := s.store.Read(ctx, func(r Records) error {
		tallies, err := r.Tallies(a.ID, first)
		if err != nil {
			return err
		}
		months, err := statisticsOf(r, a.ID, first, now, tallies)
		if err != nil {
			return err
		}
		total, err := r.CountUsers(a.DirectoryID)
		out = Statistics{Months: months, TotalUsers: total}
		return err
	})
	return out, err
}

func statisticsOf(r EventReader, id ApplicationID, first, now time.Time, tallies []Tally) ([]MonthStatistics, error) {
	var months []MonthStatistics
	for month := first; !month.After(now); month = month.AddDate(0, 1, 0) {
		counts, err := r.CountEvents(id, month, month.AddDate(0, 1, 0))
		if err != nil {
			return nil, err
		}
		m := MonthStatistics{
			Month:    month,
			Accepted: counts[EventTokenAccepted] + counts[EventChallengeApproved] + counts[EventVerificationAccepted],
			SMS:      counts[EventSMSSent],
			Calls:    counts[EventCallSent],
			Users:    counts[EventUserCreated],
		}
		for _, t := range tallies {
			if t.Month.Equal(month) && t.Name == TallyAPICalls {
				m.APICalls += t.Count
			}
		}
		if m != (MonthStatistics{Month: month}) || month.Equal(monthOf(now)) {
			months = append(months, m)
		}
	}
	return months, nil
}
