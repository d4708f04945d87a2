package launchkey

import (
	"context"

	"github.com/twinseal/twinseal/internal/mfa"
)

// directoryView is a directory as clients read it: every member is always there, and what is unset is null.
type directoryView struct {
	ID             string   `json:"id"`
	Name           string   `json:"name"`
	Active         bool     `json:"active"`
	ServiceIDs     []string `json:"service_ids"`
	SDKKeys        []string `json:"sdk_keys"`
	Premium        bool     `json:"premium"`
	AndroidKey     *string  `json:"android_key"`
	IOSFingerprint *string  `json:"ios_certificate_fingerprint"`
	DenialContext  bool     `json:"denial_context_inquiry_enabled"`
	WebhookURL     *string  `json:"webhook_url"`
}

type idAnswer struct {
	ID string `json:"id"`
}

func (d *Dialect) createDirectory(ctx context.Context, c *call) (answer, error) {
	var in struct {
		Name member[string] `json:"name"`
	}
	if err := c.decode(&in); err != nil {
		return answer{}, err
	}
	var k check
	name := need(&k, "name", in.Name)
	if err := k.failed(); err != nil {
		return answer{}, err
	}
	made, err := d.configuration.CreateDirectory(ctx, mfa.Directory{OrganizationID: c.caller.Organization.ID, Name: name})
	if err != nil {
		return answer{}, err
	}
	return created(idAnswer{string(made.ID)})
}

func (d *Dialect) allDirectories(ctx context.Context, c *call) (answer, error) {
	list, err := d.configuration.DirectoriesOf(ctx, c.caller.Organization.ID)
	if err != nil {
		return answer{}, err
	}
	return d.viewDirectories(ctx, list)
}

func (d *Dialect) listDirectories(ctx context.Context, c *call) (answer, error) {
	var in struct {
		IDs member[[]string] `json:"directory_ids"`
	}
	if err := c.decode(&in); err != nil {
		return answer{}, err
	}
	var k check
	ids := k.ids("directory_ids", in.IDs)
	if err := k.failed(); err != nil {
		return answer{}, err
	}
	list := make([]mfa.Directory, 0, len(ids))
	for _, id := range ids {
		found, err := d.configuration.DirectoryIn(ctx, c.caller.Organization.ID, mfa.DirectoryID(id))
		if err != nil {
			return answer{}, err
		}
		list = append(list, found)
	}
	return d.viewDirectories(ctx, list)
}

func (d *Dialect) viewDirectories(ctx context.Context, list []mfa.Directory) (answer, error) {
	out := make([]directoryView, 0, len(list))
	for _, dir := range list {
		view, err := d.viewDirectory(ctx, dir)
		if err != nil {
			return answer{}, err
		}
		out = append(out, view)
	}
	return found(out)
}

func (d *Dialect) viewDirectory(ctx context.Context, dir mfa.Directory) (directoryView, error) {
	set, err := directorySettingsOf(dir)
	if err != nil {
		return directoryView{}, err
	}
	secrets, _, err := secretsOf(dir)
	if err != nil {
		return directoryView{}, err
	}
	applications, err := d.configuration.ApplicationsOf(ctx, dir.ID.Owner())
	if err != nil {
		return directoryView{}, err
	}
	view := directoryView{
		ID: string(dir.ID), Name: dir.Name, Active: !dir.Disabled, ServiceIDs: make([]string, 0, len(applications)),
		SDKKeys: append([]string{}, set.SDKKeys...), AndroidKey: orNull(secrets.AndroidKey), IOSFingerprint: orNull(set.IOSFingerprint),
		DenialContext: set.asksWhy(), WebhookURL: orNull(set.WebhookURL),
	}
	for _, a := range applications {
		view.ServiceIDs = append(view.ServiceIDs, string(a.ID))
	}
	return view, nil
}

// directoryPatch is what of a directory may change. What is absent stays; what is null is cleared, but for the two
// switches, which then stay too.
type directoryPatch struct {
	ID            member[string] `json:"directory_id"`
	Active        member[loose]  `json:"active"`
	AndroidKey    member[string] `json:"android_key"`
	IOSBundle     member[string] `json:"ios_p12"`
	DenialContext member[loose]  `json:"denial_context_inquiry_enabled"`
	WebhookURL    member[string] `json:"webhook_url"`
}

func (d *Dialect) updateDirectory(ctx context.Context, c *call) (answer, error) {
	var in directoryPatch
	if err := c.decode(&in); err != nil {
		return answer{}, err
	}
	var k check
	id := mfa.DirectoryID(k.id("directory_id", in.ID))
	fingerprint := in.check(&k)
	if err := k.failed(); err != nil {
		return answer{}, err
	}
	_, err := d.configuration.UpdateDirectory(ctx, c.caller.Organization.ID, id, func(dir *mfa.Directory) error {
		return in.apply(dir, fingerprint)
	})
	if err != nil {
		return answer{}, err
	}
	return done()
}

// maxAndroidKey bounds a push credential, in bytes: service account files have two thousand.
const maxAndroidKey = 16 << 10

// check judges the values, and gives the fingerprint of the certificate that came along, if one did.
func (in *directoryPatch) check(k *check) (fingerprint string) {
	take(k, "active", in.Active)
	take(k, "denial_context_inquiry_enabled", in.DenialContext)
	if key, _ := take(k, "android_key", in.AndroidKey); len(key) > maxAndroidKey {
		k.refuse("android_key", "is longer than 16 KiB")
	}
	k.address("webhook_url", in.WebhookURL)
	bundle, _ := take(k, "ios_p12", in.IOSBundle)
	if bundle == "" {
		return ""
	}
	fingerprint, err := bundleFingerprint(bundle)
	if err != nil {
		k.refuse("ios_p12", err.Error())
	}
	return fingerprint
}

func (in *directoryPatch) apply(dir *mfa.Directory, fingerprint string) error {
	set, err := directorySettingsOf(*dir)
	if err != nil {
		return err
	}
	secrets, all, err := secretsOf(*dir)
	if err != nil {
		return err
	}
	if in.Active.given() {
		dir.Disabled = !bool(in.Active.value)
	}
	if in.DenialContext.given() {
		set.DenialContextInquiry = (*bool)(&in.DenialContext.value)
	}
	if in.WebhookURL.present {
		set.WebhookURL = in.WebhookURL.value
	}
	if in.IOSBundle.present {
		set.IOSFingerprint, secrets.IOSBundle = fingerprint, in.IOSBundle.value
	}
	if in.AndroidKey.present {
		secrets.AndroidKey = in.AndroidKey.value
	}
	if dir.Dialects, err = keep(dir.Dialects, set); err != nil {
		return err
	}
	return keepSecrets(dir, all, secrets)
}
