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

// monthSettled is how long after its end a month's events are final: transactions that began in it have ended,
// and the clocks of all nodes agree that it is over.
const monthSettled = 24 * time.Hour

// Statistics counts what the application did. Months in which nothing happened are left out, but for the
// current one. The log of a month is counted until it has settled, and never again: its counts are kept.
func (s *Service) Statistics(ctx context.Context, a Application) (Statistics, error) {
	now := s.Now()
	first := monthOf(now).AddDate(0, 1-StatisticsMonths, 0)
	if created := monthOf(a.CreatedAt); created.After(first) {
		first = created
	}
	var out Statistics
	var settled []Tally
	err := s.store.Read(ctx, func(r Records) error {
		count := monthCount{r: r, application: a.ID, now: now}
		var err error
		if count.kept, err = r.Tallies(a.ID, first); err != nil {
			return err
		}
		months, err := count.months(first)
		if err != nil {
			return err
		}
		total, err := r.CountUsers(a.DirectoryID)
		out, settled = Statistics{Months: months, TotalUsers: total}, count.settled
		return err
	})
	if err != nil || len(settled) == 0 || s.options.Sandbox {
		return out, err // the sandbox's clock may go back into a month that was over
	}
	return out, s.store.Write(ctx, func(w WriteRecords) error {
		for _, t := range settled {
			if err := w.KeepTally(t); err != nil {
				return err
			}
		}
		return nil
	})
}

// monthCount is one count of an application's months.
type monthCount struct {
	r           Records
	application ApplicationID
	now         time.Time
	kept        []Tally
	settled     []Tally // what is to be kept from now on
}

func (c *monthCount) months(first time.Time) ([]MonthStatistics, error) {
	var out []MonthStatistics
	for month := first; !month.After(c.now); month = month.AddDate(0, 1, 0) {
		m, err := c.month(month)
		if err != nil {
			return nil, err
		}
		if m != (MonthStatistics{Month: month}) || month.Equal(monthOf(c.now)) {
			out = append(out, m)
		}
	}
	return out, nil
}

// month takes the counts that are kept, or else counts the log.
func (c *monthCount) month(month time.Time) (MonthStatistics, error) {
	m := MonthStatistics{Month: month}
	parts := map[string]*int64{
		TallyAPICalls: &m.APICalls, TallyAccepted: &m.Accepted, TallySMS: &m.SMS, TallyCalls: &m.Calls, TallyUsers: &m.Users,
	}
	final := false
	for _, t := range c.kept {
		if into := parts[t.Name]; into != nil && t.Month.Equal(month) {
			*into = t.Count
			final = final || t.Name != TallyAPICalls // all of them are kept together
		}
	}
	if final {
		return m, nil
	}
	end := month.AddDate(0, 1, 0)
	counts, err := c.r.CountEvents(c.application, month, end)
	if err != nil {
		return m, err
	}
	m.Accepted = counts[EventTokenAccepted] + counts[EventChallengeApproved] + counts[EventVerificationAccepted]
	m.SMS, m.Calls, m.Users = counts[EventSMSSent], counts[EventCallSent], counts[EventUserCreated]
	if !c.now.Before(end.Add(monthSettled)) {
		for _, name := range []string{TallyAccepted, TallySMS, TallyCalls, TallyUsers} {
			c.settled = append(c.settled, Tally{ApplicationID: c.application, Month: month, Name: name, Count: *parts[name]})
		}
	}
	return m, nil
}
