package authsignal

import (
	"github.com/twinseal/twinseal/internal/mfa"
	"github.com/twinseal/twinseal/internal/mfa/shape"
)

// ManagementTable are the routes of the management API, in the order of the page.
func ManagementTable() []string {
	var out []string
	for _, r := range managementRoutes() {
		out = append(out, r.name())
	}
	return out
}

// PatchTheme merges a body into a stored theme, as the call does.
func PatchTheme(stored, body []byte) ([]byte, error) {
	theme, err := storedTheme(stored)
	if err != nil {
		return nil, err
	}
	patch, err := decodeTheme(body)
	if err != nil {
		return nil, err
	}
	shape.Merge(theme, patch)
	return shape.Theme(theme)
}

// ReadWords checks message overrides, as the call does.
func ReadWords(raw []byte) ([]byte, error) { return readWords(raw) }

// EditRule reads a body into a rule, as the call does.
func EditRule(body []byte) (mfa.Rule, error) {
	var e edit
	if err := decode(body, &e.in); err != nil {
		return mfa.Rule{}, err
	}
	var r mfa.Rule
	return r, e.rule(&r)
}

// EditMethod reads a body into the settings of a method, as the call does.
func EditMethod(body []byte) (mfa.MethodSettings, error) {
	var e edit
	if err := decode(body, &e.in); err != nil {
		return mfa.MethodSettings{}, err
	}
	var set mfa.MethodSettings
	return set, e.methodSettings(mfa.MethodSMS, &set)
}
