package hosted

import (
	"context"
	"encoding/json"
	"net/http"

	"github.com/twinseal/twinseal/internal/endpoint"
	"github.com/twinseal/twinseal/internal/mfa"
	"github.com/twinseal/twinseal/internal/mfa/passkeys"
	"github.com/twinseal/twinseal/internal/mfa/stepup"
)

// keyOptions is what a page hands to its browser, with the id under which the answer comes.
type keyOptions struct {
	Prompt  string `json:"prompt"`
	Options any    `json:"options"`
}

type descriptor struct {
	Type       string     `json:"type"`
	ID         mfa.Octets `json:"id"`
	Transports []string   `json:"transports,omitempty"`
}

func descriptorsOf(list []passkeys.Descriptor) []descriptor {
	out := make([]descriptor, 0, len(list))
	for _, d := range list {
		out = append(out, descriptor{"public-key", d.ID, d.Transports})
	}
	return out
}

type relyingParty struct {
	ID   string `json:"id"`
	Name string `json:"name"`
}

type userEntity struct {
	ID          mfa.Octets `json:"id"`
	Name        string     `json:"name"`
	DisplayName string     `json:"displayName"`
}

type algorithm struct {
	Type string `json:"type"`
	Alg  int64  `json:"alg"`
}

type selection struct {
	Attachment         string `json:"authenticatorAttachment,omitempty"`
	ResidentKey        string `json:"residentKey"`
	RequireResidentKey bool   `json:"requireResidentKey"`
	UserVerification   string `json:"userVerification"`
}

// creation is PublicKeyCredentialCreationOptionsJSON.
type creation struct {
	RP          relyingParty `json:"rp"`
	User        userEntity   `json:"user"`
	Challenge   mfa.Octets   `json:"challenge"`
	Algorithms  []algorithm  `json:"pubKeyCredParams"`
	Timeout     int64        `json:"timeout"`
	Exclude     []descriptor `json:"excludeCredentials"`
	Selection   selection    `json:"authenticatorSelection"`
	Hints       []string     `json:"hints,omitempty"`
	Attestation string       `json:"attestation"`
}

// request is PublicKeyCredentialRequestOptionsJSON.
type request struct {
	Challenge        mfa.Octets   `json:"challenge"`
	Timeout          int64        `json:"timeout"`
	RPID             string       `json:"rpId"`
	Allow            []descriptor `json:"allowCredentials"`
	UserVerification string       `json:"userVerification"`
	Hints            []string     `json:"hints,omitempty"`
}

// key gives options to a page: of a registration, or of a sign-in.
func (h *Hosted) key(ctx context.Context, r *endpoint.Request) (endpoint.Response, error) {
	form, err := formOf(r)
	if err != nil {
		return endpoint.Response{}, err
	}
	v, err := h.enter(ctx, r, form)
	if err != nil {
		return endpoint.Response{}, err
	}
	if form.Get("do") == "key-create" {
		return v.creation(ctx)
	}
	asked, err := h.StepUp.BeginAssertion(ctx, v.pass, v.asked.Method, "")
	if err != nil {
		return endpoint.Response{}, err
	}
	return endpoint.JSON(http.StatusOK, keyOptions{string(asked.ID), request{
		Challenge: asked.Challenge, Timeout: asked.ExpiresAt.Sub(v.now()).Milliseconds(), RPID: asked.RelyingParty.ID,
		Allow: descriptorsOf(asked.Allow), UserVerification: asked.UserVerification, Hints: v.hints(),
	}})
}

func (v *visit) creation(ctx context.Context) (endpoint.Response, error) {
	made, err := v.hosted.StepUp.BeginPasskey(ctx, v.pass, stepup.NewPasskey{Method: v.asked.Method})
	if err != nil {
		return endpoint.Response{}, err
	}
	out := creation{
		RP: relyingParty{made.RelyingParty.ID, made.RelyingParty.Name}, User: userEntity{made.UserHandle, made.Name, made.DisplayName},
		Challenge: made.Challenge, Timeout: made.ExpiresAt.Sub(v.now()).Milliseconds(), Exclude: descriptorsOf(made.Exclude),
		Selection: selection{made.Attachment, made.ResidentKey, made.ResidentKey == "required", made.UserVerification}, Hints: v.hints(),
		Attestation: made.Attestation,
	}
	for _, alg := range made.Algorithms {
		out.Algorithms = append(out.Algorithms, algorithm{"public-key", alg})
	}
	return endpoint.JSON(http.StatusOK, keyOptions{string(made.ID), out})
}

// hints tell browsers which of their dialogs fits.
func (v *visit) hints() []string {
	if v.asked.Method == mfa.MethodSecurityKey {
		return []string{"security-key"}
	}
	return nil
}

// answered is what a browser says, as the page's script writes it.
type answered struct {
	RawID      mfa.Octets `json:"rawId"`
	Attachment string     `json:"authenticatorAttachment"`
	Response   struct {
		ClientData        mfa.Octets `json:"clientDataJSON"`
		Attestation       mfa.Octets `json:"attestationObject"`
		Transports        []string   `json:"transports"`
		AuthenticatorData mfa.Octets `json:"authenticatorData"`
		Signature         mfa.Octets `json:"signature"`
		UserHandle        mfa.Octets `json:"userHandle"`
	} `json:"response"`
}

// maxTransports is more than there are kinds.
const maxTransports = 10

func readAnswered(text string) (answered, error) {
	var a answered
	if err := json.Unmarshal([]byte(text), &a); err != nil {
		return a, &mfa.Error{Code: mfa.Invalid, Reason: mfa.ReasonPasskeyMalformed, Message: "the browser's answer cannot be read", Cause: err}
	}
	if len(a.RawID) == 0 || len(a.Response.ClientData) == 0 || len(a.Response.Transports) > maxTransports {
		return a, &mfa.Error{Code: mfa.Invalid, Reason: mfa.ReasonPasskeyMalformed, Message: "the browser's answer lacks a part"}
	}
	return a, nil
}

// doUseKey proves by a passkey or security key.
func (v *visit) doUseKey(ctx context.Context) (endpoint.Response, error) {
	said, err := readAnswered(v.form.Get("credential"))
	if err != nil {
		return v.keyRefused()
	}
	return v.prove(ctx, func() (stepup.Result, error) {
		got, err := v.hosted.StepUp.FinishAssertion(ctx, v.pass, v.asked.Method, v.asked.Prompt, mfa.PasskeyAssertion{
			CredentialID: said.RawID, ClientData: said.Response.ClientData, AuthenticatorData: said.Response.AuthenticatorData,
			Signature: said.Response.Signature, UserHandle: said.Response.UserHandle,
		})
		return wrongKey(got, err)
	})
}

// doCreateKey enrols a passkey or security key.
func (v *visit) doCreateKey(ctx context.Context) (endpoint.Response, error) {
	said, err := readAnswered(v.form.Get("credential"))
	if err != nil {
		return v.keyRefused()
	}
	return v.prove(ctx, func() (stepup.Result, error) {
		got, err := v.hosted.StepUp.FinishPasskey(ctx, v.pass, stepup.MadePasskey{
			Method: v.asked.Method, ID: mfa.CeremonyID(v.asked.Prompt), Attachment: said.Attachment,
			Registration: mfa.PasskeyRegistration{
				CredentialID: said.RawID, ClientData: said.Response.ClientData, Attestation: said.Response.Attestation,
				Transports: said.Response.Transports,
			},
		})
		return wrongKey(got, err)
	})
}

func (v *visit) keyRefused() (endpoint.Response, error) {
	a := v.here()
	a.Problem = "passkey"
	return v.next(a), nil
}

// wrongKey makes an outcome of what is wrong with an answer: pages say that it did not count, and not why.
func wrongKey(got stepup.Result, err error) (stepup.Result, error) {
	if err == nil {
		return got, nil
	}
	switch mfa.CodeOf(err) {
	case mfa.Invalid, mfa.Unauthenticated, mfa.NotFound, mfa.Replayed, mfa.Expired, mfa.Forbidden:
		return stepup.Result{Failure: stepup.FailureInvalid}, nil //nolint:nilerr // it is the outcome
	}
	return got, err
}
