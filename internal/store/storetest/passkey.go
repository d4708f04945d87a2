package storetest

import (
	"encoding/json"

	"github.com/twinseal/twinseal/internal/mfa"
)

// What a passkey is beyond any other authenticator.
var passkeyScenes = []scene{
	{name: "is found by its thumbprint, as what it is", play: func(w *world) {
		p := w.passkey(w.user())
		same(w, "found", read(w, func(r mfa.Records) (mfa.Authenticator, error) {
			return r.AuthenticatorByThumbprint(mfa.KindPasskey, p.Thumbprint)
		}), p)
		missing(w, func(r mfa.Records) (mfa.Authenticator, error) {
			return r.AuthenticatorByThumbprint(mfa.KindDevice, p.Thumbprint)
		})
	}},
	{name: "a use counts from the counter and version that were read, while it is active", play: func(w *world) {
		p := w.passkey(w.user())
		use := func(version, from, to int64, data string) bool {
			return change(w, func(r mfa.WriteRecords) (bool, error) {
				return r.UsePasskey(p.ID, version, from, to, json.RawMessage(data), after(9))
			})
		}
		same(w, "another version", use(p.Version+1, p.Counter, p.Counter+1, ""), false)
		same(w, "another counter", use(p.Version, p.Counter-1, p.Counter+1, ""), false)
		same(w, "untouched", read(w, func(r mfa.Records) (mfa.Authenticator, error) { return r.Authenticator(p.ID) }), p)
		same(w, "right", use(p.Version, p.Counter, p.Counter+3, ""), true)
		p.Counter, p.LastUsedAt = p.Counter+3, after(9)
		same(w, "data is left", read(w, func(r mfa.Records) (mfa.Authenticator, error) { return r.Authenticator(p.ID) }), p)
		same(w, "with data", use(p.Version, p.Counter, p.Counter, `{"backed_up":true}`), true)
		p.Data = json.RawMessage(`{"backed_up":true}`)
		same(w, "data is new", read(w, func(r mfa.Records) (mfa.Authenticator, error) { return r.Authenticator(p.ID) }), p)
		p.State = mfa.AuthenticatorRevoked
		same(w, "revoked", change(w, func(r mfa.WriteRecords) (bool, error) { return r.UpdateAuthenticator(p) }), true)
		same(w, "after it", use(p.Version+1, p.Counter, p.Counter+1, ""), false)
	}},
	{name: "a crowd uses one counter once", play: func(w *world) {
		race(w, 1, func() func(mfa.WriteRecords) (bool, error) {
			p := w.passkey(w.user())
			return func(r mfa.WriteRecords) (bool, error) {
				return r.UsePasskey(p.ID, p.Version, p.Counter, p.Counter+1, nil, after(1))
			}
		})
	}},
	{name: "a crowd uses one without a counter side by side", play: func(w *world) {
		race(w, crowd, func() func(mfa.WriteRecords) (bool, error) {
			p := w.passkey(w.user(), func(a *mfa.Authenticator) { a.Counter = 0 })
			return func(r mfa.WriteRecords) (bool, error) {
				return r.UsePasskey(p.ID, p.Version, 0, 0, json.RawMessage(`{"n":1}`), after(1))
			}
		})
	}},
	{name: "a crowd registers a credential once", play: func(w *world) {
		race(w, 1, func() func(mfa.WriteRecords) (bool, error) {
			u, thumbprint := w.user(), newID[string]()
			return func(r mfa.WriteRecords) (bool, error) {
				p := newPasskey(u)
				p.Thumbprint = thumbprint
				_, err := r.AddAuthenticator(p)
				return unlessConflict(err)
			}
		})
	}},
	{name: "the origins of relying parties are known while an application has them", play: func(w *world) {
		shop, other := "https://"+newID[string]()+".example", "https://"+newID[string]()+".example"
		rp := newID[string]() + ".example"
		at := func(origin string) []mfa.Application {
			return read(w, func(r mfa.Records) ([]mfa.Application, error) { return r.ApplicationsAt(origin) })
		}
		parties := func() []mfa.Application {
			return read(w, func(r mfa.Records) ([]mfa.Application, error) { return r.RelyingPartiesOf(rp) })
		}
		same(w, "before", at(shop), nil)
		a := w.application(func(a *mfa.Application) {
			a.Settings.RelyingParty = &mfa.RelyingParty{ID: rp, Origins: []string{shop}, RelatedOrigins: []string{other}, DenySynced: true}
		})
		same(w, "its origin", at(shop), []mfa.Application{a})
		same(w, "a related one", at(other), []mfa.Application{a})
		same(w, "parties", parties(), []mfa.Application{a})
		b := w.application(func(b *mfa.Application) {
			b.Settings.RelyingParty = &mfa.RelyingParty{ID: rp, Origins: []string{shop, shop}}
		})
		same(w, "both parties", parties(), []mfa.Application{a, b})
		same(w, "at one origin", at(shop), []mfa.Application{a, b})
		a.Settings.RelyingParty = nil
		w.write(func(r mfa.WriteRecords) error {
			_, err := r.PutApplication(a)
			return err
		})
		same(w, "still another's", at(shop), []mfa.Application{b})
		same(w, "nobody's any more", at(other), nil)
		same(w, "left", parties(), []mfa.Application{b})
	}},
	{name: "names that differ by case alone are refused among users whose case does not count", play: func(w *world) {
		name := newID[string]()
		folded := func(alias string) func(*mfa.User) {
			return func(u *mfa.User) { u.Alias, u.FoldedAlias = alias, mfa.FoldAlias(alias) }
		}
		ann := w.user(folded("Ann-" + name))
		same(w, "found", read(w, func(r mfa.Records) (mfa.User, error) {
			return r.User(w.dir.ID, mfa.UserRef{FoldedAlias: mfa.FoldAlias("ANN-" + name)})
		}), ann)
		same(w, "locked", change(w, func(r mfa.WriteRecords) (mfa.User, error) {
			return r.LockUser(w.dir.ID, mfa.UserRef{FoldedAlias: ann.FoldedAlias})
		}), ann)
		missing(w, func(r mfa.Records) (mfa.User, error) { return r.User(w.dir.ID, mfa.UserRef{Alias: "ann-" + name}) })
		twin := w.newUser()
		folded("ann-" + name)(&twin)
		w.refused(mfa.Conflict, "alias", func(r mfa.WriteRecords) error { return r.AddUser(twin) })
		exact := w.user(func(u *mfa.User) { u.Alias = "ann-" + name })
		folded(exact.Alias)(&exact)
		w.refused(mfa.Conflict, "alias", func(r mfa.WriteRecords) error { return r.UpdateUser(exact) })
	}},
	{name: "of a crowd that takes a name in all cases one gets it", play: func(w *world) {
		race(w, 1, func() func(mfa.WriteRecords) (bool, error) {
			name := newID[string]()
			return func(r mfa.WriteRecords) (bool, error) {
				u := w.newUser()
				u.Alias, u.FoldedAlias = u.Alias+name, name
				return unlessConflict(r.AddUser(u))
			}
		})
	}},
}

func newPasskey(u mfa.User) mfa.Authenticator {
	return mfa.Authenticator{
		ID: newID[mfa.AuthenticatorID](), UserID: u.ID, DirectoryID: u.DirectoryID, Kind: mfa.KindPasskey, State: mfa.AuthenticatorActive,
		Name: "key", Thumbprint: newID[string](), Data: json.RawMessage(`{"rp_id":"shop.example"}`), Counter: 7, RegisteredBy: "passkey",
		CreatedAt: after(1),
	}
}

func (w *world) passkey(u mfa.User, edit ...func(*mfa.Authenticator)) mfa.Authenticator {
	w.Helper()
	p := newPasskey(u)
	for _, e := range edit {
		e(&p)
	}
	return w.enrolled(p)
}
