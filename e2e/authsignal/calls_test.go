package authsignal

import (
	"maps"
	"testing"
	"time"
)

// What the packages give, in the names of the wire.
type (
	tracked struct {
		State, URL, Token, IdempotencyKey, DefaultVerificationMethod string
		IsEnrolled                                                   bool
		EnrolledVerificationMethods, AllowedVerificationMethods      []string
		RuleIDs                                                      []string `json:"ruleIds"`
	}
	validated struct {
		IsValid, Success                                          bool
		State, UserID, Action, IdempotencyKey, VerificationMethod string
		StateUpdatedAt                                            string
		Error                                                     string
	}
	account struct {
		UserID, Email, PhoneNumber, Username, DisplayName, Locale, DefaultVerificationMethod string
		IsEnrolled, EmailVerified, PhoneNumberVerified                                       bool
		Custom                                                                               map[string]any
		AllowedVerificationMethods, EnrolledVerificationMethods                              []string
	}
	authenticator struct {
		UserAuthenticatorID, UserID, VerificationMethod, Email, PhoneNumber string
		CreatedAt                                                           time.Time
		WebauthnCredential                                                  *struct {
			CredentialID, DeviceID, Name, Aaguid string
			AaguidMapping                        struct{ Name, SvgIconLight, SvgIconDark string }
			ParsedUserAgent                      struct{ Browser struct{ Name string } }
		}
	}
	enrolled struct {
		Authenticator authenticator
		RecoveryCodes []string
	}
	action struct {
		State, VerificationMethod, PriorityRuleID string
		CreatedAt, StateUpdatedAt                 time.Time
		RuleIDs                                   []string `json:"ruleIds"`
		Rules                                     []struct{ RuleID, Name string }
		Output                                    map[string]any
	}
)

type attributes = map[string]any

// with adds members to those of a call.
func with(base attributes, more attributes) attributes {
	out := maps.Clone(base)
	maps.Copy(out, more)
	return out
}

// The calls that every package has, and whose arguments differ.

func (s *sdk) track(t *testing.T, user, code string, a attributes) (out tracked) {
	t.Helper()
	if a == nil {
		a = attributes{}
	}
	switch s.style {
	case byObject:
		s.call(t, &out, "track", attributes{"userId": user, "action": code, "attributes": a})
	case oldest:
		s.call(t, &out, "track", with(attributes{"userId": user, "action": code}, a))
	default:
		s.call(t, &out, "track", user, code, a)
	}
	return out
}

func (s *sdk) getUser(t *testing.T, user string) (out account) {
	t.Helper()
	if s.node() {
		s.call(t, &out, "getUser", attributes{"userId": user})
	} else {
		s.call(t, &out, "get_user", user)
	}
	return out
}

func (s *sdk) enroll(t *testing.T, user string, a attributes) (out enrolled) {
	t.Helper()
	switch s.style {
	case byObject:
		s.call(t, &out, "enrollVerifiedAuthenticator", attributes{"userId": user, "attributes": a})
	case oldest:
		s.call(t, &out, "enrollVerifiedAuthenticator", with(attributes{"userId": user}, a))
	default:
		s.call(t, &out, "enroll_verified_authenticator", user, a)
	}
	return out
}

func (s *sdk) getAction(t *testing.T, user, code, key string) (out action) {
	t.Helper()
	if s.node() {
		s.call(t, &out, "getAction", attributes{"userId": user, "action": code, "idempotencyKey": key})
	} else {
		s.call(t, &out, "get_action", user, code, key)
	}
	return out
}

func (s *sdk) validate(t *testing.T, token, user, code string) (out validated) {
	t.Helper()
	wish := attributes{"token": token}
	if user != "" {
		wish["userId"] = user
	}
	if code != "" {
		wish["action"] = code
	}
	switch {
	case s.node():
		s.call(t, &out, "validateChallenge", wish)
	case s.style == byPosition:
		s.call(t, &out, "validate_challenge", wish)
	default:
		args := []any{token}
		if user != "" {
			args = append(args, user)
		}
		s.call(t, &out, "validate_challenge", args...)
	}
	return out
}

// The calls of the newer packages.

func (s *sdk) updateUser(t *testing.T, user string, a attributes) (out account) {
	t.Helper()
	if s.node() {
		s.call(t, &out, "updateUser", attributes{"userId": user, "attributes": a})
	} else {
		s.call(t, &out, "update_user", user, a)
	}
	return out
}

func (s *sdk) deleteUser(t *testing.T, user string) {
	t.Helper()
	if s.node() {
		s.call(t, nil, "deleteUser", attributes{"userId": user})
	} else {
		s.call(t, nil, "delete_user", user)
	}
}

func (s *sdk) authenticators(t *testing.T, user string) (out []authenticator) {
	t.Helper()
	if s.node() {
		s.call(t, &out, "getAuthenticators", attributes{"userId": user})
	} else {
		s.call(t, &out, "get_authenticators", user)
	}
	if out == nil {
		t.Error("the list of authenticators is null")
	}
	return out
}

func (s *sdk) deleteAuthenticator(t *testing.T, user, id string) {
	t.Helper()
	if s.node() {
		s.call(t, nil, "deleteAuthenticator", attributes{"userId": user, "userAuthenticatorId": id})
	} else {
		s.call(t, nil, "delete_authenticator", user, id)
	}
}

func (s *sdk) updateAction(t *testing.T, user, code, key, state string) (out action) {
	t.Helper()
	if s.node() {
		s.call(t, &out, "updateAction", attributes{"userId": user, "action": code, "idempotencyKey": key, "attributes": attributes{"state": state}})
	} else {
		s.call(t, &out, "update_action", user, code, key, attributes{"state": state})
	}
	return out
}
