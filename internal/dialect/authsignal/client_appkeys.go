package authsignal

import (
	"context"
	"encoding/json"
	"strings"

	"github.com/twinseal/twinseal/internal/endpoint"
	"github.com/twinseal/twinseal/internal/mfa"
	"github.com/twinseal/twinseal/internal/mfa/stepup"
)

// A phone's app holds a key for each of its uses and proves itself by what the key signs, not by a token: pushes arrive
// when there is none. The calls are the same for each use.

// keyRequest brings a key and, as far as the call needs it, what the key signed and about what.
type keyRequest struct {
	PublicKey    string          `json:"publicKey"`
	Signature    octets          `json:"signature"`
	ChallengeID  string          `json:"challengeId"`
	Approved     bool            `json:"approved"`
	DeviceName   string          `json:"deviceName"`
	Platform     string          `json:"devicePlatform"`
	PushToken    string          `json:"pushToken"`
	ResetExpiry  bool            `json:"resetExpiry"`
	Attestation  json.RawMessage `json:"performAttestation"`
	Verification string          `json:"verificationCode"` // shown on another screen; nothing here asks for one
}

func (r *keyRequest) ref(use mfa.Method) (stepup.KeyRef, error) {
	key, err := publicKeyOf(r.PublicKey)
	return stepup.KeyRef{Use: use, Key: key}, err
}

// signed is the key with its signature, which must be there.
func (r *keyRequest) signed(use mfa.Method) (stepup.Signed, error) {
	ref, err := r.ref(use)
	if err == nil && len(r.Signature) == 0 {
		err = invalid("signature is missing")
	}
	return stepup.Signed{KeyRef: ref, Signature: r.Signature}, err
}

// signedPrompt is the same with the id under which it answers.
func (r *keyRequest) signedPrompt(use mfa.Method) (stepup.Signed, mfa.PromptID, error) {
	k, err := r.signed(use)
	if err != nil {
		return k, "", err
	}
	id, err := needPrompt(r.ChallengeID)
	return k, id, err
}

// keyOfQuery is the key that an address names.
func keyOfQuery(c *call, use mfa.Method) (stepup.KeyRef, error) {
	in := keyRequest{PublicKey: c.request.URL.Query().Get("publicKey")}
	return in.ref(use)
}

// keyAnswer is a key as its app knows it.
type keyAnswer struct {
	enrolledAnswer

	VerifiedAt     *wireTime `json:"verifiedAt,omitempty"`
	LastVerifiedAt *wireTime `json:"lastVerifiedAt,omitempty"`
	PushToken      string    `json:"pushToken,omitempty"`
	ExpiresAt      *wireTime `json:"expiresAt,omitempty"`
}

func newKeyAnswer(u mfa.User, e stepup.Entry) keyAnswer {
	return keyAnswer{
		enrolledAnswer: enrolledAnswer{e.ID, u.Alias}, VerifiedAt: since(e.CreatedAt), LastVerifiedAt: since(e.LastUsedAt),
		ExpiresAt: since(stepup.KeyExpiry(e.Authenticator)),
	}
}

// findKey says whose key it is.
func findKey(use mfa.Method) method {
	return func(d *Dialect, ctx context.Context, c *call) (endpoint.Response, error) {
		ref, err := keyOfQuery(c, use)
		if err != nil {
			return endpoint.Response{}, err
		}
		u, found, err := d.stepup.AppKey(ctx, c.caller, ref)
		if err != nil {
			return endpoint.Response{}, err
		}
		return ok(newKeyAnswer(u, found))
	}
}

// Platforms of apps.
const (
	platformIOS     = "ios"
	platformAndroid = "android"
)

// addKey enrols a key.
func addKey(use mfa.Method) method {
	return taking(func(d *Dialect, ctx context.Context, c *call, in *keyRequest) (endpoint.Response, error) {
		ref, err := in.ref(use)
		if err != nil {
			return endpoint.Response{}, err
		}
		platform := strings.ToLower(in.Platform)
		if platform != platformIOS && platform != platformAndroid {
			return endpoint.Response{}, invalid("devicePlatform is ios or android")
		}
		if c.caller.Application.StepUpSettings().RequireAttestation {
			return endpoint.Response{}, errAttestation
		}
		made, err := d.stepup.AddAppKey(ctx, c.pass(), stepup.NewAppKey{
			Use: use, Key: ref.Key, Name: in.DeviceName, Platform: platform, PushToken: in.PushToken,
		})
		if err != nil {
			return endpoint.Response{}, err
		}
		return ok(newKeyAnswer(made.User, *made.Entry))
	})
}

// errAttestation answers where an application demands what only the makers of phones could confirm: this server asks
// nobody else.
var errAttestation = refuse(failConfiguration,
	"The application demands that apps attest themselves, which this server cannot have confirmed; switch requireAppAttestation off.")

// removeKey removes a key at its own wish.
func removeKey(use mfa.Method) method {
	return taking(func(d *Dialect, ctx context.Context, c *call, in *keyRequest) (endpoint.Response, error) {
		k, err := in.signed(use)
		if err != nil {
			return endpoint.Response{}, err
		}
		removed, err := d.stepup.RemoveAppKey(ctx, c.pass(), k)
		if err != nil {
			return endpoint.Response{}, err
		}
		return ok(struct {
			Removed mfa.AuthenticatorID `json:"removedAuthenticatorId,omitempty"`
		}{removed})
	})
}

// readMessage is what a key signs to be told what waits for it.
func readMessage(use mfa.Method) method {
	return func(d *Dialect, ctx context.Context, c *call) (endpoint.Response, error) {
		ref, err := keyOfQuery(c, use)
		if err != nil {
			return endpoint.Response{}, err
		}
		message, err := d.stepup.ReadMessage(ctx, c.caller, ref)
		if err != nil {
			return endpoint.Response{}, err
		}
		return ok(struct {
			Message string `json:"message,omitempty"`
		}{message})
	}
}

// headerKeySignature is where a key's signature stands that asks what waits for it.
const headerKeySignature = "X-Authsignal-Signature"

// waitingFor says what waits for a key's answer.
func waitingFor(use mfa.Method) method {
	return func(d *Dialect, ctx context.Context, c *call) (endpoint.Response, error) {
		ref, err := keyOfQuery(c, use)
		if err != nil {
			return endpoint.Response{}, err
		}
		k := stepup.Signed{KeyRef: ref}
		if text := c.request.Header.Get(headerKeySignature); text != "" {
			if k.Signature, err = anyBase64(text); err != nil {
				return endpoint.Response{}, invalid(headerKeySignature + " is not Base64")
			}
		}
		waiting, err := d.stepup.WaitingFor(ctx, c.pass(), k)
		if err != nil {
			return endpoint.Response{}, err
		}
		if waiting.Prompt.ID == "" {
			return ok(waitingAnswer{AuthenticatorID: waiting.Entry.ID})
		}
		said, err := d.tellOf(ctx, c, waiting)
		if err != nil {
			return endpoint.Response{}, err
		}
		return ok(waitingAnswer{
			AuthenticatorID: waiting.Entry.ID, ChallengeID: waiting.Prompt.ID, UserID: waiting.User.Alias,
			ExpiresAt: waiting.Prompt.ExpiresAt.Unix(), promptAnswer: said,
		})
	}
}

// waitingAnswer is what an app shows before it asks its person. Where nothing waits it says whose key it is alone.
type waitingAnswer struct {
	AuthenticatorID mfa.AuthenticatorID `json:"userAuthenticatorId"`
	ChallengeID     mfa.PromptID        `json:"challengeId,omitempty"`
	UserID          string              `json:"userId,omitempty"`
	ExpiresAt       int64               `json:"expiresAt,omitempty"` // epoch seconds

	promptAnswer
}

// promptAnswer is what a prompt is about. Of custom data it shows what the application calls public.
type promptAnswer struct {
	ActionCode     string          `json:"actionCode,omitempty"`
	IdempotencyKey string          `json:"idempotencyKey,omitempty"`
	DeviceID       string          `json:"deviceId,omitempty"`
	UserAgent      string          `json:"userAgent,omitempty"`
	IPAddress      string          `json:"ipAddress,omitempty"`
	Custom         json.RawMessage `json:"custom,omitempty"`
	User           *promptUser     `json:"user,omitempty"`
}

type promptUser struct {
	Custom json.RawMessage `json:"custom"`
}

// tellOf says what a prompt is about.
func (d *Dialect) tellOf(ctx context.Context, c *call, w stepup.Waiting) (promptAnswer, error) {
	shown, err := d.stepup.Shown(ctx, c.caller, w)
	p := &w.Prompt
	out := promptAnswer{
		ActionCode: p.ActionCode, IdempotencyKey: p.ActionKey, DeviceID: p.DeviceID, UserAgent: p.UserAgent, IPAddress: p.IP,
		Custom: shown.Action,
	}
	if shown.User != nil {
		out.User = &promptUser{shown.User}
	}
	return out, err
}

// answerByKey approves or rejects what was asked of a key.
func answerByKey(use mfa.Method) method {
	return taking(func(d *Dialect, ctx context.Context, c *call, in *keyRequest) (endpoint.Response, error) {
		k, id, err := in.signedPrompt(use)
		if err != nil {
			return endpoint.Response{}, err
		}
		result, err := d.stepup.AnswerByKey(ctx, c.pass(), id, k, in.Approved)
		if err != nil {
			return endpoint.Response{}, err
		}
		return ok(struct {
			IsVerified bool `json:"isVerified"`
		}{result.Verified})
	})
}

// claimByKey binds a picture to the key that read it, and says what it is about.
func claimByKey(use mfa.Method) method {
	return taking(func(d *Dialect, ctx context.Context, c *call, in *keyRequest) (endpoint.Response, error) {
		k, id, err := in.signedPrompt(use)
		if err != nil {
			return endpoint.Response{}, err
		}
		claimed, err := d.stepup.ClaimByKey(ctx, c.pass(), id, k)
		if err != nil {
			return endpoint.Response{}, err
		}
		said, err := d.tellOf(ctx, c, claimed)
		if err != nil {
			return endpoint.Response{}, err
		}
		return ok(struct {
			Success bool `json:"success"`

			promptAnswer
		}{true, said})
	})
}

// verifyInApp proves by the key of the app that runs. Its answer has the token under another name than all others.
func verifyInApp(use mfa.Method) method {
	return taking(func(d *Dialect, ctx context.Context, c *call, in *keyRequest) (endpoint.Response, error) {
		k, id, err := in.signedPrompt(use)
		if err != nil {
			return endpoint.Response{}, err
		}
		result, err := d.stepup.VerifyInApp(ctx, c.pass(), id, k)
		if err != nil {
			return endpoint.Response{}, err
		}
		token, err := d.earned(ctx, result)
		if err != nil {
			return endpoint.Response{}, err
		}
		username, _, err := d.names(ctx, result)
		if err != nil {
			return endpoint.Response{}, err
		}
		return ok(struct {
			enrolledAnswer

			Token    string `json:"token"`
			Username string `json:"username,omitempty"`
		}{enrolledAnswer{result.Entry.ID, result.User.Alias}, token, username})
	})
}

// beginChange is what a key signs to change what is known of it.
func beginChange(use mfa.Method) method {
	return func(d *Dialect, ctx context.Context, c *call) (endpoint.Response, error) {
		ref, err := keyOfQuery(c, use)
		if err != nil {
			return endpoint.Response{}, err
		}
		id, message, err := d.stepup.UpdateMessage(ctx, c.caller, ref)
		if err != nil {
			return endpoint.Response{}, err
		}
		return ok(struct {
			ChallengeID string `json:"challengeId"`
			Message     string `json:"message"`
		}{id, message})
	}
}

// changeKey changes what is known of a key.
func changeKey(use mfa.Method) method {
	return taking(func(d *Dialect, ctx context.Context, c *call, in *keyRequest) (endpoint.Response, error) {
		k, err := in.signed(use)
		if err != nil {
			return endpoint.Response{}, err
		}
		u, changed, err := d.stepup.UpdateAppKey(ctx, c.pass(), in.ChallengeID, k, stepup.AppKeyChange{PushToken: in.PushToken, ResetExpiry: in.ResetExpiry})
		if err != nil {
			return endpoint.Response{}, err
		}
		out := newKeyAnswer(u, changed)
		out.PushToken = in.PushToken
		if out.LastVerifiedAt == nil { // apps need one
			out.LastVerifiedAt = out.VerifiedAt
		}
		return ok(out)
	})
}
