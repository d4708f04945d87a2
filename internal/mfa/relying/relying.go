// Package relying says what an operator may write about a relying party: whose passkeys an application registers
// and accepts. It is pure. Browsers refuse most of what is refused here as well, but they tell the visitor, late, and
// in words that do not help.
package relying

import (
	"fmt"
	"slices"
	"strings"

	"github.com/twinseal/twinseal/internal/mfa"
)

// Bounds of what an operator writes.
const (
	MaxOrigins = 100  // of either list: all are compared at each ceremony
	MaxModels  = 1000 // AAGUIDs of either list; all models that are known are fewer
	maxName    = 200  // bytes: one line on every screen
	maxOrigin  = 300  // bytes: the longest name of a host, with a scheme and a port
)

// Formats are the forms of attestation that can be asked for. Google has switched android-safetynet off: phones that
// still have it register where all forms are accepted.
func Formats() []string {
	return []string{"none", "packed", "fido-u2f", "apple", "android-key", "tpm"}
}

// Of is the relying party of a website: the host of its address is the id, its origin the one that is accepted.
func Of(address string) (mfa.RelyingParty, error) {
	origin, host, err := parseSite(address)
	if err != nil {
		return mfa.RelyingParty{}, err
	}
	return mfa.RelyingParty{ID: host, Origins: []string{origin}}, nil
}

// Check holds a relying party to the rules and writes its members as browsers do. The Field of a refusal is the name
// of the member at fault as apply files have it, such as origins[1].
func Check(p *mfa.RelyingParty) error {
	if err := checkID(p.ID); err != nil {
		return err
	}
	if len(p.Name) > maxName || mfa.Showable(p.Name) != p.Name {
		return refuse("name", "a name has at most 200 characters that can be shown")
	}
	if len(p.Origins) == 0 {
		return refuse("origins", "a relying party needs at least one origin, such as https://"+p.ID)
	}
	if err := checkOrigins("origins", p.Origins, p.ID); err != nil {
		return err
	}
	if err := checkOrigins("related_origins", p.RelatedOrigins, ""); err != nil {
		return err
	}
	for _, word := range []struct {
		field, value string
		known        []string
	}{
		{"user_verification", p.UserVerification, []string{"required", "preferred", "discouraged"}},
		{"attestation", p.Attestation, []string{"none", "indirect", "direct", "enterprise"}},
	} {
		if word.value != "" && !slices.Contains(word.known, word.value) {
			return refuse(word.field, "this is one of "+strings.Join(word.known, ", "))
		}
	}
	for i, format := range p.Formats {
		if !slices.Contains(Formats(), format) {
			return refuse(fmt.Sprintf("formats[%d]", i), "a format of attestations is one of "+strings.Join(Formats(), ", "))
		}
	}
	if err := checkModels("allow_aaguids", p.AllowAAGUIDs); err != nil {
		return err
	}
	if len(p.AllowAAGUIDs) > 0 && (p.Attestation == "" || p.Attestation == "none") {
		return refuse("allow_aaguids", "nobody proves a model without attestation: direct, so this would let nobody in")
	}
	return checkModels("deny_aaguids", p.DenyAAGUIDs)
}

func refuse(field, message string) error {
	return &mfa.Error{Code: mfa.Invalid, Field: field, Message: message}
}

func checkID(id string) error {
	switch {
	case id == "":
		return refuse("rp_id", "a relying party needs an rp_id, the domain that its passkeys belong to")
	case !isHost(id):
		return refuse("rp_id", "an rp_id is a domain such as example.com, in small letters and without a scheme or a port")
	}
	return nil
}

// checkOrigins also holds them to a domain, "" for none: browsers give a passkey to no other.
func checkOrigins(field string, origins []string, under string) error {
	if len(origins) > MaxOrigins {
		return refuse(field, "there are more than 100 origins")
	}
	for i, text := range origins {
		at := fmt.Sprintf("%s[%d]", field, i)
		if strings.HasPrefix(text, androidPrefix) {
			if !isAndroid(text) {
				return refuse(at, "the origin of an app is android:apk-key-hash: and the base64url of its certificate's SHA-256")
			}
			continue
		}
		origin, host, err := parseOrigin(text)
		switch {
		case err != nil:
			return refuse(at, err.Error())
		case under != "" && host != under && !strings.HasSuffix(host, "."+under):
			return refuse(at, "this origin is not in the domain "+under+": browsers give it none of its passkeys unless it is one of the related_origins")
		case slices.Contains(origins[:i], origin):
			return refuse(at, "the same origin stands here twice")
		}
		origins[i] = origin
	}
	return nil
}

func checkModels(field string, models []string) error {
	if len(models) > MaxModels {
		return refuse(field, "there are more than 1000 models")
	}
	for i, text := range models {
		id, err := mfa.ParseUUID(field, text)
		if err != nil {
			return refuse(fmt.Sprintf("%s[%d]", field, i), "an AAGUID is a UUID such as 08987058-cadc-4b81-b6e1-30de50dcbe96")
		}
		models[i] = id
	}
	return nil
}
