package apply

import (
	"encoding/base32"
	"encoding/json"
	"fmt"
	"io/fs"
	"slices"
	"strings"

	"github.com/twinseal/twinseal/internal/mfa"
	"github.com/twinseal/twinseal/internal/mfa/provision"
)

// Plan judges everything that needs no database and returns what the file wants. Errors name the line.
func (f *File) Plan() (provision.Plan, error) {
	var p provision.Plan
	for i, o := range f.body.Organizations {
		planned, err := o.plan(fmt.Sprintf("organizations[%d]", i), f.side)
		if err != nil {
			return provision.Plan{}, f.Locate(err)
		}
		p.Organizations = append(p.Organizations, planned)
	}
	found := twins{file: f, seen: map[twin]string{}}
	if err := found.check(p); err != nil {
		return provision.Plan{}, f.Locate(err)
	}
	return p, nil
}

// refuse says what is wrong at a path.
func refuse(path, message string) error {
	return &mfa.Error{Code: mfa.Invalid, Field: path, Message: message}
}

// within puts a path in front of the field that a refusal of mfa names.
func within(path string, err error) error {
	if refusal, ok := err.(*mfa.Error); ok { //nolint:errorlint // parsers of mfa return it bare
		return &mfa.Error{Code: refusal.Code, Reason: refusal.Reason, Field: path, Message: refusal.Message}
	}
	return err
}

// checkedID reads an optional UUID.
func checkedID(path, id string) (string, error) {
	if id == "" {
		return "", nil
	}
	return mfa.ParseUUID(path+".id", id)
}

const maxName = 200 // bytes: one line on every screen

func checkedName(path, name string) error {
	switch {
	case strings.TrimSpace(name) == "" || len(name) > maxName:
		return refuse(path+".name", "a name has 1 to 200 characters")
	case mfa.Showable(name) != name:
		return refuse(path+".name", "the name has characters that no screen shows, or a line break")
	}
	return nil
}

func (o organization) plan(path string, side fs.FS) (provision.PlannedOrganization, error) {
	id, err := checkedID(path, o.ID)
	if err == nil {
		err = checkedName(path, o.Name)
	}
	out := provision.PlannedOrganization{ID: mfa.OrganizationID(id), Name: o.Name}
	if err == nil {
		err = o.LaunchKey.into(path, &out)
	}
	if err != nil {
		return out, err
	}
	for i, d := range o.Directories {
		planned, err := d.plan(fmt.Sprintf("%s.directories[%d]", path, i), side)
		if err != nil {
			return out, err
		}
		out.Directories = append(out.Directories, planned)
	}
	for i, s := range o.Services {
		planned, err := s.plan(fmt.Sprintf("%s.services[%d]", path, i))
		if err != nil {
			return out, err
		}
		out.Services = append(out.Services, planned)
	}
	return out, nil
}

func (d directory) plan(path string, side fs.FS) (provision.PlannedDirectory, error) {
	id, err := checkedID(path, d.ID)
	if err != nil {
		return provision.PlannedDirectory{}, err
	}
	if err := checkedName(path, d.Name); err != nil {
		return provision.PlannedDirectory{}, err
	}
	out := provision.PlannedDirectory{ID: mfa.DirectoryID(id), Name: d.Name}
	if err := d.LaunchKey.into(path, &out); err != nil {
		return out, err
	}
	if out.Branding, err = d.Branding.plan(path+".branding", side); err != nil {
		return out, err
	}
	for i, a := range d.Applications {
		planned, err := a.plan(fmt.Sprintf("%s.applications[%d]", path, i))
		if err != nil {
			return out, err
		}
		out.Applications = append(out.Applications, planned)
	}
	for i, u := range d.Users {
		planned, err := u.plan(fmt.Sprintf("%s.users[%d]", path, i))
		if err != nil {
			return out, err
		}
		out.Users = append(out.Users, planned)
	}
	return out, nil
}

func (a application) plan(path string) (provision.PlannedApplication, error) {
	id, err := checkedID(path, a.ID)
	if err != nil {
		return provision.PlannedApplication{}, err
	}
	if err := checkedName(path, a.Name); err != nil {
		return provision.PlannedApplication{}, err
	}
	if a.Number < 0 || a.Number > mfa.MaxUserNumber {
		return provision.PlannedApplication{}, refuse(path+".number", "a number is 1 to 2147483647")
	}
	out := provision.PlannedApplication{ID: mfa.ApplicationID(id), Number: a.Number, Name: a.Name, Settings: mfa.DefaultSettings()}
	if a.LogoURL != "" && !isWebAddress(a.LogoURL) {
		return out, refuse(path+".logo_url", "the logo's address starts with https:// or http://")
	}
	out.Settings.LogoURL = a.LogoURL
	if err := a.Settings.into(path+".settings", &out.Settings); err != nil {
		return out, err
	}
	if err := a.Passkeys.into(path, &out); err != nil {
		return out, err
	}
	if a.Authy != nil {
		if err := a.Authy.into(path+".authy", &out); err != nil {
			return out, err
		}
	}
	if err := a.LaunchKey.into(path, &out); err != nil {
		return out, err
	}
	if err := a.LoginID.into(path, &out); err != nil {
		return out, err
	}
	return out, a.Authsignal.into(path, &out)
}

func isWebAddress(text string) bool {
	return strings.HasPrefix(text, "https://") || strings.HasPrefix(text, "http://")
}

func (s *settings) into(path string, out *mfa.ApplicationSettings) error {
	if s == nil {
		return nil
	}
	for _, set := range []struct {
		from *bool
		to   *bool
	}{
		{s.SMS, &out.SMS},
		{s.Voice, &out.Voice},
		{s.Email, &out.Email},
		{s.Approvals, &out.Approvals},
		{s.GenericTOTP, &out.GenericTOTP},
		{s.CustomCodes, &out.CustomCodes},
		{s.PassThrough, &out.PassThrough},
		{s.LockOnBan, &out.LockOnBan},
		{s.TestMode, &out.TestMode},
	} {
		if set.from != nil {
			*set.to = *set.from
		}
	}
	if s.CodeDigits != 0 && (s.CodeDigits < mfa.MinCodeDigits || s.CodeDigits > mfa.MaxCodeDigits) {
		return refuse(path+".code_digits", "codes have 4 to 10 digits")
	}
	out.CodeDigits, out.Matching = s.CodeDigits, mfa.Matching(s.Matching)
	if mfa.CheckMatching(out.Matching) != nil {
		return refuse(path+".number_matching", "number matching is one of after_denial, pick and type")
	}
	return nil
}

// minKey is the shortest API key worth the name. The vendor's have 32 characters, and keys that applications
// have already are kept, so the bound only catches mistakes; docs/apply.md says why longer is better.
const minKey = 8

func (a authy) into(path string, out *provision.PlannedApplication) error {
	keys := a.APIKeys
	if a.APIKey != "" {
		keys = append([]string{a.APIKey}, keys...)
	}
	if len(keys) == 0 {
		return refuse(path, "the authy part needs an api_key")
	}
	for _, key := range keys {
		if len(key) < minKey {
			return refuse(path+".api_key", "an API key needs at least 8 characters")
		}
		out.Keys = append(out.Keys, provision.PlannedKey{Kind: mfa.KeyAuthyAPI, Secret: mfa.SecretText(key)})
	}
	if (a.AccessKey == "") != (a.SigningKey == "") {
		return refuse(path, "access_key and signing_key belong together")
	}
	if a.AccessKey != "" {
		out.Keys = append(out.Keys, provision.PlannedKey{Kind: mfa.KeyAuthyAccess, Secret: mfa.SecretText(a.AccessKey)},
			provision.PlannedKey{Kind: mfa.KeyAuthySigning, Secret: mfa.SecretText(a.SigningKey)})
	}
	switch {
	case a.AppID < 0 || a.AppID > mfa.MaxUserNumber:
		return refuse(path+".app_id", "an app_id is 1 to 2147483647")
	case a.AppID != 0 && out.Number != 0 && out.Number != a.AppID:
		return refuse(path+".app_id", "the app_id is the application's number; give one of them")
	case a.AppID != 0:
		out.Number = a.AppID
	}
	return a.settings(path, out)
}

// settings writes the dialect's own part as package dialect/authy reads it.
func (a authy) settings(path string, out *provision.PlannedApplication) error {
	method := strings.ToUpper(a.CallbackMethod)
	if method != "" && method != "GET" && method != "POST" {
		return refuse(path+".callback_method", "the callback method is GET or POST")
	}
	if a.CallbackURL != "" && !isWebAddress(a.CallbackURL) {
		return refuse(path+".callback_url", "the callback address starts with https:// or http://")
	}
	encoded, err := json.Marshal(struct {
		URL    string `json:"callback_url,omitempty"`
		Method string `json:"callback_method,omitempty"`
		Plan   string `json:"plan,omitempty"`
	}{a.CallbackURL, method, a.Plan})
	if err != nil {
		return refuse(path, "the settings cannot be written")
	}
	out.Settings.Dialects = map[string]json.RawMessage{"authy": encoded}
	return nil
}

func (u user) plan(path string) (provision.PlannedUser, error) {
	out := provision.PlannedUser{Number: u.AuthyID, Alias: u.Alias, Locale: u.Locale}
	if u.Username != "" {
		if u.Alias != "" && u.Alias != u.Username {
			return out, refuse(path+".username", "the username is the user's alias; give one of them")
		}
		out.Alias, out.Folded = u.Username, true
	}
	if u.AuthyID < 0 || u.AuthyID > mfa.MaxUserNumber {
		return out, refuse(path+".authy_id", "an authy_id is 1 to 2147483647")
	}
	if u.AuthyID == 0 && out.Alias == "" && u.Phone == "" {
		return out, refuse(path, "a user needs an authy_id, an alias, a username or a phone to be found by")
	}
	if len(out.Alias) > maxName || mfa.Showable(out.Alias) != out.Alias {
		return out, refuse(path+"."+u.aliasMember(), "an alias or username has at most 200 characters, and none that no screen shows")
	}
	if len(u.Locale) > maxLocale {
		return out, refuse(path+".locale", "a locale is a language tag such as en or pt-BR")
	}
	var err error
	if u.Phone != "" {
		if out.Phone, err = mfa.ParseE164(u.Phone); err != nil {
			return out, within(path+".phone", err)
		}
	}
	if out.Emails, err = u.addresses(path); err != nil || u.TOTP == nil {
		return out, err
	}
	out.TOTP, err = u.TOTP.plan(path + ".totp")
	return out, err
}

// aliasMember is the member that the alias stands in.
func (u user) aliasMember() string {
	if u.Username != "" {
		return "username"
	}
	return "alias"
}

// maxLocale is the longest language tag that RFC 5646 recommends to have room for.
const maxLocale = 35

// addresses are the user's own, the one to show and write to first; the same one twice is one.
func (u user) addresses(path string) ([]string, error) {
	var out []string
	add := func(at, address string) error {
		parsed, err := mfa.ParseEmail(address)
		if err != nil {
			return within(at, err)
		}
		if !slices.Contains(out, parsed) {
			out = append(out, parsed)
		}
		if len(out) > mfa.MaxEmails {
			return refuse(at, "a user has at most 10 addresses")
		}
		return nil
	}
	if u.Email != "" {
		if err := add(path+".email", u.Email); err != nil {
			return nil, err
		}
	}
	for i, address := range u.Emails {
		if err := add(fmt.Sprintf("%s.emails[%d]", path, i), address); err != nil {
			return nil, err
		}
	}
	return out, nil
}

func (t totp) plan(path string) (*provision.PlannedTOTP, error) {
	text := strings.TrimRight(strings.ToUpper(strings.NewReplacer(" ", "", "-", "").Replace(t.Secret)), "=")
	seed, err := base32.StdEncoding.WithPadding(base32.NoPadding).DecodeString(text)
	if err != nil || len(seed) == 0 {
		return nil, refuse(path+".secret", "the seed is not base 32 (letters A to Z and digits 2 to 7)")
	}
	if t.Check == "" && !t.CheckAt.IsZero() {
		return nil, refuse(path+".check_at", "check_at says when the code of check was shown; there is none")
	}
	return &provision.PlannedTOTP{
		TOTPData: mfa.TOTPData{Algorithm: strings.ToUpper(t.Algorithm), Digits: t.Digits, Period: t.Period},
		Seed:     mfa.NewSecret(seed), Check: t.Check, CheckAt: t.CheckAt,
	}, nil
}
