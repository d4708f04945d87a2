package storetest

import (
	"context"
	"fmt"
	"slices"
	"sync/atomic"
	"time"

	"github.com/twinseal/twinseal/internal/mfa"
)

var userScenes = []scene{
	{name: "is found by each of its names, in its directory alone", play: func(w *world) {
		u := w.user()
		for _, ref := range namesOf(u) {
			same(w, "found", read(w, func(r mfa.Records) (mfa.User, error) { return r.User(w.dir.ID, ref) }), u)
			same(w, "locked", change(w, func(r mfa.WriteRecords) (mfa.User, error) { return r.LockUser(w.dir.ID, ref) }), u)
			missing(w, func(r mfa.Records) (mfa.User, error) { return r.User("other", ref) })
			w.refused(mfa.NotFound, "", func(r mfa.WriteRecords) error {
				_, err := r.LockUser("other", ref)
				return err
			})
		}
		missing(w, func(r mfa.Records) (mfa.User, error) { return r.User(w.dir.ID, mfa.UserRef{}) })
	}},
	{name: "with nothing but an id and number comes back so", play: func(w *world) {
		u := w.user(func(u *mfa.User) {
			*u = mfa.User{ID: u.ID, DirectoryID: u.DirectoryID, Number: u.Number, State: mfa.UserActive}
		})
		same(w, "found", read(w, func(r mfa.Records) (mfa.User, error) { return r.User(w.dir.ID, mfa.UserRef{ID: u.ID}) }), u)
	}},
	{name: "many without alias and phone live side by side", play: func(w *world) {
		bare := func(u *mfa.User) { u.Alias, u.Phone = "", mfa.Phone{} }
		w.user(bare)
		w.user(bare)
	}},
	{name: "a name that is taken is a conflict that says which", play: func(w *world) {
		first := w.user()
		for field, edit := range map[string]func(*mfa.User){
			"id":     func(u *mfa.User) { u.ID = first.ID },
			"number": func(u *mfa.User) { u.Number = first.Number },
			"alias":  func(u *mfa.User) { u.Alias = first.Alias },
			"phone":  func(u *mfa.User) { u.Phone = first.Phone },
		} {
			u := w.newUser()
			edit(&u)
			w.refused(mfa.Conflict, field, func(r mfa.WriteRecords) error { return r.AddUser(u) })
		}
		same(w, "count", read(w, func(r mfa.Records) (int64, error) { return r.CountUsers(w.dir.ID) }), 1)
	}},
	{name: "a conflict leaves the rest of its Write alive", play: func(w *world) {
		first, second := w.user(), w.newUser()
		var refusal error
		w.write(func(r mfa.WriteRecords) error {
			clash := second
			clash.Phone = first.Phone
			refusal = r.AddUser(clash)
			return r.AddUser(second)
		})
		w.isError(refusal, mfa.Conflict, "phone")
		same(w, "second", read(w, func(r mfa.Records) (mfa.User, error) { return r.User(w.dir.ID, mfa.UserRef{ID: second.ID}) }), second)
	}},
	{name: "an update replaces everything but id, directory and creation", play: func(w *world) {
		u := w.user()
		changed := w.newUser()
		changed.ID, changed.State, changed.Emails, changed.Confirmed = u.ID, mfa.UserSuspended, nil, false
		changed.LeftApplications = []mfa.ApplicationID{w.app.ID, newID[mfa.ApplicationID]()}
		changed.CodesUntil, changed.StrikesUntil, changed.CreatedAt, changed.UpdatedAt, changed.MatchUntil = after(7), after(8), after(9), after(10), after(11)
		w.write(func(r mfa.WriteRecords) error { return r.UpdateUser(changed) })
		changed.CreatedAt = u.CreatedAt
		same(w, "changed", read(w, func(r mfa.Records) (mfa.User, error) { return r.User(w.dir.ID, mfa.UserRef{ID: u.ID}) }), changed)
	}},
	{name: "an update to a name that is taken is a conflict and changes nothing", play: func(w *world) {
		first, second := w.user(), w.user()
		for field, edit := range map[string]func(*mfa.User){
			"number": func(u *mfa.User) { u.Number = first.Number },
			"alias":  func(u *mfa.User) { u.Alias = first.Alias },
			"phone":  func(u *mfa.User) { u.Phone = first.Phone },
		} {
			changed := second
			edit(&changed)
			w.refused(mfa.Conflict, field, func(r mfa.WriteRecords) error { return r.UpdateUser(changed) })
		}
		same(w, "second", read(w, func(r mfa.Records) (mfa.User, error) { return r.User(w.dir.ID, mfa.UserRef{ID: second.ID}) }), second)
		w.refused(mfa.NotFound, "", func(r mfa.WriteRecords) error { return r.UpdateUser(w.newUser()) })
	}},
	{name: "those with a phone are found in all directories, oldest first", play: func(w *world) {
		u := w.user()
		other := mfa.Directory{ID: newID[mfa.DirectoryID](), OrganizationID: w.org.ID, Name: "staff", CreatedAt: start}
		w.write(func(r mfa.WriteRecords) error { return r.PutDirectory(other) })
		older := w.user(func(v *mfa.User) { v.DirectoryID, v.Phone, v.CreatedAt = other.ID, u.Phone, after(-1) })
		same(w, "found", read(w, func(r mfa.Records) ([]mfa.User, error) { return r.UsersByPhone(u.Phone) }), []mfa.User{older, u})
		same(w, "none", read(w, func(r mfa.Records) ([]mfa.User, error) { return r.UsersByPhone(mfa.Phone{}) }), nil)
	}},
	{name: "are found by alias or first address in every directory, oldest first", play: func(w *world) {
		elsewhere := func(u *mfa.User) {
			u.DirectoryID, u.Alias, u.Phone, u.FoldedAlias, u.Emails = newID[mfa.DirectoryID](), "", mfa.Phone{}, "", []string{`"a b"@called.example`, "zoe@called.example"}
		}
		u := w.user(func(u *mfa.User) {
			u.Alias, u.Emails = "zoe-called", []string{"zoe@called.example", "second@called.example"}
		})
		older := w.user(elsewhere, func(u *mfa.User) { u.Alias, u.CreatedAt = "zoe-called", after(-1) })
		called := func(name string) []mfa.User {
			return read(w, func(r mfa.Records) ([]mfa.User, error) { return r.UsersCalled(name) })
		}
		same(w, "by alias", called("zoe-called"), []mfa.User{older, u})
		same(w, "by the first address", called("zoe@called.example"), []mfa.User{u})
		same(w, "by one that needs quoting", called(`"a b"@called.example`), []mfa.User{older})
		for _, name := range []string{"", "zoe-calle", "zoe@", "zoe@called.exampl", "second@called.example", "zoe%", `zoe@called.example","`} {
			same(w, name, called(name), nil)
		}
	}},
	{name: "pages of a directory follow the bytes of the ids", play: func(w *world) {
		var want []mfa.UserID
		for _, id := range []mfa.UserID{"B", "a", "_", "é", "Z", "0"} {
			want = append(want, w.user(func(u *mfa.User) { u.ID = mfa.UserID(w.dir.ID) + id }).ID)
		}
		slices.Sort(want)
		var got []mfa.UserID
		for last := mfa.UserID(""); ; last = got[len(got)-1] {
			page := read(w, func(r mfa.Records) ([]mfa.User, error) { return r.ListUsers(w.dir.ID, last, 4) })
			if got = append(got, ids(page, func(u mfa.User) mfa.UserID { return u.ID })...); len(page) < 4 {
				break
			}
		}
		same(w, "pages", got, want)
		same(w, "count", read(w, func(r mfa.Records) (int64, error) { return r.CountUsers(w.dir.ID) }), int64(len(want)))
	}},
	{name: "is found by a name, an alias before an id", play: func(w *world) {
		u := w.user()
		shadow := w.user(func(s *mfa.User) { s.Alias = newID[string]() })
		named := func(name string) mfa.UserID {
			ref := mfa.UserRef{Name: name}
			found := read(w, func(r mfa.Records) (mfa.User, error) { return r.User(w.dir.ID, ref) })
			same(w, "locked", change(w, func(r mfa.WriteRecords) (mfa.User, error) { return r.LockUser(w.dir.ID, ref) }), found)
			return found.ID
		}
		same(w, "by alias", named(u.Alias), u.ID)
		same(w, "by id", named(string(u.ID)), u.ID)
		shadow.Alias = string(u.ID)
		w.write(func(r mfa.WriteRecords) error { return r.UpdateUser(shadow) })
		same(w, "an alias like an id", named(string(u.ID)), shadow.ID)
		missing(w, func(r mfa.Records) (mfa.User, error) { return r.User(w.dir.ID, mfa.UserRef{Name: "no-such"}) })
		missing(w, func(r mfa.Records) (mfa.User, error) { return r.User("other", mfa.UserRef{Name: u.Alias}) })
	}},
	{name: "times keep microseconds and zero stays zero", play: func(w *world) {
		u := w.user(func(u *mfa.User) {
			u.CodesUntil, u.StrikesUntil = time.Time{}, start.Add(time.Microsecond)
			u.UpdatedAt = time.Date(1931, 1, 1, 0, 0, 0, 1000, time.UTC)
		})
		same(w, "times", read(w, func(r mfa.Records) (mfa.User, error) { return r.User(w.dir.ID, mfa.UserRef{ID: u.ID}) }), u)
	}},
	{name: "removal takes what was enrolled and pending, and leaves what was answered", play: removeUser},
	{name: "a crowd adds one phone once", play: func(w *world) {
		race(w, 1, func() func(mfa.WriteRecords) (bool, error) {
			phone := newPhone()
			return func(r mfa.WriteRecords) (bool, error) {
				u := w.newUser()
				u.Phone = phone
				return unlessConflict(r.AddUser(u))
			}
		})
	}},
	{name: "who locks by different names still takes turns", play: lockedSum},
}

func removeUser(w *world) {
	u := w.user()
	a, e, c := w.authenticator(u), w.enrollment(mfa.EnrollByCode, func(e *mfa.Enrollment) { e.UserID = u.ID }), w.code(u)
	open, answered := w.challenge(u), w.challenge(u)
	w.answer(answered, mfa.ChallengeApproved)
	w.write(func(r mfa.WriteRecords) error { return r.AddReceipt(newReceipt(answered)) })
	w.write(func(r mfa.WriteRecords) error { return r.RemoveUser(u.ID) })
	missing(w, func(r mfa.Records) (mfa.User, error) { return r.User(w.dir.ID, mfa.UserRef{ID: u.ID}) })
	missing(w, func(r mfa.Records) (mfa.Authenticator, error) { return r.Authenticator(a.ID) })
	missing(w, func(r mfa.Records) (mfa.Enrollment, error) { return r.Enrollment(e.ID) })
	missing(w, func(r mfa.Records) (mfa.SentCode, error) { return r.Code(c.ID) })
	missing(w, func(r mfa.Records) (mfa.Challenge, error) { return r.Challenge(open.ID) })
	same(w, "answered", read(w, func(r mfa.Records) (mfa.Challenge, error) { return r.Challenge(answered.ID) }).State, mfa.ChallengeApproved)
	same(w, "receipt", read(w, func(r mfa.Records) (mfa.Receipt, error) { return r.Receipt(answered.ID) }), newReceipt(answered))
	w.refused(mfa.NotFound, "", func(r mfa.WriteRecords) error { return r.RemoveUser(u.ID) })
}

// lockedSum lets a crowd read, add one and write back: every addition counts.
func lockedSum(w *world) {
	u := w.user(func(u *mfa.User) { u.Locale = "0" })
	var turn atomic.Int64
	compete(w.T, []mfa.Store{w.store, w.open(nil)}, func(ctx context.Context, s mfa.Store) (bool, error) {
		ref := namesOf(u)[turn.Add(1)%4]
		return true, s.Write(ctx, func(r mfa.WriteRecords) error {
			locked, err := r.LockUser(w.dir.ID, ref)
			if err != nil {
				return err
			}
			var n int
			if _, err := fmt.Sscan(locked.Locale, &n); err != nil {
				return err
			}
			locked.Locale = fmt.Sprint(n + 1)
			return r.UpdateUser(locked)
		})
	})
	same(w, "sum", read(w, func(r mfa.Records) (mfa.User, error) { return r.User(w.dir.ID, mfa.UserRef{ID: u.ID}) }).Locale, fmt.Sprint(crowd))
}

func namesOf(u mfa.User) []mfa.UserRef {
	return []mfa.UserRef{{ID: u.ID}, {Number: u.Number}, {Alias: u.Alias}, {Phone: u.Phone}}
}

// serial numbers users and phones, so that none meet by chance.
var serial atomic.Int64

func newPhone() mfa.Phone {
	return mfa.Phone{CountryCode: 44, National: fmt.Sprintf("79%08d", serial.Add(1))}
}

func (w *world) newUser() mfa.User {
	return mfa.User{
		ID: newID[mfa.UserID](), DirectoryID: w.dir.ID, Number: serial.Add(1), Alias: newID[string](), State: mfa.UserActive,
		Emails: []string{"ann@example.com", `"odd\ one"@example.com`}, Phone: newPhone(), Locale: "pt-BR", Confirmed: true,
		CodesUntil: after(600), CreatedAt: start, UpdatedAt: after(1),
	}
}

// user adds a user, edited or as it comes.
func (w *world) user(edit ...func(*mfa.User)) mfa.User {
	w.Helper()
	u := w.newUser()
	for _, e := range edit {
		e(&u)
	}
	w.write(func(r mfa.WriteRecords) error { return r.AddUser(u) })
	return u
}
