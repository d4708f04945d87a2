package devices_test

import (
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/twinseal/twinseal/internal/mfa"
	"github.com/twinseal/twinseal/internal/mfa/devices"
	"github.com/twinseal/twinseal/internal/mfa/joins"
	"github.com/twinseal/twinseal/internal/mfa/mfatest"
)

// home is a person with a device and recovery codes.
type home struct {
	*mfatest.World
	t     *testing.T
	rules *devices.Service
	ann   *mfatest.Person
	phone *mfatest.Device
	codes []string
}

func onBoth(t *testing.T, test func(h home)) {
	t.Helper()
	mfatest.Engines(t, func(t *testing.T, w *mfatest.World) {
		h := home{World: w, t: t, rules: devices.New(w.Service), ann: w.Register("4155550801")}
		h.phone = h.ann.Link()
		var err error
		if h.codes, err = h.rules.Renew(t.Context(), h.phone.Caller); err != nil {
			t.Fatal(err)
		}
		test(h)
	})
}

func (h home) recover(user, code, source string) (mfa.Linked, error) {
	_, key := h.NewKey()
	return h.rules.Recover(h.t.Context(), devices.Recover{User: user, Code: code, Device: mfa.NewDevice{Key: key, Name: "new", Platform: "web", Source: source}})
}

func (h home) want(what string, err error, code mfa.Code, reason mfa.Reason) {
	h.t.Helper()
	if refusal, ok := err.(*mfa.Error); !ok || refusal.Code != code || reason != "" && refusal.Reason != reason { //nolint:errorlint // refusals come bare
		h.t.Errorf("%s: %v, want %s %s", what, err, code, reason)
	}
}

const phone = "+14155550801"

func TestOfACrowdWithOneRecoveryCodeOneLinks(t *testing.T) {
	t.Parallel()
	onBoth(t, func(h home) {
		var all sync.WaitGroup
		var mu sync.Mutex
		linked := 0
		for i := range 8 {
			all.Go(func() {
				_, err := h.recover(phone, h.codes[0], string(rune('a'+i)))
				mu.Lock()
				defer mu.Unlock()
				if err == nil {
					linked++
				} else if !mfa.IsCode(err, mfa.Forbidden) && !mfa.IsCode(err, mfa.Unavailable) {
					h.t.Error(err)
				}
			})
		}
		all.Wait()
		left, err := h.rules.Left(h.t.Context(), h.phone.Caller)
		if linked != 1 || err != nil || left != mfa.RecoveryCodes-1 {
			h.t.Errorf("%d devices were linked, %d codes are left, %v", linked, left, err)
		}
	})
}

func TestPeopleAreFoundByWhatTheyAreCalled(t *testing.T) {
	t.Parallel()
	onBoth(t, func(h home) {
		other := h.Register("4155550802") // of the same address, as all of this world
		if _, err := h.rules.Renew(h.t.Context(), other.Link().Caller); err != nil {
			h.t.Fatal(err)
		}
		for i, name := range []string{phone, "+1 (415) 555-0801", "ann@example.com", " Ann@Example.COM "} {
			linked, err := h.recover(name, h.codes[i], "192.0.2.8")
			if err != nil || linked.User.ID != h.ann.User.ID || linked.Device.RegisteredBy != "recovery" {
				h.t.Errorf("%s: %+v, %v", name, linked.User, err)
			}
		}
		_, key := h.NewKey()
		_, err := h.rules.Recover(h.t.Context(), devices.Recover{User: phone, Code: h.codes[5], Directory: "elsewhere", Device: mfa.NewDevice{Key: key, Name: "x", Platform: "web"}})
		h.want("in another directory", err, mfa.Forbidden, mfa.ReasonRecoveryWrong)
	})
}

func TestNobodyLearnsWhoHasAnAccount(t *testing.T) {
	t.Parallel()
	onBoth(t, func(h home) {
		limit := h.Service.Limits().WrongRecoveries
		for name, code := range map[string]string{phone: "0000-0000-0000", "+14155550899": h.codes[0]} {
			for range limit.Burst {
				_, err := h.recover(name, code, "203.0.113.4")
				h.want(name, err, mfa.Forbidden, mfa.ReasonRecoveryWrong)
			}
			_, err := h.recover(name, code, "203.0.113.4")
			h.want("once more, "+name, err, mfa.Limited, "")
		}
		_, err := h.recover(phone, h.codes[0], "203.0.113.4")
		h.want("the right code from the guesser's address", err, mfa.Limited, "")
		if _, err := h.recover(phone, h.codes[0], "192.0.2.8"); err != nil {
			h.t.Errorf("the right code from the owner's: %v", err)
		}
		for what, in := range map[string][2]string{"no name": {" ", "x"}, "a long name": {strings.Repeat("x", 501), "x"}, "a long code": {phone, strings.Repeat("1", 65)}} {
			_, err := h.recover(in[0], in[1], "192.0.2.8")
			h.want(what, err, mfa.Invalid, "")
		}
	})
}

// However a number is written, it is one name, and its guesses are counted together.
func TestAnotherSpellingOfANumberIsNoNewName(t *testing.T) {
	t.Parallel()
	onBoth(t, func(h home) {
		for i := range h.Service.Limits().WrongRecoveries.Burst {
			_, err := h.recover("+1"+strings.Repeat(" ", i)+"(415) 555-0801", "0000-0000-0000", "203.0.113.5")
			h.want("a guess", err, mfa.Forbidden, mfa.ReasonRecoveryWrong)
		}
		_, err := h.recover("+1.415.555.0801", h.codes[0], "203.0.113.5")
		h.want("one more", err, mfa.Limited, "")
	})
}

// What one address may guess in a day must not use up what all may, or a stranger keeps the owner out.
func TestOneStrangerKeepsNobodyFromRecovering(t *testing.T) {
	t.Parallel()
	one, all := mfa.DefaultLimits().WrongRecoveries, mfa.DefaultLimits().WrongRecoveriesOf
	if alone := one.Burst * int(all.Per/one.Per); 2*alone >= all.Burst {
		t.Errorf("one address makes %d guesses in the time in which all together may make %d", alone, all.Burst)
	}
}

func TestGuessesFromManyAddressesHaveAnEnd(t *testing.T) {
	t.Parallel()
	onBoth(t, func(h home) {
		for i := range h.Service.Limits().WrongRecoveriesOf.Burst {
			_, err := h.recover(phone, "0000-0000-0000", fmt.Sprintf("198.51.%d.%d", i/200, i%200))
			h.want("a guess", err, mfa.Forbidden, mfa.ReasonRecoveryWrong)
		}
		_, err := h.recover(phone, h.codes[0], "192.0.2.8")
		h.want("one more", err, mfa.Limited, "")
		h.Clock.Advance(h.Service.Limits().WrongRecoveriesOf.Per)
		if _, err := h.recover(phone, h.codes[0], "192.0.2.8"); err != nil {
			h.t.Errorf("a day later: %v", err)
		}
	})
}

func TestARecoveryIsNoticed(t *testing.T) {
	t.Parallel()
	onBoth(t, func(h home) {
		target := &mfa.PushTarget{Endpoint: "https://push.example.test/1", P256DH: "B" + strings.Repeat("A", 86), Auth: strings.Repeat("A", 22)}
		if err := h.Service.SetPush(h.t.Context(), h.phone.Caller, target); err != nil {
			h.t.Fatal(err)
		}
		before := len(h.Outbox(h.Caller))
		if _, err := h.recover(phone, h.codes[0], "192.0.2.8"); err != nil {
			h.t.Fatal(err)
		}
		var told []mfa.Channel
		for _, d := range h.Outbox(h.Caller)[before:] {
			told = append(told, d.Channel)
			if m := h.MessageOf(d); !strings.Contains(m.Text, "new") || m.Channel == mfa.ChannelPush && m.HTML != "" {
				h.t.Errorf("told is %+v", m)
			}
		}
		if slices.Sort(told); !slices.Equal(told, []mfa.Channel{mfa.ChannelEmail, mfa.ChannelPush}) {
			h.t.Errorf("told by %v", told)
		}
		if n := len(h.ann.Events(mfa.EventRecoveryUsed)); n != 1 {
			h.t.Errorf("%d events", n)
		}
	})
}

func TestASuspendedPersonRecoversNothing(t *testing.T) {
	t.Parallel()
	onBoth(t, func(h home) {
		h.ann.Suspend()
		_, err := h.recover(phone, h.codes[0], "192.0.2.8")
		h.want("the code", err, mfa.Forbidden, mfa.ReasonUserSuspended)
		_, err = h.rules.Renew(h.t.Context(), h.phone.Caller)
		h.want("new codes", err, mfa.Forbidden, mfa.ReasonUserSuspended)
		if left, err := h.rules.Left(h.t.Context(), h.phone.Caller); err != nil || left != mfa.RecoveryCodes {
			h.t.Errorf("%d are left, %v", left, err)
		}
	})
}

// A thief may ask without end, so that one request is on its way when the owner unlinks the phone.
func TestADeviceThatIsJustBeingUnlinkedChangesNothingMore(t *testing.T) {
	t.Parallel()
	onBoth(t, func(h home) {
		second := h.ann.Link()
		if err := h.rules.Unlink(h.t.Context(), second.Caller, h.phone.Caller.Device.ID); err != nil {
			h.t.Fatal(err)
		}
		_, err := h.rules.Renew(h.t.Context(), h.phone.Caller)
		h.want("new recovery codes", err, mfa.Unauthenticated, "")
		h.want("unlinking the other", h.rules.Unlink(h.t.Context(), h.phone.Caller, second.Caller.Device.ID), mfa.Unauthenticated, "")
		_, err = joins.New(h.Service).Start(h.t.Context(), h.phone.Caller, joins.Add)
		h.want("letting another in", err, mfa.Unauthenticated, "")
	})
}
