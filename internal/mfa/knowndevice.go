package mfa

import "time"

// KnownDevice is a browser or phone, by the id that the application told, from which a user acted. Only one from which
// the user proved an action, and that was not invalidated since, is no longer new.
type KnownDevice struct {
	ApplicationID   ApplicationID
	DirectoryID     DirectoryID
	UserID          UserID
	DeviceID        string
	UserAgent       string
	CreatedAt       time.Time
	AuthenticatedAt time.Time // zero: never
	InvalidatedAt   time.Time // zero: not
	RememberedUntil time.Time // zero: not
	LastMethod      Method
	Trust           Trust
}

// Trust is the token by which a remembered device shows itself; empty where it has none. Each use gives it the next
// one, which is derived from Secret and Generation, so that a copy shows itself by coming too late.
type Trust struct {
	Series     string // names the device in its token; opens nothing
	Secret     Secret // sealed at rest
	Generation int64
	RotatedAt  time.Time
}

// Known reports whether the user proved something from it and it was not invalidated since.
func (d KnownDevice) Known() bool { return !d.AuthenticatedAt.IsZero() && d.InvalidatedAt.IsZero() }

// Remembered reports whether the user asked not to be challenged on it, and that still holds.
func (d KnownDevice) Remembered(now time.Time) bool {
	return d.Known() && now.Before(d.RememberedUntil)
}

// KnownDeviceReader looks them up.
type KnownDeviceReader interface {
	KnownDevice(application ApplicationID, user UserID, device string) (KnownDevice, error)
	// KnownDevicesOf lists a user's at an application, newest first.
	KnownDevicesOf(application ApplicationID, user UserID) ([]KnownDevice, error)
	// KnownDeviceByTrust finds the one whose token names the series.
	KnownDeviceByTrust(series string) (KnownDevice, error)
}

// KnownDeviceWriter changes them.
type KnownDeviceWriter interface {
	// PutKnownDevice adds or replaces it; the caller holds the user's lock.
	PutKnownDevice(KnownDevice) error
	// RotateTrust moves the generation of a series on by one, if it is the given one; else it reports false: of several
	// that show the same token one wins.
	RotateTrust(series string, generation int64, at time.Time) (bool, error)
	RemoveKnownDevice(application ApplicationID, user UserID, device string) error
	// PurgeKnownDevices deletes up to limit that were last of use before the time.
	PurgeKnownDevices(before time.Time, limit int) (int, error)
}
