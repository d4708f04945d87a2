package passkeytest

import (
	"crypto"
	"crypto/elliptic"
	"crypto/rsa"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"encoding/pem"
	"fmt"
	"math/big"
	"sync"
	"time"
)

// Certificates are valid for a century, so that answers that were kept stay right.
var (
	Begin = time.Date(2024, 1, 1, 0, 0, 0, 0, time.UTC)
	End   = time.Date(2124, 1, 1, 0, 0, 0, 0, time.UTC)
)

// Authority signs the certificates of authenticators' makers: a root, and one in between that signs the leaves.
type Authority struct {
	Root, Issuing *x509.Certificate
	seed          seed
	rootKey, key  crypto.Signer
	safetyNet     func() *rsa.PrivateKey
}

// NewAuthority makes one. Equal names have equal keys.
func NewAuthority(name string) (*Authority, error) {
	s := seed("authority " + name)
	rootKey, key := steady{s.ec("root", elliptic.P256())}, steady{s.ec("issuing", elliptic.P256())}
	root, err := issue(ca(name+" root", 1), nil, rootKey.Public(), rootKey)
	if err != nil {
		return nil, err
	}
	issuing, err := issue(ca(name+" issuing", 2), root, key.Public(), rootKey)
	return &Authority{
		Root: root, Issuing: issuing, seed: s, rootKey: rootKey, key: key,
		safetyNet: sync.OnceValue(func() *rsa.PrivateKey { return s.rsa("safetynet", rsaBits) }),
	}, err
}

// PEM is the root, as an operator's file of anchors has it.
func (a *Authority) PEM() []byte {
	return pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: a.Root.Raw})
}

func ca(name string, serial int64) *x509.Certificate {
	return &x509.Certificate{
		SerialNumber: big.NewInt(serial), Subject: pkix.Name{CommonName: name, Organization: []string{"Twinseal tests"}, Country: []string{"AA"}},
		NotBefore: Begin, NotAfter: End, IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign,
	}
}

// issue signs a certificate; without a parent it signs itself.
func issue(template, parent *x509.Certificate, public crypto.PublicKey, key crypto.Signer) (*x509.Certificate, error) {
	if parent == nil {
		parent = template
	}
	raw, err := x509.CreateCertificate(nil, template, parent, public, key)
	if err != nil {
		return nil, fmt.Errorf("passkeytest: a certificate: %w", err)
	}
	return x509.ParseCertificate(raw)
}

// leaf signs an attestation certificate and gives the chain that goes into a statement.
func (a *Authority) leaf(template *x509.Certificate, public crypto.PublicKey) ([][]byte, error) {
	template.SerialNumber, template.BasicConstraintsValid = big.NewInt(3), true
	cert, err := issue(template, a.Issuing, public, a.key)
	if err != nil {
		return nil, err
	}
	return [][]byte{cert.Raw, a.Issuing.Raw}, nil
}

// lone is a leaf that the root signs itself: there is nothing between in a U2F key's statement.
func (a *Authority) lone(template *x509.Certificate, public crypto.PublicKey) ([][]byte, error) {
	template.SerialNumber, template.BasicConstraintsValid = big.NewInt(4), true
	cert, err := issue(template, a.Root, public, a.rootKey)
	if err != nil {
		return nil, err
	}
	return [][]byte{cert.Raw}, nil
}

func extension(id asn1.ObjectIdentifier, value any) (pkix.Extension, error) {
	raw, err := asn1.Marshal(value)
	return pkix.Extension{Id: id, Value: raw}, err
}

func chain(certificates [][]byte) []byte {
	var items [][]byte
	for _, raw := range certificates {
		items = append(items, Bytes(raw))
	}
	return Array(items...)
}
