package storetest

import (
	"context"
	"encoding/json"
	"sync/atomic"

	"github.com/twinseal/twinseal/internal/mfa"
)

var authenticatorScenes = []scene{
	{name: "comes back as it was added, secret opened", play: func(w *world) {
		a := w.authenticator(w.user())
		same(w, "by id", read(w, func(r mfa.Records) (mfa.Authenticator, error) { return r.Authenticator(a.ID) }), a)
		missing(w, func(r mfa.Records) (mfa.Authenticator, error) { return r.Authenticator("no-such") })
	}},
	{name: "gets a small number that no other has", play: func(w *world) {
		u := w.user()
		a, b := w.authenticator(u), w.authenticator(u)
		if a.Number <= 1000 || b.Number <= a.Number {
			w.Errorf("numbers %d and %d", a.Number, b.Number)
		}
	}},
	{name: "a device is found by its thumbprint, which is its alone", play: func(w *world) {
		d := w.device(w.user())
		same(w, "found", read(w, func(r mfa.Records) (mfa.Authenticator, error) {
			return r.AuthenticatorByThumbprint(d.Kind, d.Thumbprint)
		}), d)
		missing(w, func(r mfa.Records) (mfa.Authenticator, error) { return r.AuthenticatorByThumbprint(d.Kind, "") })
		holder := read(w, func(r mfa.Records) (mfa.User, error) {
			u, a, err := r.Holder(d.Kind, d.Thumbprint)
			same(w, "held", a, d)
			return u, err
		})
		same(w, "holder", holder.ID, d.UserID)
		missing(w, func(r mfa.Records) (mfa.User, error) {
			u, _, err := r.Holder(d.Kind, "")
			return u, err
		})
		twin := newDevice(w.user())
		twin.Thumbprint = d.Thumbprint
		w.refused(mfa.Conflict, "thumbprint", func(r mfa.WriteRecords) error {
			_, err := r.AddAuthenticator(twin)
			return err
		})
	}},
	{name: "are listed oldest first, also with the lock", play: func(w *world) {
		u := w.user()
		young := w.authenticator(u, func(a *mfa.Authenticator) { a.CreatedAt = after(5) })
		old := w.device(u)
		want := []mfa.Authenticator{old, young}
		same(w, "list", read(w, func(r mfa.Records) ([]mfa.Authenticator, error) { return r.AuthenticatorsOf(u.ID) }), want)
		for _, ref := range namesOf(u) {
			w.credentials(ref, u, want)
		}
	}},
	{name: "the lock finds users who hold nothing, and nobody else", play: func(w *world) {
		u := w.user()
		w.credentials(mfa.UserRef{Number: u.Number}, u, nil)
		w.refused(mfa.NotFound, "", func(r mfa.WriteRecords) error {
			_, _, err := r.LockCredentials("other", mfa.UserRef{Number: u.Number})
			return err
		})
	}},
	{name: "a counter only advances, and only at the version that was read", play: func(w *world) {
		a := w.authenticator(w.user())
		for _, try := range []struct {
			version, step int64
			want          bool
		}{{a.Version, a.Counter, false}, {a.Version, a.Counter - 1, false}, {a.Version + 1, a.Counter + 1, false}, {a.Version, a.Counter + 2, true}, {a.Version, a.Counter + 1, false}} {
			got := change(w, func(r mfa.WriteRecords) (bool, error) { return r.AdvanceCounter(a.ID, try.version, try.step, after(9)) })
			same(w, "advanced", got, try.want)
		}
		a.Counter, a.LastUsedAt = a.Counter+2, after(9)
		same(w, "stored", read(w, func(r mfa.Records) (mfa.Authenticator, error) { return r.Authenticator(a.ID) }), a)
	}},
	{name: "an update wants the version that was read and raises it", play: func(w *world) {
		a := w.authenticator(w.user())
		changed := a
		changed.Name, changed.State, changed.Data = "new", mfa.AuthenticatorPending, json.RawMessage(`{"digits":8}`)
		changed.Secret, changed.Counter, changed.LastUsedAt = mfa.SecretText("another"), a.Counter+3, after(4)
		update := func(r mfa.WriteRecords) (bool, error) { return r.UpdateAuthenticator(changed) }
		same(w, "first", change(w, update), true)
		same(w, "second", change(w, update), false)
		changed.Version++
		same(w, "stored", read(w, func(r mfa.Records) (mfa.Authenticator, error) { return r.Authenticator(a.ID) }), changed)
	}},
	{name: "an update never takes a counter back, so that no step counts twice", play: func(w *world) {
		a := w.authenticator(w.user())
		same(w, "advanced", change(w, func(r mfa.WriteRecords) (bool, error) {
			return r.AdvanceCounter(a.ID, a.Version, a.Counter+5, after(1))
		}), true)
		same(w, "updated", change(w, func(r mfa.WriteRecords) (bool, error) { return r.UpdateAuthenticator(a) }), true)
		got := read(w, func(r mfa.Records) (mfa.Authenticator, error) { return r.Authenticator(a.ID) })
		same(w, "counter", got.Counter, a.Counter+5)
	}},
	{name: "goes with those it is the parent of", play: func(w *world) {
		u := w.user()
		device, other := w.device(u), w.authenticator(u)
		seed := w.authenticator(u, func(a *mfa.Authenticator) { a.ParentID = device.ID })
		w.write(func(r mfa.WriteRecords) error { return r.RemoveAuthenticator(device.ID) })
		missing(w, func(r mfa.Records) (mfa.Authenticator, error) { return r.Authenticator(seed.ID) })
		same(w, "left", read(w, func(r mfa.Records) ([]mfa.Authenticator, error) { return r.AuthenticatorsOf(u.ID) }), []mfa.Authenticator{other})
		w.refused(mfa.NotFound, "", func(r mfa.WriteRecords) error { return r.RemoveAuthenticator(device.ID) })
	}},
	{name: "a crowd advances a counter to one step once", play: func(w *world) {
		race(w, 1, func() func(mfa.WriteRecords) (bool, error) {
			a := w.authenticator(w.user())
			return func(r mfa.WriteRecords) (bool, error) {
				return r.AdvanceCounter(a.ID, a.Version, a.Counter+1, after(1))
			}
		})
	}},
	{name: "a crowd updates one version once", play: func(w *world) {
		race(w, 1, func() func(mfa.WriteRecords) (bool, error) {
			a := w.authenticator(w.user())
			return func(r mfa.WriteRecords) (bool, error) { return r.UpdateAuthenticator(a) }
		})
	}},
	{name: "a crowd that checks under the lock accepts a code once", play: func(w *world) {
		race(w, 1, func() func(mfa.WriteRecords) (bool, error) {
			u := w.user()
			a := w.authenticator(u)
			return func(r mfa.WriteRecords) (bool, error) {
				// The counter may be older than the lock; advancing it decides.
				_, held, err := r.LockCredentials(w.dir.ID, mfa.UserRef{Number: u.Number})
				if err != nil {
					return false, err
				}
				return r.AdvanceCounter(a.ID, held[0].Version, a.Counter+1, after(1))
			}
		})
	}},
	{name: "a crowd that counts under the lock adds no more than it may", play: countUnderLock},
}

// credentials wants LockCredentials to find the user and what it holds.
func (w *world) credentials(ref mfa.UserRef, user mfa.User, holds []mfa.Authenticator) {
	w.Helper()
	var locked mfa.User
	held := change(w, func(r mfa.WriteRecords) (held []mfa.Authenticator, err error) {
		locked, held, err = r.LockCredentials(w.dir.ID, ref)
		return held, err
	})
	same(w, "locked user", locked, user)
	same(w, "held", held, holds)
	var found mfa.User
	held = read(w, func(r mfa.Records) (held []mfa.Authenticator, err error) {
		found, held, err = r.Credentials(w.dir.ID, ref)
		return held, err
	})
	same(w, "user read", found, user)
	same(w, "held as read", held, holds)
}

// countUnderLock adds devices while there are fewer than five: whoever had to wait
// for the lock counts those that were added meanwhile.
func countUnderLock(w *world) {
	const most = 5
	var turn atomic.Int64
	for _, before := range []int{0, 1} {
		u := w.user()
		for range before {
			w.device(u)
		}
		added := compete(w.T, []mfa.Store{w.store, w.open(nil)}, func(ctx context.Context, s mfa.Store) (bool, error) {
			ref := namesOf(u)[turn.Add(1)%4]
			return tryChange(ctx, s, func(r mfa.WriteRecords) (bool, error) {
				_, held, err := r.LockCredentials(w.dir.ID, ref)
				if err != nil || len(held) >= most {
					return false, err
				}
				_, err = r.AddAuthenticator(newDevice(u))
				return true, err
			})
		})
		same(w, "added", added, most-before)
		same(w, "held", len(read(w, func(r mfa.Records) ([]mfa.Authenticator, error) { return r.AuthenticatorsOf(u.ID) })), most)
	}
}

// authenticator adds a TOTP seed.
func (w *world) authenticator(u mfa.User, edit ...func(*mfa.Authenticator)) mfa.Authenticator {
	w.Helper()
	a := mfa.Authenticator{
		ID: newID[mfa.AuthenticatorID](), UserID: u.ID, DirectoryID: u.DirectoryID, ApplicationID: w.app.ID, Kind: mfa.KindTOTP,
		State: mfa.AuthenticatorActive, Name: "Ann's phone", Data: json.RawMessage(`{"algorithm":"SHA1","digits":6,"period":30}`),
		Secret: mfa.SecretText("seed of " + string(u.ID)), Counter: 1000, Version: 2, RegisteredBy: "import", CreatedAt: after(2),
	}
	for _, e := range edit {
		e(&a)
	}
	return w.enrolled(a)
}

func newDevice(u mfa.User) mfa.Authenticator {
	return mfa.Authenticator{
		ID: newID[mfa.AuthenticatorID](), UserID: u.ID, DirectoryID: u.DirectoryID, Kind: mfa.KindDevice, State: mfa.AuthenticatorActive,
		Name: "phone", Platform: "web", Thumbprint: newID[string](), Data: json.RawMessage(`{"key":{}}`), RegisteredBy: "qr",
		CreatedAt: after(1), LastUsedAt: after(3),
	}
}

func (w *world) device(u mfa.User) mfa.Authenticator {
	w.Helper()
	return w.enrolled(newDevice(u))
}

func (w *world) enrolled(a mfa.Authenticator) mfa.Authenticator {
	w.Helper()
	stored := change(w, func(r mfa.WriteRecords) (mfa.Authenticator, error) { return r.AddAuthenticator(a) })
	a.Number = stored.Number
	same(w, "added", stored, a)
	return stored
}
