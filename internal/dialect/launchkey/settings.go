package launchkey

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"

	"github.com/twinseal/twinseal/internal/mfa"
	"github.com/twinseal/twinseal/policy"
)

// Settings are what an application (a service of the protocol) sets for this dialect, as JSON under [Name].
type Settings struct {
	Description string `json:"description,omitempty"`
	// Icon is the address of a picture; "" for none.
	Icon string `json:"icon,omitempty"`
	// CallbackURL is told about answers and ended sessions; "" for nobody.
	CallbackURL string `json:"callback_url,omitempty"`
	// Policy is the service's policy in the form that clients are shown; nothing for the blank one. What it
	// demands stands in the application's own settings: see [ReadPolicy].
	Policy json.RawMessage `json:"policy,omitempty"`
}

// ReadSettings decodes and checks an application's settings; nothing gives the zero Settings. Members that it
// does not know are refused, so that a misspelt one is noticed.
func ReadSettings(raw json.RawMessage) (Settings, error) {
	s, _, err := readSettings(raw)
	return s, err
}

// decodeSettings reads settings and judges nothing but their members.
func decodeSettings(raw json.RawMessage) (Settings, error) {
	var s Settings
	err := readStrictly(raw, &s, "description, icon, callback_url and policy")
	return s, err
}

// readSettings gives what the policy means along, nil without one.
func readSettings(raw json.RawMessage) (Settings, *policy.Policy, error) {
	s, err := decodeSettings(raw)
	if err != nil {
		return Settings{}, nil, err
	}
	if len(s.Description) > maxDescription {
		return Settings{}, nil, badSetting("description", "is longer than 2000 bytes")
	}
	for _, address := range []struct{ name, text string }{{"icon", s.Icon}, {"callback_url", s.CallbackURL}} {
		if address.text == "" {
			continue
		}
		if err := checkAddress(address.text); err != nil {
			return Settings{}, nil, badSetting(address.name, err.Error())
		}
	}
	if len(s.Policy) == 0 {
		return s, nil, nil
	}
	shown, means, err := ReadPolicy(s.Policy)
	if err != nil {
		return Settings{}, nil, badSetting("policy", "cannot be used: "+err.Error())
	}
	s.Policy = shown
	return s, &means, nil
}

// DirectorySettings are what a directory sets for this dialect, as JSON under [Name].
type DirectorySettings struct {
	// SDKKeys are UUIDs that builds of an authenticator are configured with.
	SDKKeys []string `json:"sdk_keys,omitempty"`
	// WebhookURL is told about devices that were linked; "" for nobody.
	WebhookURL string `json:"webhook_url,omitempty"`
	// DenialContextInquiry says whether people are asked why they deny; they are when it is missing.
	DenialContextInquiry *bool `json:"denial_context_inquiry,omitempty"`
	// IOSFingerprint is that of the push certificate that was uploaded last; it is shown and nothing else.
	IOSFingerprint string `json:"ios_certificate_fingerprint,omitempty"`
}

// MaxSDKKeys bounds the SDK keys of a directory: there is one for each build of an app.
const MaxSDKKeys = 100

// ReadDirectorySettings decodes and checks a directory's settings; nothing gives the zero DirectorySettings.
func ReadDirectorySettings(raw json.RawMessage) (DirectorySettings, error) {
	var s DirectorySettings
	if err := readStrictly(raw, &s, "sdk_keys, webhook_url and denial_context_inquiry"); err != nil {
		return DirectorySettings{}, err
	}
	if len(s.SDKKeys) > MaxSDKKeys {
		return DirectorySettings{}, badSetting("sdk_keys", "names more than 100")
	}
	for i, text := range s.SDKKeys {
		canonical, err := mfa.ParseUUID("sdk_keys", text)
		if err != nil || slices.Contains(s.SDKKeys[:i], canonical) {
			return DirectorySettings{}, badSetting("sdk_keys", "holds something that is not a UUID, or one twice")
		}
		s.SDKKeys[i] = canonical
	}
	if s.WebhookURL != "" {
		if err := checkAddress(s.WebhookURL); err != nil {
			return DirectorySettings{}, badSetting("webhook_url", err.Error())
		}
	}
	return s, nil
}

// asksWhy reports whether people are asked why they deny.
func (s DirectorySettings) asksWhy() bool {
	return s.DenialContextInquiry == nil || *s.DenialContextInquiry
}

func readStrictly(raw json.RawMessage, into any, members string) error {
	if len(raw) == 0 {
		return nil
	}
	d := json.NewDecoder(bytes.NewReader(raw))
	d.DisallowUnknownFields()
	if err := d.Decode(into); err != nil {
		return &mfa.Error{Code: mfa.Invalid, Message: "the launchkey settings cannot be read: use " + members, Cause: err}
	}
	return nil
}

func badSetting(field, problem string) error {
	return &mfa.Error{Code: mfa.Invalid, Field: field, Message: fmt.Sprintf("the %s %s", field, problem)}
}

// settingsOf are those of an application. They were judged when they were stored, and are not again: a policy takes
// a millisecond, and its time zones may be unknown to another machine.
func settingsOf(a mfa.Application) (Settings, error) {
	return decodeSettings(a.Settings.Dialects[Name])
}

// directorySettingsOf are those of a directory.
func directorySettingsOf(dir mfa.Directory) (DirectorySettings, error) {
	return ReadDirectorySettings(dir.Dialects[Name])
}

// keep stores settings under the dialect's name among those of others.
func keep(among map[string]json.RawMessage, settings any) (map[string]json.RawMessage, error) {
	raw, err := json.Marshal(settings)
	if err != nil {
		return nil, fmt.Errorf("write settings: %w", err)
	}
	if among == nil {
		among = map[string]json.RawMessage{}
	}
	among[Name] = raw
	return among, nil
}

// directorySecrets are a directory's secrets of this dialect: what it once pushed with. They are kept to be shown
// to its owner; nothing here uses them.
type directorySecrets struct {
	AndroidKey string `json:"android_key,omitempty"`
	IOSBundle  string `json:"ios_p12,omitempty"` // Base64
}

// secretsOf reads them from among those of other dialects.
func secretsOf(dir mfa.Directory) (directorySecrets, map[string]json.RawMessage, error) {
	var out directorySecrets
	all := map[string]json.RawMessage{}
	if !dir.Private.Empty() {
		if err := json.Unmarshal(dir.Private.Reveal(), &all); err != nil {
			return out, nil, fmt.Errorf("read a directory's secrets: %w", err)
		}
	}
	if raw, ok := all[Name]; ok {
		if err := json.Unmarshal(raw, &out); err != nil {
			return out, nil, fmt.Errorf("read a directory's secrets: %w", err)
		}
	}
	return out, all, nil
}

// keepSecrets stores them.
func keepSecrets(dir *mfa.Directory, all map[string]json.RawMessage, secrets directorySecrets) error {
	all, err := keep(all, secrets)
	if err != nil {
		return err
	}
	raw, err := json.Marshal(all)
	if err != nil {
		return fmt.Errorf("write a directory's secrets: %w", err)
	}
	dir.Private = mfa.NewSecret(raw)
	return nil
}
