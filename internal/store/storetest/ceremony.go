package storetest

import (
	"encoding/json"

	"github.com/twinseal/twinseal/internal/mfa"
)

var ceremonyScenes = []scene{
	{name: "comes back as it was added, by id and by challenge", play: func(w *world) {
		c := w.ceremony(nil)
		bare := w.ceremony(func(c *mfa.Ceremony) {
			*c = mfa.Ceremony{ID: c.ID, Kind: c.Kind, Challenge: c.Challenge, ExpiresAt: c.ExpiresAt}
		})
		for _, want := range []mfa.Ceremony{c, bare} {
			same(w, "by id", read(w, func(r mfa.Records) (mfa.Ceremony, error) { return r.Ceremony(want.ID) }), want)
			same(w, "by challenge", read(w, func(r mfa.Records) (mfa.Ceremony, error) { return r.CeremonyByChallenge(want.Challenge) }), want)
		}
		missing(w, func(r mfa.Records) (mfa.Ceremony, error) { return r.Ceremony("no-such") })
		missing(w, func(r mfa.Records) (mfa.Ceremony, error) { return r.CeremonyByChallenge(nil) })
	}},
	{name: "a challenge is drawn once", play: func(w *world) {
		c := w.ceremony(nil)
		c.ID = newID[mfa.CeremonyID]()
		w.refused(mfa.Conflict, "challenge", func(r mfa.WriteRecords) error { return r.AddCeremony(c) })
	}},
	{name: "is taken once, and not past its time", play: func(w *world) {
		c := w.ceremony(nil)
		take := func(seconds int) bool {
			return change(w, func(r mfa.WriteRecords) (bool, error) { return r.TakeCeremony(c.ID, after(seconds)) })
		}
		same(w, "past its time", take(600), false)
		same(w, "in time", take(599), true)
		same(w, "again", take(599), false)
		missing(w, func(r mfa.Records) (mfa.Ceremony, error) { return r.Ceremony(c.ID) })
	}},
	{name: "goes with its user", play: func(w *world) {
		u := w.user()
		c := w.ceremony(func(c *mfa.Ceremony) { c.UserID = u.ID })
		w.write(func(r mfa.WriteRecords) error { return r.RemoveUser(u.ID) })
		missing(w, func(r mfa.Records) (mfa.Ceremony, error) { return r.Ceremony(c.ID) })
	}},
	{name: "the purge takes what is over, the oldest first, as many as asked for", alone: true, play: func(w *world) {
		var all []mfa.Ceremony
		for i := range 4 {
			all = append(all, w.ceremony(func(c *mfa.Ceremony) { c.ExpiresAt = after(10 * i) }))
		}
		purge := func(limit int) int {
			return change(w, func(r mfa.WriteRecords) (int, error) { return r.PurgeCeremonies(after(25), limit) })
		}
		same(w, "first", purge(2), 2)
		missing(w, func(r mfa.Records) (mfa.Ceremony, error) { return r.Ceremony(all[1].ID) })
		same(w, "rest", purge(5), 1)
		same(w, "left", read(w, func(r mfa.Records) (mfa.Ceremony, error) { return r.Ceremony(all[3].ID) }), all[3])
	}},
	{name: "a crowd takes one once", play: func(w *world) {
		race(w, 1, func() func(mfa.WriteRecords) (bool, error) {
			c := w.ceremony(nil)
			return func(r mfa.WriteRecords) (bool, error) { return r.TakeCeremony(c.ID, after(1)) }
		})
	}},
}

func (w *world) ceremony(edit func(*mfa.Ceremony)) mfa.Ceremony {
	w.Helper()
	c := mfa.Ceremony{
		ID: newID[mfa.CeremonyID](), Kind: mfa.CeremonyRegister, OrganizationID: w.org.ID, DirectoryID: w.dir.ID, ApplicationID: w.app.ID,
		UserID: newID[mfa.UserID](), Username: "ann@example.com", DisplayName: "Ann ☂", Challenge: []byte("\x00\xff" + newID[string]()),
		Data: json.RawMessage(`{"mode":"new"}`), CreatedAt: start, ExpiresAt: after(600),
	}
	if edit != nil {
		edit(&c)
	}
	w.write(func(r mfa.WriteRecords) error { return r.AddCeremony(c) })
	return c
}
