package launchkey_test

import (
	"crypto/rsa"
	"crypto/sha256"
	"crypto/sha512"
	"encoding/hex"
	"sync"
	"testing"

	"github.com/go-jose/go-jose/v4"

	"github.com/twinseal/twinseal/client/launchkey"
	"github.com/twinseal/twinseal/client/launchkey/launchkeytest"
)

// testKey is a key of the tests, with its name on the wire.
type testKey struct {
	*rsa.PrivateKey
	id string
}

func (k testKey) key() launchkeytest.Key {
	return launchkeytest.Key{PrivateKey: k.PrivateKey, ID: k.id}
}
func (k testKey) privatePEM() []byte { return k.key().PrivatePEM() }
func (k testKey) publicPEM() []byte  { return k.key().PublicPEM() }

func (k testKey) seal(plain string, zip jose.CompressionAlgorithm) string {
	return k.key().Seal(&loud{}, plain, zip)
}

func newTestKey() testKey {
	key := launchkeytest.NewKey(&loud{})
	return testKey{key.PrivateKey, key.ID}
}

// Keys take long to make, so all tests share them: the server's two, the
// issuer's for both purposes, and one for encryption alone.
var (
	apiKey        = sync.OnceValue(newTestKey)
	nextAPIKey    = sync.OnceValue(newTestKey)
	issuerKey     = sync.OnceValue(newTestKey)
	encryptionKey = sync.OnceValue(newTestKey)
)

const (
	organizationID = "6a2b4c1e-0d3f-4a5b-8c7d-9e0f1a2b3c4d"
	directoryID    = "0c1d2e3f-4a5b-4c6d-8e7f-90a1b2c3d4e5"
	serviceID      = "5f6e7d8c-9b0a-4f1e-8d2c-3b4a59687766"
	deviceID       = "1b4f0a9c-2d3e-4f5a-8b6c-7d8e9f0a1b2c"
	requestID      = "f2b4c6d8-e0a1-4b3c-8d5e-6f7081920a1b"
	sdkKey         = "c4d5e6f7-0819-4a2b-8c3d-4e5f60718293"
)

// asked is a call that the server has proved.
type asked struct {
	method, path, subject string
	body                  string
	header                map[string][]string
}

// reply is what the server answers, and how it lies about it: see
// [launchkeytest.Reply].
type reply struct {
	status  int
	body    string
	raw     string
	key     *testKey
	signer  *testKey
	alg     jose.SignatureAlgorithm
	zip     jose.CompressionAlgorithm
	claims  func(claims map[string]any)
	header  map[string]string
	noToken bool
	altered string
	sent    int
}

func keyOf(k *testKey) *launchkeytest.Key {
	if k == nil {
		return nil
	}
	key := k.key()
	return &key
}

// platform is a server for the organization of the tests.
type platform struct {
	*launchkeytest.Server

	t      testing.TB
	answer func(asked) reply
}

func newPlatform(t testing.TB, answer func(asked) reply) *platform {
	t.Helper()
	p := &platform{t: t, answer: answer}
	p.Server = launchkeytest.Start(t, "org:"+organizationID, issuerKey().key(), apiKey().key(), func(r launchkeytest.Request) launchkeytest.Reply {
		made := p.answer(asked{r.Method, r.Path, r.Subject, r.Body, r.Header})
		return launchkeytest.Reply{
			Status: made.status, Body: made.body, Raw: made.raw, For: keyOf(made.key), Zip: made.zip, Signer: keyOf(made.signer), Alg: made.alg,
			Claims: made.claims, NoToken: made.noToken, Header: made.header, AlteredBody: made.altered, SentStatus: made.sent,
		}
	})
	return p
}

func (p *platform) factory(options ...launchkey.Option) *launchkey.OrganizationFactory {
	p.t.Helper()
	factory, err := launchkey.NewOrganizationFactory(p.URL, organizationID, issuerKey().privatePEM(), options...)
	if err != nil {
		p.t.Fatal(err)
	}
	return factory
}

func (p *platform) service(options ...launchkey.Option) *launchkey.ServiceClient {
	p.t.Helper()
	service, err := p.factory(options...).ServiceClient(serviceID)
	if err != nil {
		p.t.Fatal(err)
	}
	return service
}

func (p *platform) directory(options ...launchkey.Option) *launchkey.DirectoryClient {
	p.t.Helper()
	directory, err := p.factory(options...).DirectoryClient(directoryID)
	if err != nil {
		p.t.Fatal(err)
	}
	return directory
}

func hexSHA256(b []byte) string {
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:])
}

func hexSHA512(b []byte) string {
	sum := sha512.Sum512(b)
	return hex.EncodeToString(sum[:])
}
