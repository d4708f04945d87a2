package authsignal

import (
	"context"
	"encoding/json"
	"maps"
	"slices"
	"strings"

	"github.com/twinseal/twinseal/internal/endpoint"
	"github.com/twinseal/twinseal/internal/mfa"
	"github.com/twinseal/twinseal/internal/mfa/relying"
	"github.com/twinseal/twinseal/internal/mfa/shape"
)

// rateView bounds how often something is tried or sent.
type rateView struct {
	Limit   int `json:"rateLimit"`
	Minutes int `json:"windowInMinutes"`
}

// managedMethodView is the configuration of one method, which the protocol calls an authenticator's. Rest joins it.
type managedMethodView struct {
	ID       string `json:"authenticatorId"`
	TenantID string `json:"tenantId"`
	Method   string `json:"verificationMethod"`
	Type     string `json:"authenticatorType,omitempty"`
	Channel  string `json:"oobChannel,omitempty"`
	Active   bool   `json:"isActive"`
	Editable bool   `json:"isEditableByUser"`
	Hidden   bool   `json:"isHiddenToUser"`

	SMSChannel     string          `json:"smsChannel,omitempty"`
	Countries      []string        `json:"smsCountryCodes,omitempty"`
	HookURL        string          `json:"webhookUrl,omitempty"`
	Sender         string          `json:"sender,omitempty"`
	Template       json.RawMessage `json:"messageTemplate,omitempty"`
	LinkMode       string          `json:"magicLinkMode,omitempty"`
	CodeDigits     int             `json:"verificationCodeLength,omitempty"`
	SessionMinutes int             `json:"sessionTtlInMinutes,omitempty"`
	Verify         *rateView       `json:"rateLimitConfiguration,omitempty"`
	Submit         *rateView       `json:"submissionRateLimitConfiguration,omitempty"` // newer clients' word for the one above
	Send           *rateView       `json:"sendingRateLimitConfiguration,omitempty"`
	Issuer         string          `json:"issuerName,omitempty"`
	Multiple       *bool           `json:"allowMultipleUserAuthenticators,omitempty"`
	Recovery       []string        `json:"recoveryMethods,omitempty"`
	RedirectURLs   []string        `json:"redirectUrls,omitempty"`

	RelyingParty     string   `json:"relyingParty,omitempty"`
	Origins          []string `json:"expectedOrigins,omitempty"`
	UserVerification string   `json:"userVerificationRequirement,omitempty"`
	Attestation      *bool    `json:"requireAppAttestation,omitempty"`
}

// configurable are the methods with settings of their own; recovery codes are switched by the tenant.
func configurable() []mfa.Method {
	return slices.DeleteFunc(mfa.Methods(), func(m mfa.Method) bool { return m == mfa.MethodRecovery })
}

// byAppKey are the methods of a key that an app holds.
func byAppKey(m mfa.Method) bool {
	return m == mfa.MethodPush || m == mfa.MethodQRCode || m == mfa.MethodInApp || m == mfa.MethodDevice
}

func byPasskey(m mfa.Method) bool { return m == mfa.MethodPasskey || m == mfa.MethodSecurityKey }

func (d *Dialect) managedMethodView(c *call, a *mfa.Application, m mfa.Method) (map[string]any, error) {
	s := a.StepUpSettings()
	set := s.Method(m)
	v := managedMethodView{
		ID: methodWords[m], TenantID: d.tenantID(c.caller), Method: methodWords[m], Active: a.MethodActive(m),
		Editable: set.EditableByUser == nil || *set.EditableByUser, Hidden: set.HiddenToUser != nil && *set.HiddenToUser,
		SMSChannel: set.Channel, Countries: set.Countries, HookURL: set.HookURL, Sender: set.Sender, Template: set.Template,
		LinkMode: set.LinkMode, CodeDigits: set.CodeDigits, SessionMinutes: set.SessionMinutes,
		Issuer: set.Issuer, Multiple: set.AllowMultiple, Recovery: managedMethods(set.Recovery), RedirectURLs: set.RedirectURLs,
	}
	v.Type, v.Channel = olderWords(m)
	if set.Verify != nil {
		v.Verify = &rateView{set.Verify.Limit, set.Verify.Minutes}
		v.Submit = v.Verify
	}
	if set.Send != nil {
		v.Send = &rateView{set.Send.Limit, set.Send.Minutes}
	}
	if party := a.Settings.RelyingParty; byPasskey(m) && party != nil {
		v.RelyingParty, v.Origins, v.UserVerification = party.ID, party.Origins, party.UserVerification
	}
	if byAppKey(m) {
		v.Attestation = &s.RequireAttestation
	}
	return joined(v, set.Rest)
}

// joined adds what only this API reads back.
func joined(v managedMethodView, rest json.RawMessage) (map[string]any, error) {
	out := map[string]any{}
	own, err := json.Marshal(v)
	if err == nil && len(rest) > 0 {
		err = json.Unmarshal(rest, &out)
	}
	if err == nil {
		err = json.Unmarshal(own, &out)
	}
	if err != nil {
		return nil, &mfa.Error{Code: mfa.Internal, Message: "the settings of a method cannot be shown", Cause: err}
	}
	return out, nil
}

func (d *Dialect) manageMethods(ctx context.Context, c *call) (endpoint.Response, error) {
	a, err := d.fresh(ctx, c)
	if err != nil {
		return endpoint.Response{}, err
	}
	out := make([]map[string]any, 0, len(configurable()))
	for _, m := range configurable() {
		view, err := d.managedMethodView(c, &a, m)
		if err != nil {
			return endpoint.Response{}, err
		}
		out = append(out, view)
	}
	return ok(out)
}

// namedMethod is the method of a path: its word, in either case and with either sign between its parts.
func namedMethod(c *call) (mfa.Method, error) {
	m, known := methodOf(strings.ReplaceAll(strings.ToUpper(c.values[0]), "-", "_"))
	if !known || !slices.Contains(configurable(), m) {
		return "", refuse(failMissing, "There is no authenticator configuration of that id.")
	}
	return m, nil
}

func (d *Dialect) getManagedMethod(ctx context.Context, c *call) (endpoint.Response, error) {
	m, err := namedMethod(c)
	if err != nil {
		return endpoint.Response{}, err
	}
	a, err := d.fresh(ctx, c)
	if err != nil {
		return endpoint.Response{}, err
	}
	view, err := d.managedMethodView(c, &a, m)
	if err != nil {
		return endpoint.Response{}, err
	}
	return ok(view)
}

// createMethod configures a method, which is on unless the body says otherwise.
func (d *Dialect) createMethod(ctx context.Context, c *call, e *edit) (endpoint.Response, error) {
	if !e.says("isActive") {
		if e.in == nil {
			e.in = map[string]json.RawMessage{}
		}
		e.in["isActive"] = json.RawMessage("true")
	}
	return d.manageMethod(ctx, c, e)
}

// removeMethod takes back what was set for a method, and switches it off.
func (d *Dialect) removeMethod(ctx context.Context, c *call) (endpoint.Response, error) {
	m, err := namedMethod(c)
	if err != nil {
		return endpoint.Response{}, err
	}
	_, err = d.reconfigure(ctx, c, func(_ *mfa.Application, s *mfa.StepUp) error {
		if s.Methods == nil {
			s.Methods = map[mfa.Method]mfa.MethodSettings{}
		}
		off := false
		s.Methods[m] = mfa.MethodSettings{Active: &off}
		return nil
	})
	if err != nil {
		return endpoint.Response{}, err
	}
	return done()
}

func (d *Dialect) manageMethod(ctx context.Context, c *call, e *edit) (endpoint.Response, error) {
	m, err := namedMethod(c)
	if err != nil {
		return endpoint.Response{}, err
	}
	a, err := d.reconfigure(ctx, c, func(a *mfa.Application, s *mfa.StepUp) error {
		set := s.Method(m)
		if err := e.methodSettings(m, &set); err != nil {
			return err
		}
		if err := e.beside(m, a, s); err != nil {
			return err
		}
		if s.Methods == nil {
			s.Methods = map[mfa.Method]mfa.MethodSettings{}
		}
		s.Methods[m] = set
		next := *a
		next.Settings.StepUp = s
		if set.Active != nil && *set.Active && !next.MethodActive(m) {
			return refuse(failConfiguration, methodWords[m]+" needs what the application does not have: the operator's switch for it or, for passkeys, a relyingParty")
		}
		return nil
	})
	if err != nil {
		return endpoint.Response{}, err
	}
	view, err := d.managedMethodView(c, &a, m)
	if err != nil {
		return endpoint.Response{}, err
	}
	return ok(view)
}

// methodSettings writes the edit into what is set for the method.
func (e *edit) methodSettings(m mfa.Method, set *mfa.MethodSettings) error {
	member(e, "isActive", &set.Active)
	member(e, "isEditableByUser", &set.EditableByUser)
	member(e, "isHiddenToUser", &set.HiddenToUser)
	member(e, "allowMultipleUserAuthenticators", &set.AllowMultiple)
	member(e, "smsChannel", &set.Channel)
	member(e, "smsCountryCodes", &set.Countries)
	member(e, "webhookUrl", &set.HookURL)
	member(e, "sender", &set.Sender)
	written(e, "messageTemplate", &set.Template)
	member(e, "magicLinkMode", &set.LinkMode)
	member(e, "verificationCodeLength", &set.CodeDigits)
	member(e, "sessionTtlInMinutes", &set.SessionMinutes)
	rate(e, "rateLimitConfiguration", &set.Verify)
	rate(e, "submissionRateLimitConfiguration", &set.Verify)
	rate(e, "sendingRateLimitConfiguration", &set.Send)
	firstRate(e, &set.Send)
	member(e, "issuerName", &set.Issuer)
	methodList(e, "recoveryMethods", &set.Recovery)
	member(e, "redirectUrls", &set.RedirectURLs)
	if e.err != nil {
		return e.err
	}
	if err := e.rest(&set.Rest); err != nil {
		return err
	}
	e.provider(m, set)
	return checkManaged(set)
}

func rate(e *edit, name string, to **mfa.Rate) {
	var view *rateView
	if _, said := e.in[name]; !said {
		return
	}
	member(e, name, &view)
	*to = nil
	if view != nil {
		*to = &mfa.Rate{Limit: view.Limit, Minutes: view.Minutes}
	}
}

// firstRate takes the first of several bounds on sending; all are read back.
func firstRate(e *edit, to **mfa.Rate) {
	var views []rateView
	if !e.says(sendingRates) {
		return
	}
	member(e, sendingRates, &views)
	*to = nil
	if len(views) > 0 {
		*to = &mfa.Rate{Limit: views[0].Limit, Minutes: views[0].Minutes}
	}
}

// sendingRates is newer clients' word for bounds on sending.
const sendingRates = "sendingRateLimitConfigurations"

// provider ends a hook where another provider was chosen in its place: this server sends by the providers of its
// operator, whichever name is kept.
func (e *edit) provider(m mfa.Method, set *mfa.MethodSettings) {
	name := map[mfa.Method]string{
		mfa.MethodSMS: "smsProvider", mfa.MethodEmailOTP: "emailProvider", mfa.MethodMagicLink: "emailProvider", mfa.MethodPush: "pushProvider",
		mfa.MethodWhatsApp: "whatsAppProvider",
	}[m]
	raw, said := e.in[name]
	if _, hook := e.in["webhookUrl"]; said && !hook && !isNull(raw) && string(raw) != `"WEBHOOK"` {
		set.HookURL = ""
	}
}

// checkManaged holds a method's settings to their bounds, which are those of the operator's files.
func checkManaged(set *mfa.MethodSettings) error {
	for i, country := range set.Countries {
		set.Countries[i] = strings.ToUpper(country)
	}
	if err := checkMethodSettings(*set); err != nil {
		return err
	}
	for _, text := range []string{set.Sender, set.Issuer} {
		if len(text) > mfa.MaxName || mfa.Showable(text) != text {
			return invalid("sender and issuerName have at most 200 characters that can be shown")
		}
	}
	if len(set.Template) > maxTemplateBytes {
		return invalid("messageTemplate takes at most 16 KiB")
	}
	if len(set.RedirectURLs) > maxURLs {
		return invalid("redirectUrls has at most 100 entries")
	}
	for _, address := range set.RedirectURLs {
		if err := checkAddress(address); err != nil {
			return invalid("redirectUrls: " + err.Error())
		}
	}
	return nil
}

// maxTemplateBytes bounds the message template of a method in all languages.
const maxTemplateBytes = 16 << 10

// beside writes what this server keeps for the whole application: the relying party, and whether apps have to attest.
func (e *edit) beside(m mfa.Method, a *mfa.Application, s *mfa.StepUp) error {
	if byAppKey(m) {
		member(e, "requireAppAttestation", &s.RequireAttestation)
		return e.err
	}
	if !byPasskey(m) || !e.says("relyingParty", "expectedOrigins", "userVerificationRequirement") {
		return nil
	}
	party := mfa.RelyingParty{}
	if a.Settings.RelyingParty != nil {
		party = *a.Settings.RelyingParty
	}
	member(e, "relyingParty", &party.ID)
	member(e, "expectedOrigins", &party.Origins)
	member(e, "userVerificationRequirement", &party.UserVerification)
	if e.err != nil {
		return e.err
	}
	if party.ID != "" && len(party.Origins) == 0 {
		party.Origins = []string{"https://" + party.ID}
	}
	if party.ID == "" && len(party.Origins) == 0 && party.UserVerification == "" {
		a.Settings.RelyingParty = nil
		return nil
	}
	if err := relying.Check(&party); err != nil {
		return err
	}
	a.Settings.RelyingParty = &party
	return nil
}

func (e *edit) says(names ...string) bool {
	return slices.ContainsFunc(names, func(name string) bool { _, said := e.in[name]; return said })
}

// rest keeps what only this API reads back, and the pages look at. Credentials of providers are not among it: they would
// be secrets that nobody here uses.
func (e *edit) rest(stored *json.RawMessage) error {
	kept := map[string]any{}
	if len(*stored) > 0 {
		if err := json.Unmarshal(*stored, &kept); err != nil {
			return &mfa.Error{Code: mfa.Internal, Message: "the settings of a method cannot be read", Cause: err}
		}
	}
	if e.says("sendingRateLimitConfiguration") {
		delete(kept, sendingRates)
	}
	known := restShape()
	for _, name := range slices.Sorted(maps.Keys(known)) {
		raw, said := e.in[name]
		if !said {
			continue
		}
		one, err := shape.Decode([]byte(`{"v":` + string(raw) + `}`))
		if err != nil {
			return invalid(name + " is of the wrong type")
		}
		if one["v"] == nil {
			delete(kept, name)
			continue
		}
		if kept[name], err = known[name](name, one["v"]); err != nil {
			return err
		}
	}
	*stored = nil
	if len(kept) == 0 {
		return nil
	}
	out, err := json.Marshal(kept)
	*stored = out
	return err
}
