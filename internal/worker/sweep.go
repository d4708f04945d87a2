package worker

import (
	"context"
	"log/slog"
	"time"

	"github.com/twinseal/twinseal/internal/mfa"
)

// Retention says how long things are kept after their end.
type Retention struct {
	Codes       time.Duration // sent codes, after they expired
	Enrollments time.Duration // linking codes and registrations, after they expired
	Deliveries  time.Duration // what went out, after it was done
	Inbox       time.Duration // messages of the sandbox
	Challenges  time.Duration // questions with their answers and receipts
	Confirmed   time.Duration // transactions that were confirmed, as evidence
	Actions     time.Duration // what users did, with what it was decided from
	Devices     time.Duration // browsers and phones, after the user last proved something from them
}

// DefaultRetention keeps codes for a day of support calls, what went out for a month, and answers with
// their receipts for thirteen months, so that a year can be audited after it has ended. What was confirmed is kept
// for two years, as LoginID promised for disputes. Actions are kept as long as their challenges, so that rules can be
// tried on a year of them; a device that nobody proved anything from in that time is new again.
func DefaultRetention() Retention {
	const day = 24 * time.Hour
	return Retention{Codes: day, Enrollments: 30 * day, Deliveries: 30 * day, Inbox: 7 * day, Challenges: 400 * day, Confirmed: 731 * day, Actions: 400 * day, Devices: 400 * day}
}

func (r Retention) complete() Retention {
	d := DefaultRetention()
	for _, pair := range []struct {
		set *time.Duration
		or  time.Duration
	}{
		{&r.Codes, d.Codes},
		{&r.Enrollments, d.Enrollments},
		{&r.Deliveries, d.Deliveries},
		{&r.Inbox, d.Inbox},
		{&r.Challenges, d.Challenges},
		{&r.Confirmed, d.Confirmed},
		{&r.Actions, d.Actions},
		{&r.Devices, d.Devices},
	} {
		if *pair.set <= 0 {
			*pair.set = pair.or
		}
	}
	return r
}

const (
	// expireEvery bounds how long a waiting device or caller may not hear that its request ran out.
	expireEvery = 2 * time.Second
	// proofsEvery is short because proofs come with every request of a device and live for minutes.
	proofsEvery = time.Minute
	limitsEvery = 5 * time.Minute
	// purgeEvery suits everything that is kept for days.
	purgeEvery = 10 * time.Minute
	// longestWindow is after when a count of actions says nothing any more: its windows are no longer than thirty days,
	// and rows are aged by the day.
	longestWindow = 32 * 24 * time.Hour
	// sweepBatch bounds one transaction, so that nobody waits long behind it.
	sweepBatch = 500
	// sweepRounds bounds one run of a job. One that took as many has its next turn at once, after all others:
	// strangers and busy devices leave more behind them in a minute than one run takes.
	sweepRounds = 40
)

// job is something done at intervals, in batches: batch reports how many rows it took, at most limit.
type job struct {
	name  string
	every time.Duration
	batch func(ctx context.Context, now time.Time, limit int) (int, error)
}

func (r *run) jobs() []job {
	keep := r.Retention.complete()
	jobs := []job{
		{"proofs", proofsEvery, r.purge(0, mfa.WriteRecords.PurgeProofs)},
		{"limits", limitsEvery, r.purge(0, mfa.WriteRecords.PurgeLimits)},
		{"codes", purgeEvery, r.purge(keep.Codes, mfa.WriteRecords.PurgeCodes)},
		{"enrollments", purgeEvery, r.purge(keep.Enrollments, mfa.WriteRecords.PurgeEnrollments)},
		{"deliveries", purgeEvery, r.purge(keep.Deliveries, mfa.WriteRecords.PurgeDeliveries)},
		{"inbox", purgeEvery, r.purge(keep.Inbox, mfa.WriteRecords.PurgeInbox)},
		{"challenges", purgeEvery, r.purge(keep.Challenges, mfa.WriteRecords.PurgeChallenges)},
		{"ceremonies", limitsEvery, r.purge(0, mfa.WriteRecords.PurgeCeremonies)},
		{"handoffs", purgeEvery, r.purge(keep.Codes, mfa.WriteRecords.PurgeHandoffs)},
		{"transactions", purgeEvery, r.purge(keep.Codes, mfa.WriteRecords.PurgeTransactions)},
		{"confirmed", purgeEvery, r.purge(keep.Confirmed, mfa.WriteRecords.PurgeConfirmed)},
		{"prompts", purgeEvery, r.purge(keep.Codes, mfa.WriteRecords.PurgePrompts)},
		{"actions", purgeEvery, r.purge(keep.Actions, mfa.WriteRecords.PurgeActions)},
		{"velocity", purgeEvery, r.purge(longestWindow, mfa.WriteRecords.PurgeVelocity)},
		{"known_devices", purgeEvery, r.purge(keep.Devices, mfa.WriteRecords.PurgeKnownDevices)},
		{"grants", purgeEvery, r.purge(keep.Codes, mfa.WriteRecords.PurgeGrants)},
	}
	if r.Challenges != nil {
		jobs = append(jobs, job{"expiry", expireEvery, func(ctx context.Context, _ time.Time, limit int) (int, error) {
			return r.Challenges.ExpireDue(ctx, limit)
		}})
	}
	return jobs
}

// purge makes a batch of one of the store's deletions of what is older than the given age.
func (r *run) purge(age time.Duration, remove func(mfa.WriteRecords, time.Time, int) (int, error)) func(context.Context, time.Time, int) (int, error) {
	return func(ctx context.Context, now time.Time, limit int) (n int, err error) {
		err = r.Store.Write(ctx, func(w mfa.WriteRecords) error {
			n, err = remove(w, now.Add(-age), limit)
			return err
		})
		return n, err
	}
}

// sweep runs every job when its time has come, by the clock port. It looks at the clock at intervals and
// whenever deliveries are announced, which is how a clock that was set is noticed.
func (r *run) sweep(ctx context.Context) {
	woken, stop := r.Waker.Subscribe(mfa.TopicDeliveries)
	defer stop()
	jobs := r.jobs()
	due := make([]time.Time, len(jobs))
	for ctx.Err() == nil {
		for i, j := range jobs {
			now := r.Clock.Now()
			if now.Before(due[i]) && due[i].Sub(now) <= j.every {
				continue
			}
			if due[i] = now.Add(j.every); r.runJob(ctx, j) {
				due[i] = now
			}
		}
		pause(ctx, expireEvery, woken)
	}
}

// runJob reports whether there is more to do than one run takes.
func (r *run) runJob(ctx context.Context, j job) bool {
	total := 0
	for range sweepRounds {
		n, err := j.batch(ctx, r.Clock.Now(), sweepBatch)
		if err != nil {
			if ctx.Err() == nil {
				r.log().Warn("a periodic job failed and will run again", slog.String("job", j.name), slog.Any("error", err))
			}
			break
		}
		if total += n; n < sweepBatch || ctx.Err() != nil {
			break
		}
	}
	if r.Metrics != nil {
		r.Metrics.Swept(j.name, total)
	}
	return total == sweepRounds*sweepBatch
}
