package launchkey

import (
	"context"
	"crypto/rsa"
	"time"

	"github.com/twinseal/twinseal/client/launchkey/envelope"
	"github.com/twinseal/twinseal/internal/keyring"
	"github.com/twinseal/twinseal/internal/mfa"
)

// Call is a line of the table, for tests from outside.
type Call struct {
	Method, Path string
	Open         bool   // answered without a token
	Subject      string // the kind of what it acts on
}

// Table is the whole of it.
func Table() []Call {
	var out []Call
	for _, r := range routes() {
		out = append(out, Call{r.method, r.path, r.open != nil, string(r.subject)})
	}
	return out
}

// The parsers of what comes over the network, for fuzzing.
var (
	ReadDynamic       = readDynamic
	ParseDate         = parseDate
	ParseOwner        = parseOwner
	BundleFingerprint = bundleFingerprint
	Padded            = padded
)

// ParseToken reads a token and gives the names in it.
func ParseToken(text string) (keyID, id string, err error) {
	t, err := parseToken(text)
	if err != nil {
		return "", "", err
	}
	return t.KeyID, t.claims.ID, nil
}

// OpenSealed opens a body with a private key, as a server does.
func OpenSealed(body []byte, private *rsa.PrivateKey) ([]byte, error) {
	sealed, err := envelope.ParseSealed(string(body))
	if err != nil {
		return nil, err
	}
	return openSealed(sealed, &apiKey{private: private})
}

// Decode reads a body into the requests of every kind, and judges them.
func Decode(body []byte) {
	c := &call{body: body, caller: &mfa.Caller{}, to: &recipient{}}
	var dir directoryPatch
	var service servicePatch
	var keys keyCall
	var ask authRequest
	for _, into := range []any{&dir, &service, &keys.in, &ask} {
		if c.decode(into) != nil {
			return
		}
	}
	var k check
	dir.check(&k)
	service.check(&k)
	keys.expiry()
	ask.life(&k)
	ask.noDirectory(&k)
	k.reasons("denial_reasons", ask.Reasons.value)
	k.ids("directory_ids", member[[]string]{present: true, value: []string{dir.ID.value}})
	if ask.Policy.given() {
		_, _ = readDynamic(ask.Policy.value)
	}
}

// Ring is the keys of the API.
type Ring struct{ r *keyring.Ring[*apiKey] }

// NewRing keeps them in secrets.
func NewRing(secrets keyring.Secrets, now func() time.Time) *Ring {
	return &Ring{keyring.New(apiKeys(), secrets, now)}
}

// Current names the newest key.
func (r *Ring) Current(ctx context.Context) (string, error) {
	key, err := r.r.Current(ctx)
	if err != nil {
		return "", err
	}
	return key.id, nil
}

// Find reports whether there is a key of that id.
func (r *Ring) Find(ctx context.Context, id string) (bool, error) {
	key, err := r.r.Find(ctx, id)
	return key != nil, err
}
