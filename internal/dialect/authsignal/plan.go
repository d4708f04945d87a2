package authsignal

import (
	"errors"
	"fmt"
	"net/netip"
	"net/url"
	"regexp"
	"slices"
	"strings"

	"github.com/twinseal/twinseal/internal/mfa"
	"github.com/twinseal/twinseal/internal/mfa/provision"
)

// Settle judges what a plan says in this dialect, and puts our words where it has the protocol's. A refusal's Field is
// the path of the part at fault.
func Settle(p *provision.Plan) error {
	for i := range p.Organizations {
		o := &p.Organizations[i]
		for j := range o.Directories {
			for k := range o.Directories[j].Applications {
				path := fmt.Sprintf("organizations[%d].directories[%d].applications[%d]", i, j, k)
				if err := settleApplication(&o.Directories[j].Applications[k]); err != nil {
					return within(path, err)
				}
			}
		}
	}
	return nil
}

// within puts a path in front of the one that a refusal names.
func within(path string, err error) error {
	refused, ok := errors.AsType[*mfa.Error](err)
	if !ok {
		return err
	}
	if refused.Field != "" {
		path += "." + refused.Field
	}
	return &mfa.Error{Code: refused.Code, Reason: refused.Reason, Field: path, Message: refused.Message, Cause: refused.Cause}
}

// refuseAt says what is wrong at a path.
func refuseAt(path, message string) error {
	return &mfa.Error{Code: mfa.Invalid, Field: path, Message: message}
}

func settleApplication(a *provision.PlannedApplication) error {
	for i := range a.Keys {
		k := &a.Keys[i]
		if k.Kind != keyTenant {
			continue
		}
		id, err := mfa.ParseUUID(k.Place, string(k.Secret.Reveal()))
		if err != nil {
			return refuseAt(k.Place, "a tenant id is a UUID, such as the one in your portal; \"twinseal keys authsignal NAME\" makes one")
		}
		k.Secret = mfa.SecretText(id)
	}
	p := a.StepUp
	if p == nil {
		return nil
	}
	if err := settleOutcome(Name+".default", &p.Default); err != nil {
		return err
	}
	if err := settleSettings(p); err != nil {
		return within(Name, err)
	}
	for _, settle := range []func(*provision.PlannedStepUp) error{settleMethods, settleLists, settlePoints, settleActions} {
		if err := settle(p); err != nil {
			return err
		}
	}
	return nil
}

// settleOutcome puts our word in place of the protocol's; none stays none.
func settleOutcome(path string, o *mfa.ActionOutcome) error {
	if *o == "" {
		return nil
	}
	ours, ok := outcomeOf(string(*o))
	if !ok {
		return refuseAt(path, "this is ALLOW, CHALLENGE, REVIEW or BLOCK")
	}
	*o = ours
	return nil
}

const unknownMethod = "this is no method; there are SMS, WHATSAPP, EMAIL_OTP, EMAIL_MAGIC_LINK, AUTHENTICATOR_APP, PASSKEY, SECURITY_KEY, PUSH, QR_CODE, IN_APP and DEVICE"

func settleMethod(path string, m *mfa.Method) error {
	if *m == "" {
		return nil
	}
	ours, ok := methodOf(string(*m))
	if !ok || ours == mfa.MethodRecovery {
		return refuseAt(path, unknownMethod)
	}
	*m = ours
	return nil
}

func settleMethodList(path string, list []mfa.Method) error {
	for i := range list {
		if err := settleMethod(fmt.Sprintf("%s[%d]", path, i), &list[i]); err != nil {
			return err
		}
	}
	return nil
}

// settleMethods judges what is set for each method by what comes of it where nothing was set.
func settleMethods(p *provision.PlannedStepUp) error {
	for i := range p.Methods {
		m := &p.Methods[i]
		if err := settleMethod(m.Place, &m.Method); err != nil {
			return err
		}
		var set mfa.MethodSettings
		m.Change(&set)
		if err := checkMethodSettings(set); err != nil {
			return within(m.Place, err)
		}
	}
	return nil
}

// Bounds of what an operator sets. The management API has the vendor's, which lie within.
const (
	maxTokenMinutes   = 24 * 60       // nobody asks whether the person is still there
	maxSessionMinutes = 60            // as the vendor's
	maxRate           = 1000          // times in a window
	maxRateMinutes    = 24 * 60       // a window
	maxSessionLife    = 366 * 24 * 60 // minutes until somebody has to sign in again
	maxClients        = 100           // all are looked through at each session
	maxURLs           = 100           // all are compared at each action
	maxURL            = 2048          // bytes: what every proxy and server on the way takes
)

func settleSettings(p *provision.PlannedStepUp) error {
	var s mfa.StepUp
	if p.Change != nil {
		p.Change(&s)
	}
	switch {
	case s.TokenMinutes < 0 || s.TokenMinutes > maxTokenMinutes:
		return refuseAt("token_minutes", "a token counts for 1 to 1440 minutes; 0 means the ten of the default")
	case s.RememberDays < 0 || s.RememberDays > mfa.MaxRememberDays:
		return refuseAt("remember_days", "a device is remembered for 1 to 365 days; 0 means not at all")
	case len(s.Name) > mfa.MaxName || mfa.Showable(s.Name) != s.Name:
		return refuseAt("name", "a name has at most 200 characters that can be shown")
	}
	for _, list := range []struct {
		field string
		all   []string
		check func(string) error
	}{
		{"redirect_urls", s.RedirectURLs, checkAddress},
		{"frame_origins", s.FrameOrigins, checkOrigin},
		{"custom_domains", s.CustomDomains, checkOrigin},
	} {
		if len(list.all) > maxURLs {
			return refuseAt(list.field, "this has at most 100 entries")
		}
		for i, one := range list.all {
			if err := list.check(one); err != nil {
				return refuseAt(fmt.Sprintf("%s[%d]", list.field, i), err.Error())
			}
		}
	}
	for _, one := range []struct{ field, address string }{{"webhook_url", s.EventsURL}, {"log_webhook_url", s.LogsURL}} {
		if err := checkHook(one.address); err != nil {
			return refuseAt(one.field, err.Error())
		}
	}
	if s.CustomDomain != "" {
		if err := checkOrigin(s.CustomDomain); err != nil {
			return refuseAt("custom_domain", err.Error())
		}
	}
	return checkClients(s.Clients)
}

func checkClients(clients []mfa.AppClient) error {
	if len(clients) > maxClients {
		return refuseAt("clients", "an application has at most 100 clients")
	}
	seen := map[string]bool{}
	for i := range clients {
		c := &clients[i]
		at := fmt.Sprintf("clients[%d]", i)
		if _, err := mfa.ParseUUID("id", c.ID); err != nil {
			return refuseAt(at+".id", "a client's id is a UUID")
		}
		switch id := strings.ToLower(c.ID); {
		case seen[id]:
			return refuseAt(at+".id", "the same client stands here twice")
		case c.AccessMinutes < 0 || c.AccessMinutes > maxSessionLife:
			return refuseAt(at+".access_minutes", "an access token counts for 1 minute to 366 days; 0 means 15 minutes")
		case c.RefreshMinutes < 0 || c.RefreshMinutes > maxSessionLife:
			return refuseAt(at+".refresh_minutes", "a session can be continued for 1 minute to 366 days; 0 means 30 days")
		default:
			seen[id] = true
		}
	}
	return nil
}

var (
	errAddress = errors.New("this is an address such as https://shop.example.com/back; http is for this machine alone")
	errOrigin  = errors.New("this is a scheme, a host and perhaps a port, such as https://shop.example.com, without a path")
	errHook    = errors.New("this is an address that starts with https:// or http://")
)

// checkAddress takes https and, for tests on one machine, http on loopback.
func checkAddress(text string) error {
	u, err := url.Parse(text)
	if err != nil || len(text) > maxURL || u.Host == "" || u.User != nil || u.Fragment != "" {
		return errAddress
	}
	if u.Scheme != "https" && (u.Scheme != "http" || !isLoopback(u.Hostname())) {
		return errAddress
	}
	return nil
}

func isLoopback(host string) bool {
	ip, err := netip.ParseAddr(host)
	return err == nil && ip.IsLoopback() || host == "localhost" || strings.HasSuffix(host, ".localhost")
}

func checkOrigin(text string) error {
	u, err := url.Parse(text)
	if err != nil || checkAddress(text) != nil || strings.Trim(u.Path, "/") != "" || u.RawQuery != "" {
		return errOrigin
	}
	return nil
}

// checkHook takes any address: receivers may stand in the operator's own network.
func checkHook(text string) error {
	if text == "" {
		return nil
	}
	u, err := url.Parse(text)
	if err != nil || len(text) > maxURL || u.Host == "" || u.Scheme != "https" && u.Scheme != "http" {
		return errHook
	}
	return nil
}

var countryCode = regexp.MustCompile(`^[A-Z]{2}$`)

func checkMethodSettings(s mfa.MethodSettings) error {
	switch {
	case s.CodeDigits != 0 && (s.CodeDigits < mfa.MinPromptDigits || s.CodeDigits > mfa.MaxPromptDigits):
		return refuseAt("code_digits", "codes have 2 to 10 digits")
	case s.SessionMinutes < 0 || s.SessionMinutes > maxSessionMinutes:
		return refuseAt("session_minutes", "a code counts for 1 to 60 minutes; 0 means the ten of the default")
	case !slices.Contains([]string{"", "DEFAULT", "WHATSAPP"}, s.Channel):
		return refuseAt("channel", "the channel is DEFAULT or WHATSAPP")
	case !slices.Contains([]string{"", "NEW_TAB", "ORIGINAL_TAB"}, s.LinkMode):
		return refuseAt("link_mode", "the mode of links is NEW_TAB or ORIGINAL_TAB")
	}
	for i, c := range s.Countries {
		if !countryCode.MatchString(c) {
			return refuseAt(fmt.Sprintf("countries[%d]", i), "a country has two letters, such as NZ")
		}
	}
	for _, one := range []struct {
		field string
		rate  *mfa.Rate
	}{{"checks", s.Verify}, {"sends", s.Send}} {
		if r := one.rate; r != nil && (r.Limit < 1 || r.Limit > maxRate || r.Minutes < 1 || r.Minutes > maxRateMinutes) {
			return refuseAt(one.field, "this needs a limit of 1 to 1000 and 1 to 1440 minutes")
		}
	}
	if err := checkHook(s.HookURL); err != nil {
		return refuseAt("webhook_url", err.Error())
	}
	return nil
}
