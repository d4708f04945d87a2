package storetest

import "github.com/twinseal/twinseal/internal/mfa"

var handoffScenes = []scene{
	{name: "comes back as it was added, but for its code", play: func(w *world) {
		u := w.user()
		h := w.handoff(u, nil)
		endless := w.handoff(u, func(h *mfa.Handoff) { h.ExpiresAt, h.AuthorizedAt, h.Purpose = h.UsedAt, start, mfa.HandoffRecovery })
		for _, want := range []mfa.Handoff{h, endless} {
			same(w, "by id", read(w, func(r mfa.Records) (mfa.Handoff, error) { return r.Handoff(want.ID) }), coded(want))
		}
		missing(w, func(r mfa.Records) (mfa.Handoff, error) { return r.Handoff("no-such") })
	}},
	{name: "is found by its user, form, purpose and code together", play: func(w *world) {
		u := w.user()
		h := w.handoff(u, nil)
		find := func(user mfa.UserID, form mfa.HandoffForm, purpose mfa.HandoffPurpose, code string) func(mfa.Records) (mfa.Handoff, error) {
			return func(r mfa.Records) (mfa.Handoff, error) {
				return r.HandoffBySecret(user, form, purpose, mfa.SecretText(code))
			}
		}
		same(w, "found", read(w, find(u.ID, h.Form, h.Purpose, "123456")), coded(h))
		missing(w, find(w.user().ID, h.Form, h.Purpose, "123456"))
		missing(w, find(u.ID, mfa.HandoffLong, h.Purpose, "123456"))
		missing(w, find(u.ID, h.Form, mfa.HandoffAdd, "123456"))
		missing(w, find(u.ID, h.Form, h.Purpose, "123457"))
		missing(w, find(u.ID, h.Form, h.Purpose, ""))
	}},
	{name: "a user has a code once, others may have the same", play: func(w *world) {
		u := w.user()
		h := w.handoff(u, nil)
		h.ID = newID[mfa.HandoffID]()
		w.refused(mfa.Conflict, "secret", func(r mfa.WriteRecords) error { return r.AddHandoff(h) })
		w.handoff(w.user(), nil)
		w.handoff(u, func(h *mfa.Handoff) { h.Purpose = mfa.HandoffAdd })
	}},
	{name: "is authorized once, while it lives", play: func(w *world) {
		h := w.handoff(w.user(), nil)
		authorize := func(seconds int) bool {
			return change(w, func(r mfa.WriteRecords) (bool, error) { return r.AuthorizeHandoff(h.ID, after(seconds)) })
		}
		same(w, "past its time", authorize(180), false)
		same(w, "in time", authorize(179), true)
		same(w, "again", authorize(179), false)
		h.AuthorizedAt = after(179)
		same(w, "stored", read(w, func(r mfa.Records) (mfa.Handoff, error) { return r.Handoff(h.ID) }), coded(h))
	}},
	{name: "is used once, authorized, while it lives", play: func(w *world) {
		h := w.handoff(w.user(), nil)
		use := func(seconds int) bool {
			return change(w, func(r mfa.WriteRecords) (bool, error) { return r.UseHandoff(h.ID, after(seconds)) })
		}
		same(w, "not authorized", use(1), false)
		same(w, "authorized", change(w, func(r mfa.WriteRecords) (bool, error) { return r.AuthorizeHandoff(h.ID, after(1)) }), true)
		same(w, "past its time", use(180), false)
		same(w, "in time", use(2), true)
		same(w, "again", use(2), false)
		same(w, "authorized after use", change(w, func(r mfa.WriteRecords) (bool, error) { return r.AuthorizeHandoff(h.ID, after(3)) }), false)
	}},
	{name: "those that live are counted by form and purpose", play: func(w *world) {
		u := w.user()
		count := func(seconds int) int64 {
			return read(w, func(r mfa.Records) (int64, error) {
				return r.CountHandoffs(u.ID, mfa.HandoffShort, mfa.HandoffSignIn, after(seconds))
			})
		}
		same(w, "none", count(1), 0)
		for _, code := range []string{"000001", "000002"} {
			w.handoff(u, func(h *mfa.Handoff) { h.Secret, h.AuthorizedAt = mfa.SecretText(code), start })
		}
		w.handoff(u, func(h *mfa.Handoff) { h.Form = mfa.HandoffLong })
		endless := w.handoff(u, func(h *mfa.Handoff) {
			h.Secret, h.ExpiresAt, h.AuthorizedAt = mfa.SecretText("000003"), h.UsedAt, start
		})
		same(w, "all", count(1), 3)
		same(w, "when two have expired", count(500), 1)
		same(w, "used", change(w, func(r mfa.WriteRecords) (bool, error) { return r.UseHandoff(endless.ID, after(2)) }), true)
		same(w, "when one was used", count(500), 0)
	}},
	{name: "those of a form and purpose are removed together, and others are not", play: func(w *world) {
		u := w.user()
		one := w.handoff(u, nil)
		two := w.handoff(u, func(h *mfa.Handoff) { h.Secret = mfa.SecretText("000002") })
		other := w.handoff(u, func(h *mfa.Handoff) { h.Purpose = mfa.HandoffAdd })
		theirs := w.handoff(w.user(), nil)
		remove := func(r mfa.WriteRecords) ([]mfa.HandoffID, error) {
			return r.RemoveHandoffs(u.ID, one.Form, one.Purpose)
		}
		removed := change(w, remove)
		if len(removed) != 2 || removed[0] == removed[1] {
			w.Errorf("removed %v, want %s and %s", removed, one.ID, two.ID)
		}
		same(w, "again", change(w, remove), nil)
		for _, h := range []mfa.Handoff{other, theirs} {
			same(w, "left", read(w, func(r mfa.Records) (mfa.Handoff, error) { return r.Handoff(h.ID) }), coded(h))
		}
	}},
	{name: "goes with its user", play: func(w *world) {
		u := w.user()
		h := w.handoff(u, nil)
		w.write(func(r mfa.WriteRecords) error { return r.RemoveUser(u.ID) })
		missing(w, func(r mfa.Records) (mfa.Handoff, error) { return r.Handoff(h.ID) })
	}},
	{name: "the purge takes what is over and leaves what has no end", alone: true, play: func(w *world) {
		u := w.user()
		endless := w.handoff(u, func(h *mfa.Handoff) { h.ExpiresAt = h.UsedAt })
		for _, code := range []string{"000001", "000002", "000003"} {
			w.handoff(u, func(h *mfa.Handoff) { h.Secret = mfa.SecretText(code) })
		}
		purge := func(r mfa.WriteRecords) (int, error) { return r.PurgeHandoffs(after(500), 2) }
		same(w, "first", change(w, purge), 2)
		same(w, "rest", change(w, purge), 1)
		same(w, "left", read(w, func(r mfa.Records) (mfa.Handoff, error) { return r.Handoff(endless.ID) }), coded(endless))
	}},
	{name: "a crowd uses one once", play: func(w *world) {
		race(w, 1, func() func(mfa.WriteRecords) (bool, error) {
			h := w.handoff(w.user(), func(h *mfa.Handoff) { h.AuthorizedAt = start })
			return func(r mfa.WriteRecords) (bool, error) { return r.UseHandoff(h.ID, after(1)) }
		})
	}},
	{name: "a crowd authorizes one once", play: func(w *world) {
		race(w, 1, func() func(mfa.WriteRecords) (bool, error) {
			h := w.handoff(w.user(), nil)
			return func(r mfa.WriteRecords) (bool, error) { return r.AuthorizeHandoff(h.ID, after(1)) }
		})
	}},
}

// coded is a handoff as it is read: its code is not.
func coded(h mfa.Handoff) mfa.Handoff {
	h.Secret = mfa.Secret{}
	return h
}

func (w *world) handoff(u mfa.User, edit func(*mfa.Handoff)) mfa.Handoff {
	w.Helper()
	h := mfa.Handoff{
		ID: newID[mfa.HandoffID](), DirectoryID: w.dir.ID, ApplicationID: w.app.ID, UserID: u.ID, Form: mfa.HandoffShort,
		Purpose: mfa.HandoffSignIn, Secret: mfa.SecretText("123456"), CreatedAt: start, ExpiresAt: after(180),
	}
	if edit != nil {
		edit(&h)
	}
	w.write(func(r mfa.WriteRecords) error { return r.AddHandoff(h) })
	return h
}
