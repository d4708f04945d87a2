package hook

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/twinseal/twinseal/internal/mfa"
)

// Headers and prefixes of Standard Webhooks.
const (
	headerID        = "Webhook-Id"
	headerTimestamp = "Webhook-Timestamp"
	headerSignature = "Webhook-Signature"
	secretPrefix    = "whsec_"
	signatureScheme = "v1,"
)

// minKey keeps out keys that can be guessed.
const minKey = 16

func newID() (string, error) {
	id, err := uuid.NewV7()
	return "msg_" + id.String(), err
}

// signingKey reads a secret in the standard's form, or takes any other text for the key itself.
func signingKey(secret mfa.Secret) (mfa.Secret, error) {
	key := secret.Reveal()
	if encoded, ok := strings.CutPrefix(string(key), secretPrefix); ok {
		decoded, err := base64.StdEncoding.DecodeString(encoded)
		if err != nil {
			return mfa.Secret{}, errors.New("what follows whsec_ must be base64")
		}
		key = decoded
	}
	if len(key) < minKey && !secret.Empty() {
		return mfa.Secret{}, errors.New("the key must have at least 16 bytes")
	}
	return mfa.NewSecret(key), nil
}

// sign adds the headers: the signature is over id, time in seconds and body, joined by dots.
func sign(h http.Header, key mfa.Secret, id string, at time.Time, body []byte) {
	timestamp := strconv.FormatInt(at.Unix(), 10)
	mac := hmac.New(sha256.New, key.Reveal())
	mac.Write([]byte(id + "." + timestamp + "."))
	mac.Write(body)
	h.Set(headerID, id)
	h.Set(headerTimestamp, timestamp)
	h.Set(headerSignature, signatureScheme+base64.StdEncoding.EncodeToString(mac.Sum(nil)))
}
