package passkeys

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"io"
	"time"
	"unicode/utf8"

	"github.com/twinseal/twinseal/internal/mfa"
)

// CreateTransaction brings a text that a user is to sign.
type CreateTransaction struct {
	Caller  *mfa.Caller
	Payload string
	Nonce   string // the application's; "": one is drawn
	Type    string // in the application's words
	User    mfa.UserRef
	// Source is the address of the person where a browser creates it, which counts with the application.
	Source string
	// Vouched says that the application proved itself: nothing is counted then.
	Vouched bool
}

// BeginTransaction asks for request options.
type BeginTransaction struct {
	Caller *mfa.Caller
	ID     mfa.TransactionID
	User   mfa.UserRef
}

// FinishTransaction brings what a browser signed.
type FinishTransaction struct {
	Caller    *mfa.Caller
	ID        mfa.TransactionID
	User      mfa.UserRef // zero: whoever owns the credential
	Assertion mfa.PasskeyAssertion
	Source    string
	UserAgent string
}

// Confirmed is a transaction that was signed.
type Confirmed struct {
	SignedIn

	Transaction mfa.Transaction
}

// Bounds of what comes with a payload, in bytes.
const (
	maxNonce           = 200 // the SDKs' have 16 to 36
	maxTransactionType = 100
)

// CreateTransaction keeps a text that is to be signed. The application's own nonce need not be new: the server's is.
func (s *Service) CreateTransaction(ctx context.Context, in CreateTransaction) (mfa.Transaction, error) {
	if err := s.checkTransaction(&in); err != nil {
		return mfa.Transaction{}, err
	}
	now := s.domain.Now()
	out := mfa.Transaction{
		ID: mfa.NewID[mfa.TransactionID](), OrganizationID: in.Caller.Organization.ID, DirectoryID: in.Caller.Directory.ID,
		ApplicationID: in.Caller.Application.ID, Payload: in.Payload, Nonce: in.Nonce, Type: in.Type,
		State: mfa.TransactionPending, CreatedAt: now, ExpiresAt: now.Add(s.domain.Limits().TransactionLife),
	}
	err := s.store.Write(ctx, func(w mfa.WriteRecords) error {
		if err := s.admitTransaction(w, in, now); err != nil {
			return err
		}
		if in.User != (mfa.UserRef{}) {
			u, err := w.User(in.Caller.Directory.ID, in.User)
			if err == nil {
				err = mfa.UsableBy(u, in.Caller)
			}
			if err != nil {
				return err
			}
			out.UserID, out.Username = u.ID, u.Alias
		}
		if err := w.AddTransaction(out); err != nil {
			return err
		}
		return s.domain.Append(w, in.Caller, mfa.Event{Type: mfa.EventTransactionCreated, UserID: out.UserID, Source: in.Source, At: now, Data: aboutTransaction(out)})
	})
	return out, err
}

// admitTransaction counts what people create by themselves. An application that proved itself creates as many as it
// has payments, and answers for them.
func (s *Service) admitTransaction(w mfa.WriteRecords, in CreateTransaction, now time.Time) error {
	if in.Vouched {
		return nil
	}
	key := "transactions:" + string(in.Caller.Application.ID) + ":" + mfa.SourceKey(in.Source)
	allowed, until, err := w.TakeLimit(s.domain.Limits().Transactions, key, now)
	if err == nil && !allowed {
		err = s.domain.TooMany(until)
	}
	return err
}

func (s *Service) checkTransaction(in *CreateTransaction) error {
	if _, err := relyingParty(in.Caller); err != nil {
		return err
	}
	switch {
	case in.Payload == "" || len(in.Payload) > s.domain.Limits().TransactionBytes || !utf8.ValidString(in.Payload):
		return &mfa.Error{Code: mfa.Invalid, Field: "payload", Message: "the payload is empty, too long or not UTF-8"}
	case len(in.Nonce) > maxNonce || !utf8.ValidString(in.Nonce):
		return &mfa.Error{Code: mfa.Invalid, Field: "nonce", Message: "the nonce is too long or not UTF-8"}
	case len(in.Type) > maxTransactionType || !utf8.ValidString(in.Type):
		return &mfa.Error{Code: mfa.Invalid, Field: "type", Message: "the type is too long or not UTF-8"}
	case in.Nonce != "":
		return nil
	}
	var err error
	in.Nonce, err = s.nonce()
	return err
}

// nonce draws what makes a hash unlike every other one.
func (s *Service) nonce() (string, error) {
	raw := make([]byte, 18)
	if _, err := io.ReadFull(s.random, raw); err != nil {
		return "", internal("no randomness", err)
	}
	return base64.RawURLEncoding.EncodeToString(raw), nil
}

// TransactionHash is what a transaction's signature covers, and its challenge: SHA-256 of payload, nonce and the
// server's nonce, one after the other.
func TransactionHash(t mfa.Transaction) []byte {
	sum := sha256.Sum256([]byte(t.Payload + t.Nonce + t.ServerNonce))
	return sum[:]
}

// BeginTransaction draws the server's nonce, and with it the challenge. Whoever begins again makes the earlier
// challenge worthless. One of another directory or user is NotFound, one that was confirmed a Conflict with
// [mfa.ReasonNotPending], one that is past its time Expired.
func (s *Service) BeginTransaction(ctx context.Context, in BeginTransaction) (mfa.Transaction, SignIn, error) {
	party, err := relyingParty(in.Caller)
	if err != nil {
		return mfa.Transaction{}, SignIn{}, err
	}
	t, err := s.pending(ctx, in.Caller, in.ID)
	if err != nil {
		return t, SignIn{}, err
	}
	out := SignIn{RelyingParty: party, UserVerification: party.UserVerification, ExpiresAt: t.ExpiresAt}
	if out.User, out.Allow, err = s.allowed(ctx, BeginSignIn{Caller: in.Caller, User: in.User}, party.ID); err != nil {
		return t, out, err
	}
	if t.UserID != "" && t.UserID != out.User.ID {
		return t, out, mfa.Missing("transaction")
	}
	for out.Challenge == nil || !safe(out.Challenge) {
		if t.ServerNonce, err = s.nonce(); err != nil {
			return t, out, err
		}
		out.Challenge = TransactionHash(t)
	}
	err = s.store.Write(ctx, func(w mfa.WriteRecords) error {
		begun, err := w.StartTransaction(t.ID, t.ServerNonce, s.domain.Now())
		if err == nil && !begun {
			err = errTransaction
		}
		return err
	})
	return t, out, err
}

// pending reads a transaction that can still be confirmed.
func (s *Service) pending(ctx context.Context, c *mfa.Caller, id mfa.TransactionID) (mfa.Transaction, error) {
	var t mfa.Transaction
	err := s.store.Read(ctx, func(r mfa.Records) (err error) {
		t, err = r.Transaction(id)
		return err
	})
	switch {
	case err != nil:
		return t, err
	case t.DirectoryID != c.Directory.ID:
		return mfa.Transaction{}, mfa.Missing("transaction")
	case t.State != mfa.TransactionPending:
		return t, errTransaction
	case !s.domain.Now().Before(t.ExpiresAt):
		return t, errLate
	}
	return t, nil
}

// FinishTransaction checks a signature over a transaction's hash, confirms it and keeps the evidence. Exactly one
// confirmation wins. A signature over another text, or another of its nonces, is for another challenge.
func (s *Service) FinishTransaction(ctx context.Context, in FinishTransaction) (Confirmed, error) {
	party, err := relyingParty(in.Caller)
	if err != nil {
		return Confirmed{}, err
	}
	var out Confirmed
	err = s.untilStill(func() (err error) {
		out, err = s.confirm(ctx, in, party)
		return err
	})
	return out, err
}

func (s *Service) confirm(ctx context.Context, in FinishTransaction, party mfa.RelyingParty) (Confirmed, error) {
	t, err := s.pending(ctx, in.Caller, in.ID)
	if err != nil {
		return Confirmed{}, err
	}
	if t.ServerNonce == "" {
		return Confirmed{}, errCeremony
	}
	h, err := s.holder(ctx, in.Caller, in.User, party.ID, in.Assertion.CredentialID)
	if err != nil {
		return Confirmed{}, err
	}
	if t.UserID != "" && t.UserID != h.user.ID {
		return Confirmed{}, mfa.Missing("transaction")
	}
	evidence, err := evidenceOf(h.data, in.Assertion)
	if err != nil {
		return Confirmed{}, err
	}
	hash := TransactionHash(t)
	out := Confirmed{Transaction: t}
	out.SignedIn, err = s.spend(ctx, spending{
		proof:  proof{caller: in.Caller, party: party, holder: h, source: in.Source, agent: clip(in.UserAgent)},
		expect: hash, assertion: in.Assertion, event: mfa.EventTransactionConfirmed, about: map[string]any{"transaction": t.ID},
		once: func(w mfa.WriteRecords, by SignedIn) error {
			won, err := w.ConfirmTransaction(t.ID, mfa.TransactionConfirmation{
				UserID: h.user.ID, Username: h.user.Alias, AuthenticatorID: h.held.ID, ServerNonce: t.ServerNonce, Hash: hash, Evidence: evidence, At: by.At,
			})
			if err == nil && !won {
				err = errTransaction
			}
			return err
		},
		fresh: func(w mfa.WriteRecords) error {
			now, err := w.Transaction(t.ID)
			if err == nil && now.State != mfa.TransactionPending {
				err = errTransaction
			}
			return err
		},
	})
	if err != nil {
		return Confirmed{}, err
	}
	out.Transaction.State, out.Transaction.Hash, out.Transaction.Evidence = mfa.TransactionConfirmed, hash, evidence
	out.Transaction.UserID, out.Transaction.Username, out.Transaction.AuthenticatorID = h.user.ID, h.user.Alias, h.held.ID
	out.Transaction.ConfirmedAt = out.At
	return out, nil
}

func evidenceOf(data mfa.PasskeyData, a mfa.PasskeyAssertion) (json.RawMessage, error) {
	out, err := json.Marshal(mfa.TransactionEvidence{
		PasskeyData: data, ClientData: a.ClientData, AuthenticatorData: a.AuthenticatorData, Signature: a.Signature,
	})
	if err != nil {
		return nil, internal("a confirmation could not be written", err)
	}
	return out, nil
}

// aboutTransaction names a transaction in the log, without its text.
func aboutTransaction(t mfa.Transaction) json.RawMessage {
	data, err := json.Marshal(map[string]any{"transaction": t.ID})
	if err != nil {
		return nil // texts always encode
	}
	return data
}
