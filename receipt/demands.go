package receipt

import (
	"errors"
	"fmt"
	"slices"

	"github.com/twinseal/twinseal/policy"
)

// PolicyMet reports why an approval does not satisfy the policy it was asked
// under; nil says that it does, or that there is nothing to satisfy. Whether
// the hour was right is not looked at: the server that sealed the answer knew
// the time zones of that day.
func (s Statement) PolicyMet() error { return s.policyMet(nil) }

// policyMet is PolicyMet for a passkey's statement too, with what its signature
// shows.
func (s Statement) policyMet(by *Shown) error {
	if s.Question.Policy == nil || s.Decision != Approved {
		return nil
	}
	if s.Evidence == nil {
		return errors.New("the approval has no evidence for its policy")
	}
	timeless := *s.Question.Policy
	timeless.Times = nil
	parsed, err := ParseTime(s.DeviceTime)
	if err != nil {
		return err
	}
	if by != nil {
		return timeless.AcceptsPasskey(*s.Evidence, by.Passkey, parsed)
	}
	return timeless.Accepts(*s.Evidence, parsed)
}

func (s Statement) validFailure() error {
	switch {
	case s.Failure == "":
		return nil
	case s.Decision != Denied || s.Reason != "" || s.Fraud:
		return errors.New("failure: only a denial has one, and neither a reason nor a fraud mark beside it")
	case !slices.Contains(policy.Failures(), s.Failure):
		return fmt.Errorf("failure: %q is unknown", clip(string(s.Failure)))
	}
	return nil
}

// validChoice holds a person's denial to the reasons that were offered.
func (s Statement) validChoice() error {
	if s.Decision != Denied || s.Failure != "" || len(s.Question.Reasons) == 0 {
		return nil
	}
	offered := func(r DenialReason) bool { return r.Text == s.Reason && r.Fraud == s.Fraud }
	if !slices.ContainsFunc(s.Question.Reasons, offered) {
		return errors.New("reason: not one of those the question offers")
	}
	return nil
}

func (s Statement) validEvidence() error {
	switch {
	case s.Evidence == nil && s.Question.Policy != nil && s.Decision == Approved:
		return errors.New("evidence: missing, though the question has a policy")
	case s.Evidence == nil:
		return nil
	case s.Question.Policy == nil:
		return errors.New("evidence: the question has no policy")
	}
	if s.RelyingParty == nil && slices.Contains(s.Evidence.Methods, policy.PasskeyUnlock) && !slices.Contains(s.Factors, FactorPasskey) {
		return errors.New("evidence: it names a passkey, which the factors do not")
	}
	return s.Evidence.Validate()
}

func (s Statement) validPackages() error {
	if (s.Packages != "") != (s.Question.Recipient != nil) {
		return errors.New("packages: they belong to a question with a recipient, and to no other")
	}
	if s.Packages == "" {
		return nil
	}
	return validHash("packages", s.Packages)
}

func validPolicy(p *policy.Policy) error {
	if p == nil {
		return nil
	}
	_, err := p.Canonical()
	return err
}

func validReasons(reasons []DenialReason) error {
	if len(reasons) > MaxReasons {
		return fmt.Errorf("reasons: more than %d", MaxReasons)
	}
	for i, r := range reasons {
		field := fmt.Sprintf("reasons[%d]", i)
		again := slices.ContainsFunc(reasons[:i], func(o DenialReason) bool { return o.ID == r.ID })
		if again || r.Text == "" {
			return fmt.Errorf("%s: its id is repeated, or its text empty", field)
		}
		if err := firstError(validID(field+".id", r.ID), validText(field+".text", r.Text)); err != nil {
			return err
		}
	}
	return nil
}
