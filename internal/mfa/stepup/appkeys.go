package stepup

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"time"

	"github.com/twinseal/twinseal/internal/mfa"
	"github.com/twinseal/twinseal/internal/mfa/people"
)

// NewAppKey is a key that the application's own app made. Use is what it is for: push, QR codes, in the app, or
// [mfa.MethodDevice] for the last two.
type NewAppKey struct {
	Use       mfa.Method
	Key       []byte // DER of the SubjectPublicKeyInfo, P-256
	Name      string
	Platform  string // ios or android
	PushToken string
}

// KeyRef names an app's key: by what it is, and what for.
type KeyRef struct {
	Use mfa.Method
	Key []byte
}

// Signed is a message signed by an app's key: ECDSA with SHA-256, the signature in ASN.1.
type Signed struct {
	KeyRef

	Signature []byte
}

// Bounds of what an app tells of its key, in bytes.
const (
	maxPushToken = 4096 // those of the stores' services stay below a tenth of it
	maxPlatform  = 32
	maxKey       = 200 // a P-256 key has 91
)

// AddAppKey enrols a key of the app. One that the user has already is given back as it is.
func (s *Service) AddAppKey(ctx context.Context, p Pass, in NewAppKey) (Result, error) {
	if !appUse(in.Use) {
		return Result{}, errMethodOff
	}
	if len(in.PushToken) > maxPushToken || len(in.Platform) > maxPlatform || len(in.Key) > maxKey {
		return Result{}, &mfa.Error{Code: mfa.Invalid, Message: "the app tells more of its key than can be kept"}
	}
	if p.Caller.Application.StepUpSettings().RequireAttestation {
		return Result{}, errAttestation
	}
	made, err := s.appKeys.Enrol(mfa.EnrolOptions{PublicKey: base64.StdEncoding.EncodeToString(in.Key)})
	if err != nil {
		return Result{}, err
	}
	var data mfa.AppKeyData
	if err := json.Unmarshal(made.Data, &data); err != nil {
		return Result{}, internal("a key cannot be read", err)
	}
	data.Use, data.PushToken, data.DeviceID = in.Use, in.PushToken, p.DeviceID
	encoded, err := encode(data)
	if err != nil {
		return Result{}, err
	}
	id := mfa.NewID[mfa.AuthenticatorID]() // one for all attempts: the gate is told of it
	return s.prove(ctx, p, func(a *attempt) (Result, error) {
		thumbprint := thumbprintOf(p.Caller, KeyRef{in.Use, in.Key})
		for _, e := range a.mine() {
			if e.Kind == mfa.KindAppKey && e.Thumbprint == thumbprint {
				return a.knownAppKey(e)
			}
		}
		return a.enrol(added{method: in.Use, Authenticator: mfa.Authenticator{
			ID: id, Kind: mfa.KindAppKey, Name: tidyName(in.Name), Platform: in.Platform, Thumbprint: thumbprint,
			Data: encoded, RegisteredBy: "app",
		}}, func() (bool, error) { return true, nil })
	})
}

// knownAppKey gives back a key that is enrolled. It proves nothing, and changes nothing either: public keys are no secrets,
// so whoever holds a token and knows one could turn its pushes elsewhere. The app tells of changes by [Service.UpdateAppKey],
// which the key signs.
func (a *attempt) knownAppKey(e people.Entry) (Result, error) {
	return Result{Verified: true, Method: e.Method, Entry: &e, User: a.user, Action: a.action, Pass: a.Pass}, nil
}

// appUse reports whether keys of apps are for a method.
func appUse(m mfa.Method) bool {
	return m == mfa.MethodPush || m == mfa.MethodQRCode || m == mfa.MethodInApp || m == mfa.MethodDevice
}

// thumbprintOf names a key among all authenticators: once for each application and use.
func thumbprintOf(c *mfa.Caller, k KeyRef) string {
	sum := sha256.Sum256([]byte("app_key\x00" + string(c.Application.ID) + "\x00" + string(k.Use) + "\x00" + string(k.Key)))
	return base64.RawURLEncoding.EncodeToString(sum[:])
}

// expired reports whether a key's time is over.
func expired(e people.Entry, now time.Time) bool {
	var data mfa.AppKeyData
	if json.Unmarshal(e.Data, &data) != nil {
		return true
	}
	return !data.Expires.IsZero() && !now.Before(data.Expires)
}

// AppKey finds whose key it is. Keys of other applications are as unknown as those that never were.
func (s *Service) AppKey(ctx context.Context, c *mfa.Caller, k KeyRef) (mfa.User, people.Entry, error) {
	var u mfa.User
	var out people.Entry
	err := s.store.Read(ctx, func(r mfa.Records) error {
		held, err := r.AuthenticatorByThumbprint(mfa.KindAppKey, thumbprintOf(c, k))
		if mfa.IsCode(err, mfa.NotFound) {
			return errNoKey
		}
		if err != nil {
			return err
		}
		found := people.Entries(c, []mfa.Authenticator{held})
		if len(found) == 0 || expired(found[0], s.domain.Now()) {
			return errNoKey
		}
		out = found[0]
		u, err = r.User(c.Directory.ID, mfa.UserRef{ID: held.UserID})
		return err
	})
	if err != nil {
		return mfa.User{}, people.Entry{}, err
	}
	if err := mfa.UsableBy(u, c); err != nil {
		return mfa.User{}, people.Entry{}, err
	}
	return u, out, nil
}

// signedBy finds the key that signed one of the messages. A wrong signature is counted by the address it comes from.
func (s *Service) signedBy(ctx context.Context, p Pass, k Signed, messages ...string) (mfa.User, people.Entry, error) {
	u, e, err := s.AppKey(ctx, p.Caller, k.KeyRef)
	if err != nil {
		return u, e, err
	}
	for _, message := range messages {
		_, right, err := s.appKeys.Check(mfa.Credential{Data: e.Data}, mfa.Proof{Statement: string(k.Signature), Expect: []byte(message)}, s.domain.Now())
		if err != nil {
			return u, e, err
		}
		if right {
			return u, e, nil
		}
	}
	return u, e, s.wrongSignature(ctx, p, u, e)
}

func (s *Service) wrongSignature(ctx context.Context, p Pass, u mfa.User, e people.Entry) error {
	refusal := error(errSignature)
	err := s.store.Write(ctx, func(w mfa.WriteRecords) error {
		limit, key := s.domain.Limits().AppKeyClaims, "app_key_claims:"+mfa.AttemptsFrom(p.Caller, p.Source)
		allowed, until, err := w.TakeLimit(limit, key, s.domain.Now())
		if err != nil {
			return err
		}
		if !allowed {
			refusal = s.domain.TooMany(until)
			return nil
		}
		return s.domain.Append(w, p.Caller, mfa.Event{
			Type: mfa.EventPromptRefused, UserID: u.ID, Source: p.Source,
			Data: Said{Method: e.Method, Kind: mfa.KindAppKey, Authenticator: e.ID, Reason: "signature"}.data(),
		})
	})
	if err == nil {
		err = refusal
	}
	return err
}
