package mfa

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"strings"
)

// bindingLength is that of 32 bytes in base64url.
const bindingLength = 43

// DigestOfBinding is what is kept of a browser's cookie: by it a request shows that it comes from there, and nobody
// who reads it can make the cookie. What is not 32 bytes in base64url binds to nothing and gives "".
func DigestOfBinding(cookie string) string {
	if raw, err := base64.RawURLEncoding.DecodeString(cookie); err != nil || len(raw) != sha256.Size || len(cookie) != bindingLength || strings.ContainsAny(cookie, "\r\n") {
		return ""
	}
	sum := sha256.Sum256([]byte("twinseal.binding:" + cookie))
	return base64.RawURLEncoding.EncodeToString(sum[:])
}

// boundTo reports whether a request that shows this may speak for the device. It reads nothing else of the data:
// it is asked with every request.
func boundTo(a Authenticator, shown string) bool {
	bound := plainMember(a.Data, `"binding":"`)
	return bound == "" || hmac.Equal([]byte(bound), []byte(shown))
}

// errUnbound answers to a key that left the browser in which it was made.
var errUnbound = refuse(Unauthenticated, ReasonDeviceUnbound, "this device was linked in another browser; link it again here")

// Attestation is what a device's maker says of it, in some format.
type Attestation struct {
	Format    string
	Statement json.RawMessage
}

// DeviceAttestor judges attestations. It is asked before a device is linked, outside of every Write, because it may
// have to ask others. What it gives is kept with the device; its refusal, an *[Error], keeps the device out. It is
// asked for devices without an attestation too, with a zero one, so that it can insist.
type DeviceAttestor interface {
	Attest(ctx context.Context, key json.RawMessage, a Attestation) (attested string, err error)
}
