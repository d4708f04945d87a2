package loginid

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"math/big"
	"strings"

	"github.com/twinseal/twinseal/internal/endpoint"
)

const (
	algorithm = "ES256"
	// scalarSize is the length of each of the two numbers of a signature (RFC 7518, section 3.4).
	scalarSize = 32
	// maxToken bounds a token, in bytes: the largest that clients make is a twentieth of it.
	maxToken = 8 << 10
)

// errToken is wrapped by whatever is wrong with the form of a token.
var errToken = errors.New("not a token")

// signedToken is a compact JWS taken apart. Nothing in it is believed yet.
type signedToken struct {
	Algorithm string
	KeyID     string

	input     string // what is signed
	payload   []byte
	signature []byte
}

// parseSigned takes a token apart. Its header may say what it likes but for extensions that must be understood.
func parseSigned(text string) (*signedToken, error) {
	parts := strings.Split(text, ".")
	if len(text) > maxToken || len(parts) != 3 {
		return nil, fmt.Errorf("%w: it has not three parts, or is too long", errToken)
	}
	var raw [3][]byte
	for i, part := range parts {
		var err error
		if raw[i], err = base64.RawURLEncoding.DecodeString(part); err != nil {
			return nil, fmt.Errorf("%w: %w", errToken, err)
		}
	}
	var header struct {
		Algorithm string          `json:"alg"`
		KeyID     string          `json:"kid"`
		Critical  json.RawMessage `json:"crit"`
	}
	if err := json.Unmarshal(raw[0], &header); err != nil || header.Critical != nil {
		return nil, fmt.Errorf("%w: its header cannot be used", errToken)
	}
	t := &signedToken{Algorithm: header.Algorithm, KeyID: header.KeyID, payload: raw[1], signature: raw[2]}
	t.input = text[:strings.LastIndexByte(text, '.')]
	return t, nil
}

// signedBy reports whether the token bears that key's signature.
func (t *signedToken) signedBy(key *ecdsa.PublicKey) bool {
	if t.Algorithm != algorithm || len(t.signature) != 2*scalarSize {
		return false
	}
	digest := sha256.Sum256([]byte(t.input))
	r, s := new(big.Int).SetBytes(t.signature[:scalarSize]), new(big.Int).SetBytes(t.signature[scalarSize:])
	return ecdsa.Verify(key, digest[:], r, s)
}

// asciiJSON is v in JSON of characters that no decoder of Base64 mistakes: some clients' own knows neither - nor _,
// which only the characters > ? ~ and DEL and those beyond ASCII lead to, and takes bytes for Latin-1.
func asciiJSON(v any) ([]byte, error) {
	raw, err := json.Marshal(v)
	if err != nil {
		return nil, fmt.Errorf("write a token: %w", err)
	}
	raw = endpoint.AppendASCII(make([]byte, 0, len(raw)), raw)
	if !bytes.ContainsAny(raw, "?~\x7f") {
		return raw, nil
	}
	// They stand in strings alone; > is escaped already.
	return []byte(strings.NewReplacer("?", `\u003f`, "~", `\u007e`, "\x7f", `\u007f`).Replace(string(raw))), nil
}
