package passkey

import (
	"crypto/sha256"
	"crypto/subtle"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"errors"
	"strings"
	"time"
)

// safetyNetHost is whom the certificate of Google's service must name.
const safetyNetHost = "attest.android.com"

// An answer of the service is younger than the longest ceremony; clocks of phones and servers differ a little.
const (
	safetyNetAge   = 10 * time.Minute
	safetyNetAhead = time.Minute
)

// safetyNet is the format of old Android: a service of Google's vouches for the phone. Google has switched it off;
// go-webauthn would take any root of the machine, and the machine's clock.
func (f *Factor) safetyNet(s statement) (evidence, error) {
	version, _ := s.object.AttStatement["ver"].(string)
	response, _ := s.object.AttStatement["response"].([]byte)
	if version == "" || strings.Trim(version, "0123456789") != "" {
		return evidence{}, errors.New("the version is no number")
	}
	payload, chain, err := openSafetyNet(string(response))
	if err != nil {
		return evidence{}, err
	}
	if err := f.checkSafetyNet(payload, s.signed()); err != nil {
		return evidence{}, err
	}
	return f.trust(chain, trustBasic)
}

// openSafetyNet checks the compact JWS and gives what it says.
func openSafetyNet(jws string) ([]byte, []*x509.Certificate, error) {
	parts := strings.Split(jws, ".")
	if len(parts) != 3 {
		return nil, nil, errors.New("the response is no signed message")
	}
	var header struct {
		Algorithm    string   `json:"alg"`
		Certificates [][]byte `json:"x5c"`
	}
	if err := decodeJSON(parts[0], &header); err != nil {
		return nil, nil, err
	}
	chain, err := parseChain(header.Certificates)
	if err != nil {
		return nil, nil, err
	}
	signature, err := base64.RawURLEncoding.DecodeString(parts[2])
	if err != nil || header.Algorithm != "RS256" {
		return nil, nil, errors.New("the response is not signed by RS256")
	}
	if err := chain[0].VerifyHostname(safetyNetHost); err != nil {
		return nil, nil, err
	}
	if err := chain[0].CheckSignature(x509.SHA256WithRSA, []byte(parts[0]+"."+parts[1]), signature); err != nil {
		return nil, nil, err
	}
	payload, err := base64.RawURLEncoding.DecodeString(parts[1])
	return payload, chain, err
}

func decodeJSON(part string, into any) error {
	raw, err := base64.RawURLEncoding.DecodeString(part)
	if err != nil {
		return err
	}
	return json.Unmarshal(raw, into)
}

// checkSafetyNet: the answer is about this ceremony, fresh, and the phone is as its maker made it.
func (f *Factor) checkSafetyNet(payload, signed []byte) error {
	var said struct {
		Nonce []byte `json:"nonce"`
		Time  int64  `json:"timestampMs"`
		Whole bool   `json:"ctsProfileMatch"`
	}
	if err := json.Unmarshal(payload, &said); err != nil {
		return err
	}
	wanted := sha256.Sum256(signed)
	age := f.now().Sub(time.UnixMilli(said.Time))
	switch {
	case subtle.ConstantTimeCompare(wanted[:], said.Nonce) != 1:
		return errors.New("the response is about another ceremony")
	case age > safetyNetAge || age < -safetyNetAhead:
		return errors.New("the response is too old, or from the future")
	case !said.Whole:
		return errors.New("the phone is not as its maker made it")
	}
	return nil
}
