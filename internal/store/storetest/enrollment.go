package storetest

import (
	"encoding/json"

	"github.com/twinseal/twinseal/internal/mfa"
)

var enrollmentScenes = []scene{
	{name: "comes back as it was added, secret opened", play: func(w *world) {
		e := w.enrollment(mfa.EnrollByPhone, nil)
		same(w, "by id", read(w, func(r mfa.Records) (mfa.Enrollment, error) { return r.Enrollment(e.ID) }), e)
		missing(w, func(r mfa.Records) (mfa.Enrollment, error) { return r.Enrollment("no-such") })
	}},
	{name: "linking codes and pictures are found by their secret and kind", play: func(w *world) {
		for _, kind := range []mfa.EnrollmentKind{mfa.EnrollByCode, mfa.EnrollTOTP, mfa.EnrollByJoin} {
			e := w.enrollment(kind, nil)
			same(w, "found", read(w, func(r mfa.Records) (mfa.Enrollment, error) { return r.EnrollmentBySecret(kind, e.Secret) }), e)
			missing(w, func(r mfa.Records) (mfa.Enrollment, error) { return r.EnrollmentBySecret(mfa.EnrollByPhone, e.Secret) })
			missing(w, func(r mfa.Records) (mfa.Enrollment, error) {
				return r.EnrollmentBySecret(kind, mfa.SecretText("wrong"))
			})
			missing(w, func(r mfa.Records) (mfa.Enrollment, error) { return r.EnrollmentBySecret(kind, mfa.Secret{}) })
		}
	}},
	{name: "a linking code that was drawn before is a conflict", play: func(w *world) {
		e := w.enrollment(mfa.EnrollByCode, nil)
		e.ID = newID[mfa.EnrollmentID]()
		w.refused(mfa.Conflict, "secret", func(r mfa.WriteRecords) error { return r.AddEnrollment(e) })
	}},
	{name: "sent codes may be equal, and are not found by themselves", play: func(w *world) {
		digits := func(e *mfa.Enrollment) { e.Secret = mfa.SecretText("123456") }
		w.enrollment(mfa.EnrollByPhone, digits)
		w.enrollment(mfa.EnrollByPhone, digits)
		missing(w, func(r mfa.Records) (mfa.Enrollment, error) {
			return r.EnrollmentBySecret(mfa.EnrollByPhone, mfa.SecretText("123456"))
		})
	}},
	{name: "the newest of a custom id is found", play: func(w *world) {
		w.enrollment(mfa.EnrollByInvite, func(e *mfa.Enrollment) { e.CustomID, e.Secret = "ann", mfa.Secret{} })
		young := w.enrollment(mfa.EnrollByInvite, func(e *mfa.Enrollment) { e.CustomID, e.Secret, e.CreatedAt = "ann", mfa.Secret{}, after(1) })
		same(w, "found", read(w, func(r mfa.Records) (mfa.Enrollment, error) { return r.EnrollmentByCustomID(w.app.ID, "ann") }), young)
		missing(w, func(r mfa.Records) (mfa.Enrollment, error) { return r.EnrollmentByCustomID("other", "ann") })
		missing(w, func(r mfa.Records) (mfa.Enrollment, error) { return r.EnrollmentByCustomID(w.app.ID, "") })
	}},
	{name: "those pending for a user are listed by kind, oldest first", play: func(w *world) {
		u := w.user()
		of := func(kind mfa.EnrollmentKind, created int) mfa.Enrollment {
			return w.enrollment(kind, func(e *mfa.Enrollment) {
				e.UserID, e.CreatedAt, e.ExpiresAt = u.ID, after(created), after(created+10)
			})
		}
		of(mfa.EnrollByCode, 0) // over at 10
		young, old, done := of(mfa.EnrollByCode, 2), of(mfa.EnrollByCode, 1), of(mfa.EnrollByCode, 3)
		of(mfa.EnrollTOTP, 2)
		change(w, func(r mfa.WriteRecords) (bool, error) { return r.CompleteEnrollment(done.ID, u.ID, "x") })
		list := func(r mfa.Records) ([]mfa.Enrollment, error) {
			return r.PendingEnrollments(u.ID, mfa.EnrollByCode, after(10))
		}
		same(w, "pending", read(w, list), []mfa.Enrollment{old, young})
		w.write(func(r mfa.WriteRecords) error { return r.RemoveEnrollment(old.ID) })
		same(w, "one removed", read(w, list), []mfa.Enrollment{young})
		w.refused(mfa.NotFound, "", func(r mfa.WriteRecords) error { return r.RemoveEnrollment(old.ID) })
		nobody := read(w, func(r mfa.Records) ([]mfa.Enrollment, error) {
			return r.PendingEnrollments("", mfa.EnrollByCode, start)
		})
		same(w, "of nobody", nobody, nil)
	}},
	{name: "completes once, with its user and authenticator", play: func(w *world) {
		e := w.enrollment(mfa.EnrollByCode, nil)
		user, held := newID[mfa.UserID](), newID[mfa.AuthenticatorID]()
		complete := func(r mfa.WriteRecords) (bool, error) { return r.CompleteEnrollment(e.ID, user, held) }
		same(w, "first", change(w, complete), true)
		same(w, "second", change(w, complete), false)
		e.State, e.UserID, e.AuthenticatorID = mfa.EnrollmentCompleted, user, held
		same(w, "stored", read(w, func(r mfa.Records) (mfa.Enrollment, error) { return r.Enrollment(e.ID) }), e)
		same(w, "absent", change(w, func(r mfa.WriteRecords) (bool, error) { return r.CompleteEnrollment("no-such", user, held) }), false)
	}},
	{name: "changes while it is pending and what it was", play: func(w *world) {
		e := w.enrollment(mfa.EnrollByJoin, func(e *mfa.Enrollment) { e.Data = json.RawMessage(`{"a":1}`) })
		next := e
		next.Data = json.RawMessage(`{"a":2}`)
		set := func(e mfa.Enrollment, from string) bool {
			return change(w, func(r mfa.WriteRecords) (bool, error) { return r.ChangeEnrollment(e, json.RawMessage(from)) })
		}
		same(w, "from something else", set(next, `{"a":3}`), false)
		same(w, "from what it is", set(next, `{"a":1}`), true)
		same(w, "again", set(next, `{"a":1}`), false)
		next.State = mfa.EnrollmentRefused
		same(w, "its state", set(next, `{"a":2}`), true)
		same(w, "stored", read(w, func(r mfa.Records) (mfa.Enrollment, error) { return r.Enrollment(e.ID) }), next)
		same(w, "not pending any more", set(next, `{"a":2}`), false)
	}},
	{name: "wrong attempts count up", play: func(w *world) {
		e := w.enrollment(mfa.EnrollByPhone, nil)
		for want := e.Attempts + 1; want < e.Attempts+4; want++ {
			same(w, "attempts", change(w, func(r mfa.WriteRecords) (int, error) { return r.CountEnrollmentAttempt(e.ID) }), want)
		}
		w.refused(mfa.NotFound, "", func(r mfa.WriteRecords) error {
			_, err := r.CountEnrollmentAttempt("no-such")
			return err
		})
	}},
	{name: "the purge takes the oldest, as many as asked for", alone: true, play: func(w *world) {
		old := w.enrollment(mfa.EnrollByCode, func(e *mfa.Enrollment) { e.ExpiresAt = after(-20) })
		older := w.enrollment(mfa.EnrollByCode, func(e *mfa.Enrollment) { e.ExpiresAt = after(-30) })
		live := w.enrollment(mfa.EnrollByCode, nil)
		purge := func(r mfa.WriteRecords) (int, error) { return r.PurgeEnrollments(after(-10), 1) }
		same(w, "first", change(w, purge), 1)
		missing(w, func(r mfa.Records) (mfa.Enrollment, error) { return r.Enrollment(older.ID) })
		same(w, "second", change(w, purge), 1)
		missing(w, func(r mfa.Records) (mfa.Enrollment, error) { return r.Enrollment(old.ID) })
		same(w, "third", change(w, purge), 0)
		same(w, "live", read(w, func(r mfa.Records) (mfa.Enrollment, error) { return r.Enrollment(live.ID) }), live)
	}},
	{name: "a crowd completes one once", play: func(w *world) {
		race(w, 1, func() func(mfa.WriteRecords) (bool, error) {
			e := w.enrollment(mfa.EnrollByCode, nil)
			return func(r mfa.WriteRecords) (bool, error) {
				return r.CompleteEnrollment(e.ID, newID[mfa.UserID](), newID[mfa.AuthenticatorID]())
			}
		})
	}},
}

func (w *world) enrollment(kind mfa.EnrollmentKind, edit func(*mfa.Enrollment)) mfa.Enrollment {
	w.Helper()
	e := mfa.Enrollment{
		ID: newID[mfa.EnrollmentID](), Kind: kind, State: mfa.EnrollmentPending, OrganizationID: w.org.ID, DirectoryID: w.dir.ID,
		ApplicationID: w.app.ID, Phone: newPhone(), Secret: mfa.SecretText(newID[string]()), Data: []byte(`{"name":"phone"}`), Attempts: 1, CreatedAt: start, ExpiresAt: after(900),
	}
	if edit != nil {
		edit(&e)
	}
	w.write(func(r mfa.WriteRecords) error { return r.AddEnrollment(e) })
	return e
}
