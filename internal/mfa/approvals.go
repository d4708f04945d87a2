package mfa

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"net/url"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/twinseal/twinseal/policy"
	"github.com/twinseal/twinseal/receipt"
)

// AskApproval asks a user's devices and passkeys to approve something.
type AskApproval struct {
	Caller        *Caller
	User          UserRef
	Message       string
	MessageRunes  int // how long the message may be; 0 means [Limits.MessageRunes]
	Details       []Detail
	HiddenDetails []Detail
	Amount        *Amount
	Logos         []Logo
	Title         string
	// Policy is demanded on top of the application's: it can only tighten that.
	Policy    *policy.Policy
	Reasons   []DenialReason // from which a denial must choose; none: the person's own words
	Recipient *Recipient
	// Matching says that the asker shows the challenge's Number where the request was caused, and when it wants one on top
	// of the application's settings. "" leaves both to those.
	Matching Matching
	// Exclusive refuses while another request of the same dialect is pending for the user.
	Exclusive bool
	PushTitle string // instead of the usual wording
	PushBody  string
	// Life is how long an answer is waited for; 0 means [Limits.ApprovalLife], negative means for ever.
	Life    time.Duration
	Dialect string
	Extra   json.RawMessage
	Source  string
}

// maxLogos and maxLogoURL bound the pictures of one question.
const (
	maxLogos   = 10
	maxLogoURL = 2048
)

// AskApproval creates a challenge that any of the user's devices or passkeys answers once. With [ReasonApprovalPending] it
// returns the challenge that is in the way.
func (s *Service) AskApproval(ctx context.Context, in AskApproval) (Challenge, error) {
	if err := s.tidyQuestion(&in); err != nil {
		return Challenge{}, err
	}
	nonce, err := RandomText(s.random, 26)
	if err != nil {
		return Challenge{}, err
	}
	// Time zones are read from files, for which nobody else's writing is to wait.
	open := in.Policy == nil || in.Policy.OpenAt(s.Now())
	var out Challenge
	var refusal error
	err = s.store.Write(ctx, func(w WriteRecords) (err error) {
		out, refusal, err = s.askApproval(w, in, nonce, open)
		return err
	})
	if err == nil {
		err = refusal
	}
	return out, err
}

// tidyQuestion cuts long texts, drops characters that no screen shows and refuses what cannot be shown.
func (s *Service) tidyQuestion(in *AskApproval) error {
	if !in.Caller.Application.Settings.Approvals {
		return refuse(Forbidden, ReasonFeatureOff, "approval requests are not enabled for the application")
	}
	in.Message = cut(Showable(in.Message), cmp.Or(in.MessageRunes, s.limits.MessageRunes))
	if strings.TrimSpace(in.Message) == "" {
		return &Error{Code: Invalid, Field: "message", Message: "the message is empty"}
	}
	for _, list := range []struct {
		field string
		lines *[]Detail
	}{{"details", &in.Details}, {"hidden_details", &in.HiddenDetails}} {
		if len(*list.lines) > s.limits.Details {
			return &Error{Code: Invalid, Field: list.field, Message: "there are more details than can be shown"}
		}
		tidy := make([]Detail, 0, len(*list.lines))
		for _, d := range *list.lines {
			tidy = append(tidy, Detail{cut(Showable(d.Label), s.limits.DetailRunes), cut(Showable(d.Value), s.limits.DetailRunes)})
		}
		*list.lines = tidy
	}
	if err := s.tidyTerms(in); err != nil {
		return err
	}
	return checkLogos(in.Logos)
}

func checkLogos(logos []Logo) error {
	if len(logos) > maxLogos {
		return &Error{Code: Invalid, Field: "logos", Message: "there are more logos than screen densities"}
	}
	for _, l := range logos {
		u, err := url.Parse(l.URL)
		if err != nil || l.URL == "" || len(l.URL) > maxLogoURL || u.Scheme != "https" && u.Scheme != "http" {
			return &Error{Code: Invalid, Field: "logos", Message: "a logo needs an http or https address"}
		}
	}
	return nil
}

// Showable replaces what cannot be shown as itself: control characters and invisible format characters —
// direction marks above all — which could make a screen show something else than what is signed. Line breaks
// become spaces. What is left of the format characters are the few that are drawn around other letters; letters
// that are made to be invisible, such as Hangul fillers, are not left.
func Showable(text string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\n' || r == '\r' || r == '\t', unicode.In(r, unicode.Zl, unicode.Zp):
			return ' '
		case r == utf8.RuneError, unicode.In(r, unicode.Cc, unicode.Other_Default_Ignorable_Code_Point),
			unicode.Is(unicode.Cf, r) && !unicode.Is(unicode.Prepended_Concatenation_Mark, r):
			return -1
		}
		return r
	}, text)
}

func cut(text string, runes int) string {
	for i := range text {
		if runes == 0 {
			return text[:i]
		}
		runes--
	}
	return text
}

func (s *Service) askApproval(w WriteRecords, in AskApproval, nonce string, open bool) (out Challenge, refusal, err error) {
	u, held, err := w.LockCredentials(in.Caller.Directory.ID, in.User)
	if err != nil {
		return out, nil, err
	}
	if err := UsableBy(u, in.Caller); err != nil {
		return out, nil, err
	}
	if !slices.ContainsFunc(held, Authenticator.Answers) {
		return out, refuse(Invalid, ReasonNoDevice, "the user has no device and no passkey that could answer"), nil
	}
	key := "approvals:" + string(u.ID) + ":" + string(in.Caller.Application.ID)
	allowed, until, err := w.TakeLimit(s.limits.Approvals, key, s.Now())
	if err != nil {
		return out, nil, err
	}
	if !allowed {
		return out, s.TooMany(until), s.Append(w, in.Caller, Event{Type: EventChallengesLimited, UserID: u.ID, Source: in.Source})
	}
	if in.Exclusive {
		if out, refusal, err = s.inTheWay(w, in, u); err != nil || refusal != nil {
			return out, refusal, err
		}
	}
	if !open {
		return out, refuse(Forbidden, ReasonPolicyClosed, "the policy allows no answer at this time"), nil
	}
	if out, err = s.newChallenge(in, u, nonce); err != nil {
		return out, nil, err
	}
	if err := w.AddChallenge(out); err != nil {
		return out, nil, err
	}
	w.Announce(TopicUserChallenges(u.ID))
	if out.Asked, err = s.askAll(w, in, u, held, out); err != nil {
		return out, nil, err
	}
	return out, nil, s.Append(w, in.Caller, Event{Type: EventChallengeCreated, UserID: u.ID, ChallengeID: out.ID, Source: in.Source})
}

// askAll rings a user's devices and lists whatever can answer. Nobody but its browser can wake a passkey.
func (s *Service) askAll(w WriteRecords, in AskApproval, u User, held []Authenticator, c Challenge) ([]AuthenticatorID, error) {
	var asked []AuthenticatorID
	for i := range held {
		if !held[i].Answers() {
			continue
		}
		asked = append(asked, held[i].ID)
		if held[i].Kind != KindDevice {
			continue
		}
		err := s.pushTo(w, in.Caller, held[i], Outgoing{
			Challenge: c.ID, Message: s.approvalMessage(in, u, c), Dedupe: sameAsked(in), GiveUp: c.ExpiresAt,
		})
		if err != nil {
			return asked, err
		}
	}
	return asked, nil
}

// sameAsked names what equal questions within seconds have in common, so that a client that repeats a
// request whose answer was slow rings the phone once. The challenges stay two: one approval must never
// count for two transfers that happen to look alike.
func sameAsked(in AskApproval) string {
	question, err := json.Marshal([]any{in.Message, in.Details, in.HiddenDetails, in.Amount, in.Title, in.PushTitle, in.PushBody})
	if err != nil {
		return "" // texts always encode; without a name nothing is taken for equal
	}
	sum := sha256.Sum256(question)
	return "approval:" + string(in.Caller.Application.ID) + ":" + hex.EncodeToString(sum[:16])
}

// askedUntil is when a question that is asked at that moment expires; zero is never.
func (s *Service) askedUntil(in AskApproval, at time.Time) time.Time {
	switch {
	case in.Life == 0:
		return at.Add(s.limits.ApprovalLife)
	case in.Life > 0:
		return at.Add(in.Life)
	}
	return time.Time{}
}

func (s *Service) newChallenge(in AskApproval, u User, nonce string) (Challenge, error) {
	now := s.Now()
	c := Challenge{
		ID: NewID[ChallengeID](), OrganizationID: in.Caller.Organization.ID, DirectoryID: in.Caller.Directory.ID,
		ApplicationID: in.Caller.Application.ID, UserID: u.ID, UserNumber: u.Number, Kind: KindDevice, Dialect: in.Dialect,
		State: ChallengePending, Message: in.Message, Details: in.Details, HiddenDetails: in.HiddenDetails, Amount: in.Amount,
		Logos: in.Logos, Terms: Terms{in.Title, in.Policy, in.Reasons, in.Recipient}, Extra: in.Extra, CreatedAt: now, UpdatedAt: now,
	}
	c.ExpiresAt = s.askedUntil(in, now)
	match, number, err := receipt.NewMatch(s.wayFor(in, u), s.random)
	if err != nil {
		return Challenge{}, &Error{Code: Internal, Message: "no number could be drawn", Cause: err}
	}
	c.Number = SecretText(number)
	question, err := questionOf(c, in.Caller, nonce, match)
	if err != nil {
		return Challenge{}, &Error{Code: Invalid, Field: "message", Message: "the request cannot be shown to a person as it is", Cause: err}
	}
	c.Question = question
	return c, nil
}

// questionOf fixes what will be shown and signed, once.
func questionOf(c Challenge, caller *Caller, nonce string, match *receipt.Match) (json.RawMessage, error) {
	hidden, err := receipt.HashHidden(receiptDetails(c.HiddenDetails))
	if err != nil {
		return nil, err
	}
	q := receipt.Question{
		Organization: receipt.Named{ID: string(c.OrganizationID), Name: caller.Organization.Name},
		Application:  receipt.Named{ID: string(c.ApplicationID), Name: caller.Application.Name},
		User:         receipt.UserID{ID: string(c.UserID)}, Challenge: string(c.ID), Nonce: nonce, Message: c.Message,
		Details: receiptDetails(c.Details), HiddenDetailsHash: hidden, Match: match, CreatedAt: receipt.FormatTime(c.CreatedAt),
	}
	if c.Amount != nil {
		q.Amount = &receipt.Amount{Value: c.Amount.Value, Currency: c.Amount.Currency}
	}
	if !c.ExpiresAt.IsZero() {
		at := receipt.FormatTime(c.ExpiresAt)
		q.ExpiresAt = &at
	}
	if err := putTerms(&q, c.Terms); err != nil {
		return nil, err
	}
	return q.Canonical()
}

func receiptDetails(details []Detail) []receipt.Detail {
	out := make([]receipt.Detail, 0, len(details))
	for _, d := range details {
		out = append(out, receipt.Detail{Label: d.Label, Value: d.Value})
	}
	return out
}

// Approval is a challenge with its user, for the application that asked.
type Approval struct {
	Challenge Challenge
	User      User // zero when the user is gone
}

// ApprovalFor looks a challenge up for the application that asked; others are told that there is none, and one that
// is switched off nothing.
func (s *Service) ApprovalFor(ctx context.Context, c *Caller, id ChallengeID) (Approval, error) {
	var out Approval
	if err := c.Enabled(); err != nil {
		return out, err
	}
	err := s.store.Read(ctx, func(r Records) error {
		found, err := r.Challenge(id)
		if err != nil {
			return err
		}
		if found.ApplicationID != c.Application.ID {
			return Missing("challenge")
		}
		found.State = s.seenState(&found)
		out.Challenge = found
		out.User, err = r.User(found.DirectoryID, UserRef{ID: found.UserID})
		if IsCode(err, NotFound) {
			return nil
		}
		return err
	})
	return out, err
}

// seenState judges a challenge's state at this moment; one that ran out gets its end as answer time even
// before the worker has written it.
func (s *Service) seenState(c *Challenge) ChallengeState {
	state := c.StateAt(s.Now())
	if state == ChallengeExpired && c.State == ChallengePending {
		c.AnsweredAt, c.UpdatedAt = c.ExpiresAt, c.ExpiresAt
	}
	return state
}

// ReceiptFor returns the receipt of an answered challenge to the application that asked.
func (s *Service) ReceiptFor(ctx context.Context, c *Caller, id ChallengeID) (Receipt, error) {
	return s.receipt(ctx, id, func(r Receipt) bool { return r.ApplicationID == c.Application.ID })
}

func (s *Service) receipt(ctx context.Context, id ChallengeID, mine func(Receipt) bool) (Receipt, error) {
	var out Receipt
	err := s.store.Read(ctx, func(r Records) error {
		found, err := r.Receipt(id)
		if err == nil && !mine(found) {
			err = Missing("receipt")
		}
		out = found
		return err
	})
	return out, err
}

// ExpireDue writes the expiry of up to limit challenges that ran out, with an event for each, and returns
// how many there were.
func (s *Service) ExpireDue(ctx context.Context, limit int) (int, error) {
	n := 0
	err := s.store.Write(ctx, func(w WriteRecords) error {
		expired, err := w.ExpireChallenges(s.Now(), limit)
		if err != nil {
			return err
		}
		n = len(expired)
		for _, c := range expired {
			if err := s.noteExpiry(w, c); err != nil {
				return err
			}
		}
		return nil
	})
	return n, err
}

func (s *Service) noteExpiry(w WriteRecords, c Challenge) error {
	w.Announce(TopicChallenge(c.ID), TopicUserChallenges(c.UserID))
	caller, err := callerOf(w, Key{ApplicationID: c.ApplicationID})
	if err != nil {
		return err
	}
	return s.Append(w, caller, Event{Type: EventChallengeExpired, UserID: c.UserID, ChallengeID: c.ID})
}

// errNotPending answers to late answers.
var errNotPending = refuse(Conflict, ReasonNotPending, "the request is not pending any more")

// sameAnswer reports whether a receipt holds this very statement, so that an answer whose response was
// lost may be sent again.
func sameAnswer(r Receipt, statement string) bool {
	parsed, err := receipt.Parse(r.Document)
	return err == nil && parsed.Statement == statement
}

// IsNotPending reports whether err says that somebody else answered first.
func IsNotPending(err error) bool { return errors.Is(err, errNotPending) }
