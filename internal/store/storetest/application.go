package storetest

import (
	"encoding/json"

	"github.com/twinseal/twinseal/internal/mfa"
)

var applicationScenes = []scene{
	{name: "comes back as it was put, by id, number and name", play: func(w *world) {
		a := w.application(func(a *mfa.Application) {
			a.Settings = mfa.DefaultSettings()
			a.Settings.CodeDigits, a.Settings.LogoURL = 6, "https://example.com/logo.png"
			a.Settings.Dialects = map[string]json.RawMessage{"authy": json.RawMessage(`{"callback_url":"https://example.com"}`)}
		})
		same(w, "by id", read(w, func(r mfa.Records) (mfa.Application, error) { return r.Application(a.ID) }), a)
		same(w, "by number", read(w, func(r mfa.Records) (mfa.Application, error) { return r.ApplicationByNumber(a.Number) }), a)
		same(w, "by name", read(w, func(r mfa.Records) (mfa.Application, error) { return r.ApplicationByName(w.dir.ID, a.Name) }), a)
		missing(w, func(r mfa.Records) (mfa.Application, error) { return r.Application("no-such") })
		missing(w, func(r mfa.Records) (mfa.Application, error) { return r.ApplicationByNumber(-1) })
		missing(w, func(r mfa.Records) (mfa.Application, error) { return r.ApplicationByName("no-such", a.Name) })
	}},
	{name: "number 0 asks for a free one, which is never given twice", play: func(w *world) {
		a, b := w.application(nil), w.application(nil)
		if a.Number <= 1000 || b.Number <= a.Number {
			w.Errorf("numbers %d and %d", a.Number, b.Number)
		}
	}},
	{name: "a number that was chosen is kept and not given again", alone: true, play: func(w *world) {
		chosen := w.application(func(a *mfa.Application) { a.Number = 9000 })
		same(w, "chosen", chosen.Number, 9000)
		same(w, "next", w.application(nil).Number, 9001)
		w.refused(mfa.Conflict, "number", func(r mfa.WriteRecords) error {
			a := w.app
			a.ID, a.Number = newID[mfa.ApplicationID](), 9000
			_, err := r.PutApplication(a)
			return err
		})
	}},
	{name: "put again changes name and settings and keeps the number", play: func(w *world) {
		a := w.app
		a.Name, a.Settings.SMS, a.UpdatedAt = "Savings", true, after(5)
		want := a
		a.Number, a.CreatedAt = 0, after(9)
		same(w, "answer", change(w, func(r mfa.WriteRecords) (mfa.Application, error) { return r.PutApplication(a) }), want)
		same(w, "stored", read(w, func(r mfa.Records) (mfa.Application, error) { return r.Application(a.ID) }), want)
	}},
	{name: "an id of another directory is a conflict and changes nothing", play: func(w *world) {
		w.refused(mfa.Conflict, "id", func(r mfa.WriteRecords) error {
			a := w.app
			a.DirectoryID, a.Name = "other", "stolen"
			_, err := r.PutApplication(a)
			return err
		})
		same(w, "untouched", read(w, func(r mfa.Records) (mfa.Application, error) { return r.Application(w.app.ID) }), w.app)
	}},
	{name: "all are listed by number, as many as asked for", alone: true, play: func(w *world) {
		other := w.application(func(a *mfa.Application) { a.DirectoryID, a.CreatedAt = newID[mfa.DirectoryID](), after(-1) })
		for limit, want := range map[int][]mfa.Application{5: {w.app, other}, 1: {w.app}} {
			same(w, "list", read(w, func(r mfa.Records) ([]mfa.Application, error) { return r.Applications(limit) }), want)
		}
	}},
	{name: "one without a directory is its organization's own", play: func(w *world) {
		own := w.application(func(a *mfa.Application) { a.DirectoryID, a.CreatedAt = "", after(1) })
		older := w.application(func(a *mfa.Application) { a.DirectoryID = "" })
		w.application(func(a *mfa.Application) { a.DirectoryID, a.OrganizationID = "", newID[mfa.OrganizationID]() })
		list := read(w, func(r mfa.Records) ([]mfa.Application, error) { return r.OrganizationApplications(w.org.ID) })
		same(w, "list", list, []mfa.Application{older, own})
		same(w, "count", read(w, func(r mfa.Records) (int64, error) { return r.CountApplications(w.org.ID) }), 3)
	}},
	{name: "the oldest of a name in the organization is found", play: func(w *world) {
		named := func(edit func(*mfa.Application)) mfa.Application {
			return w.application(func(a *mfa.Application) { a.Name = "Login"; edit(a) })
		}
		named(func(a *mfa.Application) { a.CreatedAt = after(5) })
		oldest := named(func(a *mfa.Application) { a.DirectoryID = "" })
		named(func(a *mfa.Application) { a.OrganizationID, a.CreatedAt = newID[mfa.OrganizationID](), after(-5) })
		find := func(name string) func(r mfa.Records) (mfa.Application, error) {
			return func(r mfa.Records) (mfa.Application, error) { return r.ApplicationNamed(w.org.ID, name) }
		}
		same(w, "found", read(w, find("Login")), oldest)
		missing(w, find("login"))
	}},
	{name: "are listed by directory, oldest first", play: func(w *world) {
		younger := w.application(func(a *mfa.Application) { a.CreatedAt = after(1) })
		same(w, "list", read(w, func(r mfa.Records) ([]mfa.Application, error) { return r.ApplicationsOf(w.dir.ID) }), []mfa.Application{w.app, younger})
	}},
}

// application puts one more into the world's directory.
func (w *world) application(edit func(*mfa.Application)) mfa.Application {
	w.Helper()
	a := mfa.Application{ID: newID[mfa.ApplicationID](), OrganizationID: w.org.ID, DirectoryID: w.dir.ID, Name: newID[string](), CreatedAt: start, UpdatedAt: start}
	if edit != nil {
		edit(&a)
	}
	stored := change(w, func(r mfa.WriteRecords) (mfa.Application, error) { return r.PutApplication(a) })
	a.Number = stored.Number
	same(w, "stored application", stored, a)
	return stored
}
