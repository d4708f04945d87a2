package authsignal

import (
	"encoding/json"
	"strings"

	"github.com/twinseal/twinseal/internal/agent"
	"github.com/twinseal/twinseal/internal/maker"
	"github.com/twinseal/twinseal/internal/mfa"
	"github.com/twinseal/twinseal/internal/mfa/people"
)

// authenticatorView is an authenticator as clients see it. The server's API shows addresses as they are.
type authenticatorView struct {
	ID                 mfa.AuthenticatorID `json:"userAuthenticatorId"`
	UserID             string              `json:"userId"`
	VerificationMethod string              `json:"verificationMethod"`
	CreatedAt          wireTime            `json:"createdAt"`
	VerifiedAt         wireTime            `json:"verifiedAt"`
	LastVerifiedAt     *wireTime           `json:"lastVerifiedAt,omitempty"`
	IsDefault          bool                `json:"isDefault"`
	Email              string              `json:"email,omitempty"`
	PhoneNumber        string              `json:"phoneNumber,omitempty"`
	PreviousSMSChannel string              `json:"previousSmsChannel,omitempty"`
	Username           string              `json:"username,omitempty"`
	DisplayName        string              `json:"displayName,omitempty"`
	DevicePlatform     string              `json:"devicePlatform,omitempty"`
	Credential         *credentialView     `json:"webauthnCredential,omitempty"`

	// What clients read that were old when the rest was made.
	Type     string `json:"authenticatorType,omitempty"`
	Channel  string `json:"oobChannel,omitempty"`
	IsActive bool   `json:"isActive"`
}

// credentialView is what is told of a passkey.
type credentialView struct {
	CredentialID string     `json:"credentialId"`
	DeviceID     string     `json:"deviceId"`
	Name         string     `json:"name"`
	AAGUID       string     `json:"aaguid,omitempty"`
	Maker        *makerView `json:"aaguidMapping,omitempty"`
	BackedUp     bool       `json:"credentialBackedUp"`
	DeviceType   string     `json:"credentialDeviceType"`
	Attachment   string     `json:"authenticatorAttachment,omitempty"`
	VerifiedAt   wireTime   `json:"verifiedAt"`
	Agent        *agentView `json:"parsedUserAgent,omitempty"`
}

type makerView struct {
	Name      string `json:"name"`
	IconLight string `json:"svgIconLight"`
	IconDark  string `json:"svgIconDark"`
}

// agentView is a user agent taken apart, in the form of the library that the vendor's service uses.
type agentView struct {
	UA      string `json:"ua"`
	Browser struct {
		Name    string `json:"name,omitempty"`
		Version string `json:"version,omitempty"`
		Major   string `json:"major,omitempty"`
	} `json:"browser"`
	Device struct {
		Model  string `json:"model,omitempty"`
		Type   string `json:"type,omitempty"`
		Vendor string `json:"vendor,omitempty"`
	} `json:"device"`
	Engine struct {
		Name    string `json:"name,omitempty"`
		Version string `json:"version,omitempty"`
	} `json:"engine"`
	OS struct {
		Name    string `json:"name,omitempty"`
		Version string `json:"version,omitempty"`
	} `json:"os"`
	CPU struct {
		Architecture string `json:"architecture,omitempty"`
	} `json:"cpu"`
}

// viewOf shows an authenticator of the user of an alias, in words that every client of the server's API knows.
func viewOf(e people.Entry, alias string) authenticatorView {
	out := authenticatorView{
		ID: e.ID, UserID: alias, VerificationMethod: safeMethod(e.Method), CreatedAt: wireTime(e.CreatedAt), VerifiedAt: wireTime(e.CreatedAt),
		LastVerifiedAt: since(e.LastUsedAt), DevicePlatform: platformWord(e.Platform), IsActive: true,
	}
	out.Email, out.PhoneNumber = addresses(e.Method, e.Address)
	out.Type, out.Channel = olderWords(e.Method)
	switch e.Method {
	case mfa.MethodSMS:
		out.PreviousSMSChannel = "DEFAULT"
	case mfa.MethodPasskey, mfa.MethodSecurityKey:
		out.Credential = credentialOf(e)
		out.DisplayName = e.Name
	case mfa.MethodPush, mfa.MethodQRCode, mfa.MethodInApp, mfa.MethodDevice:
		out.DisplayName = e.Name
	}
	return out
}

// credentialOf is nil for data that this server did not write.
func credentialOf(e people.Entry) *credentialView {
	var data mfa.PasskeyData
	if json.Unmarshal(e.Data, &data) != nil {
		return nil
	}
	id, err := data.CredentialID.MarshalText()
	if err != nil {
		return nil
	}
	out := &credentialView{
		CredentialID: string(id), DeviceID: string(e.ID), Name: e.Name, AAGUID: data.AAGUID, BackedUp: data.BackedUp,
		DeviceType: "singleDevice", VerifiedAt: wireTime(e.CreatedAt), Agent: agentOf(data.UserAgent),
	}
	if data.BackupEligible {
		out.DeviceType = "multiDevice"
	}
	if name := maker.Of(data.AAGUID); name != "" {
		light, dark := maker.Icons()
		out.Maker = &makerView{name, light, dark}
	}
	return out
}

// agentOf is nil where no user agent was told.
func agentOf(text string) *agentView {
	if text == "" {
		return nil
	}
	read, out := agent.Of(text), &agentView{UA: text}
	out.Browser.Name, out.Browser.Version = read.Browser, read.BrowserVersion
	out.Browser.Major, _, _ = strings.Cut(read.BrowserVersion, ".")
	out.OS.Name, out.OS.Version = read.System, read.SystemVersion
	out.Device.Model = read.Device
	if read.Form == agent.FormMobile || read.Form == agent.FormTablet {
		out.Device.Type = string(read.Form)
	}
	return out
}

// platformWord is one of the three that clients know, "" for others.
func platformWord(platform string) string {
	switch word := strings.ToUpper(platform); word {
	case "IOS", "ANDROID", "WEB":
		return word
	}
	return ""
}

// olderWords are the type and channel of an authenticator in what was used before methods had names of their own.
func olderWords(m mfa.Method) (kind, channel string) {
	switch m {
	case mfa.MethodSMS, mfa.MethodEmailOTP, mfa.MethodMagicLink:
		return "OOB", methodWords[m]
	case mfa.MethodTOTP:
		return "OTP", ""
	case mfa.MethodPasskey, mfa.MethodSecurityKey, mfa.MethodPush:
		return methodWords[m], ""
	}
	return "", ""
}
