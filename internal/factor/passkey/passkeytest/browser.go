package passkeytest

import (
	"bytes"
	"cmp"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/url"
	"slices"
	"strings"
)

// b64 is a byte string as options and answers carry it: base64url, whose padding is forgiven as browsers' SDKs do.
type b64 []byte

// UnmarshalJSON reads base64url.
func (b *b64) UnmarshalJSON(raw []byte) error {
	var text string
	if err := json.Unmarshal(raw, &text); err != nil {
		return err
	}
	decoded, err := base64.RawURLEncoding.DecodeString(strings.TrimRight(text, "="))
	*b = decoded
	return err
}

// MarshalJSON writes base64url without padding.
func (b b64) MarshalJSON() ([]byte, error) {
	return json.Marshal(base64.RawURLEncoding.EncodeToString(b))
}

type descriptor struct {
	Type string `json:"type"`
	ID   b64    `json:"id"`
}

type creation struct {
	Challenge b64 `json:"challenge"`
	RP        struct {
		ID string `json:"id"`
	} `json:"rp"`
	User struct {
		ID b64 `json:"id"`
	} `json:"user"`
	Parameters []struct {
		Type      string `json:"type"`
		Algorithm int64  `json:"alg"`
	} `json:"pubKeyCredParams"`
	Exclude []descriptor `json:"excludeCredentials"`
}

type request struct {
	Challenge b64          `json:"challenge"`
	RPID      string       `json:"rpId"`
	Allow     []descriptor `json:"allowCredentials"`
}

// read takes options as they are given to navigator.credentials, in a publicKey member or bare.
func read(options []byte, into any) error {
	var wrapped struct {
		PublicKey json.RawMessage `json:"publicKey"`
	}
	if err := json.Unmarshal(options, &wrapped); err != nil {
		return fmt.Errorf("passkeytest: options: %w", err)
	}
	if wrapped.PublicKey != nil {
		options = wrapped.PublicKey
	}
	if err := json.Unmarshal(options, into); err != nil {
		return fmt.Errorf("passkeytest: options: %w", err)
	}
	return nil
}

// Registration is what navigator.credentials.create answers.
type Registration struct {
	CredentialID, ClientData, Attestation []byte
	AuthenticatorData                     []byte
	Transports                            []string
	CrossPlatform                         bool
}

// Assertion is what navigator.credentials.get answers.
type Assertion struct {
	CredentialID, ClientData, AuthenticatorData, Signature, UserHandle []byte
}

// Create answers creation options (PublicKeyCredentialCreationOptionsJSON) on a page of the origin.
func (a *Authenticator) Create(origin string, options []byte) (Registration, error) {
	var ask creation
	if err := read(options, &ask); err != nil {
		return Registration{}, err
	}
	ask.RP.ID = cmp.Or(ask.RP.ID, host(origin))
	if !a.maySpeak(origin, ask.RP.ID) {
		return Registration{}, ErrOrigin
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	if len(ask.Exclude) > 0 && a.find(ask.RP.ID, ask.Exclude) != nil {
		return Registration{}, ErrExcluded
	}
	c, err := a.make(ask)
	if err != nil {
		return Registration{}, err
	}
	r, err := a.register(c, Draft{
		Type: "webauthn.create", Challenge: text(ask.Challenge), Origin: origin, RPID: ask.RP.ID,
		Flags: a.flags() | Attested, Counter: c.Counter, AAGUID: a.AAGUID, CredentialID: c.ID,
	})
	if err == nil {
		a.credentials = append(a.credentials, c)
	}
	return r, err
}

func (a *Authenticator) register(c *Credential, d Draft) (Registration, error) {
	var err error
	if d.PublicKey, err = COSE(c.Key.Public(), c.Algorithm); err != nil {
		return Registration{}, err
	}
	if a.Bend != nil {
		a.Bend(&d)
	}
	data, clientData := d.authenticatorData(), d.clientData()
	hash := sha256.Sum256(clientData)
	statement, err := a.attest(c, &d, data, hash[:])
	if err != nil {
		return Registration{}, err
	}
	return Registration{
		CredentialID: d.CredentialID, ClientData: clientData, AuthenticatorData: data, Transports: a.transports(), CrossPlatform: a.CrossPlatform,
		Attestation: Map(named("fmt", Text(statement.Format)), named("attStmt", statement.encoded), named("authData", Bytes(data))),
	}, nil
}

// Get answers request options (PublicKeyCredentialRequestOptionsJSON) on a page of the origin.
func (a *Authenticator) Get(origin string, options []byte) (Assertion, error) {
	var ask request
	if err := read(options, &ask); err != nil {
		return Assertion{}, err
	}
	ask.RPID = cmp.Or(ask.RPID, host(origin))
	if !a.maySpeak(origin, ask.RPID) {
		return Assertion{}, ErrOrigin
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	c := a.find(ask.RPID, ask.Allow)
	if c == nil {
		return Assertion{}, ErrNone
	}
	c.Counter += a.Step
	d := Draft{Type: "webauthn.get", Challenge: text(ask.Challenge), Origin: origin, RPID: ask.RPID, Flags: a.flags(), Counter: c.Counter, CredentialID: c.ID}
	if a.Bend != nil {
		a.Bend(&d)
	}
	data, clientData := d.authenticatorData(), d.clientData()
	hash := sha256.Sum256(clientData)
	signature, err := sign(c.Key, c.Algorithm, slices.Concat(data, hash[:]))
	answer := Assertion{CredentialID: d.CredentialID, ClientData: clientData, AuthenticatorData: data, Signature: signature}
	if c.Discoverable {
		answer.UserHandle = c.UserHandle
	}
	return answer, err
}

func (a *Authenticator) transports() []string {
	if a.CrossPlatform {
		return []string{"nfc", "usb"}
	}
	return []string{"hybrid", "internal"}
}

func text(b []byte) string { return base64.RawURLEncoding.EncodeToString(b) }

func host(origin string) string {
	u, err := url.Parse(origin)
	if err != nil {
		return ""
	}
	return u.Hostname()
}

// maySpeak is the browser's rule: the relying party's id is the page's host or a parent of it. Apps have no host.
func (a *Authenticator) maySpeak(origin, rpID string) bool {
	h := host(origin)
	return h == rpID || strings.HasSuffix(h, "."+rpID) || strings.HasPrefix(origin, "android:") || slices.Contains(a.Related, origin)
}

// clientData writes what browsers write, in their order.
func (d *Draft) clientData() []byte {
	if d.ClientData != nil {
		return d.ClientData
	}
	top := ""
	if d.TopOrigin != "" {
		top = `,"topOrigin":` + quote(d.TopOrigin)
	}
	return fmt.Appendf(nil, `{"type":%s,"challenge":%s,"origin":%s,"crossOrigin":%t%s}`, quote(d.Type), quote(d.Challenge), quote(d.Origin), d.CrossOrigin, top)
}

func quote(s string) string {
	var out bytes.Buffer
	encoder := json.NewEncoder(&out)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(s); err != nil {
		panic("passkeytest: " + err.Error())
	}
	return strings.TrimSpace(out.String())
}

func attachment(crossPlatform bool) string {
	if crossPlatform {
		return "cross-platform"
	}
	return "platform"
}

// JSON is the answer as a page sends it (RegistrationResponseJSON), with the members a server can derive left out.
func (r Registration) JSON() []byte {
	return encode(map[string]any{
		"id": text(r.CredentialID), "rawId": b64(r.CredentialID), "type": "public-key",
		"authenticatorAttachment": attachment(r.CrossPlatform), "clientExtensionResults": map[string]any{},
		"response": map[string]any{
			"clientDataJSON": b64(r.ClientData), "attestationObject": b64(r.Attestation), "transports": r.Transports,
			"authenticatorData": b64(r.AuthenticatorData),
		},
	})
}

// JSON is the answer as a page sends it (AuthenticationResponseJSON).
func (a Assertion) JSON() []byte {
	response := map[string]any{"clientDataJSON": b64(a.ClientData), "authenticatorData": b64(a.AuthenticatorData), "signature": b64(a.Signature)}
	if a.UserHandle != nil {
		response["userHandle"] = b64(a.UserHandle)
	}
	return encode(map[string]any{
		"id": text(a.CredentialID), "rawId": b64(a.CredentialID), "type": "public-key",
		"clientExtensionResults": map[string]any{}, "response": response,
	})
}

func encode(v any) []byte {
	raw, err := json.Marshal(v)
	if err != nil {
		panic("passkeytest: " + err.Error())
	}
	return raw
}
