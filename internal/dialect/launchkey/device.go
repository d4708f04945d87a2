package launchkey

import (
	"context"
	"time"

	"github.com/twinseal/twinseal/internal/mfa"
)

// Lives of linking codes in seconds. Nothing is known of the service's own bounds.
const (
	minLinkLife     = 60
	maxLinkLife     = 604_800
	defaultLinkLife = 86_400
)

// linkAnswer is told once.
type linkAnswer struct {
	Code     string `json:"code"`
	QRCode   string `json:"qrcode"`
	DeviceID string `json:"device_id"`
}

func (d *Dialect) linkDevice(ctx context.Context, c *call) (answer, error) {
	var in struct {
		Identifier member[string] `json:"identifier"`
		Life       member[whole]  `json:"ttl"`
	}
	if err := c.decode(&in); err != nil {
		return answer{}, err
	}
	if !in.Identifier.given() || in.Identifier.value == "" {
		return answer{}, refuse(failIdentifier)
	}
	var k check
	life, given := take(&k, "ttl", in.Life)
	if !given {
		life = defaultLinkLife
	}
	if life < minLinkLife || life > maxLinkLife {
		k.refuse("ttl", "is a number of seconds from 60 to 604800")
	}
	if err := k.failed(); err != nil {
		return answer{}, err
	}
	kept, err := c.origin()
	if err != nil {
		return answer{}, err
	}
	link, err := d.service.StartDeviceLink(ctx, mfa.StartDeviceLink{
		Caller: c.caller, Alias: in.Identifier.value, Life: time.Duration(life) * time.Second, Dialect: Name, Extra: kept,
	})
	if err != nil {
		return answer{}, err
	}
	return created(linkAnswer{link.Code, d.service.Options().PublicURL + pictures + link.Code, string(link.DeviceID)})
}

// States of a device on the wire; there is a third, for one about to be unlinked, which none here ever is.
const (
	statusPending = 0
	statusLinked  = 1
)

type deviceView struct {
	ID      string   `json:"id"`
	Name    *string  `json:"name"`
	Status  int      `json:"status"`
	Type    *string  `json:"type"`
	Created wireTime `json:"created"`
	Updated wireTime `json:"updated"`
}

// identifier reads a request that names a user of the directory and nothing else.
func (c *call) identifier() (mfa.UserRef, error) {
	var in struct {
		Identifier member[string] `json:"identifier"`
	}
	if err := c.decode(&in); err != nil {
		return mfa.UserRef{}, err
	}
	var k check
	name := k.name("identifier", in.Identifier)
	return mfa.UserRef{Alias: name}, k.failed()
}

// name reads a text that must be there and says something.
func (k *check) name(name string, m member[string]) string {
	text := need(k, name, m)
	if m.given() && text == "" {
		k.refuse(name, problemMissing)
	}
	return text
}

// listDevices lists what is linked and what is about to be; a user that is not there has none.
func (d *Dialect) listDevices(ctx context.Context, c *call) (answer, error) {
	ref, err := c.identifier()
	if err != nil {
		return answer{}, err
	}
	list, err := d.devices.Of(ctx, c.caller, ref)
	if err != nil && !mfa.IsCode(err, mfa.NotFound) {
		return answer{}, err
	}
	out := make([]deviceView, 0, len(list))
	for _, entry := range list {
		view := deviceView{
			ID: string(entry.ID), Name: orNull(entry.Name), Status: statusPending, Type: orNull(entry.Platform),
			Created: wireTime(entry.CreatedAt), Updated: wireTime(entry.UpdatedAt),
		}
		if entry.Linked {
			view.Status = statusLinked
		}
		out = append(out, view)
	}
	return found(out)
}

func (d *Dialect) unlinkDevice(ctx context.Context, c *call) (answer, error) {
	var in struct {
		Identifier member[string] `json:"identifier"`
		Device     member[string] `json:"device_id"`
	}
	if err := c.decode(&in); err != nil {
		return answer{}, err
	}
	var k check
	name, device := k.name("identifier", in.Identifier), k.id("device_id", in.Device)
	if err := k.failed(); err != nil {
		return answer{}, err
	}
	if err := d.devices.Remove(ctx, c.caller, mfa.UserRef{Alias: name}, mfa.AuthenticatorID(device)); err != nil {
		return answer{}, err
	}
	return done()
}
