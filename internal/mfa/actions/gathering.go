package actions

import (
	"net/netip"
	"slices"
	"time"

	"github.com/twinseal/twinseal/internal/agent"
	"github.com/twinseal/twinseal/internal/mfa"
	"github.com/twinseal/twinseal/internal/mfa/facts"
	"github.com/twinseal/twinseal/internal/mfa/rulebook"
	"github.com/twinseal/twinseal/internal/travel"
)

// tracking is one action on its way through its write.
type tracking struct {
	Track

	service *Service
	book    *rulebook.Book
	w       mfa.WriteRecords
	now     time.Time
	user    mfa.User
	profile mfa.Profile
	device  mfa.KnownDevice // empty where the user has none of that id
	devices int64
	out     Tracked
}

// gather puts together what is known of the action, and counts it.
func (t *tracking) gather() (*facts.Facts, error) {
	f := &facts.Facts{
		User: facts.User{
			Alias: t.User, Email: t.profile.Email, Phone: t.profile.Phone, Methods: t.out.Enrolled, Verified: !t.profile.VerifiedAt.IsZero(),
			AgeDays: int64(t.now.Sub(t.user.CreatedAt) / (24 * time.Hour)), Devices: t.devices,
		},
		Time:    facts.Time{Hour: t.now.UTC().Hour(), Weekday: int(t.now.UTC().Weekday())},
		Address: t.address(),
		Device:  t.knownDevice(),
		Custom:  t.Request.Custom,
		OfUser:  t.profile.Custom,
	}
	if text := t.Request.UserAgent; text != "" {
		a := agent.Of(text)
		f.Agent = &facts.Agent{Browser: a.Browser, OS: a.System, Device: string(a.Form), Bot: a.Bot}
	}
	return f, t.count(&f.Counts)
}

// count counts the action. Others that count for the same user, address or device wait meanwhile.
func (t *tracking) count(into *facts.Counts) error {
	keys := []mfa.VelocityKey{
		{Kind: mfa.VelocityUser, Value: string(t.user.ID)},
		{Kind: mfa.VelocityUserAction, Value: string(t.user.ID) + ":" + t.Code},
	}
	if t.Request.DeviceID != "" {
		keys = append(keys, mfa.VelocityKey{Kind: mfa.VelocityDevice, Value: t.Request.DeviceID})
	}
	if t.Request.IP != "" {
		keys = append(keys, mfa.VelocityKey{Kind: mfa.VelocityIP, Value: mfa.SourceKey(t.Request.IP)})
	}
	counted, err := t.w.CountActions(t.Caller.Application.ID, keys, t.now)
	if err != nil {
		return err
	}
	for i, key := range keys {
		*into.Of(key.Kind) = &counted[i]
	}
	return nil
}

// knownDevice is nil where the application told no device.
func (t *tracking) knownDevice() *facts.Device {
	if t.Request.DeviceID == "" {
		return nil
	}
	return &facts.Device{ID: t.Request.DeviceID, New: !t.device.Known(), Remembered: t.device.Remembered(t.now)}
}

// address is nil where the application told none, or none that is one.
func (t *tracking) address() *facts.Address {
	addr, err := netip.ParseAddr(t.Request.IP)
	if err != nil {
		return nil
	}
	at := t.service.look(addr)
	out := &facts.Address{
		Address: t.Request.IP, Country: at.Country, City: at.City, Network: at.Network, Lists: at.Lists, Anonymous: at.Anonymous,
		Embargoed: at.Embargoed,
	}
	source := mfa.SourceKey(t.Request.IP)
	out.Unrecognized = !slices.ContainsFunc(t.profile.Places, func(p mfa.ProvedPlace) bool { return mfa.SourceKey(p.IP) == source })
	out.Travel = travelled(t.profile.Places, at, t.now)
	return out
}

func (s *Service) look(addr netip.Addr) mfa.Place {
	if s.places == nil {
		return mfa.Place{}
	}
	return s.places.Look(addr.Unmap())
}

// atypicalKm is how far from every place where a user proved something lately is far: beyond a commute and a weekend.
const atypicalKm = 500

// travelled compares a place with those where the user proved something, the latest first; nil where the one or the
// others are not known.
func travelled(places []mfa.ProvedPlace, at mfa.Place, now time.Time) *facts.Travel {
	if !at.Known {
		return nil
	}
	here := travel.Point{Latitude: at.Latitude, Longitude: at.Longitude}
	var out *facts.Travel
	nearest := 0.0
	for i := range places {
		p := &places[i]
		if !p.Located {
			continue
		}
		there := travel.Point{Latitude: p.Latitude, Longitude: p.Longitude}
		if km := travel.Distance(there, here); out == nil || km < nearest {
			nearest = km
		}
		if out == nil {
			j := travel.Between(there, here, now.Sub(p.At))
			out = &facts.Travel{DistanceKm: j.Km, SpeedKmh: j.Kmh, Impossible: j.Impossible}
		}
	}
	if out != nil {
		out.Atypical = nearest > atypicalKm
	}
	return out
}
