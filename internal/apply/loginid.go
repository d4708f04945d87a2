package apply

import (
	"encoding/json"
	"fmt"

	"github.com/twinseal/twinseal/internal/mfa"
	"github.com/twinseal/twinseal/internal/mfa/provision"
)

// loginidName is the dialect's name in files, plans and settings. The dialect judges what stands under it, and gives
// keys their ids: this file only says in which of its words the format's are handed on.
const loginidName = "loginid"

// Bounds of management keys: whoever has one speaks for every user, and it is sent with each request.
const (
	minAPIKey = 16
	maxAPIKey = 200
)

// into writes an application's part in the form in which the dialect keeps it, with its keys and relying party.
func (l *loginid) into(path string, out *provision.PlannedApplication) error {
	if l == nil {
		return nil
	}
	at := path + "." + loginidName
	if err := l.keys(at, out); err != nil {
		return err
	}
	if err := l.site(at, out); err != nil {
		return err
	}
	encoded, err := json.Marshal(struct {
		Type             string `json:"type,omitempty"`
		URL              string `json:"url,omitempty"`
		Issuer           string `json:"issuer,omitempty"`
		TokenLife        int    `json:"token_life,omitempty"`
		RequireToken     bool   `json:"require_token,omitempty"`
		HideUnknownUsers bool   `json:"hide_unknown_users,omitempty"`
	}{l.Type, l.URL, l.Issuer, l.TokenLife, isTrue(l.RequireToken), isTrue(l.HideUnknownUsers)})
	if err != nil {
		return refuse(at, "the settings cannot be written")
	}
	if out.Settings.Dialects == nil {
		out.Settings.Dialects = map[string]json.RawMessage{}
	}
	out.Settings.Dialects[loginidName] = encoded
	return nil
}

func isTrue(written *bool) bool { return written != nil && *written }

// keys hands on what opens the application: its client id, the management keys and the public keys.
func (l *loginid) keys(at string, out *provision.PlannedApplication) error {
	if l.ClientID == "" {
		return refuse(at, "the loginid part needs the client_id that your programs know; \"twinseal keys loginid NAME\" makes one")
	}
	out.Keys = append(out.Keys, provision.PlannedKey{Kind: mfa.KeyLoginIDClient, Secret: mfa.SecretText(l.ClientID), Place: loginidName + ".client_id"})
	for i, key := range l.APIKeys {
		place := fmt.Sprintf("api_keys[%d]", i)
		if len(key) < minAPIKey || len(key) > maxAPIKey || !isPlain(key) {
			return refuse(at+"."+place, "a management key has 16 to 200 letters, digits, - and _")
		}
		out.Keys = append(out.Keys, provision.PlannedKey{Kind: mfa.KeyLoginIDAPI, Secret: mfa.SecretText(key), Place: loginidName + "." + place})
	}
	for i, k := range l.PublicKeys {
		place := fmt.Sprintf("%s.public_keys[%d]", loginidName, i)
		if k.Type != "" {
			return refuse(fmt.Sprintf("%s.public_keys[%d].type", at, i), "a key of this dialect signs and does nothing else; leave the type out")
		}
		planned, err := k.plan(at + fmt.Sprintf(".public_keys[%d]", i))
		if err != nil {
			return err
		}
		planned.Dialect, planned.Place, planned.Purpose = loginidName, place, mfa.PurposeSignature
		out.PublicKeys = append(out.PublicKeys, planned)
	}
	return nil
}

// isPlain reports whether a text is the same in both alphabets of Base64, in which clients send such keys.
func isPlain(text string) bool {
	for _, r := range text {
		switch {
		case r >= 'a' && r <= 'z', r >= 'A' && r <= 'Z', r >= '0' && r <= '9', r == '-', r == '_':
		default:
			return false
		}
	}
	return true
}

// site makes the relying party. It stands here or under passkeys; backends need none.
func (l *loginid) site(at string, out *provision.PlannedApplication) (err error) {
	if out.Settings.RelyingParty != nil {
		if !l.empty() {
			return refuse(at, "the relying party stands under passkeys already; leave rp_id, origins and what belongs to them out here")
		}
		return nil
	}
	if l.Type == "management" && l.URL == "" && l.empty() {
		return nil
	}
	out.Settings.RelyingParty, err = l.plan(at)
	return err
}
