package launchkey

import (
	"encoding/json"
	"strings"
)

// responseWire is the outer answer, which the server has made: the device's
// packages, and the user in three names.
type responseWire struct {
	Legacy     *string `json:"auth"`
	Full       string  `json:"auth_jwe"`
	ServiceRef string  `json:"service_user_hash"`
	OrgRef     string  `json:"org_user_hash"`
	UserPushID string  `json:"user_push_id"`
	KeyID      KeyID   `json:"public_key_id"`

	// What the server itself knows of the answer. Old servers do not tell.
	Request    AuthorizationID `json:"auth_request"`
	Authorized *bool           `json:"authorized"`
}

// openResponse opens the device's package in an answer: the full one when there
// is one, or else the older one.
func (r *keyring) openResponse(plain []byte) (*AuthorizationResponse, error) {
	var wire responseWire
	switch err := json.Unmarshal(plain, &wire); {
	case err != nil:
		return nil, undecided("a member has another type than the protocol says")
	case wire.Legacy == nil:
		return nil, undecided("it has no package of the device")
	case wire.ServiceRef == "", wire.UserPushID == "", wire.KeyID == "":
		return nil, undecided("it does not name the user and the key")
	}
	response, err := r.openPackage(wire)
	switch {
	case err != nil:
		return nil, err
	case response.RequestID.check() != nil || response.DeviceID.check() != nil:
		return nil, undecided("its package does not name the request and the device")
	case !wire.vouches(response):
		return nil, undecided("its package says something else than the server")
	}
	response.ServiceUserHash, response.OrganizationUserHash, response.UserPushID = wire.ServiceRef, wire.OrgRef, wire.UserPushID
	return response, nil
}

// vouches holds the device's package to what the server says of the answer. The
// server cannot read packages, so a device could name the request of another
// user in its own, or say yes where the server was told no.
func (w responseWire) vouches(said *AuthorizationResponse) bool {
	return (w.Request == "" || strings.EqualFold(string(w.Request), string(said.RequestID))) &&
		(w.Authorized == nil || *w.Authorized == said.Authorized)
}

func (r *keyring) openPackage(wire responseWire) (*AuthorizationResponse, error) {
	if wire.Full == "" {
		return r.openLegacy(*wire.Legacy, wire.KeyID)
	}
	return r.openFull(wire.Full)
}
