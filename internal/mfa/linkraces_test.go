package mfa_test

import (
	"sync/atomic"
	"testing"

	"github.com/twinseal/twinseal/internal/mfa"
	"github.com/twinseal/twinseal/internal/mfa/devices"
	"github.com/twinseal/twinseal/internal/mfa/mfatest"
)

func TestOfACrowdWithTheCodeOfADirectoryOneLinks(t *testing.T) {
	t.Parallel()
	mfatest.Engines(t, func(t *testing.T, w *mfatest.World) {
		link := startDeviceLink(t, w, "ann")
		var linked atomic.Int32
		rush(t, func(i int) (bool, error) {
			_, jwk := w.NewKey()
			_, err := w.Service.LinkByCode(t.Context(), link.Code, mfa.NewDevice{Key: jwk, Source: string(rune('a' + i))})
			if err == nil {
				linked.Add(1)
			}
			if mfa.IsCode(err, mfa.NotFound) {
				return false, nil
			}
			return err == nil, err
		})
		if n := linked.Load(); n != 1 || len(devicesOf(t, w, "ann")) != 1 {
			t.Errorf("%d devices were linked", n)
		}
	})
}

func TestALinkThatIsTakenBackWhileItIsUsedEitherLinksOrDoesNot(t *testing.T) {
	t.Parallel()
	mfatest.Engines(t, func(t *testing.T, w *mfatest.World) {
		for range 20 {
			link := startDeviceLink(t, w, "bob")
			_, jwk := w.NewKey()
			gone := make(chan error)
			go func() {
				gone <- devices.New(w.Service).Remove(t.Context(), w.Directory(), mfa.UserRef{Alias: "bob"}, link.DeviceID)
			}()
			_, err := w.Service.LinkByCode(t.Context(), link.Code, mfa.NewDevice{Key: jwk})
			if err != nil && !mfa.IsCode(err, mfa.NotFound) {
				t.Error("linking:", err)
			}
			if err := <-gone; err != nil {
				t.Error("taking it back:", err)
			}
			if list := devicesOf(t, w, "bob"); len(list) != 0 {
				t.Fatalf("left: %+v", list)
			}
		}
	})
}

func TestOfACrowdOfKeysOneStays(t *testing.T) {
	t.Parallel()
	mfatest.Engines(t, func(t *testing.T, w *mfatest.World) {
		owner := w.Caller.Directory.ID.Owner()
		for i := range 10 {
			_, err := w.Configuration.AddPublicKey(t.Context(), mfa.PublicKey{ID: string(rune('a' + i)), Owner: owner, Purpose: mfa.PurposeBoth, PEM: "x", Active: true})
			if err != nil {
				t.Fatal(err)
			}
		}
		removed := rush(t, func(i int) (bool, error) {
			err := w.Configuration.RemovePublicKey(t.Context(), owner, string(rune('a'+i%10)))
			if mfa.IsCode(err, mfa.NotFound) || mfa.IsCode(err, mfa.Conflict) {
				return false, nil
			}
			return err == nil, err
		})
		left, err := w.Service.PublicKeysOf(t.Context(), owner)
		if err != nil || removed != 9 || len(left) != 1 {
			t.Errorf("%d were removed, %d are left, %v", removed, len(left), err)
		}
	})
}
