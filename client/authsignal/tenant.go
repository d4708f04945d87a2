package authsignal

import (
	"context"
	"encoding/json"
	"net/http"
)

// Tenant is how an application's users are treated in general.
type Tenant struct {
	ID                            string `json:"tenantId"`
	Name                          string `json:"name"`
	CustomDomain                  string `json:"customDomain"`
	AllowDisablingMFA             bool   `json:"allowDisablingMfa"`
	AllowDeletingAuthenticators   bool   `json:"allowDeletingUserAuthenticators"`
	HideLogo                      bool   `json:"hideAuthsignalLogo"`
	RedirectOnSessionExpiry       bool   `json:"redirectOnSessionExpiry"`
	DisableRecoveryCodes          bool   `json:"disableRecoveryCodes"`
	SkipRecoveryCodesOnEnrollment bool   `json:"skipRecoveryCodesOnProgrammaticEnrollment"`
	HideRecoveryCodesOnEnrollment bool   `json:"hideRecoveryCodesOnEnrollment"`
	HideSuccessScreenOnEnrollment *bool  `json:"hideSuccessScreenOnEnrollment"` // nil: never set
	TokenDurationInMinutes        int    `json:"tokenDurationInMinutes"`
}

// TenantChange is what to change of the tenant.
type TenantChange struct {
	Name                          Change[string] `json:"name,omitzero"`
	CustomDomain                  Change[string] `json:"customDomain,omitzero"`
	AllowDisablingMFA             Change[bool]   `json:"allowDisablingMfa,omitzero"`
	AllowDeletingAuthenticators   Change[bool]   `json:"allowDeletingUserAuthenticators,omitzero"`
	HideLogo                      Change[bool]   `json:"hideAuthsignalLogo,omitzero"`
	RedirectOnSessionExpiry       Change[bool]   `json:"redirectOnSessionExpiry,omitzero"`
	DisableRecoveryCodes          Change[bool]   `json:"disableRecoveryCodes,omitzero"`
	SkipRecoveryCodesOnEnrollment Change[bool]   `json:"skipRecoveryCodesOnProgrammaticEnrollment,omitzero"`
	HideRecoveryCodesOnEnrollment Change[bool]   `json:"hideRecoveryCodesOnEnrollment,omitzero"`
	HideSuccessScreenOnEnrollment Change[bool]   `json:"hideSuccessScreenOnEnrollment,omitzero"`
	TokenDurationInMinutes        Change[int]    `json:"tokenDurationInMinutes,omitzero"`
}

// Tenant reads the tenant of the key.
func (m *Management) Tenant(ctx context.Context) (*Tenant, error) {
	var read Tenant
	err := m.get(ctx, "get tenant", &read, "tenant")
	return about(&read, read.ID, "", err, "get tenant")
}

// UpdateTenant changes it.
func (m *Management) UpdateTenant(ctx context.Context, change TenantChange) (*Tenant, error) {
	var read Tenant
	err := m.patch(ctx, "update tenant", change, &read, "tenant")
	return about(&read, read.ID, "", err, "update tenant")
}

// RateLimit is so many in a window.
type RateLimit struct {
	Limit   int `json:"rateLimit"`
	Minutes int `json:"windowInMinutes"`
}

// AuthenticatorConfiguration is how one method works. The settings that only some
// methods or providers have, and all that servers add, are in Settings, which is
// the whole document.
type AuthenticatorConfiguration struct {
	ID               string     `json:"authenticatorId"`
	Method           Method     `json:"verificationMethod"`
	IsActive         bool       `json:"isActive"`
	IsEditableByUser bool       `json:"isEditableByUser"`
	IsHiddenToUser   bool       `json:"isHiddenToUser"`
	SMSProvider      string     `json:"smsProvider"`
	EmailProvider    string     `json:"emailProvider"`
	PushProvider     string     `json:"pushProvider"`
	WhatsAppProvider string     `json:"whatsAppProvider"`
	WebhookURL       string     `json:"webhookUrl"`
	Sender           string     `json:"sender"`
	CodeLength       int        `json:"verificationCodeLength"`
	SessionMinutes   int        `json:"sessionTtlInMinutes"`
	VerifyLimit      *RateLimit `json:"rateLimitConfiguration"`
	SendLimit        *RateLimit `json:"sendingRateLimitConfiguration"`
	CountryCodes     []string   `json:"smsCountryCodes"`
	RelyingParty     string     `json:"relyingParty"`
	ExpectedOrigins  []string   `json:"expectedOrigins"`
	UserVerification string     `json:"userVerificationRequirement"`
	Attachment       string     `json:"authenticatorAttachment"`
	IssuerName       string     `json:"issuerName"`
	MagicLinkMode    string     `json:"magicLinkMode"`
	RedirectURLs     []string   `json:"redirectUrls"`

	Settings map[string]json.RawMessage `json:"-"`
}

// UnmarshalJSON keeps the whole document beside what has a field.
func (c *AuthenticatorConfiguration) UnmarshalJSON(raw []byte) error {
	type fields AuthenticatorConfiguration
	if err := json.Unmarshal(raw, (*fields)(c)); err != nil {
		return err
	}
	return json.Unmarshal(raw, &c.Settings)
}

// Settings are members of a document by their names in the protocol, such as
// "verificationCodeLength": 6; nil clears.
type Settings map[string]any

const methodsPath = "authenticator-configurations"

// AuthenticatorConfigurations lists how the methods work.
func (m *Management) AuthenticatorConfigurations(ctx context.Context) ([]AuthenticatorConfiguration, error) {
	return ask[[]AuthenticatorConfiguration](ctx, &m.transport, call{op: "list authenticator configurations", method: http.MethodGet, path: []string{methodsPath}})
}

// UpdateAuthenticatorConfiguration changes how a method works.
func (m *Management) UpdateAuthenticatorConfiguration(ctx context.Context, id string, change Settings) (*AuthenticatorConfiguration, error) {
	const op = "update authenticator configuration"
	if err := checkSegment("authenticator", id); err != nil {
		return nil, err
	}
	var read AuthenticatorConfiguration
	err := m.patch(ctx, op, change, &read, methodsPath, id)
	return about(&read, read.ID, id, err, op)
}

// Theme is how the hosted pages look. Colors, Borders and so on are by their
// names in the protocol, such as buttonPrimaryText; zero members are left as they
// are by [Management.UpdateTheme].
type Theme struct {
	Name           string            `json:"name,omitempty"`
	LogoURL        string            `json:"logoUrl,omitempty"`
	WatermarkURL   string            `json:"watermarkUrl,omitempty"`
	FaviconURL     string            `json:"faviconUrl,omitempty"`
	PrimaryColor   string            `json:"primaryColor,omitempty"`
	Borders        map[string]int    `json:"borders,omitempty"`
	Colors         map[string]string `json:"colors,omitempty"`
	Container      map[string]any    `json:"container,omitempty"`
	PageBackground map[string]string `json:"pageBackground,omitempty"`
	Typography     json.RawMessage   `json:"typography,omitempty"`
	Links          map[string]bool   `json:"links,omitempty"`
	Shadows        map[string]bool   `json:"shadows,omitempty"`
	DarkMode       *Theme            `json:"darkMode,omitempty"`
}

// Theme reads the theme.
func (m *Management) Theme(ctx context.Context) (*Theme, error) {
	return ask[*Theme](ctx, &m.transport, call{op: "get theme", method: http.MethodGet, path: []string{"theme"}})
}

// UpdateTheme changes the theme.
func (m *Management) UpdateTheme(ctx context.Context, change Theme) (*Theme, error) {
	return ask[*Theme](ctx, &m.transport, call{op: "update theme", method: http.MethodPatch, path: []string{"theme"}, body: change})
}

// ClearTheme takes settings of the theme away, by their names in the protocol.
func (m *Management) ClearTheme(ctx context.Context, names ...string) (*Theme, error) {
	change := Settings{}
	for _, name := range names {
		change[name] = nil
	}
	return ask[*Theme](ctx, &m.transport, call{op: "clear theme", method: http.MethodPatch, path: []string{"theme"}, body: change})
}

// Messages are words of the hosted pages by locale and by their names, such as
// "sms-code-entry.heading".
type Messages map[string]map[string]string

type wireMessages struct {
	Messages Messages `json:"messageOverrides"`
}

// MessageOverrides reads the words that are not the server's own.
func (m *Management) MessageOverrides(ctx context.Context) (Messages, error) {
	var read wireMessages
	err := m.get(ctx, "get message overrides", &read, "message-overrides")
	return read.Messages, err
}

// ReplaceMessageOverrides sets all of them: what is left out is the server's own
// again.
func (m *Management) ReplaceMessageOverrides(ctx context.Context, messages Messages) (Messages, error) {
	if messages == nil {
		messages = Messages{}
	}
	var read wireMessages
	err := m.patch(ctx, "replace message overrides", wireMessages{messages}, &read, "message-overrides")
	return read.Messages, err
}

// Catalog is the words that can be replaced.
type Catalog struct {
	Version json.RawMessage `json:"catalogVersion"`
	Screens []Screen        `json:"screens"`
	Points  []Words         `json:"points"`
}

// Screen is one of the hosted pages.
type Screen struct {
	ID     string `json:"id"`
	Label  string `json:"label"`
	Family string `json:"family"`
}

// Words are one place on a screen.
type Words struct {
	ID           string            `json:"publicId"`
	Screen       string            `json:"screen"`
	Role         string            `json:"role"`
	Item         string            `json:"item"`
	Label        string            `json:"label"`
	Products     []string          `json:"products"`
	MaxLength    int               `json:"maxLength"`
	Placeholders []string          `json:"allowedPlaceholders"`
	Tags         []string          `json:"allowedTags"`
	Default      map[string]string `json:"defaultCopy"`
}

// MessageCatalog reads which words can be replaced.
func (m *Management) MessageCatalog(ctx context.Context) (*Catalog, error) {
	return ask[*Catalog](ctx, &m.transport, call{op: "get message catalog", method: http.MethodGet, path: []string{"message-overrides", "catalog"}})
}
