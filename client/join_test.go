package client

import (
	"errors"
	"testing"
	"time"

	"github.com/twinseal/twinseal/api"
	"github.com/twinseal/twinseal/client/clienttest"
)

// fresh is a device that does not wait long for another one.
func fresh(t *testing.T, s *clienttest.Server) *Device {
	t.Helper()
	d, err := NewDevice(s.URL, WithClock(s.Now))
	if err != nil {
		t.Fatal(err)
	}
	d.joinPause = time.Millisecond
	return d
}

func first(t *testing.T, s *clienttest.Server) *Device {
	t.Helper()
	d := fresh(t, s)
	if err := d.Link(t.Context(), Link{Code: s.Code(), Name: "Ann's phone", Platform: "cli"}); err != nil {
		t.Fatal(err)
	}
	return d
}

// joined begins a join at one device and links another by it, while the person answers.
func joined(t *testing.T, old, next *Device, purpose string, answer func(id, number string) error) error {
	t.Helper()
	started, err := old.StartJoin(t.Context(), purpose)
	if err != nil {
		t.Fatal(err)
	}
	answered := make(chan error, 1)
	err = next.Link(t.Context(), Link{Code: started.Code, Name: "Ann's tablet", Platform: "web", Shows: func(number string) {
		go func() { answered <- answer(started.ID, number) }()
	}})
	return errors.Join(err, <-answered)
}

func TestADeviceLetsAnotherOneIn(t *testing.T) {
	t.Parallel()
	s := clienttest.Start(t)
	old, next := first(t, s), fresh(t, s)
	err := joined(t, old, next, api.JoinAdd, func(id, number string) error {
		j, err := old.Join(t.Context(), id, api.JoinOpen, time.Second)
		if err != nil || j.State != api.JoinClaimed || j.Device.Name != "Ann's tablet" || len(j.Choices) != 3 {
			t.Errorf("%+v, %v", j, err)
		}
		_, err = old.AnswerJoin(t.Context(), id, true, number)
		return err
	})
	if err != nil || !next.Account().IsLinked() || s.Devices() != 2 {
		t.Fatalf("%v, %d devices", err, s.Devices())
	}
	list, err := old.Devices(t.Context())
	if err != nil || len(list) != 2 || !list[0].This {
		t.Errorf("%+v, %v", list, err)
	}
	if err := old.UnlinkOther(t.Context(), next.Account().Linked.Device.ID); err != nil || s.Devices() != 1 {
		t.Errorf("%v, %d devices", err, s.Devices())
	}
	if err := old.UnlinkOther(t.Context(), "nonsense"); !HasCode(err, api.CodeDeviceMissing) {
		t.Error(err)
	}
}

func TestAMoveAndARefusal(t *testing.T) {
	t.Parallel()
	s := clienttest.Start(t)
	old, next := first(t, s), fresh(t, s)
	wrong := joined(t, old, next, api.JoinAdd, func(id, _ string) error {
		_, err := old.AnswerJoin(t.Context(), id, true, "12")
		return err
	})
	if !HasCode(wrong, api.CodeJoinMismatch) && !HasCode(wrong, api.CodeLinkRefused) {
		t.Error(wrong)
	}
	if err := next.Link(t.Context(), Link{Code: "x", Name: "x", Platform: "cli"}); !HasCode(err, api.CodeLinkRefused) {
		t.Error(err)
	}
	err := joined(t, old, next, api.JoinMove, func(id, number string) error {
		_, err := old.AnswerJoin(t.Context(), id, true, number)
		return err
	})
	if err != nil || s.Devices() != 1 {
		t.Fatalf("%v, %d devices", err, s.Devices())
	}
	if _, err := old.Self(t.Context()); !HasCode(err, api.CodeDeviceUnknown) {
		t.Error(err)
	}
}

func TestAProgramThatShowsNothingCannotJoin(t *testing.T) {
	t.Parallel()
	s := clienttest.Start(t)
	old := first(t, s)
	started, err := old.StartJoin(t.Context(), api.JoinAdd)
	if err != nil {
		t.Fatal(err)
	}
	if err := fresh(t, s).Link(t.Context(), Link{Code: started.Code, Name: "x", Platform: "cli"}); err == nil || s.Devices() != 1 {
		t.Errorf("%v, %d devices", err, s.Devices())
	}
	if err := old.WithdrawJoin(t.Context(), started.ID); err != nil {
		t.Error(err)
	}
	if j, err := old.Join(t.Context(), started.ID, api.JoinOpen, 0); err != nil || j.State != api.JoinRefused {
		t.Errorf("%+v, %v", j, err)
	}
}

func TestADeviceIsRenamedAndRecovered(t *testing.T) {
	t.Parallel()
	s := clienttest.Start(t)
	old, next := first(t, s), fresh(t, s)
	if err := old.Rename(t.Context(), "Ann's laptop"); err != nil || old.Account().Linked.Device.Name != "Ann's laptop" {
		t.Errorf("%v, %s", err, old.Account().Linked.Device.Name)
	}
	codes, err := old.RenewRecovery(t.Context())
	if err != nil || len(codes) != 10 {
		t.Fatalf("%d codes, %v", len(codes), err)
	}
	if err := next.Recover(t.Context(), clienttest.KnownPhone, codes[3], "new", "cli"); err != nil || !next.Account().IsLinked() {
		t.Error(err)
	}
	if err := fresh(t, s).Recover(t.Context(), clienttest.KnownPhone, codes[3], "new", "cli"); !HasCode(err, api.CodeRecoveryRefused) {
		t.Error(err)
	}
	if left, err := old.RecoveryLeft(t.Context()); err != nil || left != 9 {
		t.Errorf("%d left, %v", left, err)
	}
}
