package storetest

import (
	"context"
	"encoding/json"
	"sync"

	"github.com/twinseal/twinseal/internal/mfa"
)

var directoryScenes = []scene{
	{name: "comes back as it was put, by id and by name", play: func(w *world) {
		same(w, "by id", read(w, func(r mfa.Records) (mfa.Directory, error) { return r.Directory(w.dir.ID) }), w.dir)
		same(w, "by name", read(w, func(r mfa.Records) (mfa.Directory, error) { return r.DirectoryByName(w.org.ID, w.dir.Name) }), w.dir)
		missing(w, func(r mfa.Records) (mfa.Directory, error) { return r.Directory("no-such") })
		missing(w, func(r mfa.Records) (mfa.Directory, error) { return r.DirectoryByName("no-such", w.dir.Name) })
	}},
	{name: "its settings come back, the secret ones opened", play: func(w *world) {
		d := mfa.Directory{
			ID: newID[mfa.DirectoryID](), OrganizationID: w.org.ID, Name: "staff", Disabled: true,
			Dialects: map[string]json.RawMessage{"launchkey": json.RawMessage(`{"sdk_keys":["a","b"]}`)}, Private: mfa.SecretText(`{"key":1}`),
			Branding: mfa.Branding{Name: "Staff", Color: "#0a3d62", Logo: "digest"}, CreatedAt: after(1),
		}
		w.write(func(r mfa.WriteRecords) error { return r.PutDirectory(d) })
		same(w, "by id", read(w, func(r mfa.Records) (mfa.Directory, error) { return r.Directory(d.ID) }), d)
		same(w, "by name", read(w, func(r mfa.Records) (mfa.Directory, error) { return r.DirectoryByName(w.org.ID, "staff") }), d)
	}},
	{name: "a picture comes, is another one, and goes", play: func(w *world) {
		find := func(r mfa.Records) (mfa.DirectoryLogo, error) { return r.DirectoryLogo(w.dir.ID) }
		missing(w, find)
		for _, picture := range []string{"first", "second"} {
			l := mfa.DirectoryLogo{DirectoryID: w.dir.ID, Digest: "of " + picture, PNG: []byte(picture + "\x00")}
			w.write(func(r mfa.WriteRecords) error { return r.PutDirectoryLogo(l) })
			same(w, picture, read(w, find), l)
		}
		for range 2 {
			w.write(func(r mfa.WriteRecords) error { return r.RemoveDirectoryLogo(w.dir.ID) })
			missing(w, find)
		}
	}},
	{name: "are listed and counted by organization, oldest first", play: func(w *world) {
		older := mfa.Directory{ID: newID[mfa.DirectoryID](), OrganizationID: w.org.ID, Name: "older", CreatedAt: after(-1)}
		w.write(func(r mfa.WriteRecords) error { return r.PutDirectory(older) })
		same(w, "list", read(w, func(r mfa.Records) ([]mfa.Directory, error) { return r.DirectoriesOf(w.org.ID) }), []mfa.Directory{older, w.dir})
		same(w, "count", read(w, func(r mfa.Records) (int64, error) { return r.CountDirectories(w.org.ID) }), 2)
		same(w, "none", read(w, func(r mfa.Records) (int64, error) { return r.CountDirectories("no-such") }), 0)
	}},
	{name: "put again changes name and settings", play: func(w *world) {
		renamed := w.dir
		renamed.Name, renamed.Disabled, renamed.Private = "staff", true, mfa.SecretText("{}")
		renamed.Dialects = map[string]json.RawMessage{"x": json.RawMessage(`1`)}
		w.write(func(r mfa.WriteRecords) error { return r.PutDirectory(renamed) })
		same(w, "renamed", read(w, func(r mfa.Records) (mfa.Directory, error) { return r.Directory(w.dir.ID) }), renamed)
	}},
	{name: "an id of another organization is a conflict and changes nothing", play: func(w *world) {
		w.refused(mfa.Conflict, "id", func(r mfa.WriteRecords) error {
			return r.PutDirectory(mfa.Directory{ID: w.dir.ID, OrganizationID: "other", Name: "stolen"})
		})
		same(w, "untouched", read(w, func(r mfa.Records) (mfa.Directory, error) { return r.Directory(w.dir.ID) }), w.dir)
	}},
	{name: "user numbers count up from 1001", play: func(w *world) {
		for want := int64(1001); want < 1004; want++ {
			same(w, "number", w.nextNumber(), want)
		}
	}},
	{name: "reserved user numbers are skipped, with all below", play: func(w *world) {
		w.reserve(5)
		same(w, "after a small reservation", w.nextNumber(), 1001)
		w.reserve(70_000)
		same(w, "after a reservation", w.nextNumber(), 70_001)
		w.reserve(1337)
		same(w, "after a reservation below", w.nextNumber(), 70_002)
	}},
	{name: "the number of a removed user is not given again", play: func(w *world) {
		u := w.user()
		u.Number = w.nextNumber()
		w.write(func(r mfa.WriteRecords) error { return r.UpdateUser(u) })
		w.write(func(r mfa.WriteRecords) error { return r.RemoveUser(u.ID) })
		same(w, "next", w.nextNumber(), u.Number+1)
	}},
	{name: "numbers that clients cannot hold are not given out", play: func(w *world) {
		w.reserve(mfa.MaxUserNumber)
		w.refused(mfa.Conflict, "number", func(r mfa.WriteRecords) error {
			_, err := r.NextUserNumber(w.dir.ID)
			return err
		})
	}},
	{name: "a crowd gets as many numbers, none twice", play: func(w *world) {
		stores := []mfa.Store{w.store, w.open(nil)}
		var mu sync.Mutex
		seen := make(map[int64]bool)
		compete(w.T, stores, func(ctx context.Context, s mfa.Store) (bool, error) {
			n, err := tryChange(ctx, s, func(r mfa.WriteRecords) (int64, error) { return r.NextUserNumber(w.dir.ID) })
			mu.Lock()
			defer mu.Unlock()
			seen[n] = true
			return true, err
		})
		same(w, "different numbers", len(seen), crowd)
	}},
}

func (w *world) nextNumber() int64 {
	w.Helper()
	return change(w, func(r mfa.WriteRecords) (int64, error) { return r.NextUserNumber(w.dir.ID) })
}

func (w *world) reserve(n int64) {
	w.Helper()
	w.write(func(r mfa.WriteRecords) error { return r.ReserveUserNumber(w.dir.ID, n) })
}
