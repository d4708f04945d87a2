package storetest

import (
	"encoding/json"

	"github.com/twinseal/twinseal/internal/mfa"
)

var profileScenes = []scene{
	{name: "comes back as it was put, and goes with its user", play: func(w *world) {
		u := w.user()
		get := func(r mfa.Records) (mfa.Profile, error) { return r.Profile(u.ID) }
		missing(w, get)
		p := w.profile(u, nil)
		same(w, "added", read(w, get), p)
		p.Email, p.Phone, p.Places, p.UpdatedAt = "", "9876543210", nil, after(9)
		w.write(func(r mfa.WriteRecords) error { return r.PutProfile(p) })
		same(w, "replaced", read(w, get), p)
		w.write(func(r mfa.WriteRecords) error { return r.RemoveUser(u.ID) })
		missing(w, get)
	}},
	{name: "is found by exactly what it says now, in its directory", play: func(w *world) {
		email := newID[string]() + "@example.com"
		one := w.profile(w.user(), func(p *mfa.Profile) { p.Email = email })
		two := w.profile(w.user(), func(p *mfa.Profile) { p.Email = email })
		find := func(field mfa.ProfileField, value string, after mfa.UserID, limit int) []mfa.UserID {
			found := read(w, func(r mfa.Records) ([]mfa.Profile, error) { return r.ProfilesBy(w.dir.ID, field, value, after, limit) })
			return ids(found, func(p mfa.Profile) mfa.UserID { return p.UserID })
		}
		first, second := min(one.UserID, two.UserID), max(one.UserID, two.UserID)
		same(w, "both", find(mfa.ProfileEmail, email, "", 10), []mfa.UserID{first, second})
		same(w, "a page", find(mfa.ProfileEmail, email, "", 1), []mfa.UserID{first})
		same(w, "the next", find(mfa.ProfileEmail, email, first, 10), []mfa.UserID{second})
		same(w, "another field", len(find(mfa.ProfileUsername, email, "", 10)), 0)
		same(w, "another case", len(find(mfa.ProfileEmail, "X"+email, "", 10)), 0)
		same(w, "nothing", len(find(mfa.ProfilePhone, "", "", 10)), 0)
		one.Email, one.Phone, one.Username = "", "9876543210", "ann-1"
		w.write(func(r mfa.WriteRecords) error { return r.PutProfile(one) })
		same(w, "changed", find(mfa.ProfileEmail, email, "", 10), []mfa.UserID{two.UserID})
		same(w, "by phone", find(mfa.ProfilePhone, "9876543210", "", 10), []mfa.UserID{one.UserID})
		same(w, "by name", find(mfa.ProfileUsername, "ann-1", "", 10), []mfa.UserID{one.UserID})
	}},
	{name: "what is tracked is read in one go, as far as it is there", play: func(w *world) {
		u := w.user()
		get := func(device string) mfa.Tracked {
			return read(w, func(r mfa.Records) (mfa.Tracked, error) { return r.TrackedUser(w.app.ID, w.dir.ID, u.Alias, device) })
		}
		none := mfa.KnownDevice{ApplicationID: w.app.ID, DirectoryID: w.dir.ID, UserID: u.ID}
		bare := mfa.Profile{UserID: u.ID, DirectoryID: w.dir.ID}
		same(w, "a user alone", get(""), mfa.Tracked{User: u, Profile: bare, Device: none})
		p := w.profile(u, nil)
		d := w.knownDevice(u, "one", nil)
		w.knownDevice(u, "two", func(d *mfa.KnownDevice) { d.InvalidatedAt = after(2) })
		w.knownDevice(w.user(), "one", nil)
		same(w, "no device", get("three"), mfa.Tracked{User: u, Profile: p, Device: none, Devices: 1})
		d.Trust = mfa.Trust{}
		seed := trackedOf(w.authenticator(u))
		held := []mfa.Authenticator{trackedOf(w.device(u)), seed} // it is the older one
		w.authenticator(w.user())
		same(w, "everything", get("one"), mfa.Tracked{User: u, Profile: p, Device: d, Devices: 1, Held: held})
		missing(w, func(r mfa.Records) (mfa.Tracked, error) { return r.TrackedUser(w.app.ID, w.dir.ID, "no-such", "") })
		missing(w, func(r mfa.Records) (mfa.Tracked, error) { return r.TrackedUser(w.app.ID, w.dir.ID, "", "") })
	}},
	{name: "a device comes back as it was put, by its own names and by its series", play: func(w *world) {
		u := w.user()
		d := w.knownDevice(u, "one", nil)
		bare := w.knownDevice(u, "two", func(d *mfa.KnownDevice) { d.Trust, d.CreatedAt = mfa.Trust{}, after(1) })
		get := func(r mfa.Records) (mfa.KnownDevice, error) { return r.KnownDevice(w.app.ID, u.ID, "one") }
		same(w, "by name", read(w, get), d)
		same(w, "by series", read(w, func(r mfa.Records) (mfa.KnownDevice, error) { return r.KnownDeviceByTrust(d.Trust.Series) }), d)
		missing(w, func(r mfa.Records) (mfa.KnownDevice, error) { return r.KnownDeviceByTrust("") })
		same(w, "listed", read(w, func(r mfa.Records) ([]mfa.KnownDevice, error) { return r.KnownDevicesOf(w.app.ID, u.ID) }),
			[]mfa.KnownDevice{bare, d})
		w.write(func(r mfa.WriteRecords) error { return r.RemoveKnownDevice(w.app.ID, u.ID, "one") })
		missing(w, get)
		w.write(func(r mfa.WriteRecords) error { return r.RemoveUser(u.ID) })
		missing(w, func(r mfa.Records) (mfa.KnownDevice, error) { return r.KnownDevice(w.app.ID, u.ID, "two") })
	}},
	{name: "a crowd that shows the same token rotates it once", play: func(w *world) {
		race(w, 1, func() func(mfa.WriteRecords) (bool, error) {
			d := w.knownDevice(w.user(), "one", nil)
			return func(r mfa.WriteRecords) (bool, error) {
				return r.RotateTrust(d.Trust.Series, d.Trust.Generation, after(1))
			}
		})
	}},
	{name: "the purge takes devices that were not of use", alone: true, play: func(w *world) {
		u := w.user()
		w.knownDevice(u, "old", nil)
		w.knownDevice(u, "remembered", func(d *mfa.KnownDevice) { d.RememberedUntil = after(900) })
		purge := func(r mfa.WriteRecords) (int, error) { return r.PurgeKnownDevices(after(500), 10) }
		same(w, "purged", change(w, purge), 1)
		same(w, "again", change(w, purge), 0)
	}},
}

// trackedOf is an authenticator as it is tracked.
func trackedOf(a mfa.Authenticator) mfa.Authenticator {
	return mfa.Authenticator{
		ID: a.ID, UserID: a.UserID, DirectoryID: a.DirectoryID, ApplicationID: a.ApplicationID, ParentID: a.ParentID, Kind: a.Kind,
		State: a.State, Data: a.Data, CreatedAt: a.CreatedAt,
	}
}

func (w *world) profile(u mfa.User, edit func(*mfa.Profile)) mfa.Profile {
	w.Helper()
	p := mfa.Profile{
		UserID: u.ID, DirectoryID: w.dir.ID, Email: "ann@example.com", EmailVerified: true, Phone: "+447911123456", Username: "ann",
		DisplayName: "Ann", Locale: "de", Custom: json.RawMessage(`{"tier":"gold"}`), DefaultMethod: mfa.MethodSMS, VerifiedAt: after(1),
		Places:    []mfa.ProvedPlace{{IP: "192.0.2.1", Country: "DE", City: "Berlin", Latitude: 52.5, Longitude: 13.4, Located: true, At: after(1)}},
		CreatedAt: start, UpdatedAt: after(1),
	}
	if edit != nil {
		edit(&p)
	}
	w.write(func(r mfa.WriteRecords) error { return r.PutProfile(p) })
	return p
}

func (w *world) knownDevice(u mfa.User, id string, edit func(*mfa.KnownDevice)) mfa.KnownDevice {
	w.Helper()
	d := mfa.KnownDevice{
		ApplicationID: w.app.ID, DirectoryID: w.dir.ID, UserID: u.ID, DeviceID: id, UserAgent: "Firefox", CreatedAt: start,
		AuthenticatedAt: after(1), RememberedUntil: after(60), LastMethod: mfa.MethodTOTP,
		Trust: mfa.Trust{Series: newID[string](), Secret: mfa.SecretText("seed"), Generation: 3, RotatedAt: after(1)},
	}
	if edit != nil {
		edit(&d)
	}
	w.write(func(r mfa.WriteRecords) error { return r.PutKnownDevice(d) })
	return d
}
