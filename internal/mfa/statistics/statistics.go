// Package statistics counts what applications did, from the log and from what is kept of months that are over.
package statistics

import (
	"context"
	"time"

	"github.com/twinseal/twinseal/internal/mfa"
)

// Service holds the rules. Its methods are safe for concurrent use.
type Service struct {
	domain *mfa.Service
	store  mfa.Store
}

// New returns the service, beside the one of the domain.
func New(domain *mfa.Service) *Service {
	parts := domain.Parts()
	return &Service{domain: domain, store: parts.Store}
}

// Month are an application's counts of one calendar month.
type Month struct {
	Month    time.Time
	APICalls int64
	Accepted int64 // tokens and approvals that counted
	SMS      int64
	Calls    int64
	Users    int64 // added in the month
}

// Statistics are an application's counts of the latest months, oldest first, and its users now.
type Statistics struct {
	Months     []Month
	TotalUsers int64
}

// Months is how many months [Service.Of] looks back, this one included.
const Months = 12

// monthSettled is how long after its end a month's events are final: transactions that began in it have ended,
// and the clocks of all nodes agree that it is over.
const monthSettled = 24 * time.Hour

// Of counts what the application did. Months in which nothing happened are left out, but for the
// current one. The log of a month is counted until it has settled, and never again: its counts are kept.
func (s *Service) Of(ctx context.Context, a mfa.Application) (Statistics, error) {
	now := s.domain.Now()
	first := mfa.MonthOf(now).AddDate(0, 1-Months, 0)
	if created := mfa.MonthOf(a.CreatedAt); created.After(first) {
		first = created
	}
	var out Statistics
	var settled []mfa.Tally
	err := s.store.Read(ctx, func(r mfa.Records) error {
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
	if err != nil || len(settled) == 0 || s.domain.Options().Sandbox {
		return out, err // the sandbox's clock may go back into a month that was over
	}
	return out, s.store.Write(ctx, func(w mfa.WriteRecords) error {
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
	r           mfa.Records
	application mfa.ApplicationID
	now         time.Time
	kept        []mfa.Tally
	settled     []mfa.Tally // what is to be kept from now on
}

func (c *monthCount) months(first time.Time) ([]Month, error) {
	var out []Month
	for month := first; !month.After(c.now); month = month.AddDate(0, 1, 0) {
		m, err := c.month(month)
		if err != nil {
			return nil, err
		}
		if m != (Month{Month: month}) || month.Equal(mfa.MonthOf(c.now)) {
			out = append(out, m)
		}
	}
	return out, nil
}

// month takes the counts that are kept, or else counts the log.
func (c *monthCount) month(month time.Time) (Month, error) {
	m := Month{Month: month}
	parts := map[string]*int64{
		mfa.TallyAPICalls: &m.APICalls, mfa.TallyAccepted: &m.Accepted, mfa.TallySMS: &m.SMS, mfa.TallyCalls: &m.Calls, mfa.TallyUsers: &m.Users,
	}
	final := false
	for _, t := range c.kept {
		if into := parts[t.Name]; into != nil && t.Month.Equal(month) {
			*into = t.Count
			final = final || t.Name != mfa.TallyAPICalls // all of them are kept together
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
	m.Accepted = counts[mfa.EventTokenAccepted] + counts[mfa.EventChallengeApproved] + counts[mfa.EventVerificationAccepted]
	m.SMS, m.Calls, m.Users = counts[mfa.EventSMSSent], counts[mfa.EventCallSent], counts[mfa.EventUserCreated]
	if !c.now.Before(end.Add(monthSettled)) {
		for _, name := range []string{mfa.TallyAccepted, mfa.TallySMS, mfa.TallyCalls, mfa.TallyUsers} {
			c.settled = append(c.settled, mfa.Tally{ApplicationID: c.application, Month: month, Name: name, Count: *parts[name]})
		}
	}
	return m, nil
}

// MaxCountSpans bounds the spans of one [Service.EventCounts]: a year of days, or two weeks of hours.
const MaxCountSpans = 366

// EventCounts counts an application's events by type in spans of equal length, from the first moment on
// until the last one is reached.
func (s *Service) EventCounts(ctx context.Context, c *mfa.Caller, from, to time.Time, span time.Duration) ([]map[mfa.EventType]int64, error) {
	if span <= 0 || to.Sub(from) > MaxCountSpans*span {
		return nil, &mfa.Error{Code: mfa.Invalid, Field: "interval", Message: "the time asked for has more intervals than can be counted at once"}
	}
	var out []map[mfa.EventType]int64
	err := s.store.Read(ctx, func(r mfa.Records) error {
		out = nil
		for at := from; at.Before(to); at = at.Add(span) {
			end := at.Add(span)
			if end.After(to) {
				end = to
			}
			counts, err := r.CountEvents(c.Application.ID, at, end)
			if err != nil {
				return err
			}
			out = append(out, counts)
		}
		return nil
	})
	return out, err
}
