package poll_test

import (
	"context"
	"errors"
	"io"
	"testing"
	"testing/synctest"
	"time"

	"github.com/twinseal/twinseal/client/internal/poll"
)

var (
	errBusy  = errors.New("busy")
	errFinal = errors.New("final")
)

// asked plays a server that says these one after the other, and the last for ever;
// nil is that nobody has answered yet.
func asked(t *testing.T, pace poll.Pace, says ...error) (pauses []time.Duration, err error) {
	t.Helper()
	last := time.Now()
	q := poll.Question[string]{
		Ask: func(context.Context) (string, bool, error) {
			pauses = append(pauses, time.Since(last))
			last = time.Now()
			if n := len(pauses); n <= len(says) {
				return "", false, says[n-1]
			}
			return "yes", true, nil
		},
		Passing: []error{errBusy},
		Asked: func(err error) time.Duration {
			if errors.Is(err, io.ErrUnexpectedEOF) {
				return time.Minute
			}
			return 0
		},
	}
	answer, err := poll.Until(t.Context(), pace, q)
	if (err == nil) != (answer == "yes") {
		t.Errorf("the answer is %q, %v", answer, err)
	}
	return pauses[1:], err
}

func TestQuestionsSlowDownAndOutlastWhatPasses(t *testing.T) {
	t.Parallel()
	pace := poll.Pace{First: 4 * time.Second, Longest: 10 * time.Second}
	const s = time.Second
	for name, c := range map[string]struct {
		says []error
		want []time.Duration
		err  error
	}{
		"nobody answers for a while": {[]error{nil, nil, nil, nil}, []time.Duration{4 * s, 6 * s, 9 * s, 10 * s}, nil},
		"a failure that passes":      {[]error{errBusy, nil}, []time.Duration{10 * s, 10 * s}, nil},
		"a pause that is asked for":  {[]error{io.ErrUnexpectedEOF}, []time.Duration{60 * s}, nil},
		"a failure that stays":       {[]error{nil, errFinal}, []time.Duration{4 * s}, errFinal},
		"five failures in a row":     {[]error{errBusy, errBusy, errBusy, errBusy, errBusy}, []time.Duration{10 * s, 10 * s, 10 * s, 10 * s, 10 * s}, nil},
		"six failures in a row":      {[]error{errBusy, errBusy, errBusy, errBusy, errBusy, errBusy}, []time.Duration{10 * s, 10 * s, 10 * s, 10 * s, 10 * s}, errBusy},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				got, err := asked(t, pace, c.says...)
				if !errors.Is(err, c.err) || len(got) != len(c.want) {
					t.Fatalf("pauses %v, %v", got, err)
				}
				for i := range got {
					if got[i] != c.want[i] {
						t.Errorf("pauses %v, want %v", got, c.want)
					}
				}
			})
		})
	}
}

func TestTheCallersPatienceEndsIt(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		ctx, stop := context.WithTimeout(t.Context(), time.Minute)
		defer stop()
		asked := 0
		_, err := poll.Until(ctx, poll.Pace{First: time.Second, Longest: 30 * time.Second}, poll.Question[int]{
			Ask: func(context.Context) (int, bool, error) { asked++; return 0, false, nil },
		})
		if !errors.Is(err, context.DeadlineExceeded) || asked < 2 {
			t.Errorf("after %d questions: %v", asked, err)
		}
	})
}
