package store

import (
	"time"

	"github.com/twinseal/twinseal/internal/mfa"
	"github.com/twinseal/twinseal/internal/store/engine"
)

const (
	knownDeviceColumns = `user_id, application_id, device_id, directory_id, user_agent, created_at, authenticated_at, invalidated_at,
		remembered_until, last_method, series, sealed_trust, generation, rotated_at`

	selectKnownDevice = `SELECT ` + knownDeviceColumns + ` FROM known_devices `
)

var (
	knownDevice = &engine.Statement{SQL: selectKnownDevice + `WHERE user_id = ? AND application_id = ? AND device_id = ?`}

	knownDevicesOf = &engine.Statement{SQL: selectKnownDevice + `WHERE user_id = ? AND application_id = ? ORDER BY created_at DESC, device_id DESC`}

	knownDeviceByTrust = &engine.Statement{SQL: selectKnownDevice + `WHERE series = ? AND series <> ''`}

	putKnownDevice = &engine.Statement{SQL: `INSERT INTO known_devices (` + knownDeviceColumns + `, used_at)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (user_id, application_id, device_id) DO UPDATE SET
			user_agent = excluded.user_agent, authenticated_at = excluded.authenticated_at, invalidated_at = excluded.invalidated_at,
			remembered_until = excluded.remembered_until, last_method = excluded.last_method, series = excluded.series,
			sealed_trust = excluded.sealed_trust, generation = excluded.generation, rotated_at = excluded.rotated_at, used_at = excluded.used_at`}

	// The condition is the whole race: of many that show a token one finds its generation.
	rotateTrust = &engine.Statement{SQL: `UPDATE known_devices SET generation = generation + 1, rotated_at = ?3
		WHERE series = ?1 AND series <> '' AND generation = ?2`, Key: 1}

	removeKnownDevice = &engine.Statement{SQL: `DELETE FROM known_devices WHERE user_id = ? AND application_id = ? AND device_id = ?`}

	purgeKnownDevices = &engine.Statement{SQL: `DELETE FROM known_devices WHERE (user_id, application_id, device_id) IN
		(SELECT user_id, application_id, device_id FROM known_devices WHERE used_at < ? ORDER BY used_at LIMIT ? /*skip locked*/)`}
)

var knownDeviceNoun = noun[mfa.KnownDevice]{
	name: "device",
	scan: func(row engine.Row, d *mfa.KnownDevice) error {
		var sealed []byte
		var times [5]int64
		err := row.Scan((*string)(&d.UserID), (*string)(&d.ApplicationID), &d.DeviceID, (*string)(&d.DirectoryID), &d.UserAgent, &times[0],
			&times[1], &times[2], &times[3], (*string)(&d.LastMethod), &d.Trust.Series, &sealed, &d.Trust.Generation, &times[4])
		d.CreatedAt, d.AuthenticatedAt, d.InvalidatedAt, d.RememberedUntil = moment(times[0]), moment(times[1]), moment(times[2]), moment(times[3])
		d.Trust.RotatedAt, d.Trust.Secret = moment(times[4]), mfa.NewSecret(sealed)
		return err
	},
	open: func(r *records, d *mfa.KnownDevice) error {
		return r.unseal("known_devices", "sealed_trust", d.Trust.Series, &d.Trust.Secret)
	},
}

func (r *records) KnownDevice(application mfa.ApplicationID, user mfa.UserID, device string) (mfa.KnownDevice, error) {
	return one(r, knownDeviceNoun, knownDevice, string(user), string(application), device)
}

func (r *records) KnownDevicesOf(application mfa.ApplicationID, user mfa.UserID) ([]mfa.KnownDevice, error) {
	return many(r, knownDeviceNoun, knownDevicesOf, string(user), string(application))
}

func (r *records) KnownDeviceByTrust(series string) (mfa.KnownDevice, error) {
	return one(r, knownDeviceNoun, knownDeviceByTrust, series)
}

func (w *writeRecords) PutKnownDevice(d mfa.KnownDevice) error {
	used := d.CreatedAt
	for _, at := range []time.Time{d.AuthenticatedAt, d.InvalidatedAt, d.Trust.RotatedAt, d.RememberedUntil} {
		if at.After(used) {
			used = at
		}
	}
	_, err := w.exec(putKnownDevice, string(d.UserID), string(d.ApplicationID), d.DeviceID, string(d.DirectoryID), d.UserAgent,
		micros(d.CreatedAt), micros(d.AuthenticatedAt), micros(d.InvalidatedAt), micros(d.RememberedUntil), string(d.LastMethod),
		d.Trust.Series, w.sealed("known_devices", "sealed_trust", d.Trust.Series, d.Trust.Secret), d.Trust.Generation,
		micros(d.Trust.RotatedAt), micros(used))
	return err
}

func (w *writeRecords) RotateTrust(series string, generation int64, at time.Time) (bool, error) {
	return w.execOne(rotateTrust, series, generation, micros(at))
}

func (w *writeRecords) RemoveKnownDevice(application mfa.ApplicationID, user mfa.UserID, device string) error {
	return w.change(knownDeviceNoun.name, removeKnownDevice, string(user), string(application), device)
}

func (w *writeRecords) PurgeKnownDevices(before time.Time, limit int) (int, error) {
	return w.purge(purgeKnownDevices, before, limit)
}
