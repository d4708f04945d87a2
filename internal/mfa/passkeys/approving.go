package passkeys

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"slices"
	"time"

	"github.com/twinseal/twinseal/internal/mfa"
	"github.com/twinseal/twinseal/policy"
	"github.com/twinseal/twinseal/receipt"
)

// Sealer makes receipts with the server's key.
type Sealer interface {
	// SealPasskey builds the receipt document around a statement, in the form of [receipt.EncodeStatement], whose
	// signature was checked.
	SealPasskey(statement string, by receipt.Passkey, challenge mfa.ChallengeID, event mfa.EventID, at time.Time) (json.RawMessage, error)
}

// BeginApproval says how a person answers a challenge, in a page of an origin.
type BeginApproval struct {
	Challenge mfa.ChallengeID
	Origin    string
	Decision  receipt.Decision
	Reason    string // of a denial
	Fraud     bool
	// Failure marks a denial that the page gave because the question's policy cannot be satisfied.
	Failure policy.Failure
	// Evidence is what the page found out about the policy; it names no methods.
	Evidence *policy.Evidence
	Match    string // the number, with the approval of a question that asks for one
	// Packages is the hash of what the page encrypted for the question's recipient.
	Packages string
}

// Approval is what is to be signed: the statement, as [receipt.EncodeStatement] writes it, and request options whose
// challenge is its hash.
type Approval struct {
	SignIn

	Statement string
}

// FinishApproval brings the signature of a statement.
type FinishApproval struct {
	Challenge mfa.ChallengeID
	Statement string
	Assertion mfa.PasskeyAssertion
	Packages  json.RawMessage // nil where the question has no recipient
	Source    string
	UserAgent string
}

// Question shows a challenge to whoever has its id, which cannot be guessed. Once nobody can answer it any more it shows
// the state alone.
func (s *Service) Question(ctx context.Context, id mfa.ChallengeID) (mfa.Challenge, error) {
	var c mfa.Challenge
	err := s.store.Read(ctx, func(r mfa.Records) (err error) {
		c, err = r.Challenge(id)
		return err
	})
	if err != nil {
		return mfa.Challenge{}, err
	}
	if c.State = c.StateAt(s.domain.Now()); c.State != mfa.ChallengePending {
		return mfa.Challenge{ID: c.ID, State: c.State}, nil
	}
	if c.NotifiedAt.IsZero() {
		err = s.store.Write(ctx, func(w mfa.WriteRecords) error { return w.MarkNotified(id, s.domain.Now()) })
	}
	return c, err
}

// BeginApproval writes the statement of an answer, for a passkey of the challenge's user to sign. It keeps nothing: what
// was asked holds a nonce of its own, and is answered once. The page must be of a relying party of the directory, and
// the user have a passkey of it.
func (s *Service) BeginApproval(ctx context.Context, in BeginApproval) (Approval, error) {
	q, err := s.questioned(ctx, in.Challenge)
	if err != nil {
		return Approval{}, err
	}
	if q.challenge.State != mfa.ChallengePending {
		return Approval{}, over(q.challenge)
	}
	approved := in.Decision == receipt.Approved
	app, allow, err := q.at(in.Origin, approved)
	if err != nil {
		return Approval{}, err
	}
	party := q.party(app, approved)
	payload, err := s.statement(q.challenge, party.ID, in)
	if err != nil {
		return Approval{}, err
	}
	return Approval{Statement: receipt.EncodeStatement(payload), SignIn: SignIn{
		Challenge: receipt.PasskeyChallenge(payload), RelyingParty: party, Allow: allow, UserVerification: party.UserVerification,
		User: q.user, ExpiresAt: q.challenge.ExpiresAt,
	}}, nil
}

// statement writes an answer in the one form that can be signed.
func (s *Service) statement(c mfa.Challenge, rpID string, in BeginApproval) ([]byte, error) {
	question, err := receipt.ParseQuestion(c.Question)
	if err != nil {
		return nil, internal("a question cannot be read", err)
	}
	payload, err := receipt.Statement{
		Type: receipt.StatementType, Question: question, Decision: in.Decision, Reason: in.Reason, Fraud: in.Fraud, Failure: in.Failure,
		Evidence: in.Evidence, Match: in.Match, Packages: in.Packages, Factors: []string{receipt.FactorPasskey},
		RelyingParty: &receipt.RelyingParty{ID: rpID}, DeviceTime: receipt.FormatTime(s.domain.Now()),
	}.Canonical()
	if err != nil {
		return nil, &mfa.Error{Code: mfa.Invalid, Reason: mfa.ReasonStatementInvalid, Message: "this is no answer to the question", Cause: err}
	}
	return payload, nil
}

// questioned is a challenge with whoever is asked and the doors to them.
type questioned struct {
	challenge mfa.Challenge
	asker     *mfa.Caller
	user      mfa.User
	held      []mfa.Authenticator
	doors     []mfa.Application // of the directory
}

func (s *Service) questioned(ctx context.Context, id mfa.ChallengeID) (questioned, error) {
	var q questioned
	err := s.store.Read(ctx, func(r mfa.Records) (err error) {
		q = questioned{}
		if q.challenge, err = r.Challenge(id); err != nil {
			return err
		}
		if q.user, err = r.User(q.challenge.DirectoryID, mfa.UserRef{ID: q.challenge.UserID}); err != nil {
			return err
		}
		if q.held, err = r.AuthenticatorsOf(q.user.ID); err != nil {
			return err
		}
		q.doors, err = r.ApplicationsOf(q.challenge.DirectoryID)
		return err
	})
	if err != nil {
		return q, err
	}
	if q.asker, err = s.domain.CallerFor(ctx, q.challenge.ApplicationID); err != nil {
		return q, err
	}
	q.challenge.State = q.challenge.StateAt(s.domain.Now())
	return q, mfa.UsableBy(q.user, q.asker)
}

// at finds the relying party of an origin of which the user has passkeys that may answer, and those.
func (q questioned) at(origin string, approved bool) (mfa.Application, []Descriptor, error) {
	doors := open(q.doors, q.challenge.ApplicationID, q.user, func(p *mfa.RelyingParty) bool { return slices.Contains(p.AllOrigins(), origin) })
	if len(doors) == 0 {
		return mfa.Application{}, nil, errOrigin
	}
	mine := q.held
	if approved && q.challenge.Policy != nil && q.challenge.Policy.DenySynced {
		mine = slices.DeleteFunc(slices.Clone(mine), func(a mfa.Authenticator) bool {
			data, err := Data(a)
			return a.Kind == mfa.KindPasskey && err == nil && data.BackupEligible
		})
	}
	for _, door := range doors {
		allow, err := descriptors(mine, door.Settings.RelyingParty.ID, nil)
		if err != nil || len(allow) > 0 {
			return door, allow, err
		}
	}
	if len(mine) < len(q.held) {
		return mfa.Application{}, nil, errSynced
	}
	return mfa.Application{}, nil, errNoPasskey
}

// party is an application's relying party, as strict as an approval of the question needs it.
func (q questioned) party(a mfa.Application, approved bool) mfa.RelyingParty {
	out := filled(a)
	if approved && q.challenge.Policy != nil && q.challenge.Policy.NeedsMethods() {
		out.UserVerification = Required
	}
	return out
}

// over says why a challenge can no longer be answered.
func over(c mfa.Challenge) error {
	switch c.State {
	case mfa.ChallengeExpired:
		return refuse(mfa.Expired, "", "the request has expired")
	case mfa.ChallengeCancelled:
		return refuse(mfa.Expired, mfa.ReasonCancelled, "the application withdrew the request")
	}
	return errAnswered
}

// FinishApproval burns an answer that a passkey signed. It obeys the rules of a device's: the question byte for byte, the
// time, the policy, the packages; exactly one answer wins, whoever gives it, and the same one again gives the same
// receipt.
func (s *Service) FinishApproval(ctx context.Context, in FinishApproval) (mfa.Receipt, error) {
	said, payload, err := receipt.DecodeStatement(in.Statement)
	if err != nil {
		return mfa.Receipt{}, &mfa.Error{
			Code: mfa.Invalid, Reason: mfa.ReasonStatementInvalid, Message: "the statement is not well-formed or not in canonical form", Cause: err,
		}
	}
	var out mfa.Receipt
	err = s.untilStill(func() error {
		q, err := s.questioned(ctx, in.Challenge)
		if err != nil {
			return err
		}
		if q.challenge.State != mfa.ChallengePending {
			out, err = s.answeredBefore(ctx, q, in)
			return err
		}
		if out, err = s.answer(ctx, q, in, said, payload); mfa.IsNotPending(err) {
			q.challenge.State = mfa.ChallengeApproved // or denied: somebody was first
			out, err = s.answeredBefore(ctx, q, in)
		}
		return err
	})
	return out, err
}

// answeredBefore gives the receipt to whoever sends the very answer that it is about.
func (s *Service) answeredBefore(ctx context.Context, q questioned, in FinishApproval) (mfa.Receipt, error) {
	kept, err := s.domain.ReceiptFor(ctx, q.asker, q.challenge.ID)
	if mfa.IsCode(err, mfa.NotFound) {
		return mfa.Receipt{}, over(q.challenge)
	}
	if err != nil {
		return mfa.Receipt{}, err
	}
	document, err := receipt.Parse(kept.Document)
	if err != nil {
		return mfa.Receipt{}, internal("a receipt cannot be read", err)
	}
	same := document.Statement == in.Statement && document.Passkey != nil && document.Passkey.Signature == encode(in.Assertion.Signature)
	if !same {
		return mfa.Receipt{}, over(q.challenge)
	}
	return kept, nil
}

// answer checks a signed statement and hands it to the domain.
func (s *Service) answer(ctx context.Context, q questioned, in FinishApproval, said receipt.Statement, payload []byte) (mfa.Receipt, error) {
	if err := mfa.SameQuestion(q.challenge, said); err != nil {
		return mfa.Receipt{}, err
	}
	if err := s.domain.TimelyStatement(said); err != nil {
		return mfa.Receipt{}, err
	}
	by, err := s.signer(ctx, q, in, said)
	if err != nil {
		return mfa.Receipt{}, err
	}
	spend := spending{
		proof: by, expect: receipt.PasskeyChallenge(payload), assertion: in.Assertion, about: map[string]any{"challenge": q.challenge.ID},
		fresh: func(w mfa.WriteRecords) error { return stillPending(w, q.challenge.ID, s.domain.Now()) },
	}
	if err := s.verify(ctx, &spend); err != nil {
		return mfa.Receipt{}, err
	}
	signature, err := s.signature(by.data, in.Assertion)
	if err != nil {
		return mfa.Receipt{}, err
	}
	return s.domain.CountAnswer(ctx, mfa.Answered{
		Challenge: q.challenge, Said: said, Packages: in.Packages, By: by.held, Source: in.Source,
		Passkey: &policy.Passkey{Verified: spend.use.UserVerified, Synced: by.data.BackupEligible, BackedUp: spend.use.BackedUp},
		Seal: func(event mfa.EventID, at time.Time) (json.RawMessage, error) {
			return s.sealer.SealPasskey(in.Statement, signature, q.challenge.ID, event, at)
		},
		Burn: func(w mfa.WriteRecords, _ mfa.Authenticator, at time.Time) error {
			_, err := use(w, spend.proof, at)
			return err
		},
	})
}

// signer finds whose passkey answers: one of the user's, of the relying party that the statement names, at an origin
// of it.
func (s *Service) signer(ctx context.Context, q questioned, in FinishApproval, said receipt.Statement) (proof, error) {
	client, err := peek(in.Assertion.ClientData)
	if err != nil {
		return proof{}, err
	}
	doors := open(q.doors, q.challenge.ApplicationID, q.user, func(p *mfa.RelyingParty) bool {
		return p.ID == said.RelyingParty.ID && slices.Contains(p.AllOrigins(), client.Origin)
	})
	if len(doors) == 0 {
		return proof{}, errOrigin
	}
	party := q.party(doors[0], said.Decision == receipt.Approved)
	h, err := s.holder(ctx, q.asker, mfa.UserRef{ID: q.user.ID}, party.ID, in.Assertion.CredentialID)
	return proof{caller: q.asker, party: party, holder: h, source: in.Source, agent: clip(in.UserAgent)}, err
}

// stillPending refuses a challenge that was answered meanwhile.
func stillPending(r mfa.Records, id mfa.ChallengeID, now time.Time) error {
	c, err := r.Challenge(id)
	if c.State = c.StateAt(now); err == nil && c.State != mfa.ChallengePending {
		err = over(c)
	}
	return err
}

// signature writes an assertion as receipts carry it.
func (s *Service) signature(data mfa.PasskeyData, a mfa.PasskeyAssertion) (receipt.Passkey, error) {
	key, err := s.key(data)
	return receipt.Passkey{
		AuthenticatorData: encode(a.AuthenticatorData), ClientData: encode(a.ClientData), CredentialID: encode(a.CredentialID),
		PublicKey: key, Signature: encode(a.Signature),
	}, err
}

// key is what checks a passkey's signatures, elsewhere too.
func (s *Service) key(data mfa.PasskeyData) (receipt.PasskeyKey, error) {
	public, err := s.factor.PublicKey(data)
	if err != nil {
		return receipt.PasskeyKey{}, err
	}
	key, err := receipt.NewPasskeyKey(public)
	if err != nil {
		return key, internal("a passkey's key cannot be written", err)
	}
	return key, nil
}

func encode(raw []byte) string { return base64.RawURLEncoding.EncodeToString(raw) }
