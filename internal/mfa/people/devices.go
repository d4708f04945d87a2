package people

import (
	"context"
	"slices"
	"time"

	"github.com/twinseal/twinseal/internal/mfa"
)

// Devices lists the browsers and phones from which a person acted, newest first.
func (s *Service) Devices(ctx context.Context, c *mfa.Caller, alias string) ([]mfa.KnownDevice, error) {
	var out []mfa.KnownDevice
	err := s.store.Read(ctx, func(r mfa.Records) error {
		u, err := r.User(c.Directory.ID, mfa.UserRef{Alias: alias})
		if err == nil && !u.KnownTo(c.Application) {
			err = mfa.Missing("user")
		}
		if err != nil {
			return err
		}
		out, err = r.KnownDevicesOf(c.Application.ID, u.ID)
		return err
	})
	return out, err
}

// Remember sets until when a person is not to be challenged on a device; the zero time ends it. A trust that the device
// had ends with it.
func (s *Service) Remember(ctx context.Context, c *mfa.Caller, alias, device string, until time.Time) (mfa.KnownDevice, error) {
	return s.changeDevice(ctx, c, alias, device, func(d *mfa.KnownDevice, now time.Time) mfa.EventType {
		if d.RememberedUntil = until; until.IsZero() {
			d.Trust = mfa.Trust{}
			return mfa.EventDeviceInvalidated
		}
		if d.AuthenticatedAt.IsZero() {
			d.AuthenticatedAt = now // the application vouches for it
		}
		return mfa.EventDeviceRemembered
	})
}

// Invalidate makes a device as new as one that was never seen.
func (s *Service) Invalidate(ctx context.Context, c *mfa.Caller, alias, device string) (mfa.KnownDevice, error) {
	return s.changeDevice(ctx, c, alias, device, func(d *mfa.KnownDevice, now time.Time) mfa.EventType {
		d.InvalidatedAt, d.RememberedUntil, d.Trust = now, time.Time{}, mfa.Trust{}
		return mfa.EventDeviceInvalidated
	})
}

func (s *Service) changeDevice(
	ctx context.Context, c *mfa.Caller, alias, device string, change func(*mfa.KnownDevice, time.Time) mfa.EventType,
) (mfa.KnownDevice, error) {
	var out mfa.KnownDevice
	err := s.store.Write(ctx, func(w mfa.WriteRecords) error {
		u, err := mfa.LockKnown(w, c, mfa.UserRef{Alias: alias})
		if err != nil {
			return err
		}
		if out, err = w.KnownDevice(c.Application.ID, u.ID, device); err != nil {
			return err
		}
		kind := change(&out, s.domain.Now())
		if err := w.PutKnownDevice(out); err != nil {
			return err
		}
		return s.domain.Append(w, c, mfa.Event{Type: kind, UserID: u.ID})
	})
	return out, err
}

// Seen notes that a person, who is locked, proved something from a device; the oldest of too many goes. Whatever was
// invalidated is known again by it.
func (s *Service) Seen(w mfa.WriteRecords, c *mfa.Caller, u mfa.User, device, agent string, method mfa.Method) (mfa.KnownDevice, error) {
	now := s.domain.Now()
	d, err := w.KnownDevice(c.Application.ID, u.ID, device)
	if mfa.IsCode(err, mfa.NotFound) {
		d = mfa.KnownDevice{ApplicationID: c.Application.ID, DirectoryID: u.DirectoryID, UserID: u.ID, DeviceID: device, CreatedAt: now}
		err = s.roomForDevice(w, c, u)
	}
	if err != nil {
		return d, err
	}
	if !d.InvalidatedAt.IsZero() {
		d.RememberedUntil, d.Trust = time.Time{}, mfa.Trust{}
	}
	d.AuthenticatedAt, d.InvalidatedAt, d.LastMethod = now, time.Time{}, method
	if agent != "" {
		d.UserAgent = agent
	}
	return d, w.PutKnownDevice(d)
}

// roomForDevice takes the longest unused ones away until there is room for one more.
func (s *Service) roomForDevice(w mfa.WriteRecords, c *mfa.Caller, u mfa.User) error {
	known, err := w.KnownDevicesOf(c.Application.ID, u.ID)
	if err != nil || len(known) < s.domain.Limits().KnownDevices {
		return err
	}
	slices.SortFunc(known, func(a, b mfa.KnownDevice) int { return a.AuthenticatedAt.Compare(b.AuthenticatedAt) })
	for _, d := range known[:len(known)+1-s.domain.Limits().KnownDevices] {
		if err := w.RemoveKnownDevice(c.Application.ID, u.ID, d.DeviceID); err != nil {
			return err
		}
	}
	return nil
}

func forgetDevices(w mfa.WriteRecords, c *mfa.Caller, u mfa.User) error {
	known, err := w.KnownDevicesOf(c.Application.ID, u.ID)
	if err != nil {
		return err
	}
	for _, d := range known {
		if err := w.RemoveKnownDevice(c.Application.ID, u.ID, d.DeviceID); err != nil {
			return err
		}
	}
	return nil
}
