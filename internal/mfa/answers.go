package mfa

import (
	"bytes"
	"context"
	"encoding/json"
	"time"

	"github.com/twinseal/twinseal/policy"
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
	sealed, err := s.CountAnswer(ctx, Answered{
		Challenge: c, Said: said, Packages: packages, By: d.Device, Source: d.Data.LastIP,
		Seal: func(event EventID, at time.Time) (json.RawMessage, error) {
			return s.sealer.SealReceipt(statement, d.Data.Key, c.ID, event, at)
		},
		Burn: func(w WriteRecords, held Authenticator, at time.Time) error { return noteUse(w, held, d.Data, at) },
	})
	if IsNotPending(err) {
		return s.answeredBefore(ctx, d, c, statement)
	}
	return sealed, err
}

// Answered is an answer on its way into the tables, its signature checked. What was asked, and when it was signed, is
// checked by [SameQuestion] and [Service.TimelyStatement].
type Answered struct {
	Challenge Challenge
	Said      receipt.Statement
	Packages  json.RawMessage // nil where nobody gets any
	By        Authenticator
	Passkey   *policy.Passkey // what the signature of a passkey shows; nil of a device's
	Source    string
	// Seal makes the receipt's document outside of the transaction. The event is the one that the transaction will
	// write, so the seal names one that exists whenever the receipt does.
	Seal func(event EventID, at time.Time) (json.RawMessage, error)
	// Burn makes the proof count, in the transaction; held is the authenticator as it is there.
	Burn func(w WriteRecords, held Authenticator, at time.Time) error
}

// CountAnswer holds an answer to the question's terms and lets it count, with its receipt, its event and the callback
// of the dialect that asked. Exactly one answer wins; to the others [IsNotPending] applies. An approval with a wrong number
// ends the challenge and leaves no receipt: nobody is to hold an approval of it that the server has sealed.
func (s *Service) CountAnswer(ctx context.Context, in Answered) (Receipt, error) {
	outcome, err := s.judgeTerms(in)
	if err != nil {
		return Receipt{}, err
	}
	caller, err := s.CallerFor(ctx, in.Challenge.ApplicationID)
	if err != nil {
		return Receipt{}, err
	}
	answer := answered{Answered: in, caller: caller, outcome: outcome, event: NewID[EventID]()}
	if in.wrongNumber() {
		answer.outcome, answer.wrong = Outcome{Failure: policy.FailedAuthentication}, true
		err := s.store.Write(ctx, func(w WriteRecords) error { return s.burnAnswer(w, answer) })
		if err == nil {
			err = errMatchWrong
		}
		return Receipt{}, err
	}
	at := s.Now()
	document, err := in.Seal(answer.event, at)
	if err != nil {
		return Receipt{}, &Error{Code: Internal, Message: "the receipt could not be sealed", Cause: err}
	}
	answer.sealed = Receipt{
		ChallengeID: in.Challenge.ID, ApplicationID: in.Challenge.ApplicationID, UserID: in.Challenge.UserID, AuthenticatorID: in.By.ID,
		Document: document, CreatedAt: at,
	}
	return answer.sealed, s.store.Write(ctx, func(w WriteRecords) error { return s.burnAnswer(w, answer) })
}

func (s *Service) answeredBefore(ctx context.Context, d *DeviceCaller, c Challenge, statement string) (Receipt, error) {
	r, err := s.ReceiptForDevice(ctx, d, c.ID)
	if err == nil && sameAnswer(r, statement) {
		return r, nil
	}
	if err != nil && !IsCode(err, NotFound) {
		return Receipt{}, err
	}
	if err != nil && endedByNumber(c, d) {
		return Receipt{}, errMatchWrong
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
	if err := SameQuestion(c, said); err != nil {
		return receipt.Statement{}, err
	}
	if said.Device != (receipt.DeviceID{ID: string(d.Device.ID), Key: d.Device.Thumbprint}) {
		return receipt.Statement{}, errMismatch
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
	return said, s.TimelyStatement(said)
}

// errMismatch answers to statements about something else.
var errMismatch = refuse(Invalid, ReasonStatementMismatch, "the signed statement is not an answer to what was asked")

// SameQuestion refuses a statement that does not repeat the challenge's question byte for byte.
func SameQuestion(c Challenge, said receipt.Statement) error {
	question, err := said.Question.Canonical()
	if err != nil {
		return badStatement(err)
	}
	if !bytes.Equal(question, c.Question) {
		return errMismatch
	}
	return nil
}

// badStatement refuses what is no statement of this device at all.
func badStatement(cause error) error {
	return &Error{
		Code: Invalid, Reason: ReasonStatementInvalid, Cause: cause,
		Message: "the statement is not well-formed, not in canonical form or not rightly signed",
	}
}

// TimelyStatement refuses statements that a wrong clock dated: a receipt is to say when.
func (s *Service) TimelyStatement(said receipt.Statement) error {
	at, err := receipt.ParseTime(said.DeviceTime)
	if err != nil || !s.timely(at) {
		return refuse(Invalid, ReasonStatementTime, "the statement's time is too far from the server's; correct the clock by the Date header and sign again")
	}
	return nil
}

// answered is an answer that satisfies the terms, with what it leaves behind.
type answered struct {
	Answered
	caller  *Caller
	outcome Outcome
	sealed  Receipt
	event   EventID
	wrong   bool // an approval whose number is wrong: it is no answer, and has no receipt
}

func (a answered) state() ChallengeState {
	if a.Said.Decision == receipt.Approved && !a.wrong {
		return ChallengeApproved
	}
	return ChallengeDenied
}

func (a answered) kind() EventType {
	switch {
	case a.wrong:
		return EventChallengeMismatched
	case a.state() == ChallengeApproved:
		return EventChallengeApproved
	}
	return EventChallengeDenied
}

func (s *Service) burnAnswer(w WriteRecords, a answered) error {
	at, c := s.Now(), a.Challenge
	held, err := w.Authenticator(a.By.ID)
	if IsCode(err, NotFound) || err == nil && (held.Thumbprint != a.By.Thumbprint || !held.Answers()) {
		return errBadDevice
	}
	if err != nil {
		return err
	}
	u, err := a.answerer(w)
	if err != nil {
		return err
	}
	if err := UsableBy(u, a.caller); err != nil {
		return err
	}
	won, err := w.AnswerChallenge(c.ID, ChallengeAnswer{
		State: a.state(), AuthenticatorID: held.ID, Reason: a.Said.Reason, Fraud: a.Said.Fraud, Outcome: a.outcome, At: at,
	})
	if err != nil {
		return err
	}
	if !won {
		return errNotPending
	}
	if err := s.learn(w, u, a, at); err != nil {
		return err
	}
	if !a.wrong {
		if err := w.AddReceipt(a.sealed); err != nil {
			return err
		}
	}
	if err := a.Burn(w, held, at); err != nil {
		return err
	}
	w.Announce(TopicChallenge(c.ID), TopicUserChallenges(c.UserID))
	e, err := s.appendEvent(w, a.caller, Event{
		ID: a.event, Type: a.kind(), UserID: c.UserID, ChallengeID: c.ID, Source: a.Source, At: at, Data: answerData(held, a.Said, a.outcome),
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
	return w.NoteUse(held)
}

func answerData(by Authenticator, said receipt.Statement, o Outcome) json.RawMessage {
	say := map[string]any{"authenticator": by.ID, "reason": said.Reason, "fraud": said.Fraud, "factors": said.Factors}
	if o.Failure != "" {
		say["failure"] = o.Failure
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
