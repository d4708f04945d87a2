package joins_test

import (
	"slices"
	"sync"
	"testing"

	"github.com/twinseal/twinseal/internal/mfa"
	"github.com/twinseal/twinseal/internal/mfa/joins"
	"github.com/twinseal/twinseal/internal/mfa/mfatest"
)

// home is a person with a device that lets others in.
type home struct {
	*mfatest.World
	t     *testing.T
	rules *joins.Service
	ann   *mfatest.Person
	old   *mfatest.Device
}

func onBoth(t *testing.T, test func(h home)) {
	t.Helper()
	mfatest.Engines(t, func(t *testing.T, w *mfatest.World) {
		ann := w.Register("4155550701")
		test(home{w, t, joins.New(w.Service), ann, ann.Link()})
	})
}

func (h home) start(p joins.Purpose) mfa.LinkCode {
	h.t.Helper()
	code, err := h.rules.Start(h.t.Context(), h.old.Caller, p)
	if err != nil {
		h.t.Fatal(err)
	}
	return code
}

func (h home) newDevice(source string) mfa.NewDevice {
	h.t.Helper()
	_, key := h.NewKey()
	return mfa.NewDevice{Key: key, Name: "tablet", Platform: "web", Source: source, Binding: "binding"}
}

func (h home) claim(code string, d mfa.NewDevice) joins.Outcome {
	h.t.Helper()
	out, ok, err := h.rules.Claim(h.t.Context(), code, d)
	if err != nil || !ok {
		h.t.Fatal(ok, err)
	}
	return out
}

func (h home) devices() []mfa.Authenticator {
	h.t.Helper()
	var held []mfa.Authenticator
	err := h.Store.Read(h.t.Context(), func(r mfa.Records) (err error) {
		held, err = r.AuthenticatorsOf(h.ann.User.ID)
		return err
	})
	if err != nil {
		h.t.Fatal(err)
	}
	return slices.DeleteFunc(held, func(a mfa.Authenticator) bool { return a.Kind != mfa.KindDevice })
}

func (h home) want(what string, err error, code mfa.Code, reason mfa.Reason) {
	h.t.Helper()
	if !mfa.IsCode(err, code) || reason != "" && !(&mfa.Error{Code: code, Reason: reason}).Is(err) && err.(*mfa.Error).Reason != reason { //nolint:errorlint // refusals come bare
		h.t.Errorf("%s: %v, want %s %s", what, err, code, reason)
	}
}

// rush lets many do the same at the same time.
func rush(n int, do func(i int)) {
	var all sync.WaitGroup
	for i := range n {
		all.Go(func() { do(i) })
	}
	all.Wait()
}

const crowd = 8

func TestOfManyDevicesWithOneCodeTheFirstIsShownTheNumber(t *testing.T) {
	t.Parallel()
	onBoth(t, func(h home) {
		code := h.start(joins.Add)
		var mu sync.Mutex
		var won []joins.Outcome
		rush(crowd, func(i int) {
			out, ok, err := h.rules.Claim(h.t.Context(), code.Code, h.newDevice(string(rune('a'+i))))
			mu.Lock()
			defer mu.Unlock()
			switch {
			case err == nil && ok && out.Waiting:
				won = append(won, out)
			case !ok || !mfa.IsCode(err, mfa.NotFound):
				h.t.Errorf("one of the others: %v, %v", ok, err)
			}
		})
		if len(won) != 1 || !slices.Contains(won[0].Join.Choices, won[0].Number) {
			h.t.Errorf("%d were shown a number: %+v", len(won), won)
		}
	})
}

func TestOfManyAnswersOneCounts(t *testing.T) {
	t.Parallel()
	onBoth(t, func(h home) {
		code := h.start(joins.Add)
		out := h.claim(code.Code, h.newDevice("192.0.2.7"))
		var mu sync.Mutex
		approved, over := 0, 0
		rush(crowd, func(i int) {
			j, err := h.rules.Answer(h.t.Context(), h.old.Caller, code.Enrollment, i%2 == 0, out.Number)
			mu.Lock()
			defer mu.Unlock()
			switch {
			case err == nil && j.State == joins.Approved:
				approved++
			case mfa.IsCode(err, mfa.Expired):
				over++
			case err != nil || j.State != joins.Refused:
				h.t.Errorf("%+v, %v", j, err)
			}
		})
		if over != crowd-1 || len(h.devices()) != 1+approved {
			h.t.Errorf("%d approved, %d too late, %d devices", approved, over, len(h.devices()))
		}
	})
}

func TestAMoveRemovesTheOldKeyInTheSameWrite(t *testing.T) {
	t.Parallel()
	onBoth(t, func(h home) {
		code := h.start(joins.Move)
		d := h.newDevice("192.0.2.7")
		out := h.claim(code.Code, d)
		stop := make(chan struct{})
		var all sync.WaitGroup
		all.Go(func() {
			for {
				if n := len(h.devices()); n != 1 {
					h.t.Errorf("at one moment there are %d devices", n)
				}
				select {
				case <-stop:
					return
				default:
				}
			}
		})
		if _, err := h.rules.Answer(h.t.Context(), h.old.Caller, code.Enrollment, true, out.Number); err != nil {
			h.t.Error(err)
		}
		close(stop)
		all.Wait()
		left := h.devices()
		if len(left) != 1 || left[0].ID == h.old.Caller.Device.ID || left[0].RegisteredBy != "device" {
			h.t.Errorf("left are %+v", left)
		}
		if again := h.claim(code.Code, d); again.Waiting || again.Linked.Device.ID != left[0].ID || again.Linked.Seed.Empty() {
			h.t.Errorf("the new one is told %+v", again)
		}
		_, err := h.Service.AuthenticateDevice(h.t.Context(), h.old.Proof("jti-0000000000000-gone"), mfa.Foresight{})
		h.want("the old key", err, mfa.Unauthenticated, "")
		for what, n := range map[mfa.EventType]int{mfa.EventAuthenticatorRemoved: 1, mfa.EventEnrollmentCompleted: 2} {
			if got := len(h.ann.Events(what)); got != n {
				h.t.Errorf("%d of %s", got, what)
			}
		}
	})
}

func TestAMoveOfAPersonWhoHasAllDevicesWorks(t *testing.T) {
	t.Parallel()
	onBoth(t, func(h home) {
		for len(h.devices()) < h.Service.Limits().DevicesPerUser {
			h.ann.Link()
		}
		answer := func(purpose joins.Purpose) error {
			code := h.start(purpose)
			out := h.claim(code.Code, h.newDevice("192.0.2.7"))
			_, err := h.rules.Answer(h.t.Context(), h.old.Caller, code.Enrollment, true, out.Number)
			return err
		}
		h.want("one more", answer(joins.Add), mfa.Conflict, mfa.ReasonDevicesFull)
		if err := answer(joins.Move); err != nil { // the last thing that the old device does
			h.t.Errorf("another one: %v", err)
		}
		if n := len(h.devices()); n != h.Service.Limits().DevicesPerUser {
			h.t.Errorf("there are %d", n)
		}
	})
}

func TestAWrongNumberEndsAJoin(t *testing.T) {
	t.Parallel()
	onBoth(t, func(h home) {
		code := h.start(joins.Add)
		d := h.newDevice("192.0.2.7")
		out := h.claim(code.Code, d)
		_, err := h.rules.Answer(h.t.Context(), h.old.Caller, code.Enrollment, true, "")
		h.want("no number", err, mfa.Invalid, mfa.ReasonJoinMismatch)
		_, err = h.rules.Answer(h.t.Context(), h.old.Caller, code.Enrollment, true, out.Number)
		h.want("the right one afterwards", err, mfa.Expired, mfa.ReasonJoinOver)
		_, _, err = h.rules.Claim(h.t.Context(), code.Code, d)
		h.want("the device", err, mfa.NotFound, mfa.ReasonCodeWrong)
		if n := len(h.devices()); n != 1 {
			h.t.Errorf("there are %d devices", n)
		}
	})
}

func TestAJoinRunsOut(t *testing.T) {
	t.Parallel()
	onBoth(t, func(h home) {
		code := h.start(joins.Add)
		d := h.newDevice("192.0.2.7")
		out := h.claim(code.Code, d)
		h.Clock.Advance(h.Service.Limits().JoinLife)
		j, err := h.rules.Look(h.t.Context(), h.old.Caller, code.Enrollment)
		if err != nil || j.State != joins.Expired || j.Choices != nil {
			h.t.Errorf("%+v, %v", j, err)
		}
		_, err = h.rules.Answer(h.t.Context(), h.old.Caller, code.Enrollment, true, out.Number)
		h.want("the answer", err, mfa.Expired, mfa.ReasonJoinOver)
		_, _, err = h.rules.Claim(h.t.Context(), code.Code, d)
		h.want("the device", err, mfa.NotFound, mfa.ReasonCodeWrong)
		_, _, err = h.rules.Claim(h.t.Context(), h.start(joins.Add).Code, d)
		if err != nil {
			h.t.Errorf("with the next code: %v", err)
		}
	})
}

func TestADeviceThatWasUnlinkedLetsNobodyIn(t *testing.T) {
	t.Parallel()
	onBoth(t, func(h home) {
		code := h.start(joins.Add)
		out := h.claim(code.Code, h.newDevice("192.0.2.7"))
		if err := h.Service.UnlinkDevice(h.t.Context(), h.old.Caller); err != nil {
			h.t.Fatal(err)
		}
		_, err := h.rules.Answer(h.t.Context(), h.old.Caller, code.Enrollment, true, out.Number)
		h.want("its answer", err, mfa.Expired, mfa.ReasonJoinOver)
		if n := len(h.devices()); n != 0 {
			h.t.Errorf("there are %d devices", n)
		}
	})
}

func TestJoinsAreLimited(t *testing.T) {
	t.Parallel()
	onBoth(t, func(h home) {
		var last mfa.LinkCode
		for range h.Service.Limits().Joins.Burst {
			last = h.start(joins.Add)
		}
		_, err := h.rules.Start(h.t.Context(), h.old.Caller, joins.Add)
		h.want("one more", err, mfa.Limited, "")
		h.claim(last.Code, h.newDevice("192.0.2.7"))
		for range h.Service.Limits().WrongLinks.Burst {
			_, _, err = h.rules.Claim(h.t.Context(), last.Code, h.newDevice("203.0.113.9"))
			h.want("a stranger with the code", err, mfa.NotFound, mfa.ReasonCodeWrong)
		}
		_, _, err = h.rules.Claim(h.t.Context(), last.Code, h.newDevice("203.0.113.9"))
		h.want("that stranger again", err, mfa.Limited, "")
	})
}

func TestAKeyThatIsLinkedJoinsNowhere(t *testing.T) {
	t.Parallel()
	onBoth(t, func(h home) {
		_, _, err := h.rules.Claim(h.t.Context(), h.start(joins.Add).Code, mfa.NewDevice{Key: h.old.JWK(), Name: "x", Platform: "web"})
		h.want("its own key", err, mfa.Conflict, "")
		_, ok, err := h.rules.Claim(h.t.Context(), "ZZZZZZZZ", h.newDevice("192.0.2.7"))
		if ok || err != nil {
			h.t.Errorf("another kind of code: %v, %v", ok, err)
		}
	})
}
