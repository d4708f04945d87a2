package logo

import (
	"errors"
	"fmt"
	"testing"
	"time"
)

func TestTheShelfHasAnEnd(t *testing.T) {
	t.Parallel()
	var s shelf
	fetched := 0
	get := func(address string) {
		_, err := s.get(t.Context(), address, time.Now, func() ([]byte, error) {
			fetched++
			return make([]byte, shelfBytes/10), nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	for i := range 9 {
		get(fmt.Sprint(i))
	}
	if get("0"); fetched != 9 {
		t.Errorf("of nine that fit, %d were fetched", fetched)
	}
	get("one more")
	if get("8"); fetched != 10 {
		t.Errorf("the newest one was forgotten")
	}
	if get("0"); fetched != 11 || s.bytes > shelfBytes || len(s.held) != len(s.order) {
		t.Errorf("the oldest one was kept: %d fetched, %d bytes, %d of %d", fetched, s.bytes, len(s.held), len(s.order))
	}
}

func TestAFetchThatBreaksOffLeavesNobodyWaiting(t *testing.T) {
	t.Parallel()
	var s shelf
	func() {
		defer func() { _ = recover() }()
		_, _ = s.get(t.Context(), "x", time.Now, func() ([]byte, error) { panic("broken") })
	}()
	_, err := s.get(t.Context(), "x", time.Now, func() ([]byte, error) { return nil, errors.New("asked again") })
	if err == nil || err.Error() == "asked again" {
		t.Errorf("the next one gets %v", err)
	}
}

// Whoever keeps all fetchers busy must not have the logos of others forgotten for longer than that.
func TestALogoThatNobodyWasFreeToFetchIsAskedForAgain(t *testing.T) {
	t.Parallel()
	var s shelf
	now := func() time.Time { return time.Unix(0, 0) }
	if _, err := s.get(t.Context(), "x", now, func() ([]byte, error) { return nil, errBusy }); !errors.Is(err, errBusy) {
		t.Errorf("at first %v", err)
	}
	if png, err := s.get(t.Context(), "x", now, func() ([]byte, error) { return []byte("png"), nil }); err != nil || string(png) != "png" {
		t.Errorf("then %q, %v", png, err)
	}
}
