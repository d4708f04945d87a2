package apply

import (
	"encoding/json"
	"fmt"
	"time"

	"github.com/twinseal/twinseal/internal/mfa"
	"github.com/twinseal/twinseal/internal/mfa/provision"
)

// launchkeyName is the dialect's name in files, plans and settings. The dialect judges what stands under it, and
// gives keys their ids: this file only says in which of its words the format's are handed on.
const launchkeyName = "launchkey"

// orTrue is a switch that is on where nothing is said.
func orTrue(written *bool) bool { return written == nil || *written }

func plannedKeys(path string, keys []publicKey) ([]provision.PlannedPublicKey, error) {
	out := make([]provision.PlannedPublicKey, 0, len(keys))
	for i, k := range keys {
		place := fmt.Sprintf("%s.keys[%d]", launchkeyName, i)
		planned, err := k.plan(path + "." + place)
		if err != nil {
			return nil, err
		}
		planned.Dialect, planned.Place = launchkeyName, place
		out = append(out, planned)
	}
	return out, nil
}

func (k publicKey) plan(path string) (provision.PlannedPublicKey, error) {
	out := provision.PlannedPublicKey{Purpose: mfa.PurposeBoth, PEM: k.PublicKey, Active: orTrue(k.Active)}
	switch {
	case k.PublicKey == "":
		return out, refuse(path, "a key needs its public_key, the PEM of the public half")
	case k.Type != "":
		out.Purpose = mfa.KeyPurpose(k.Type)
	}
	switch out.Purpose {
	case mfa.PurposeBoth, mfa.PurposeEncryption, mfa.PurposeSignature:
	default:
		return out, refuse(path+".type", "the type of a key is both, encryption or signature")
	}
	if !k.Expires.IsZero() {
		out.ExpiresAt = k.Expires.UTC().Truncate(time.Second) // as clients are told
	}
	return out, nil
}

func (l *launchkeyOrganization) into(path string, out *provision.PlannedOrganization) (err error) {
	if l != nil {
		out.PublicKeys, err = plannedKeys(path, l.Keys)
	}
	return err
}

// into hands on what a directory should have, in the words of the call that changes directories. The part says
// all of it, but for the push credential, which is kept until another one comes.
func (l *launchkeyDirectory) into(path string, out *provision.PlannedDirectory) (err error) {
	if l == nil {
		return nil
	}
	if out.PublicKeys, err = plannedKeys(path, l.Keys); err != nil {
		return err
	}
	wish, err := json.Marshal(struct {
		Active        bool     `json:"active"`
		AndroidKey    string   `json:"android_key,omitempty"`
		DenialContext bool     `json:"denial_context_inquiry_enabled"`
		WebhookURL    string   `json:"webhook_url"`
		SDKKeys       []string `json:"sdk_keys,omitempty"`
	}{orTrue(l.Active), l.AndroidKey, orTrue(l.DenialContextInquiry), l.WebhookURL, l.SDKKeys})
	if err != nil {
		return refuse(path+"."+launchkeyName, "the settings cannot be written")
	}
	out.Wishes = map[string]mfa.Secret{launchkeyName: mfa.NewSecret(wish)}
	return nil
}

// into writes an application's part in the form in which the dialect keeps it.
func (l *launchkeyApplication) into(path string, out *provision.PlannedApplication) (err error) {
	if l == nil {
		return nil
	}
	if l.Icon != "" && out.Settings.LogoURL != "" && l.Icon != out.Settings.LogoURL {
		return refuse(path+"."+launchkeyName+".icon", "the icon is the application's logo_url; give one of them")
	}
	if out.PublicKeys, err = plannedKeys(path, l.Keys); err != nil {
		return err
	}
	encoded, err := json.Marshal(struct {
		Description string          `json:"description,omitempty"`
		Icon        string          `json:"icon,omitempty"`
		CallbackURL string          `json:"callback_url,omitempty"`
		Policy      json.RawMessage `json:"policy,omitempty"`
	}{l.Description, l.Icon, l.CallbackURL, l.Policy})
	if err != nil {
		return refuse(path+"."+launchkeyName, "the settings cannot be written")
	}
	out.Settings.Disabled = !orTrue(l.Active)
	if out.Settings.Dialects == nil {
		out.Settings.Dialects = map[string]json.RawMessage{}
	}
	out.Settings.Dialects[launchkeyName] = encoded
	return nil
}

// plan is an application of the organization itself, set up as the dialect's own call would.
func (s service) plan(path string) (provision.PlannedApplication, error) {
	id, err := checkedID(path, s.ID)
	if err == nil {
		err = checkedName(path, s.Name)
	}
	out := provision.PlannedApplication{
		ID: mfa.ApplicationID(id), Name: s.Name, Settings: mfa.ApplicationSettings{Approvals: true, GenericTOTP: true},
	}
	if err == nil {
		err = s.LaunchKey.into(path, &out)
	}
	return out, err
}
