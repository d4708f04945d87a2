package mfa

import (
	"bytes"
	"context"
	"encoding/json"
	"time"

	"github.com/twinseal/twinseal/receipt"
)

// PendingFor lists what waits for the device's user, newest first, and notes that it was seen.
func (s *Service) PendingFor(ctx context.Context, d *DeviceCaller) ([]Challenge, error) {
	if d.seen.listed {
		d.seen.listed = false // a second look is one at a later moment
		return d.seen.pending, nil
	}
	var out []Challenge
	err := s.store.Read(ctx, func(r Records) (err error) {
		out, err = s.pendingFor(r, d)
		return err
	})
	if err != nil {
		return nil, err
	}
	if fresh := unseen(out); len(fresh) > 0 {
		err = s.store.Write(ctx, func(w WriteRecords) error { return s.markSeen(w, fresh) })
	}
	return out, err
}

func (s *Service) pendingFor(r Records, d *DeviceCaller) ([]Challenge, error) {
	return r.PendingChallenges(d.Device.UserID, s.Now(), s.limits.PendingPerUser)
}

// unseen are the challenges that reach a device for the first time.
func unseen(list []Challenge) []ChallengeID {
	var out []ChallengeID
	for i := range list {
		if list[i].NotifiedAt.IsZero() {
			out = append(out, list[i].ID)
		}
	}
	return out
}

func (s *Service) markSeen(w WriteRecords, list []ChallengeID) error {
	for _, id := range list {
		if err := w.MarkNotified(id, s.Now()); err != nil {
			return err
		}
	}
	return nil
}

// HistoryFor lists the user's challenges of every state, newest first: those before the given one, or ("")
// from the newest on.
func (s *Service) HistoryFor(ctx context.Context, d *DeviceCaller, before ChallengeID, limit int) ([]Challenge, error) {
	var out []Challenge
	err := s.store.Read(ctx, func(r Records) (err error) {
		out, err = r.ChallengesOf(d.Device.UserID, before, limit)
		return err
	})
	for i := range out {
		out[i].State = s.seenState(&out[i])
	}
	return out, err
}

// ChallengeFor shows one challenge to a device of its user.
func (s *Service) ChallengeFor(ctx context.Context, d *DeviceCaller, id ChallengeID) (Challenge, error) {
	found := d.seen.challenge
	if found != nil {
		d.seen.challenge = nil // a second look is one at a later moment
	}
	if found == nil || found.ID != id {
		found = new(Challenge)
		err := s.store.Read(ctx, func(r Records) (err error) {
			*found, err = r.Challenge(id)
			return err
		})
		if err != nil {
			return Challenge{}, err
		}
	}
	if found.UserID != d.Device.UserID {
		return Challenge{}, Missing("challenge")
	}
	found.State = s.seenState(found)
	return *found, nil
}

// ReceiptForDevice returns the receipt of a challenge to the devices of its user.
func (s *Service) ReceiptForDevice(ctx context.Context, d *DeviceCaller, id ChallengeID) (Receipt, error) {
	return s.receipt(ctx, id, func(r Receipt) bool { return r.UserID == d.Device.UserID })
}

// Answer burns a device's signed statement: it must repeat, byte for byte, what was asked. With it come the
// packages that the device encrypted for the question's recipient, nil where there is none. Exactly one answer
// wins; the same statement again gives the same receipt, so that an answer whose response was lost can be repeated.
func (s *Service) Answer(ctx context.Context, d *DeviceCaller, id ChallengeID, statement string, packages json.RawMessage) (Receipt, error) {
	c, err := s.ChallengeFor(ctx, d, id)
	if err != nil {
		return Receipt{}, err
	}
	if c.State != ChallengePending {
		return s.answeredBefore(ctx, d, c, statement)
	}
	said, err := s.checkStatement(d, c, statement)
	if err != nil {
		return Receipt{}, err
	}
	outcome, err := s.judgeTerms(c, said, packages)
	if err != nil {
		return Receipt{}, err
	}
	caller, err := s.CallerFor(ctx, c.ApplicationID)
	if err != nil {
		return Receipt{}, err
	}
	sealed, event, err := s.sealAnswer(d, c, statement)
	if err != nil {
		return Receipt{}, err
	}
	answer := answered{caller: caller, device: d, challenge: c, said: said, outcome: outcome, sealed: sealed, event: event}
	err = s.store.Write(ctx, func(w WriteRecords) error { return s.burnAnswer(w, answer) })
	if isNotPending(err) {
		return s.answeredBefore(ctx, d, c, statement)
	}
	return sealed, err
}

func (s *Service) answeredBefore(ctx context.Context, d *DeviceCaller, c Challenge, statement string) (Receipt, error) {
	r, err := s.ReceiptForDevice(ctx, d, c.ID)
	if err == nil && sameAnswer(r, statement) {
		return r, nil
	}
	if err != nil && !IsCode(err, NotFound) {
		return Receipt{}, err
	}
	switch c.State {
	case ChallengeExpired:
		return Receipt{}, refuse(Expired, "", "the request has expired")
	case ChallengeCancelled:
		return Receipt{}, refuse(Expired, ReasonCancelled, "the application withdrew the request")
	}
	return Receipt{}, errNotPending
}

// checkStatement compares what the device says it answered with what was asked, and then its signature.
// The device's own words — decision, reason, factors, time — are taken from it, everything else from us: a
// question is kept in the one form that can be signed, so its bytes are compared as they are.
func (s *Service) checkStatement(d *DeviceCaller, c Challenge, statement string) (receipt.Statement, error) {
	said, err := receipt.Peek(statement)
	if err != nil {
		return receipt.Statement{}, badStatement(err)
	}
	question, err := said.Question.Canonical()
	if err != nil {
		return receipt.Statement{}, badStatement(err)
	}
	device := receipt.DeviceID{ID: string(d.Device.ID), Key: d.Device.Thumbprint}
	if !bytes.Equal(question, c.Question) || said.Device != device {
		return receipt.Statement{}, refuse(Invalid, ReasonStatementMismatch, "the signed statement is not an answer to what was asked")
	}
	signed, err := said.Canonical()
	if err != nil {
		return receipt.Statement{}, badStatement(err)
	}
	_, ok, err := s.factors.Device.Check(Credential{Data: d.Data.Key}, Proof{Statement: statement, Expect: signed}, s.Now())
	if err != nil {
		return receipt.Statement{}, err
	}
	if !ok {
		return receipt.Statement{}, badStatement(nil)
	}
	return said, s.judgeStatementTime(said)
}

// badStatement refuses what is no statement of this device at all.
func badStatement(cause error) error {
	return &Error{
		Code: Invalid, Reason: ReasonStatementInvalid, Cause: cause,
		Message: "the statement is not well-formed, not in canonical form or not rightly signed",
	}
}

// judgeStatementTime refuses statements that a wrong clock dated: a receipt is to say when.
func (s *Service) judgeStatementTime(said receipt.Statement) error {
	at, err := receipt.ParseTime(said.DeviceTime)
	if err != nil || !s.timely(at) {
		return refuse(Invalid, ReasonStatementTime, "the statement's time is too far from the server's; correct the clock by the Date header and sign again")
	}
	return nil
}

// sealAnswer prepares the receipt outside of the transaction. Its event id is the one the transaction will
// write, so the seal names an event that exists whenever the receipt does.
func (s *Service) sealAnswer(d *DeviceCaller, c Challenge, statement string) (Receipt, EventID, error) {
	at, event := s.Now(), NewID[EventID]()
	document, err := s.sealer.SealReceipt(statement, d.Data.Key, c.ID, event, at)
	if err != nil {
		return Receipt{}, "", &Error{Code: Internal, Message: "the receipt could not be sealed", Cause: err}
	}
	return Receipt{
		ChallengeID: c.ID, ApplicationID: c.ApplicationID, UserID: c.UserID, AuthenticatorID: d.Device.ID, Document: document, CreatedAt: at,
	}, event, nil
}

// answered is a checked answer on its way into the tables.
type answered struct {
	caller    *Caller
	device    *DeviceCaller
	challenge Challenge
	said      receipt.Statement
	outcome   Outcome
	sealed    Receipt
	event     EventID
}

func (s *Service) burnAnswer(w WriteRecords, a answered) error {
	state, kind := ChallengeDenied, EventChallengeDenied
	if a.said.Decision == receipt.Approved {
		state, kind = ChallengeApproved, EventChallengeApproved
	}
	at, device, c := s.Now(), a.device.Device, a.challenge
	held, err := w.Authenticator(device.ID)
	if IsCode(err, NotFound) || err == nil && held.Thumbprint != device.Thumbprint {
		return errBadDevice
	}
	if err != nil {
		return err
	}
	u, err := w.User(c.DirectoryID, UserRef{ID: c.UserID})
	if err != nil {
		return err
	}
	if err := UsableBy(u, a.caller); err != nil {
		return err
	}
	won, err := w.AnswerChallenge(c.ID, ChallengeAnswer{
		State: state, AuthenticatorID: device.ID, Reason: a.said.Reason, Fraud: a.said.Fraud, Outcome: a.outcome, At: at,
	})
	if err != nil {
		return err
	}
	if !won {
		return errNotPending
	}
	if err := w.AddReceipt(a.sealed); err != nil {
		return err
	}
	if err := noteUse(w, held, a.device.Data, at); err != nil {
		return err
	}
	w.Announce(TopicChallenge(c.ID), TopicUserChallenges(c.UserID))
	e, err := s.appendEvent(w, a.caller, Event{
		ID: a.event, Type: kind, UserID: c.UserID, ChallengeID: c.ID, Source: a.device.Data.LastIP, At: at, Data: answerData(a.device, a.said),
	})
	if err != nil || s.callback(c.Dialect) == nil {
		return err
	}
	return s.queueCallback(w, c.Dialect, CallbackPayload{Event: e})
}

// noteUse remembers when and from where a device last answered. Of two answers of one device at the same
// moment one may go unnoted; both count.
func noteUse(w WriteRecords, held Authenticator, seen DeviceData, at time.Time) error {
	var data DeviceData
	if err := json.Unmarshal(held.Data, &data); err != nil {
		return &Error{Code: Internal, Message: "a device's data cannot be read", Cause: err}
	}
	data.LastIP = seen.LastIP
	encoded, err := json.Marshal(data)
	if err != nil {
		return &Error{Code: Internal, Message: "a device could not be written", Cause: err}
	}
	held.Data, held.LastUsedAt = encoded, at
	_, err = w.UpdateAuthenticator(held)
	return err
}

func answerData(d *DeviceCaller, said receipt.Statement) json.RawMessage {
	say := map[string]any{"authenticator": d.Device.ID, "reason": said.Reason, "fraud": said.Fraud, "factors": said.Factors}
	if said.Failure != "" {
		say["failure"] = said.Failure
	}
	data, err := json.Marshal(say)
	if err != nil {
		return nil // strings and booleans always encode
	}
	return data
}

// Wait subscribes to changes of the device's pending challenges.
func (s *Service) Wait(d *DeviceCaller) (<-chan struct{}, func()) {
	return s.waker.Subscribe(TopicUserChallenges(d.Device.UserID))
}

// StillLinked refuses a device that was unlinked since it was let in, for answers that take long.
func (s *Service) StillLinked(ctx context.Context, d *DeviceCaller) error {
	return s.store.Read(ctx, func(r Records) error {
		_, err := r.Authenticator(d.Device.ID)
		if IsCode(err, NotFound) {
			return errBadDevice
		}
		return err
	})
}
