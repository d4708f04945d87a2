package passkeys

import (
	"cmp"
	"context"
	"time"

	"github.com/twinseal/twinseal/internal/mfa"
)

// BeginSignIn asks for request options.
type BeginSignIn struct {
	Caller *mfa.Caller
	User   mfa.UserRef // zero: whoever answers
	// Context says what the signature is to be good for. It counts for that alone: [FinishSignIn.Contexts].
	Context string
	Life    time.Duration // 0: [mfa.Limits.CeremonyLife]
	// Only leaves out the user's other passkeys; nil: all are asked for.
	Only func(mfa.PasskeyData) bool
}

// SignIn is what request options are made of.
type SignIn struct {
	Challenge        []byte // 32 bytes, the last two never zero
	RelyingParty     mfa.RelyingParty
	Allow            []Descriptor // none: whatever passkey of the relying party the person has
	UserVerification string
	User             mfa.User // zero where nobody was named
	ExpiresAt        time.Time
}

// FinishSignIn brings what a browser signed.
type FinishSignIn struct {
	Caller *mfa.Caller // of the same directory as whoever began it
	User   mfa.UserRef // zero: whoever owns the credential
	// Contexts are those that are taken; nil is "" alone.
	Contexts  []string
	Assertion mfa.PasskeyAssertion
	Source    string
	UserAgent string
	// Also does more in the write that burns the signature. Its error leaves nothing behind, and the signature unused.
	Also func(w mfa.WriteRecords, in SignedIn) error
}

// BeginSignIn draws a challenge. It writes nothing: the challenge itself says when it ends and what it was drawn for,
// under a code that only this server's nodes can make. A user without a passkey is refused with [mfa.ReasonNoPasskey].
func (s *Service) BeginSignIn(ctx context.Context, in BeginSignIn) (SignIn, error) {
	party, err := relyingParty(in.Caller)
	if err != nil {
		return SignIn{}, err
	}
	life := cmp.Or(in.Life, s.domain.Limits().CeremonyLife)
	out := SignIn{RelyingParty: party, UserVerification: party.UserVerification, ExpiresAt: s.domain.Now().Add(life).Truncate(time.Second)}
	if in.User != (mfa.UserRef{}) {
		if out.User, out.Allow, err = s.allowed(ctx, in, party.ID); err != nil {
			return SignIn{}, err
		}
	}
	out.Challenge, err = s.challenge(ctx, asked{in.Caller.Directory.ID, out.User.ID, in.Context}, out.ExpiresAt)
	return out, err
}

// allowed lists the passkeys by which a user may sign in.
func (s *Service) allowed(ctx context.Context, in BeginSignIn, rpID string) (mfa.User, []Descriptor, error) {
	var u mfa.User
	var held []mfa.Authenticator
	err := s.store.Read(ctx, func(r mfa.Records) (err error) {
		u, held, err = r.Credentials(in.Caller.Directory.ID, in.User)
		return err
	})
	if err != nil {
		return u, nil, err
	}
	if err := mfa.UsableBy(u, in.Caller); err != nil {
		return u, nil, err
	}
	mine, err := descriptors(held, rpID, in.Only)
	if err == nil && len(mine) == 0 {
		err = errNoPasskey
	}
	return u, mine, err
}

// FinishSignIn checks a signature and burns its challenge; it gives the context that the challenge was drawn for. The
// same signature again is Replayed. A counter that goes back is refused with [mfa.ReasonPasskeyCounter]; the
// credential stays, because it is the copy or the original that is locked out, and nobody knows which.
func (s *Service) FinishSignIn(ctx context.Context, in FinishSignIn) (SignedIn, string, error) {
	party, err := relyingParty(in.Caller)
	if err != nil {
		return SignedIn{}, "", err
	}
	said, err := peek(in.Assertion.ClientData)
	if err != nil {
		return SignedIn{}, "", err
	}
	challenge := []byte(said.Challenge)
	var out SignedIn
	var matched string
	err = s.untilStill(func() error {
		holder, err := s.holder(ctx, in.Caller, in.User, party.ID, in.Assertion.CredentialID)
		if err != nil {
			return err
		}
		if matched, err = s.drawnFor(ctx, challenge, in, holder.user.ID); err != nil {
			return err
		}
		until := endOf(challenge)
		if !s.domain.Now().Before(until) {
			return errLate
		}
		fresh := func(w mfa.WriteRecords) error { return burn(w, in.Caller, challenge, until) }
		out, err = s.spend(ctx, spending{
			proof:  proof{caller: in.Caller, party: party, holder: holder, source: in.Source, agent: clip(in.UserAgent)},
			expect: challenge, assertion: in.Assertion, event: mfa.EventPasskeyAccepted,
			once: func(w mfa.WriteRecords, _ SignedIn) error { return fresh(w) }, fresh: fresh, also: in.Also,
		})
		return err
	})
	return out, matched, err
}

// drawnFor finds the context of a challenge that was drawn for the credential's owner, or for whoever answers.
func (s *Service) drawnFor(ctx context.Context, challenge []byte, in FinishSignIn, owner mfa.UserID) (string, error) {
	for _, context := range contextsOf(in.Contexts) {
		for _, user := range []mfa.UserID{owner, ""} {
			mine, err := s.made(ctx, challenge, asked{in.Caller.Directory.ID, user, context})
			if err != nil || mine {
				return context, err
			}
		}
	}
	return "", errChallenge
}

// contextsOf are the contexts that are taken where some, or none, are named.
func contextsOf(named []string) []string {
	if named == nil {
		return []string{""}
	}
	return named
}

// untilStill tries again while the passkey changes between reading and writing, which two sign-ins of one person at
// the same moment do.
func (s *Service) untilStill(try func() error) error {
	const patience = 5
	for range patience {
		if err := try(); err != errMoved { //nolint:errorlint // it is never wrapped
			return err
		}
	}
	return errBusy
}

// holder is whose passkey a credential is.
type holder struct {
	user mfa.User
	held mfa.Authenticator
	data mfa.PasskeyData
}

// holder finds the owner of a credential, who is the one named where one is.
func (s *Service) holder(ctx context.Context, c *mfa.Caller, ref mfa.UserRef, rpID string, credential []byte) (holder, error) {
	var out holder
	err := s.store.Read(ctx, func(r mfa.Records) (err error) {
		out = holder{}
		out.user, out.held, err = r.Holder(mfa.KindPasskey, mfa.PasskeyThumbprint(rpID, credential))
		if mfa.IsCode(err, mfa.NotFound) {
			return s.unknownCredential(r, c, ref)
		}
		if err != nil || ref == (mfa.UserRef{}) || out.surely(c, ref) {
			return err
		}
		out.user, err = r.User(c.Directory.ID, ref)
		return err
	})
	if err == nil && out.foreign(c) {
		return out, errForeign
	}
	if err != nil {
		return out, err
	}
	if err := mfa.UsableBy(out.user, c); err != nil {
		return out, err
	}
	if out.held.State != mfa.AuthenticatorActive {
		return out, errRevoked
	}
	out.data, err = Data(out.held)
	return out, err
}

// unknownCredential is the refusal of a credential that nobody has, which a user whom nobody knows goes before.
func (s *Service) unknownCredential(r mfa.Records, c *mfa.Caller, ref mfa.UserRef) error {
	if ref != (mfa.UserRef{}) {
		if _, err := r.User(c.Directory.ID, ref); err != nil {
			return err
		}
	}
	return errForeign
}

// surely reports whether a reference of the caller's names the user and could name nobody else. An alias goes before an id that
// reads alike.
func (h holder) surely(c *mfa.Caller, ref mfa.UserRef) bool {
	u := h.user
	return u.DirectoryID == c.Directory.ID && (u.ID != "" && ref.ID == u.ID || u.Alias != "" && (ref.Alias == u.Alias || ref.Name == u.Alias))
}

// foreign reports whether the credential is somebody else's than the user named, or of another directory.
func (h holder) foreign(c *mfa.Caller) bool {
	return h.held.DirectoryID != c.Directory.ID || h.user.ID != "" && h.held.UserID != h.user.ID
}
