package worker_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/twinseal/twinseal/internal/mfa"
	"github.com/twinseal/twinseal/internal/worker"
)

// sender sends by a function.
type sender func(context.Context, mfa.Message) (string, error)

func (s sender) Send(ctx context.Context, m mfa.Message) (string, error) { return s(ctx, m) }

func newWorker(o *outbox, s sender) *worker.Worker {
	return &worker.Worker{Store: o, Clock: o, Waker: o, Sender: s}
}

func TestAQueuedMessageIsSentAtOnceAndOnce(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		o := newOutbox()
		var sent []mfa.Message
		stop := running(t, newWorker(o, func(_ context.Context, m mfa.Message) (string, error) {
			sent = append(sent, m)
			return "SM1", nil
		}))
		synctest.Wait()
		begun := time.Now()
		o.queue(message(t, mfa.Message{Channel: mfa.ChannelSMS, To: "+1", Text: "code 1"}))
		synctest.Wait()
		if len(sent) != 1 || sent[0].Text != "code 1" || !time.Now().Equal(begun) {
			t.Errorf("sent %v after %v", sent, time.Since(begun))
		}
		d := o.row("0")
		if d.State != mfa.DeliverySent || d.Reference != "SM1" || d.Attempts != 1 || d.DoneAt.IsZero() {
			t.Errorf("row %+v", d)
		}
		time.Sleep(time.Hour)
		stop()
		if len(sent) != 1 {
			t.Errorf("sent %d times", len(sent))
		}
	})
}

func TestAMessageThatFailsIsTriedFiveTimesWithinFiveMinutesAndThenFailsVisibly(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		o := newOutbox()
		begun := time.Now()
		var at []time.Duration
		stop := running(t, newWorker(o, func(context.Context, mfa.Message) (string, error) {
			at = append(at, time.Since(begun))
			return "", errors.New("provider answered 503")
		}))
		o.queue(message(t, mfa.Message{Channel: mfa.ChannelSMS, To: "+14155552671", Text: "code 123456"}))
		time.Sleep(time.Hour)
		stop()
		if len(at) != 5 || at[1] < 3*time.Second || at[1] > 7*time.Second || at[4] > 5*time.Minute {
			t.Errorf("tried at %v", at)
		}
		for i := 2; i < len(at); i++ {
			if at[i]-at[i-1] <= at[i-1]-at[i-2] {
				t.Errorf("pauses do not grow: %v", at)
			}
		}
		d := o.row("0")
		if d.State != mfa.DeliveryFailed || d.LastError != "provider answered 503" || d.DoneAt.IsZero() {
			t.Errorf("row %+v", d)
		}
		if len(o.events) != 1 || o.events[0].Type != mfa.EventDeliveryFailed || o.events[0].ApplicationID != "app" || o.events[0].DirectoryID != "directory" {
			t.Fatalf("events %+v", o.events)
		}
		if data := string(o.events[0].Data); strings.Contains(data, "4155552671") || strings.Contains(data, "123456") || !strings.Contains(data, `"attempts":5`) {
			t.Errorf("event data %s", data)
		}
	})
}

func TestAPermanentFailureIsNotTriedAgain(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		o := newOutbox()
		stop := running(t, newWorker(o, func(context.Context, mfa.Message) (string, error) {
			return "", fmt.Errorf("wrapped: %w", mfa.Permanent(errors.New("no such number")))
		}))
		gone := message(t, mfa.Message{})
		gone.ApplicationID = "gone"
		o.queue(message(t, mfa.Message{}), gone, mfa.Delivery{Kind: mfa.DeliveryMessage, Payload: mfa.SecretText("{")}, mfa.Delivery{Kind: "carrier pigeon"})
		synctest.Wait()
		for _, id := range []mfa.DeliveryID{"0", "1", "2", "3"} {
			if d := o.row(id); d.State != mfa.DeliveryFailed || d.Attempts != 1 {
				t.Errorf("row %+v", d)
			}
		}
		if len(o.events) != 4 {
			t.Errorf("%d events", len(o.events))
		}
		stop()
	})
}

func TestAMessageIsNotSentWhenItsCodeIsDead(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		o := newOutbox()
		var tries atomic.Int32
		stop := running(t, newWorker(o, func(context.Context, mfa.Message) (string, error) {
			tries.Add(1)
			return "", errors.New("busy")
		}))
		soon := message(t, mfa.Message{})
		soon.GiveUpAt = time.Now().Add(10 * time.Second) // after the second try, before the third
		late := message(t, mfa.Message{})
		late.GiveUpAt = time.Now()
		o.queue(soon, late)
		synctest.Wait()
		if d := o.row("1"); d.State != mfa.DeliveryFailed || tries.Load() != 1 {
			t.Errorf("row %+v, %d tries", d, tries.Load())
		}
		time.Sleep(time.Hour)
		stop()
		if d := o.row("0"); d.State != mfa.DeliveryFailed || tries.Load() != 2 {
			t.Errorf("row %+v, %d tries", d, tries.Load())
		}
	})
}

func TestAPanicIsAFailedTryAndKeepsTheMessageToItself(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		o := newOutbox()
		var log bytes.Buffer
		w := newWorker(o, func(_ context.Context, m mfa.Message) (string, error) {
			if m.To == "index" {
				_ = []int{}[len(m.Text)]
			}
			panic(m.Text)
		})
		w.Log = slog.New(slog.NewJSONHandler(&log, nil))
		stop := running(t, w)
		o.queue(message(t, mfa.Message{Text: "code 123456"}), message(t, mfa.Message{Text: "code 123456", To: "index"}))
		synctest.Wait()
		stop()
		if d := o.row("0"); d.State != mfa.DeliveryPending || d.LastError != "the program broke while sending" {
			t.Errorf("row %+v", d)
		}
		if d := o.row("1"); !strings.Contains(d.LastError, "index out of range") {
			t.Errorf("row %+v", d)
		}
		if strings.Contains(log.String(), "123456") || !strings.Contains(log.String(), "panic while sending") {
			t.Errorf("log %s", log.String())
		}
	})
}

func TestADeliveryOfADeadWorkerIsTriedAgainWhenItsLeaseRunsOut(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		o := newOutbox()
		begun := time.Now()
		var at time.Duration
		abandoned := message(t, mfa.Message{})
		abandoned.Attempts, abandoned.LeaseTill = 1, begun.Add(time.Minute)
		o.queue(abandoned)
		stop := running(t, newWorker(o, func(context.Context, mfa.Message) (string, error) {
			at = time.Since(begun)
			return "", nil
		}))
		time.Sleep(2 * time.Minute)
		stop()
		if d := o.row("0"); d.State != mfa.DeliverySent || d.Attempts != 2 || at < time.Minute || at > time.Minute+20*time.Second {
			t.Errorf("tried after %v, row %+v", at, d)
		}
	})
}

func TestAnOutcomeThatComesTooLateChangesNothing(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		o := newOutbox()
		stop := running(t, newWorker(o, func(context.Context, mfa.Message) (string, error) {
			o.mu.Lock()
			defer o.mu.Unlock()
			o.rows[0].Attempts++ // somebody else claimed it
			o.rows[0].LeaseTill = time.Now().Add(time.Hour)
			return "", mfa.Permanent(errors.New("no"))
		}))
		o.queue(message(t, mfa.Message{}))
		synctest.Wait()
		stop()
		if d := o.row("0"); d.State != mfa.DeliveryPending || len(o.events) != 0 {
			t.Errorf("row %+v, events %v", d, o.events)
		}
	})
}

func TestAStoreInTroubleIsAskedAgainLater(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		o := newOutbox()
		o.claimErr = errors.New("disk full")
		sent := 0
		stop := running(t, newWorker(o, func(context.Context, mfa.Message) (string, error) {
			sent++
			return "", nil
		}))
		o.queue(message(t, mfa.Message{}))
		time.Sleep(10 * time.Second)
		o.mu.Lock()
		o.claimErr, o.finishErr = nil, errors.New("disk full")
		o.mu.Unlock()
		time.Sleep(10 * time.Second)
		o.mu.Lock()
		o.finishErr = nil
		o.mu.Unlock()
		time.Sleep(5 * time.Minute)
		stop()
		if d := o.row("0"); d.State != mfa.DeliverySent || sent != 2 {
			t.Errorf("row %+v, sent %d times", d, sent)
		}
	})
}

func TestStoppingWaitsForTriesInFlightAndThenCutsThem(t *testing.T) {
	t.Parallel()
	for name, finish := range map[string]time.Duration{"in time": time.Second, "cut": time.Hour} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				o := newOutbox()
				stop := running(t, newWorker(o, func(ctx context.Context, _ mfa.Message) (string, error) {
					select {
					case <-time.After(finish):
						return "", nil
					case <-ctx.Done():
						return "", ctx.Err()
					}
				}))
				o.queue(message(t, mfa.Message{}))
				synctest.Wait()
				begun := time.Now()
				stop()
				want, limit := mfa.DeliverySent, time.Second
				if finish == time.Hour {
					want, limit = mfa.DeliveryPending, 5*time.Second
				}
				if d := o.row("0"); d.State != want || time.Since(begun) > limit {
					t.Errorf("after %v: row %+v", time.Since(begun), d)
				}
			})
		})
	}
}
