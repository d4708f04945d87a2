package apply

import (
	"encoding/json"
	"maps"
	"time"
)

// body is the whole file. The names of members are the documented format.
type body struct {
	Organizations []organization
}

func (b *body) members() members {
	return members{"organizations": list(&b.Organizations)}
}

type organization struct {
	ID          string
	Name        string
	Directories []directory
	Services    []service
	LaunchKey   *launchkeyOrganization
}

func (o *organization) members() members {
	return members{
		"id": text(&o.ID), "name": text(&o.Name), "directories": list(&o.Directories), "services": list(&o.Services),
		"launchkey": optional(&o.LaunchKey),
	}
}

type directory struct {
	ID           string
	Name         string
	Applications []application
	Users        []user
	Branding     *branding
	LaunchKey    *launchkeyDirectory
}

func (d *directory) members() members {
	return members{
		"id": text(&d.ID), "name": text(&d.Name), "applications": list(&d.Applications), "users": list(&d.Users),
		"branding": optional(&d.Branding), "launchkey": optional(&d.LaunchKey),
	}
}

type branding struct {
	Name  string
	Color string
	Logo  string // a file beside this one
}

func (b *branding) members() members {
	return members{"name": text(&b.Name), "color": text(&b.Color), "logo": text(&b.Logo)}
}

type application struct {
	ID         string
	Name       string
	Number     int64
	LogoURL    string
	Settings   *settings
	Passkeys   *relyingParty
	Authy      *authy
	LaunchKey  *launchkeyApplication
	LoginID    *loginid
	Authsignal *authsignal
}

func (a *application) members() members {
	return members{
		"id": text(&a.ID), "name": text(&a.Name), "number": whole(&a.Number), "logo_url": text(&a.LogoURL),
		"settings": optional(&a.Settings), "passkeys": optional(&a.Passkeys),
		"authy": optional(&a.Authy), "launchkey": optional(&a.LaunchKey), "loginid": optional(&a.LoginID),
		"authsignal": optional(&a.Authsignal),
	}
}

// service is an application of the organization itself. It has no people, so what concerns them is not its own.
type service struct {
	ID        string
	Name      string
	LaunchKey *launchkeyApplication
}

func (s *service) members() members {
	return members{"id": text(&s.ID), "name": text(&s.Name), "launchkey": optional(&s.LaunchKey)}
}

// settings are the application's switches; what is left out keeps its default.
type settings struct {
	SMS         *bool
	Voice       *bool
	Email       *bool
	Approvals   *bool
	GenericTOTP *bool
	CustomCodes *bool
	PassThrough *bool
	LockOnBan   *bool
	TestMode    *bool
	CodeDigits  int
	Matching    string
}

func (s *settings) members() members {
	return members{
		"sms": truth(&s.SMS), "voice": truth(&s.Voice), "email": truth(&s.Email), "approvals": truth(&s.Approvals),
		"generic_totp": truth(&s.GenericTOTP), "custom_codes": truth(&s.CustomCodes), "pass_through": truth(&s.PassThrough),
		"lock_on_ban": truth(&s.LockOnBan), "test_mode": truth(&s.TestMode), "code_digits": whole(&s.CodeDigits),
		"number_matching": text(&s.Matching),
	}
}

type authy struct {
	APIKey         string
	APIKeys        []string
	AccessKey      string
	SigningKey     string
	AppID          int64
	CallbackURL    string
	CallbackMethod string
	Plan           string
}

func (a *authy) members() members {
	return members{
		"api_key": text(&a.APIKey), "api_keys": texts(&a.APIKeys), "access_key": text(&a.AccessKey), "signing_key": text(&a.SigningKey),
		"app_id": whole(&a.AppID), "callback_url": text(&a.CallbackURL), "callback_method": text(&a.CallbackMethod), "plan": text(&a.Plan),
	}
}

type launchkeyOrganization struct{ Keys []publicKey }

func (l *launchkeyOrganization) members() members { return members{"keys": list(&l.Keys)} }

type launchkeyDirectory struct {
	Keys                 []publicKey
	SDKKeys              []string
	WebhookURL           string
	DenialContextInquiry *bool
	AndroidKey           string
	Active               *bool
}

func (l *launchkeyDirectory) members() members {
	return members{
		"keys": list(&l.Keys), "sdk_keys": texts(&l.SDKKeys), "webhook_url": text(&l.WebhookURL),
		"denial_context_inquiry": truth(&l.DenialContextInquiry), "android_key": text(&l.AndroidKey), "active": truth(&l.Active),
	}
}

type launchkeyApplication struct {
	Keys        []publicKey
	CallbackURL string
	Icon        string
	Description string
	Active      *bool
	Policy      json.RawMessage
}

func (l *launchkeyApplication) members() members {
	return members{
		"keys": list(&l.Keys), "callback_url": text(&l.CallbackURL), "icon": text(&l.Icon), "description": text(&l.Description),
		"active": truth(&l.Active), "policy": verbatim(&l.Policy),
	}
}

type publicKey struct {
	Type      string
	PublicKey string
	Active    *bool
	Expires   time.Time
}

func (k *publicKey) members() members {
	return members{
		"type": text(&k.Type), "public_key": text(&k.PublicKey), "active": truth(&k.Active), "expires": moment(&k.Expires),
	}
}

// relyingParty is whose passkeys an application registers and accepts.
type relyingParty struct {
	URL              string
	RPID             string
	Name             string
	Origins          []string
	RelatedOrigins   []string
	UserVerification string
	Attestation      string
	Formats          []string
	AllowAAGUIDs     []string
	DenyAAGUIDs      []string
	DenySynced       *bool
}

func (p *relyingParty) members() members {
	return members{
		"url": text(&p.URL), "rp_id": text(&p.RPID), "name": text(&p.Name), "origins": texts(&p.Origins),
		"related_origins": texts(&p.RelatedOrigins), "user_verification": text(&p.UserVerification),
		"attestation": text(&p.Attestation), "formats": texts(&p.Formats), "allow_aaguids": texts(&p.AllowAAGUIDs),
		"deny_aaguids": texts(&p.DenyAAGUIDs), "deny_synced": truth(&p.DenySynced),
	}
}

// loginid has the members of a relying party beside its own.
type loginid struct {
	relyingParty

	ClientID         string
	Type             string
	PublicKeys       []publicKey
	APIKeys          []string
	Issuer           string
	TokenLife        int
	RequireToken     *bool
	HideUnknownUsers *bool
}

func (l *loginid) members() members {
	out := l.relyingParty.members()
	maps.Copy(out, members{
		"client_id": text(&l.ClientID), "type": text(&l.Type), "public_keys": orAlone(&l.PublicKeys, aloneKey), "api_keys": texts(&l.APIKeys),
		"issuer": text(&l.Issuer), "token_life": whole(&l.TokenLife), "require_token": truth(&l.RequireToken), "hide_unknown_users": truth(&l.HideUnknownUsers),
	})
	return out
}

// aloneKey is where a key stands that is written as its PEM alone.
func aloneKey(k *publicKey) *string { return &k.PublicKey }

type user struct {
	AuthyID  int64
	Alias    string
	Username string
	Email    string
	Emails   []string
	Phone    string
	Locale   string
	TOTP     *totp
}

func (u *user) members() members {
	return members{
		"authy_id": whole(&u.AuthyID), "alias": text(&u.Alias), "username": text(&u.Username),
		"email": text(&u.Email), "emails": texts(&u.Emails),
		"phone": text(&u.Phone), "locale": text(&u.Locale), "totp": optional(&u.TOTP),
	}
}

type totp struct {
	Secret    string
	Digits    int
	Period    int
	Algorithm string
	Check     string
	CheckAt   time.Time
}

func (t *totp) members() members {
	return members{
		"secret": text(&t.Secret), "digits": whole(&t.Digits), "period": whole(&t.Period), "algorithm": text(&t.Algorithm),
		"check": text(&t.Check), "check_at": moment(&t.CheckAt),
	}
}
