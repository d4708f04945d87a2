package client

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/twinseal/twinseal/client/launchkey/answerpackage"
	"github.com/twinseal/twinseal/policy"
	"github.com/twinseal/twinseal/receipt"
)

// draft is an answer that lacks the moment and the signature alone: repeated
// with a corrected clock it is the same answer.
type draft struct {
	statement receipt.Statement
	packages  json.RawMessage
}

// draft follows what the question demands.
func (d *Device) draft(q receipt.Question, decision Decision) (draft, error) {
	key, err := d.publicKey()
	if err != nil {
		return draft{}, err
	}
	s := receipt.Statement{
		Type:     receipt.StatementType,
		Question: q,
		Decision: receipt.Denied,
		Failure:  decision.Failure,
		Factors:  append([]string{receipt.FactorDevice}, decision.Factors...),
		Device:   receipt.DeviceID{ID: d.Account().Linked.Device.ID, Key: key.Thumbprint()},
	}
	reasonID := ""
	if decision.Approve && s.Failure == "" {
		if err := d.approve(&s, decision); err != nil {
			return draft{}, err
		}
	} else if s.Failure == "" {
		if s.Reason, s.Fraud, reasonID, err = chooseReason(q.Reasons, decision); err != nil {
			return draft{}, err
		}
	}
	if q.Recipient == nil {
		return draft{statement: s}, nil
	}
	return d.seal(s, reasonID, decision)
}

// approve judges, and brings the number where one is asked for.
func (d *Device) approve(s *receipt.Statement, decision Decision) error {
	if s.Question.Match != nil && !s.Question.Match.Takes(decision.Match) {
		return ErrNumberMissing
	}
	if d.judge(s, decision.Facts); s.Question.Match != nil && s.Decision == receipt.Approved {
		s.Match = decision.Match
	}
	return nil
}

// judge approves if the question's policy is satisfied, and fails if not.
func (d *Device) judge(s *receipt.Statement, facts policy.Facts) {
	s.Decision = receipt.Approved
	if s.Question.Policy == nil {
		return
	}
	facts.Time = d.Now()
	evidence, failure := s.Question.Policy.Judge(facts)
	s.Evidence = &evidence
	if s.Failure = failure; failure != "" {
		s.Decision = receipt.Denied
	}
}

// chooseReason gives a denial's words and flag, and the id of the offered
// reason they are.
func chooseReason(offered []receipt.DenialReason, decision Decision) (text string, fraud bool, id string, err error) {
	if len(offered) == 0 {
		if decision.ReasonID != "" {
			return "", false, "", errors.New("this request offers no reasons to choose from; deny it in your own words")
		}
		return decision.Reason, decision.Fraud, "", nil
	}
	fits := func(r receipt.DenialReason) bool {
		switch {
		case decision.ReasonID != "":
			return r.ID == decision.ReasonID
		case decision.Reason != "":
			return r.Text == decision.Reason
		}
		return r.Fraud == decision.Fraud
	}
	i := slices.IndexFunc(offered, fits)
	if i < 0 {
		ids := make([]string, len(offered))
		for i, r := range offered {
			ids[i] = fmt.Sprintf("%s (%s)", r.ID, r.Text)
		}
		return "", false, "", fmt.Errorf("this request is denied with one of its own reasons: %s", strings.Join(ids, ", "))
	}
	return offered[i].Text, offered[i].Fraud, offered[i].ID, nil
}

// seal makes the packages for the question's recipient, and binds them to the
// statement.
func (d *Device) seal(s receipt.Statement, reasonID string, decision Decision) (draft, error) {
	key, err := s.Question.Recipient.Key.PublicKey()
	if err != nil {
		return draft{}, err
	}
	pins, err := d.nextPins(s.Question.Application.ID)
	if err != nil {
		return draft{}, err
	}
	answer := answerpackage.Answer{
		AuthRequest: s.Question.Challenge, DeviceID: s.Device.ID, ServicePins: pins, Approved: s.Decision == receipt.Approved,
		Failure: s.Failure, DenialReason: reasonID, Fraud: s.Fraud, Evidence: evidenceOf(s, decision),
		Device: answerpackage.Capabilities{Supported: decision.Supported, Configured: decision.Facts.Configured},
	}
	if s.Question.Policy != nil {
		answer.Policy = *s.Question.Policy
	}
	sealed, err := answerpackage.Seal(answerpackage.New(answer), answerpackage.Recipient{KeyID: s.Question.Recipient.KeyID, Key: key})
	if err != nil {
		return draft{}, err
	}
	out := draft{statement: s}
	if out.packages, err = json.Marshal(sealed); err != nil {
		return draft{}, err
	}
	out.statement.Packages, err = receipt.HashPackages(out.packages)
	return out, err
}

// evidenceOf is what was signed; where no policy asked, the methods that an
// approval used all the same.
func evidenceOf(s receipt.Statement, decision Decision) policy.Evidence {
	if s.Evidence != nil {
		return *s.Evidence
	}
	if !decision.Approve {
		return policy.Evidence{}
	}
	evidence, _ := policy.Policy{}.Judge(decision.Facts)
	return evidence
}

// nextPins moves the pins of an application on, at once: pins that were sent
// are never sent again by an account that was kept.
func (d *Device) nextPins(application string) ([]string, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	next, err := answerpackage.NextPins(d.account.Pins[application])
	if err != nil {
		return nil, err
	}
	pins := maps.Clone(d.account.Pins)
	if pins == nil {
		pins = make(map[string][]string)
	}
	pins[application] = next
	d.account.Pins = pins
	return next, nil
}

// unmet tells the caller when an approval became a failure.
func (a draft) unmet(decision Decision) error {
	if !decision.Approve || a.statement.Failure == "" {
		return nil
	}
	out := &UnmetError{Failure: a.statement.Failure}
	if a.statement.Question.Policy != nil {
		out.Demands = a.statement.Question.Policy.Explain()
	}
	return out
}
