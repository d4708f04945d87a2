package authsignal

import (
	"slices"

	"github.com/twinseal/twinseal/internal/mfa"
)

// method words of the protocol, for the management and the client's API.
var methodWords = map[mfa.Method]string{
	mfa.MethodSMS: "SMS", mfa.MethodWhatsApp: "WHATSAPP", mfa.MethodEmailOTP: "EMAIL_OTP", mfa.MethodMagicLink: "EMAIL_MAGIC_LINK",
	mfa.MethodTOTP: "AUTHENTICATOR_APP", mfa.MethodPasskey: "PASSKEY", mfa.MethodSecurityKey: "SECURITY_KEY", mfa.MethodPush: "PUSH",
	mfa.MethodQRCode: "QR_CODE", mfa.MethodInApp: "IN_APP", mfa.MethodDevice: "DEVICE", mfa.MethodRecovery: "RECOVERY_CODE",
}

// safeMethod is the word of the server's API, whose clients in Java and .NET know fewer: what an app's key proves is
// DEVICE there, and recovery codes have no word, which leaves the member out.
func safeMethod(m mfa.Method) string {
	switch m {
	case mfa.MethodQRCode, mfa.MethodInApp:
		m = mfa.MethodDevice
	case mfa.MethodRecovery:
		return ""
	}
	return methodWords[m]
}

// safeMethods are the words of several, each once. It is never nil, because some clients take the length of null.
func safeMethods(methods []mfa.Method) []string {
	out := make([]string, 0, len(methods))
	for _, m := range methods {
		if word := safeMethod(m); word != "" && !slices.Contains(out, word) {
			out = append(out, word)
		}
	}
	return out
}

// methodOf reads a word; ok is false for one that this server has no method for.
func methodOf(word string) (m mfa.Method, ok bool) {
	for m, known := range methodWords {
		if known == word {
			return m, true
		}
	}
	return "", false
}

// readMethod reads a word of a request; none is "".
func readMethod(word string) (mfa.Method, error) {
	if word == "" {
		return "", nil
	}
	m, known := methodOf(word)
	if !known {
		return "", invalid("verificationMethod is not one that this server has")
	}
	return m, nil
}

var stateWords = map[mfa.ActionState]string{
	mfa.ActionAllow: "ALLOW", mfa.ActionBlock: "BLOCK", mfa.ActionChallengeRequired: "CHALLENGE_REQUIRED",
	mfa.ActionChallengeSucceeded: "CHALLENGE_SUCCEEDED", mfa.ActionChallengeFailed: "CHALLENGE_FAILED",
	mfa.ActionReviewRequired: "REVIEW_REQUIRED", mfa.ActionReviewSucceeded: "REVIEW_SUCCEEDED", mfa.ActionReviewFailed: "REVIEW_FAILED",
}

// stateOf reads a word; none is "".
func stateOf(word string) (mfa.ActionState, error) {
	if word == "" {
		return "", nil
	}
	for s, known := range stateWords {
		if known == word {
			return s, nil
		}
	}
	return "", invalid("state is not one that an action can have")
}

var outcomeWords = map[mfa.ActionOutcome]string{
	mfa.OutcomeAllow: "ALLOW", mfa.OutcomeChallenge: "CHALLENGE", mfa.OutcomeReview: "REVIEW", mfa.OutcomeBlock: "BLOCK",
}

// outcomeOf reads a word; ok is false for one that is none.
func outcomeOf(word string) (o mfa.ActionOutcome, ok bool) {
	for o, known := range outcomeWords {
		if known == word {
			return o, true
		}
	}
	return "", false
}
