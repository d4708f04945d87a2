package launchkey_test

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/twinseal/twinseal/client/launchkey"
)

// roundTripper answers requests without a network.
type roundTripper func(*http.Request) (*http.Response, error)

func (f roundTripper) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

// unreachable is a factory whose clients must not send anything.
func unreachable(t *testing.T) *launchkey.OrganizationFactory {
	t.Helper()
	transport := roundTripper(func(r *http.Request) (*http.Response, error) {
		t.Errorf("a request was sent: %s", r.URL.Path)
		return nil, errors.New("unreachable")
	})
	factory, err := launchkey.NewOrganizationFactory("https://mfa.example.net", organizationID, issuerKey().privatePEM(),
		launchkey.WithHTTPClient(&http.Client{Transport: transport}))
	if err != nil {
		t.Fatal(err)
	}
	return factory
}

func block(kind string, der []byte, err error) []byte {
	if err != nil {
		panic(err)
	}
	return pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der})
}

func TestFactoriesRefuseBadSettings(t *testing.T) {
	t.Parallel()
	good := issuerKey().privatePEM()
	small, err := rsa.GenerateKey(rand.Reader, 1024)
	if err != nil {
		t.Fatal(err)
	}
	curve, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	curveDER, curveErr := x509.MarshalPKCS8PrivateKey(curve)
	none := launchkey.WithUserAgent("x")
	cases := []struct {
		name   string
		base   string
		id     launchkey.OrganizationID
		key    []byte
		option launchkey.Option
	}{
		{"an id that is none", "https://a.test", "acme", good, none},
		{"an id in braces", "https://a.test", "{" + organizationID + "}", good, none},
		{"no base URL", "", organizationID, good, none},
		{"another scheme", "ftp://a.test", organizationID, good, none},
		{"a query", "https://a.test?a=b", organizationID, good, none},
		{"a password", "https://u:p@a.test", organizationID, good, none},
		{"no URL at all", "https://%zz", organizationID, good, none},
		{"no key", "https://a.test", organizationID, nil, none},
		{"a public key", "https://a.test", organizationID, issuerKey().publicPEM(), none},
		{"a damaged key", "https://a.test", organizationID, block("RSA PRIVATE KEY", []byte{1}, nil), none},
		{"a damaged newer key", "https://a.test", organizationID, block("PRIVATE KEY", []byte{1}, nil), none},
		{"a small key", "https://a.test", organizationID, block("RSA PRIVATE KEY", x509.MarshalPKCS1PrivateKey(small), nil), none},
		{"a key on a curve", "https://a.test", organizationID, block("PRIVATE KEY", curveDER, curveErr), none},
		{"an encryption key that is none", "https://a.test", organizationID, good, launchkey.WithEncryptionKey([]byte("x"))},
		{"no HTTP client", "https://a.test", organizationID, good, launchkey.WithHTTPClient(nil)},
		{"no identifier", "https://a.test", organizationID, good, launchkey.WithIdentifier("")},
		{"no life", "https://a.test", organizationID, good, launchkey.WithRequestExpiry(0)},
		{"a long life", "https://a.test", organizationID, good, launchkey.WithRequestExpiry(time.Hour)},
		{"no pause between polls", "https://a.test", organizationID, good, launchkey.WithPolling(0, 1)},
		{"pauses that shrink", "https://a.test", organizationID, good, launchkey.WithPolling(2, 1)},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			if _, err := launchkey.NewOrganizationFactory(c.base, c.id, c.key, c.option); !errors.Is(err, launchkey.ErrFormat) {
				t.Errorf("organization: %v", err)
			}
			if _, err := launchkey.NewDirectoryFactory(c.base, launchkey.DirectoryID(c.id), c.key, c.option); !errors.Is(err, launchkey.ErrFormat) {
				t.Errorf("directory: %v", err)
			}
			if _, err := launchkey.NewServiceFactory(c.base, launchkey.ServiceID(c.id), c.key, c.option); !errors.Is(err, launchkey.ErrFormat) {
				t.Errorf("service: %v", err)
			}
		})
	}
}

func TestEachFactoryActsForWhatItMay(t *testing.T) {
	t.Parallel()
	key := issuerKey().privatePEM()
	var subject string
	p := newPlatform(t, func(r asked) reply {
		subject = r.subject
		return reply{status: 204}
	})
	end := func(c *launchkey.ServiceClient, err error) {
		t.Helper()
		if err == nil {
			err = c.SessionEnd(t.Context(), "jo")
		}
		if err != nil || subject != "svc:"+serviceID {
			t.Errorf("%s for %s: %v", p.Issuer, subject, err)
		}
	}
	organization := p.factory()
	end(organization.ServiceClient(serviceID))

	p.Issuer = "dir:" + directoryID
	directory, err := launchkey.NewDirectoryFactory(p.URL+"/", launchkey.DirectoryID(strings.ToUpper(directoryID)), key)
	if err != nil {
		t.Fatal(err)
	}
	end(directory.ServiceClient(serviceID))
	if err := directory.DirectoryClient().EndAllServiceSessions(t.Context(), "jo"); err != nil || subject != p.Issuer {
		t.Errorf("%s: %v", subject, err)
	}

	p.Issuer = "svc:" + serviceID
	service, err := launchkey.NewServiceFactory(p.URL, serviceID, key)
	if err != nil {
		t.Fatal(err)
	}
	end(service.ServiceClient(), nil)

	for name, ping := range map[string]func() (time.Time, error){
		"organization": func() (time.Time, error) { return organization.Ping(t.Context()) },
		"directory":    func() (time.Time, error) { return directory.Ping(t.Context()) },
		"service":      func() (time.Time, error) { return service.Ping(t.Context()) },
	} {
		if at, err := ping(); err != nil || at.IsZero() {
			t.Errorf("ping by the %s: %v", name, err)
		}
	}
	if _, err := organization.DirectoryClient("x"); !errors.Is(err, launchkey.ErrFormat) {
		t.Error(err)
	}
	if _, err := directory.ServiceClient("x"); !errors.Is(err, launchkey.ErrFormat) {
		t.Error(err)
	}
}

func TestBothFormsOfPrivateKeysAreRead(t *testing.T) {
	t.Parallel()
	der, err := x509.MarshalPKCS8PrivateKey(issuerKey().PrivateKey)
	newer := block("PRIVATE KEY", der, err)
	p := newPlatform(t, func(asked) reply { return reply{status: 204} })
	factory, err := launchkey.NewOrganizationFactory(p.URL, organizationID, append([]byte("a comment\n"), newer...))
	if err != nil {
		t.Fatal(err)
	}
	directory, err := factory.DirectoryClient(directoryID)
	if err != nil {
		t.Fatal(err)
	}
	if err := directory.RemoveUserTOTP(t.Context(), "jo"); err != nil {
		t.Error(err)
	}
}

func TestSinglePurposeKeysSignWithOneAndOpenWithTheOther(t *testing.T) {
	t.Parallel()
	encryption := encryptionKey()
	p := newPlatform(t, func(asked) reply { return reply{status: 201, body: `{"id":"` + directoryID + `"}`, key: &encryption} })
	if _, err := p.factory().OrganizationClient().CreateDirectory(t.Context(), "x"); !errors.Is(err, launchkey.ErrEntityKeyNotFound) || !strings.Contains(err.Error(), encryption.id) {
		t.Errorf("without the encryption key: %v", err)
	}
	both := p.factory(launchkey.WithEncryptionKey(encryption.privatePEM()))
	if id, err := both.OrganizationClient().CreateDirectory(t.Context(), "x"); err != nil || id != directoryID {
		t.Errorf("with the encryption key: %v %v", id, err)
	}
}

// The vector is the protocol's.
func TestPublicKeyID(t *testing.T) {
	t.Parallel()
	const text = `-----BEGIN PUBLIC KEY-----
MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEAzZyTZiKSQONiiRe3ZKje
K0R4jIimDUrei9CzJCUZxUwVnSOcmjUpzOQmlyKhF3QaTLLA4pE9nUfsn88RB81E
tTwDa1P0/SD3wMJkyKT87m8WUR6UO7+pUOtn02FK5p4mS4Su+cF/01bY6Rk24DvN
YOxl3RMcH1I2zvaTYXIiQDFo6b9+9Gg9FRm8eWUtMQMQDHBw5DxQfZGUwx3J+2yp
0AxRvb5BoQblI4UrEAx+ge5iwROCQNx338pWM8SPQ6dD4EqRk9bZKR8kSX8K3afF
HRWNfALR6hzX4WCgMCPJ79wKQS/dFu4NW0PAwbpePXV6AZjp7WnihnruZCUTMzjn
LQIDAQAB
-----END PUBLIC KEY-----
`
	if id, err := launchkey.PublicKeyID([]byte(text)); err != nil || id != keyIDOfTests {
		t.Errorf("%s, %v", id, err)
	}
	pkcs1 := block("RSA PUBLIC KEY", x509.MarshalPKCS1PublicKey(&issuerKey().PublicKey), nil)
	if id, err := launchkey.PublicKeyID(pkcs1); err != nil || string(id) != issuerKey().id {
		t.Errorf("%s, %v", id, err)
	}
	for name, text := range map[string][]byte{
		"nothing": nil, "a private key": issuerKey().privatePEM(), "damage": block("PUBLIC KEY", []byte{1}, nil), "older damage": block("RSA PUBLIC KEY", []byte{1}, nil),
	} {
		if _, err := launchkey.PublicKeyID(text); !errors.Is(err, launchkey.ErrFormat) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestKeysAreNeverPrinted(t *testing.T) {
	t.Parallel()
	factory := unreachable(t)
	service, err := factory.ServiceClient(serviceID)
	if err != nil {
		t.Fatal(err)
	}
	holder := struct {
		factory *launchkey.OrganizationFactory
		Service *launchkey.ServiceClient
		Manager launchkey.ServiceManager
	}{factory, service, factory.OrganizationClient().ServiceManager}
	var printed bytes.Buffer
	for _, value := range []any{factory, *factory, service, *service, holder, &holder, launchkey.Secret("totp-secret"), launchkey.TOTP{Secret: "totp-secret"}} {
		for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%d"} {
			fmt.Fprintf(&printed, verb+"\n", value)
		}
		slog.New(slog.NewJSONHandler(&printed, nil)).Info("printed", "value", value)
		slog.New(slog.NewTextHandler(&printed, nil)).Info("printed", "value", value)
		if raw, err := json.Marshal(value); err == nil {
			printed.Write(raw)
		}
	}
	secrets := []string{"totp-secret", fmt.Sprintf("%x", "totp-secret"), issuerKey().D.String(), fmt.Sprintf("%x", issuerKey().D), issuerKey().Primes[0].String()}
	for _, secret := range secrets {
		if strings.Contains(printed.String(), secret) {
			t.Errorf("%.20s… was printed", secret)
		}
	}
}
