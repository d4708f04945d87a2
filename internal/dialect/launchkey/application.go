package launchkey

import (
	"context"

	"github.com/twinseal/twinseal/internal/mfa"
)

// serviceView is an application as clients read it.
type serviceView struct {
	ID          string  `json:"id"`
	Name        string  `json:"name"`
	Description *string `json:"description"`
	Icon        *string `json:"icon"`
	CallbackURL *string `json:"callback_url"`
	Active      bool    `json:"active"`
}

// servicePatch is what is sent to make or change a service.
type servicePatch struct {
	ID          member[string] `json:"service_id"`
	Name        member[string] `json:"name"`
	Description member[string] `json:"description"`
	Icon        member[string] `json:"icon"`
	CallbackURL member[string] `json:"callback_url"`
	Active      member[loose]  `json:"active"`
}

func (d *Dialect) createService(ctx context.Context, c *call) (answer, error) {
	var in servicePatch
	if err := c.decode(&in); err != nil {
		return answer{}, err
	}
	var k check
	name := need(&k, "name", in.Name)
	in.check(&k)
	if err := k.failed(); err != nil {
		return answer{}, err
	}
	fresh := mfa.Application{
		OrganizationID: c.caller.Organization.ID, DirectoryID: c.caller.Directory.ID, Name: name, Settings: ServiceSettings(),
	}
	if err := in.apply(&fresh); err != nil {
		return answer{}, err
	}
	made, err := d.configuration.CreateApplication(ctx, fresh)
	if err != nil {
		return answer{}, err
	}
	return created(idAnswer{string(made.ID)})
}

// ServiceSettings are those of a service that nobody set anything of. It asks devices and checks TOTP; sending
// codes costs money and is the operator's to allow.
func ServiceSettings() mfa.ApplicationSettings {
	return mfa.ApplicationSettings{Approvals: true, GenericTOTP: true}
}

// check judges the values.
func (in *servicePatch) check(k *check) {
	take(k, "name", in.Name)
	take(k, "active", in.Active)
	if text, _ := take(k, "description", in.Description); len(text) > maxDescription {
		k.refuse("description", "is longer than 2000 bytes")
	}
	k.address("icon", in.Icon)
	k.address("callback_url", in.CallbackURL)
}

// apply changes what is named. Null clears texts; a name and a switch that are null stay.
func (in *servicePatch) apply(a *mfa.Application) error {
	set, err := settingsOf(*a)
	if err != nil {
		return err
	}
	if in.Name.given() {
		a.Name = in.Name.value
	}
	if in.Active.given() {
		a.Settings.Disabled = !bool(in.Active.value)
	}
	if in.Description.present {
		set.Description = in.Description.value
	}
	if in.CallbackURL.present {
		set.CallbackURL = in.CallbackURL.value
	}
	if in.Icon.present {
		// Every front door shows the same picture.
		set.Icon, a.Settings.LogoURL = in.Icon.value, in.Icon.value
	}
	a.Settings.Dialects, err = keep(a.Settings.Dialects, set)
	return err
}

func (d *Dialect) allServices(ctx context.Context, c *call) (answer, error) {
	list, err := d.configuration.ApplicationsOf(ctx, c.subject)
	if err != nil {
		return answer{}, err
	}
	return viewServices(list)
}

func (d *Dialect) listServices(ctx context.Context, c *call) (answer, error) {
	var in struct {
		IDs member[[]string] `json:"service_ids"`
	}
	if err := c.decode(&in); err != nil {
		return answer{}, err
	}
	var k check
	ids := k.ids("service_ids", in.IDs)
	if err := k.failed(); err != nil {
		return answer{}, err
	}
	list := make([]mfa.Application, 0, len(ids))
	for _, id := range ids {
		a, err := d.configuration.ApplicationIn(ctx, c.subject, mfa.ApplicationID(id))
		if err != nil {
			return answer{}, err
		}
		list = append(list, a)
	}
	return viewServices(list)
}

func viewServices(list []mfa.Application) (answer, error) {
	out := make([]serviceView, 0, len(list))
	for _, a := range list {
		set, err := settingsOf(a)
		if err != nil {
			return answer{}, err
		}
		out = append(out, serviceView{
			ID: string(a.ID), Name: a.Name, Description: orNull(set.Description), Icon: orNull(set.Icon), CallbackURL: orNull(set.CallbackURL),
			Active: !a.Settings.Disabled,
		})
	}
	return found(out)
}

func (d *Dialect) updateService(ctx context.Context, c *call) (answer, error) {
	var in servicePatch
	if err := c.decode(&in); err != nil {
		return answer{}, err
	}
	var k check
	id := k.id("service_id", in.ID)
	in.check(&k)
	if err := k.failed(); err != nil {
		return answer{}, err
	}
	_, err := d.configuration.UpdateApplication(ctx, c.subject, mfa.ApplicationID(id), in.apply)
	if err != nil {
		return answer{}, err
	}
	return done()
}
