package native

import (
	"bytes"
	"encoding/json"
	"io"
	"mime"
	"strings"
	"time"

	"github.com/twinseal/twinseal/api"
	"github.com/twinseal/twinseal/internal/endpoint"
	"github.com/twinseal/twinseal/internal/mfa"
	"github.com/twinseal/twinseal/receipt"
)

// decode reads a JSON body with known members only.
func decode(r *endpoint.Request, body []byte, into any) error {
	kind, _, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if err != nil || kind != "application/json" {
		return problem(api.CodeMediaType, "the body must be application/json")
	}
	d := json.NewDecoder(bytes.NewReader(body))
	d.DisallowUnknownFields()
	if err := d.Decode(into); err != nil {
		return &problemError{code: api.CodeInvalidRequest, detail: "the body is not the JSON that this address takes", cause: err}
	}
	if _, err := d.Token(); err != io.EOF {
		return problem(api.CodeInvalidRequest, "something follows the JSON in the body")
	}
	return nil
}

// stamp writes a moment, or nothing for none.
func stamp(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return receipt.FormatTime(t)
}

func wireChallenge(c mfa.Challenge) (api.Challenge, error) {
	out := api.Challenge{
		ID: string(c.ID), State: api.ChallengeState(c.State), AnsweredAt: stamp(c.AnsweredAt),
		AnsweredBy: string(c.AuthenticatorID), Reason: c.Reason, Fraud: c.Fraud, Failure: string(c.Failure),
	}
	for _, l := range c.Logos {
		out.Logos = append(out.Logos, api.Logo{Resolution: l.Resolution, URL: l.URL})
	}
	return out, json.Unmarshal(c.Question, &out.Question)
}

func wireChallenges(list []mfa.Challenge) ([]api.Challenge, error) {
	out := make([]api.Challenge, 0, len(list))
	for _, c := range list {
		wired, err := wireChallenge(c)
		if err != nil {
			return nil, err
		}
		out = append(out, wired)
	}
	return out, nil
}

func (d *Dialect) wireAccount(l mfa.Linked, data mfa.DeviceData) api.Account {
	out := api.Account{
		Device: wireDevice(l.Device, data),
		User: api.User{
			ID: string(l.User.ID), Number: l.User.Number, Alias: l.User.Alias, Email: maskEmail(l.User.Email()), Phone: maskPhone(l.User.Phone),
		},
		Directory:    api.Named{ID: string(l.Directory.ID), Name: l.Directory.Name},
		Organization: api.Named{ID: string(l.Organization.ID), Name: l.Organization.Name},
		Applications: make([]api.Named, 0, len(l.Applications)),
		ServerKey:    d.options.ServerKey,
		ServerTime:   stamp(d.service.Now()),
	}
	if b := l.Directory.Branding; b != (mfa.Branding{}) {
		out.Branding = &api.Branding{Name: b.Name, Color: b.Color, Logo: b.Logo}
	}
	for _, a := range l.Applications {
		out.Applications = append(out.Applications, api.Named{ID: string(a.ID), Name: a.Name})
	}
	return out
}

func wireDevice(a mfa.Authenticator, data mfa.DeviceData) api.Device {
	return api.Device{
		ID: string(a.ID), Name: a.Name, Platform: a.Platform, Key: a.Thumbprint,
		Push: data.Push != nil, CreatedAt: stamp(a.CreatedAt), LastSeenAt: stamp(a.LastUsedAt),
	}
}

// maskEmail keeps the first letter and the domain.
func maskEmail(address string) string {
	at := strings.LastIndexByte(address, '@')
	if at < 1 {
		return ""
	}
	return address[:1] + "•••" + address[at:]
}

// maskPhone keeps the last two digits.
func maskPhone(p mfa.Phone) string {
	if len(p.National) < 2 {
		return ""
	}
	return "••• " + p.National[len(p.National)-2:]
}
