package worker_test

import (
	"context"
	"encoding/json"
	"maps"
	"slices"
	"strconv"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/twinseal/twinseal/internal/mfa"
	"github.com/twinseal/twinseal/internal/worker"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// outbox is a store of deliveries and events in memory, and the clock and waker that go with it.
type outbox struct {
	mfa.WriteRecords // what the worker does not use
	mu               sync.Mutex
	rows             []mfa.Delivery
	events           []mfa.Event
	swept            map[string]int
	left             map[string]int // rows that a purge still finds
	claimErr         error
	finishErr        error
	waiters          map[string][]chan struct{}
}

func newOutbox() *outbox {
	return &outbox{swept: map[string]int{}, left: map[string]int{}, waiters: map[string][]chan struct{}{}}
}

func (o *outbox) Now() time.Time { return time.Now() }

func (o *outbox) Read(_ context.Context, f func(mfa.Records) error) error {
	o.mu.Lock()
	defer o.mu.Unlock()
	return f(o)
}

func (o *outbox) Write(_ context.Context, f func(mfa.WriteRecords) error) error {
	o.mu.Lock()
	defer o.mu.Unlock()
	return f(o)
}

func (o *outbox) WriteTogether(ctx context.Context, _ time.Duration, f func(mfa.WriteRecords) error) error {
	return o.Write(ctx, f)
}

func (o *outbox) Announce(topics ...string) {
	for _, topic := range topics {
		for _, c := range o.waiters[topic] {
			select {
			case c <- struct{}{}:
			default:
			}
		}
	}
}

func (o *outbox) Subscribe(topic string) (<-chan struct{}, func()) {
	c := make(chan struct{}, 1)
	o.mu.Lock()
	defer o.mu.Unlock()
	o.waiters[topic] = append(o.waiters[topic], c)
	return c, func() {}
}

func (o *outbox) ClaimDeliveries(now, leaseTill time.Time, limit int) ([]mfa.Delivery, error) {
	if o.claimErr != nil {
		return nil, o.claimErr
	}
	var claimed []mfa.Delivery
	for i := range o.rows {
		d := &o.rows[i]
		if d.State == mfa.DeliveryPending && !d.DueAt.After(now) && !d.LeaseTill.After(now) && len(claimed) < limit {
			d.LeaseTill = leaseTill
			d.Attempts++
			claimed = append(claimed, *d)
		}
	}
	return claimed, nil
}

func (o *outbox) NextDeliveryDue() (time.Time, error) {
	var next time.Time
	for i := range o.rows {
		d := &o.rows[i]
		at := d.DueAt
		if d.LeaseTill.After(at) {
			at = d.LeaseTill
		}
		if d.State == mfa.DeliveryPending && (next.IsZero() || at.Before(next)) {
			next = at
		}
	}
	return next, nil
}

func (o *outbox) FinishDelivery(d mfa.Delivery) (bool, error) {
	if o.finishErr != nil {
		return false, o.finishErr
	}
	i := slices.IndexFunc(o.rows, func(row mfa.Delivery) bool { return row.ID == d.ID })
	if o.rows[i].Attempts != d.Attempts {
		return false, nil
	}
	d.LeaseTill = time.Time{}
	o.rows[i] = d
	return true, nil
}

func (o *outbox) AppendEvent(e mfa.Event) error {
	o.events = append(o.events, e)
	return nil
}

func (o *outbox) Application(id mfa.ApplicationID) (mfa.Application, error) {
	if id == "gone" {
		return mfa.Application{}, mfa.Missing("application")
	}
	return mfa.Application{ID: id, DirectoryID: "directory"}, nil
}

func (o *outbox) taken() map[string]int {
	o.mu.Lock()
	defer o.mu.Unlock()
	return maps.Clone(o.swept)
}

func (o *outbox) take(name string, limit int) (int, error) {
	n := min(o.left[name], limit)
	o.left[name] -= n
	o.swept[name] += n
	return n, nil
}

func (o *outbox) PurgeProofs(_ time.Time, n int) (int, error)      { return o.take("proofs", n) }
func (o *outbox) PurgeLimits(_ time.Time, n int) (int, error)      { return o.take("limits", n) }
func (o *outbox) PurgeCodes(_ time.Time, n int) (int, error)       { return o.take("codes", n) }
func (o *outbox) PurgeEnrollments(_ time.Time, n int) (int, error) { return o.take("enrollments", n) }

func (o *outbox) PurgeDeliveries(_ time.Time, n int) (int, error) { return o.take("deliveries", n) }
func (o *outbox) PurgeInbox(_ time.Time, n int) (int, error)      { return o.take("inbox", n) }
func (o *outbox) PurgeChallenges(_ time.Time, n int) (int, error) { return o.take("challenges", n) }
func (o *outbox) PurgeCeremonies(_ time.Time, n int) (int, error) { return o.take("ceremonies", n) }
func (o *outbox) PurgeHandoffs(_ time.Time, n int) (int, error)   { return o.take("handoffs", n) }
func (o *outbox) PurgeConfirmed(_ time.Time, n int) (int, error)  { return o.take("confirmed", n) }
func (o *outbox) PurgePrompts(_ time.Time, n int) (int, error)    { return o.take("prompts", n) }
func (o *outbox) PurgeActions(_ time.Time, n int) (int, error)    { return o.take("actions", n) }
func (o *outbox) PurgeVelocity(_ time.Time, n int) (int, error)   { return o.take("velocity", n) }
func (o *outbox) PurgeGrants(_ time.Time, n int) (int, error)     { return o.take("grants", n) }
func (o *outbox) PurgeKnownDevices(_ time.Time, n int) (int, error) {
	return o.take("known_devices", n)
}

func (o *outbox) PurgeTransactions(_ time.Time, n int) (int, error) {
	return o.take("transactions", n)
}

func (o *outbox) row(id mfa.DeliveryID) mfa.Delivery {
	o.mu.Lock()
	defer o.mu.Unlock()
	i := slices.IndexFunc(o.rows, func(row mfa.Delivery) bool { return row.ID == id })
	return o.rows[i]
}

// queue adds deliveries as the service does.
func (o *outbox) queue(list ...mfa.Delivery) {
	o.mu.Lock()
	defer o.mu.Unlock()
	for _, d := range list {
		if d.ID == "" {
			d.ID = mfa.DeliveryID(strconv.Itoa(len(o.rows)))
		}
		d.State, d.CreatedAt = mfa.DeliveryPending, time.Now()
		if d.DueAt.IsZero() {
			d.DueAt = time.Now()
		}
		o.rows = append(o.rows, d)
	}
	o.Announce(mfa.TopicDeliveries)
}

func message(t testing.TB, m mfa.Message) mfa.Delivery {
	t.Helper()
	payload, err := json.Marshal(m)
	if err != nil {
		t.Fatal(err)
	}
	return mfa.Delivery{Kind: mfa.DeliveryMessage, Channel: m.Channel, To: m.To, ApplicationID: "app", Payload: mfa.NewSecret(payload)}
}

func callback(t testing.TB, dialect, address string) mfa.Delivery {
	t.Helper()
	data, err := json.Marshal(address)
	if err != nil {
		t.Fatal(err)
	}
	payload, err := json.Marshal(mfa.CallbackPayload{Event: mfa.Event{Data: data}})
	if err != nil {
		t.Fatal(err)
	}
	return mfa.Delivery{Kind: mfa.DeliveryCallback, Dialect: dialect, ApplicationID: "app", Payload: mfa.NewSecret(payload)}
}

// running starts a worker and gives a function that stops it and waits.
func running(t testing.TB, w *worker.Worker) func() {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error)
	go func() { ended <- w.Run(ctx) }()
	return func() {
		cancel()
		if err := <-ended; err != context.Canceled {
			t.Errorf("Run ended with %v", err)
		}
	}
}
