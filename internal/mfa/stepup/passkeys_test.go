package stepup_test

import (
	"encoding/base64"
	"encoding/json"
	"testing"

	"github.com/twinseal/twinseal/internal/factor/passkey/passkeytest"
	"github.com/twinseal/twinseal/internal/mfa"
	"github.com/twinseal/twinseal/internal/mfa/passkeys"
	"github.com/twinseal/twinseal/internal/mfa/stepup"
)

func text(b []byte) string { return base64.RawURLEncoding.EncodeToString(b) }

func descriptors(all []passkeys.Descriptor) []map[string]any {
	out := make([]map[string]any, 0, len(all))
	for _, d := range all {
		out = append(out, map[string]any{"type": "public-key", "id": text(d.ID)})
	}
	return out
}

// creation writes options as a front door would.
func (s *scene) creation(r passkeys.Registration) []byte {
	s.Helper()
	out, err := json.Marshal(map[string]any{
		"challenge": text(r.Challenge), "rp": map[string]any{"id": r.RelyingParty.ID}, "user": map[string]any{"id": text(r.UserHandle)},
		"pubKeyCredParams": []map[string]any{{"type": "public-key", "alg": -7}}, "excludeCredentials": descriptors(r.Exclude),
	})
	s.must(err)
	return out
}

// made is what a browser answers to creation options.
func (s *scene) made(a *passkeytest.Authenticator, m mfa.Method, r passkeys.Registration) stepup.MadePasskey {
	s.Helper()
	answer, err := a.Create(shop, s.creation(r))
	s.must(err)
	return stepup.MadePasskey{Method: m, ID: r.ID, Registration: mfa.PasskeyRegistration{
		CredentialID: answer.CredentialID, ClientData: answer.ClientData, Attestation: answer.Attestation, Transports: answer.Transports,
	}}
}

// keyed gives a person a passkey or security key.
func (s *scene) keyed(p stepup.Pass, m mfa.Method, a *passkeytest.Authenticator) stepup.Result {
	s.Helper()
	r, err := s.stepup.BeginPasskey(s.Context(), p, stepup.NewPasskey{Method: m})
	s.must(err)
	got, err := s.stepup.FinishPasskey(s.Context(), p, s.made(a, m, r))
	return s.verified("a registration", got, err)
}

// signed is what a browser answers to request options.
func (s *scene) signed(a *passkeytest.Authenticator, asked stepup.Asked) mfa.PasskeyAssertion {
	s.Helper()
	options, err := json.Marshal(map[string]any{
		"challenge": text(asked.Challenge), "rpId": asked.RelyingParty.ID, "allowCredentials": descriptors(asked.Allow),
	})
	s.must(err)
	answer, err := a.Get(shop, options)
	s.must(err)
	return mfa.PasskeyAssertion{
		CredentialID: answer.CredentialID, ClientData: answer.ClientData, AuthenticatorData: answer.AuthenticatorData,
		Signature: answer.Signature, UserHandle: []byte("in some spelling of a phone's"),
	}
}

// nobody is a pass of whom the application alone is known.
func (s *scene) nobody() stepup.Pass {
	return stepup.Pass{Caller: s.caller, Source: here, UserAgent: "test", DeviceID: "browser-1"}
}

func TestAPasskeyProvesTheActionInItsOwnWrite(t *testing.T) {
	t.Parallel()
	onBoth(t, func(s *scene) {
		a := passkeytest.New(passkeytest.Options{})
		p := s.track("ann", "join")
		out := s.keyed(p, mfa.MethodPasskey, a)
		if !out.Enrolled || out.Action.State != mfa.ActionChallengeSucceeded || out.Method != mfa.MethodPasskey {
			s.Errorf("the first passkey gave %+v", out)
		}
		next := s.track("ann", "withdraw")
		asked, err := s.stepup.BeginAssertion(s.Context(), next, mfa.MethodPasskey, "")
		s.must(err)
		if len(asked.Allow) != 1 || asked.ID == "" {
			s.Errorf("asks %+v", asked)
		}
		signature := s.signed(a, asked)
		if n := s.winners(func() (stepup.Result, error) {
			return s.stepup.FinishAssertion(s.Context(), next, mfa.MethodPasskey, asked.ID, signature)
		}); n != 1 {
			s.Errorf("it counted %d times", n)
		}
		s.wantState("then", next, mfa.ActionChallengeSucceeded)
	})
}

func TestASignatureCountsForItsActionAlone(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	a := passkeytest.New(passkeytest.Options{})
	s.keyed(s.track("ann", "join"), mfa.MethodPasskey, a)
	p, other := s.track("ann", "withdraw"), s.track("ann", "transfer")
	asked, err := s.stepup.BeginAssertion(s.Context(), p, mfa.MethodPasskey, "")
	s.must(err)
	signature := s.signed(a, asked)
	_, err = s.stepup.FinishAssertion(s.Context(), other, mfa.MethodPasskey, "", signature)
	s.want("another action", err, mfa.Invalid, mfa.ReasonPasskeyChallenge)
	_, err = s.stepup.FinishAssertion(s.Context(), s.nobody(), mfa.MethodPasskey, "", signature)
	s.want("a sign-in", err, mfa.Invalid, mfa.ReasonPasskeyChallenge)
	bob := s.track("bob", "join")
	s.keyed(bob, mfa.MethodPasskey, passkeytest.New(passkeytest.Options{}))
	_, err = s.stepup.FinishAssertion(s.Context(), bob, mfa.MethodPasskey, "", signature)
	s.want("somebody else's action", err, mfa.Invalid, mfa.ReasonPasskeyCredential)
	signature.CredentialID = []byte("a credential that nobody has")
	_, err = s.stepup.FinishAssertion(s.Context(), p, mfa.MethodPasskey, "", signature)
	s.want("an unknown credential", err, mfa.NotFound, mfa.ReasonPasskeyCredential)
	s.wantState("then", other, mfa.ActionChallengeRequired)
}

func TestABlockedActionIsMovedByNoPasskey(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	a := passkeytest.New(passkeytest.Options{})
	s.keyed(s.track("ann", "join"), mfa.MethodPasskey, a)
	p := s.track("ann", "withdraw")
	asked, err := s.stepup.BeginAssertion(s.Context(), p, mfa.MethodPasskey, "")
	s.must(err)
	action, err := s.Actions.ByID(s.Context(), s.caller, p.ActionID)
	s.must(err)
	_, err = s.Actions.Update(s.Context(), s.caller, "ann", action.Code, action.Key, mfa.ActionBlock)
	s.must(err)
	_, err = s.stepup.FinishAssertion(s.Context(), p, mfa.MethodPasskey, "", s.signed(a, asked))
	s.want("the signature", err, mfa.Conflict, mfa.ReasonNotPending)
	_, err = s.stepup.BeginAssertion(s.Context(), p, mfa.MethodPasskey, "")
	s.want("another", err, mfa.Conflict, mfa.ReasonNotPending)
	s.wantState("then", p, mfa.ActionBlock)
}

func TestAnotherPasskeyNeedsTheRightAndProvesNothing(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	s.keyed(s.track("ann", "join"), mfa.MethodPasskey, passkeytest.New(passkeytest.Options{}))
	p := s.track("ann", "withdraw")
	_, err := s.stepup.BeginPasskey(s.Context(), p, stepup.NewPasskey{Method: mfa.MethodPasskey})
	s.want("without the right", err, mfa.Forbidden, mfa.ReasonNotAuthorized)
	p.Scopes = append(p.Scopes, stepup.ScopeAdd)
	out := s.keyed(p, mfa.MethodSecurityKey, passkeytest.New(passkeytest.Options{CrossPlatform: true}))
	s.wantState("then", p, mfa.ActionChallengeRequired)
	if has(out.Pass.Scopes, stepup.ScopeRemove) || out.Entry.Method != mfa.MethodSecurityKey {
		s.Errorf("it gave %+v", out)
	}
	asked, err := s.stepup.BeginAssertion(s.Context(), p, mfa.MethodSecurityKey, "")
	s.must(err)
	if len(asked.Allow) != 1 {
		s.Errorf("asks for %d security keys", len(asked.Allow))
	}
}

func TestARegistrationIsFinishedByWhoBeganItAlone(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	p, bob := s.track("ann", "join"), s.track("bob", "join")
	r, err := s.stepup.BeginPasskey(s.Context(), p, stepup.NewPasskey{Method: mfa.MethodPasskey})
	s.must(err)
	made := s.made(passkeytest.New(passkeytest.Options{}), mfa.MethodPasskey, r)
	_, err = s.stepup.FinishPasskey(s.Context(), bob, made)
	s.want("somebody else", err, mfa.NotFound, mfa.ReasonCeremony)
	made.ID = "" // as security keys bring it
	got, err := s.stepup.FinishPasskey(s.Context(), p, made)
	s.verified("the owner", got, err)
}

func TestWhoeverSignsInGetsAnActionOfTheirOwn(t *testing.T) {
	t.Parallel()
	onBoth(t, func(s *scene) {
		a := passkeytest.New(passkeytest.Options{})
		joined := s.track("ann", "join")
		s.keyed(joined, mfa.MethodPasskey, a)
		asked, err := s.stepup.BeginAssertion(s.Context(), s.nobody(), mfa.MethodPasskey, "")
		s.must(err)
		if len(asked.Allow) != 0 {
			s.Error("strangers are told of a person's passkeys")
		}
		signature := s.signed(a, asked)
		got, err := s.stepup.FinishAssertion(s.Context(), s.nobody(), mfa.MethodPasskey, asked.ID, signature)
		out := s.verified("signing in", got, err)
		if out.Action.Code != stepup.SignInCode || out.Action.State != mfa.ActionChallengeSucceeded || out.User.ID != joined.UserID || out.Pass.ActionID != out.Action.ID {
			s.Errorf("signed in: %+v", out)
		}
		_, err = s.stepup.FinishAssertion(s.Context(), s.nobody(), mfa.MethodPasskey, asked.ID, signature)
		s.want("again", err, mfa.Replayed, "")

		prompt, err := s.stepup.Prompt(s.Context(), s.nobody(), "login", "")
		s.must(err)
		asked, err = s.stepup.BeginAssertion(s.Context(), s.nobody(), mfa.MethodPasskey, prompt.ID)
		s.must(err)
		signature = s.signed(a, asked)
		_, err = s.stepup.FinishAssertion(s.Context(), s.nobody(), mfa.MethodPasskey, "", signature)
		s.want("without the prompt", err, mfa.Invalid, mfa.ReasonPasskeyChallenge)
		if n := s.winners(func() (stepup.Result, error) {
			return s.stepup.FinishAssertion(s.Context(), s.nobody(), mfa.MethodPasskey, prompt.ID, signature)
		}); n != 1 {
			s.Errorf("it counted %d times", n)
		}
		s.must(s.Store.Read(s.Context(), func(r mfa.Records) error {
			told, err := r.Events(mfa.EventFilter{UserID: joined.UserID, Types: []mfa.EventType{mfa.EventPromptAccepted}, Limit: 10})
			var said stepup.Said
			if err == nil && (len(told) != 1 || json.Unmarshal(told[0].Data, &said) != nil || said.Method != mfa.MethodPasskey || said.Prompt != prompt.ID) {
				s.Errorf("the log tells of %+v in %d events", said, len(told))
			}
			return err
		}))
	})
}

func TestASignInDoesNotMoveAnActionThatWasTrackedOtherwise(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	a := passkeytest.New(passkeytest.Options{})
	s.keyed(s.track("ann", "join"), mfa.MethodPasskey, a)
	p := s.track("ann", "withdraw")
	action, err := s.Actions.ByID(s.Context(), s.caller, p.ActionID)
	s.must(err)
	prompt, err := s.stepup.Prompt(s.Context(), s.nobody(), action.Code, action.Key)
	s.must(err)
	asked, err := s.stepup.BeginAssertion(s.Context(), s.nobody(), mfa.MethodPasskey, prompt.ID)
	s.must(err)
	_, err = s.stepup.FinishAssertion(s.Context(), s.nobody(), mfa.MethodPasskey, prompt.ID, s.signed(a, asked))
	s.want("under its key", err, mfa.Invalid, "")
	s.wantState("then", p, mfa.ActionChallengeRequired)
}

func TestStrangersBeginABoundedNumberOfPrompts(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	for range s.Service.Limits().AnonymousPrompts.Burst {
		_, err := s.stepup.Prompt(s.Context(), s.nobody(), "login", "")
		s.must(err)
	}
	_, err := s.stepup.Prompt(s.Context(), s.nobody(), "login", "")
	s.want("one more", err, mfa.Limited, "")
	_, err = s.stepup.Prompt(s.Context(), s.nobody(), "no code!", "")
	s.want("a code that is none", err, mfa.Invalid, "")
}

func TestBrowsersAskWhichOfTheirPasskeysCount(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	out := s.keyed(s.track("ann", "join"), mfa.MethodPasskey, passkeytest.New(passkeytest.Options{}))
	var data mfa.PasskeyData
	s.must(json.Unmarshal(out.Entry.Data, &data))
	found, err := s.stepup.PasskeyAmong(s.Context(), s.caller, [][]byte{[]byte("another"), data.CredentialID})
	s.must(err)
	if found.ID != out.Entry.ID {
		s.Errorf("found %s", found.ID)
	}
	_, err = s.stepup.PasskeyAmong(s.Context(), s.caller, [][]byte{[]byte("another")})
	s.want("none of them", err, mfa.NotFound, mfa.ReasonPasskeyCredential)
}
