package storetest

import (
	"context"
	"fmt"
	"time"

	"github.com/twinseal/twinseal/internal/mfa"
)

var codeScenes = []scene{
	{name: "comes back as it was added, secret opened", play: func(w *world) {
		c := w.code(w.user())
		same(w, "by id", read(w, func(r mfa.Records) (mfa.SentCode, error) { return r.Code(c.ID) }), c)
		missing(w, func(r mfa.Records) (mfa.SentCode, error) { return r.Code("no-such") })
		w.refused(mfa.Conflict, "id", func(r mfa.WriteRecords) error { return r.AddCode(c) })
	}},
	{name: "open ones of a user and application are listed newest first, 20 at most", play: func(w *world) {
		u := w.user()
		old, young := w.code(u), w.code(u, func(c *mfa.SentCode) { c.CreatedAt = after(1) })
		w.code(u, func(c *mfa.SentCode) { c.UsedAt = after(1) })
		w.code(u, func(c *mfa.SentCode) { c.ExpiresAt = after(10) })
		w.code(u, func(c *mfa.SentCode) { c.ApplicationID = "other" })
		w.code(w.user())
		open := func(r mfa.Records) ([]mfa.SentCode, error) { return r.OpenCodes(u.ID, w.app.ID, after(10)) }
		same(w, "open", read(w, open), []mfa.SentCode{young, old})
		for range 20 {
			w.code(u, func(c *mfa.SentCode) { c.CreatedAt = after(2) })
		}
		same(w, "most", len(read(w, open)), 20)
	}},
	{name: "the newest verification of a phone is found in any state", play: func(w *world) {
		phone := newPhone()
		verify := func(created int, edit func(*mfa.SentCode)) mfa.SentCode {
			return w.code(mfa.User{}, func(c *mfa.SentCode) {
				c.Purpose, c.UserID, c.Phone, c.CreatedAt = mfa.PurposeVerification, "", phone, after(created)
				if edit != nil {
					edit(c)
				}
			})
		}
		verify(1, nil)
		want := verify(2, func(c *mfa.SentCode) { c.UsedAt, c.ExpiresAt = after(3), after(3) })
		verify(3, func(c *mfa.SentCode) { c.Purpose = mfa.PurposeToken })
		verify(4, func(c *mfa.SentCode) { c.ApplicationID = "other" })
		same(w, "found", read(w, func(r mfa.Records) (mfa.SentCode, error) { return r.PhoneCode(w.app.ID, phone) }), want)
		missing(w, func(r mfa.Records) (mfa.SentCode, error) { return r.PhoneCode(w.app.ID, newPhone()) })
	}},
	{name: "counts once and in time", play: func(w *world) {
		c := w.code(w.user(), func(c *mfa.SentCode) { c.ExpiresAt = after(5) })
		use := func(at time.Time) bool {
			return change(w, func(r mfa.WriteRecords) (bool, error) { return r.UseCode(c.ID, at) })
		}
		same(w, "late", use(after(5)), false)
		same(w, "first", use(after(4)), true)
		same(w, "second", use(after(4)), false)
		c.UsedAt = after(4)
		same(w, "stored", read(w, func(r mfa.Records) (mfa.SentCode, error) { return r.Code(c.ID) }), c)
	}},
	{name: "remembers attempts and when it last went out", play: func(w *world) {
		c := w.code(w.user())
		for want := 1; want <= 3; want++ {
			same(w, "attempts", change(w, func(r mfa.WriteRecords) (int, error) { return r.CountCodeAttempt(c.ID) }), want)
		}
		w.write(func(r mfa.WriteRecords) error { return r.ResendCode(c.ID, after(8)) })
		c.Attempts, c.SentAt = 3, after(8)
		same(w, "stored", read(w, func(r mfa.Records) (mfa.SentCode, error) { return r.Code(c.ID) }), c)
		w.refused(mfa.NotFound, "", func(r mfa.WriteRecords) error { return r.ResendCode("no-such", after(8)) })
		w.refused(mfa.NotFound, "", func(r mfa.WriteRecords) error {
			_, err := r.CountCodeAttempt("no-such")
			return err
		})
	}},
	{name: "the purge takes those that ended before", alone: true, play: func(w *world) {
		u := w.user()
		old, live := w.code(u, func(c *mfa.SentCode) { c.ExpiresAt = after(-1) }), w.code(u)
		same(w, "purged", change(w, func(r mfa.WriteRecords) (int, error) { return r.PurgeCodes(start, 10) }), 1)
		missing(w, func(r mfa.Records) (mfa.SentCode, error) { return r.Code(old.ID) })
		same(w, "live", read(w, func(r mfa.Records) (mfa.SentCode, error) { return r.Code(live.ID) }), live)
	}},
	{name: "a crowd uses one once", play: func(w *world) {
		race(w, 1, func() func(mfa.WriteRecords) (bool, error) {
			c := w.code(w.user())
			return func(r mfa.WriteRecords) (bool, error) { return r.UseCode(c.ID, after(1)) }
		})
	}},
	{name: "attempts of a crowd all count", play: func(w *world) {
		c := w.code(w.user())
		compete(w.T, []mfa.Store{w.store, w.open(nil)}, func(ctx context.Context, s mfa.Store) (bool, error) {
			_, err := tryChange(ctx, s, func(r mfa.WriteRecords) (int, error) { return r.CountCodeAttempt(c.ID) })
			return true, err
		})
		same(w, "attempts", read(w, func(r mfa.Records) (mfa.SentCode, error) { return r.Code(c.ID) }).Attempts, crowd)
	}},
	{name: "a crowd that locks the phone makes one", play: func(w *world) {
		race(w, 1, func() func(mfa.WriteRecords) (bool, error) {
			phone := newPhone()
			return func(r mfa.WriteRecords) (bool, error) {
				if err := r.LockPhone(w.app.ID, phone); err != nil {
					return false, err
				}
				if _, err := r.PhoneCode(w.app.ID, phone); !mfa.IsCode(err, mfa.NotFound) {
					return false, err
				}
				return true, r.AddCode(w.newCode(mfa.User{Phone: phone}, mfa.PurposeVerification))
			}
		})
	}},
}

func (w *world) newCode(u mfa.User, purpose mfa.Purpose) mfa.SentCode {
	return mfa.SentCode{
		ID: newID[mfa.CodeID](), Purpose: purpose, ApplicationID: w.app.ID, UserID: u.ID, Phone: u.Phone, Channel: mfa.ChannelSMS,
		Action: "transfer", Secret: mfa.SecretText(fmt.Sprintf("%07d", serial.Add(1))), SentAt: start, CreatedAt: start, ExpiresAt: after(600),
	}
}

func (w *world) code(u mfa.User, edit ...func(*mfa.SentCode)) mfa.SentCode {
	w.Helper()
	c := w.newCode(u, mfa.PurposeToken)
	for _, e := range edit {
		e(&c)
	}
	w.write(func(r mfa.WriteRecords) error { return r.AddCode(c) })
	return c
}
