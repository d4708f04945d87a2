package passkey

import (
	"bytes"
	"crypto/subtle"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"unicode/utf8"

	"github.com/twinseal/twinseal/internal/mfa"
	"github.com/twinseal/twinseal/receipt"
)

// The types of client data.
const (
	typeCreate = "webauthn.create"
	typeGet    = "webauthn.get"
)

// clientData is what the browser says about the ceremony, as the authenticator signed it.
type clientData struct {
	kind, challenge, origin, topOrigin string
	crossOrigin                        bool
}

// parseClientData reads one JSON object whose names are exact and occur once. Members that are not known are
// allowed, because browsers add some on purpose.
func parseClientData(raw []byte) (clientData, error) {
	var c clientData
	if len(raw) > receipt.MaxClientData || !utf8.Valid(raw) {
		return c, errors.New("too long, or not UTF-8")
	}
	members, err := object(raw)
	if err != nil {
		return c, err
	}
	for name, into := range map[string]*string{"type": &c.kind, "challenge": &c.challenge, "origin": &c.origin} {
		value, ok := members[name]
		if !ok || value[0] != '"' || json.Unmarshal(value, into) != nil {
			return c, fmt.Errorf("%s is missing or no text", name)
		}
	}
	if value, ok := members["topOrigin"]; ok && (value[0] != '"' || json.Unmarshal(value, &c.topOrigin) != nil || c.topOrigin == "") {
		return c, errors.New("topOrigin is no text")
	}
	if value, ok := members["crossOrigin"]; ok {
		c.crossOrigin = string(value) == "true"
		if !c.crossOrigin && string(value) != "false" {
			return c, errors.New("crossOrigin is neither true nor false")
		}
	}
	return c, nil
}

// object splits a JSON object into its members. encoding/json alone would take the last of equal names, and names
// in any case.
func object(raw []byte) (map[string]json.RawMessage, error) {
	decoder := json.NewDecoder(bytes.NewReader(raw))
	if token, err := decoder.Token(); err != nil || token != json.Delim('{') {
		return nil, errors.Join(errors.New("no JSON object"), err)
	}
	members := map[string]json.RawMessage{}
	for decoder.More() {
		token, err := decoder.Token()
		if err != nil {
			return nil, err
		}
		name, _ := token.(string)
		if _, twice := members[name]; twice {
			return nil, errors.New("a name stands twice")
		}
		var value json.RawMessage
		if err := decoder.Decode(&value); err != nil {
			return nil, err
		}
		members[name] = value
	}
	if _, err := decoder.Token(); err != nil {
		return nil, err
	}
	if _, err := decoder.Token(); !errors.Is(err, io.EOF) {
		return nil, errors.New("something follows the object")
	}
	return members, nil
}

// checkClientData reads client data and compares it with what was expected of a ceremony of that type.
func checkClientData(raw []byte, kind string, e mfa.PasskeyExpectation) error {
	if len(e.Challenge) < minChallenge {
		return &mfa.Error{Code: mfa.Internal, Message: "a ceremony has no challenge"}
	}
	c, err := parseClientData(raw)
	if err != nil {
		return malformed("the client data cannot be read", err)
	}
	if c.kind != kind {
		return refuse(mfa.ReasonPasskeyType, "the answer belongs to another kind of ceremony", nil)
	}
	wanted := base64.RawURLEncoding.EncodeToString(e.Challenge)
	if subtle.ConstantTimeCompare([]byte(c.challenge), []byte(wanted)) != 1 {
		return refuse(mfa.ReasonPasskeyChallenge, "the answer belongs to another challenge", nil)
	}
	return c.comesFrom(e.RelyingParty.AllOrigins())
}

// comesFrom holds the page, and the page around it if there is one, to the relying party's origins, byte for byte.
// A frame whose surroundings the browser does not tell is refused: it may be anybody's.
func (c clientData) comesFrom(origins []string) error {
	if !slices.Contains(origins, c.origin) {
		return refuse(mfa.ReasonPasskeyOrigin, "the answer comes from a page that does not belong to the relying party", nil)
	}
	if c.topOrigin != "" && !c.crossOrigin {
		return malformed("the client data contradicts itself about the page around it", nil)
	}
	if c.crossOrigin && !slices.Contains(origins, c.topOrigin) {
		return refuse(mfa.ReasonPasskeyOrigin, "the answer comes from a frame in a page that does not belong to the relying party", nil)
	}
	return nil
}
