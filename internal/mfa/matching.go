package mfa

import (
	"time"

	"github.com/twinseal/twinseal/policy"
	"github.com/twinseal/twinseal/receipt"
)

// Matching says when people must bring a number with an approval, from where the request was caused. Any value says that
// whoever asks shows it there; "" that nobody does.
type Matching string

const (
	MatchingAfterDenial Matching = "after_denial" // for a while after the person denied a request
	MatchingPick        Matching = "pick"         // always: chosen among three
	MatchingType        Matching = "type"         // always: typed
)

// CheckMatching refuses values that nobody knows.
func CheckMatching(m Matching) error {
	switch m {
	case "", MatchingAfterDenial, MatchingPick, MatchingType:
		return nil
	}
	return &Error{Code: Invalid, Field: "number_matching", Message: "number matching is one of after_denial, pick and type"}
}

// always is the way in which every request asks for the number.
func (m Matching) always() policy.Match {
	switch m {
	case MatchingPick:
		return policy.MatchPick
	case MatchingType:
		return policy.MatchType
	}
	return ""
}

// tidyMatching refuses a demand for a number that nobody would see.
func tidyMatching(in *AskApproval) error {
	if err := CheckMatching(in.Matching); err != nil {
		return err
	}
	if in.Policy != nil && in.Policy.Match != "" && !in.showsNumber() {
		return refuse(Invalid, ReasonNumberUnshown,
			"the policy demands that the person matches a number, and nothing says that you show it; set number_matching for the application")
	}
	return nil
}

func (in *AskApproval) showsNumber() bool {
	return in.Matching != "" || in.Caller.Application.Settings.Matching != ""
}

// wayFor is how a question to a user who is locked asks for the number: as the strictest of those wants it who have a say.
func (s *Service) wayFor(in AskApproval, u User) policy.Match {
	if !in.showsNumber() {
		return ""
	}
	way := policy.StricterMatch(in.Matching.always(), in.Caller.Application.Settings.Matching.always())
	if in.Policy != nil {
		way = policy.StricterMatch(way, in.Policy.Match)
	}
	if s.Now().Before(u.MatchUntil) {
		way = policy.StricterMatch(way, policy.MatchPick)
	}
	return way
}

// errMatchWrong answers to an approval that ended its request.
var errMatchWrong = refuse(Invalid, ReasonMatchWrong, "the number is not the one that is shown where the request was started; the request has been ended")

// wrongNumber reports whether an approval brings another number than the one shown.
func (a Answered) wrongNumber() bool {
	return a.Said.Decision == receipt.Approved && !a.Challenge.Number.Empty() && !a.Challenge.Number.Equal(SecretText(a.Said.Match))
}

// endedByNumber reports whether it was a wrong number of this device that ended a challenge: no other answer has no receipt.
func endedByNumber(c Challenge, d *DeviceCaller) bool {
	return c.State == ChallengeDenied && c.AuthenticatorID == d.Device.ID && c.Failure == policy.FailedAuthentication
}

// teaches reports whether an answer changes for how long the person's requests ask for numbers: their own no, and a number
// that is right or wrong. What a device fails at by itself says nothing about who caused the request.
func (a answered) teaches() bool {
	if a.Said.Decision == receipt.Approved {
		return !a.Challenge.Number.Empty()
	}
	return a.Said.Failure == ""
}

// answerer reads whose challenge is answered, locked where the answer changes the user.
func (a answered) answerer(w WriteRecords) (User, error) {
	ref := UserRef{ID: a.Challenge.UserID}
	if a.teaches() {
		return w.LockUser(a.Challenge.DirectoryID, ref)
	}
	return w.User(a.Challenge.DirectoryID, ref)
}

// learn sets until when the person's requests ask for numbers: a while after a no or a wrong number, no longer after a
// right one.
func (s *Service) learn(w WriteRecords, u User, a answered, at time.Time) error {
	var until time.Time
	if a.state() == ChallengeDenied {
		until = at.Add(s.limits.MatchAfterDenial)
	}
	if !a.teaches() || u.MatchUntil.Equal(until) {
		return nil
	}
	u.MatchUntil, u.UpdatedAt = until, at
	return w.UpdateUser(u)
}
