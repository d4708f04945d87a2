package storetest

import "github.com/twinseal/twinseal/internal/mfa"

var grantScenes = []scene{
	{name: "comes back as it was added, but for its refresh token", play: func(w *world) {
		g := w.grant(w.user(), nil)
		same(w, "by id", w.grantNow(g.ID), shown(g))
		same(w, "by access", read(w, func(r mfa.Records) (mfa.Grant, error) { return r.GrantByAccess(g.AccessID) }), shown(g))
		missing(w, func(r mfa.Records) (mfa.Grant, error) { return r.Grant("no-such") })
		missing(w, func(r mfa.Records) (mfa.Grant, error) { return r.GrantByAccess("no-such") })
		g.ID = newID[mfa.GrantID]()
		w.refused(mfa.Conflict, "id", func(r mfa.WriteRecords) error { return r.AddGrant(g) })
	}},
	{name: "is rotated by the token that counts, which is known as the last one then", play: func(w *world) {
		g := w.grant(w.user(), nil)
		find := func(token mfa.Secret) (current bool) {
			return read(w, func(r mfa.Records) (bool, error) {
				found, current, err := r.GrantByRefresh(w.app.ID, token)
				if err == nil && found.ID != g.ID {
					w.Errorf("found %s", found.ID)
				}
				return current, err
			})
		}
		rotate := func(from mfa.Secret, seconds int) bool {
			return change(w, func(r mfa.WriteRecords) (bool, error) { return r.RotateGrant(g.ID, rotation(from, seconds)) })
		}
		same(w, "current", find(g.Refresh), true)
		same(w, "by another token", rotate(mfa.SecretText("other"), 1), false)
		same(w, "too late", rotate(g.Refresh, 1000), false)
		same(w, "in time", rotate(g.Refresh, 1), true)
		same(w, "by the token before", rotate(g.Refresh, 2), false)
		same(w, "the one before", find(g.Refresh), false)
		next := rotation(g.Refresh, 1)
		same(w, "the next", find(next.Refresh), true)
		g.AccessID, g.AccessExpiresAt, g.RefreshExpiresAt = next.AccessID, next.AccessExpiresAt, next.RefreshExpiresAt
		same(w, "stored", w.grantNow(g.ID), shown(g))
		missing(w, func(r mfa.Records) (bool, error) {
			_, _, err := r.GrantByRefresh("other", next.Refresh)
			return false, err
		})
		missing(w, func(r mfa.Records) (bool, error) {
			_, _, err := r.GrantByRefresh(w.app.ID, mfa.SecretText("never"))
			return false, err
		})
	}},
	{name: "is revoked once, and then no more rotated", play: func(w *world) {
		u := w.user()
		g, two, other := w.grant(u, nil), w.grant(u, nil), w.grant(w.user(), nil)
		revoke := func(r mfa.WriteRecords) (bool, error) { return r.RevokeGrant(g.ID, after(3)) }
		same(w, "revoked", change(w, revoke), true)
		same(w, "again", change(w, revoke), false)
		same(w, "rotated", change(w, func(r mfa.WriteRecords) (bool, error) { return r.RotateGrant(g.ID, rotation(g.Refresh, 4)) }), false)
		all := func(r mfa.WriteRecords) (int64, error) { return r.RevokeGrants(w.app.ID, u.ID, after(5)) }
		same(w, "the rest", change(w, all), 1)
		same(w, "at its time", w.grantNow(two.ID).RevokedAt, after(5))
		same(w, "first stays", w.grantNow(g.ID).RevokedAt, after(3))
		same(w, "others", w.grantNow(other.ID), shown(other))
	}},
	{name: "a crowd with the same refresh token rotates it once", play: func(w *world) {
		race(w, 1, func() func(mfa.WriteRecords) (bool, error) {
			g := w.grant(w.user(), nil)
			return func(r mfa.WriteRecords) (bool, error) {
				next := rotation(g.Refresh, 1)
				next.AccessID, next.Refresh = newID[string](), mfa.SecretText(newID[string]())
				return r.RotateGrant(g.ID, next)
			}
		})
	}},
	{name: "goes with its user, and by age", alone: true, play: func(w *world) {
		u := w.user()
		g := w.grant(u, nil)
		w.write(func(r mfa.WriteRecords) error { return r.RemoveUser(u.ID) })
		missing(w, func(r mfa.Records) (mfa.Grant, error) { return r.Grant(g.ID) })
		w.grant(w.user(), nil)
		left := w.grant(w.user(), func(g *mfa.Grant) { g.RefreshExpiresAt = after(2000) })
		purge := func(r mfa.WriteRecords) (int, error) { return r.PurgeGrants(after(2000), 10) }
		same(w, "purged", change(w, purge), 1)
		same(w, "left", w.grantNow(left.ID), shown(left))
	}},
}

// rotation gives the next pair; each scene rotates one grant.
func rotation(from mfa.Secret, seconds int) mfa.GrantRotation {
	name := string(from.Reveal())
	return mfa.GrantRotation{
		From: from, AccessID: "next-" + name, AccessExpiresAt: after(90), Refresh: mfa.SecretText("next-" + name), RefreshExpiresAt: after(1500),
		At: after(seconds),
	}
}

// shown is a grant as it is read.
func shown(g mfa.Grant) mfa.Grant {
	g.Refresh = mfa.Secret{}
	return g
}

func (w *world) grantNow(id mfa.GrantID) mfa.Grant {
	w.Helper()
	return read(w, func(r mfa.Records) (mfa.Grant, error) { return r.Grant(id) })
}

func (w *world) grant(u mfa.User, edit func(*mfa.Grant)) mfa.Grant {
	w.Helper()
	g := mfa.Grant{
		ID: newID[mfa.GrantID](), OrganizationID: w.org.ID, DirectoryID: w.dir.ID, ApplicationID: w.app.ID, ClientID: "web", UserID: u.ID,
		ActionID: newID[mfa.ActionID](), Method: mfa.MethodPasskey, AccessID: newID[string](), AccessExpiresAt: after(60),
		Refresh: mfa.SecretText(newID[string]()), RefreshExpiresAt: after(1000), CreatedAt: start,
	}
	if edit != nil {
		edit(&g)
	}
	w.write(func(r mfa.WriteRecords) error { return r.AddGrant(g) })
	return g
}
