package passkeytest

import (
	"cmp"
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/sha256"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"fmt"
	"slices"
	"time"
)

// The attestation formats an authenticator can be told to use.
const (
	None       = "none"
	Packed     = "packed"      // signed by a certified key
	PackedSelf = "packed-self" // fmt packed, signed by the credential itself
	U2F        = "fido-u2f"
	Apple      = "apple"
	AndroidKey = "android-key"
	SafetyNet  = "android-safetynet"
	TPM        = "tpm"
)

// Formats are all of them.
func Formats() []string {
	return []string{None, Packed, PackedSelf, U2F, Apple, AndroidKey, SafetyNet, TPM}
}

// Evidence is what an attestation shows, before it is signed. A test bends what it wants to be wrong; every
// format takes the fields that concern it.
type Evidence struct {
	Format              string
	Message             []byte // what is signed: authenticator data and the hash of the client data
	Algorithm           int64  // of the signature
	NotBefore, NotAfter time.Time
	Certificates        [][]byte                // when set, instead of the chain that would be made
	Chain               func([][]byte) [][]byte // when set, changes the chain that was made

	AAGUID    []byte // packed, tpm: in the certificate; empty: no extension
	Critical  bool   // packed: the extension is marked so
	Subject   pkix.Name
	IsCA      bool
	Key       crypto.PublicKey // apple, android-key: in the certificate
	Challenge []byte           // android-key: in the extension
	Nonce     []byte           // apple, android-safetynet
	// android-key: of the list that hardware enforces.
	Origin, Purpose int
	AllApplications bool
	SoftwareOnly    bool
	// android-safetynet
	Host     string
	Time     time.Time
	CTSMatch bool
	// tpm
	Magic               uint32
	Type                uint16
	ExtraData, PubArea  []byte
	Name                []byte // empty: that of PubArea
	Manufacturer, Usage string
	Version             string

	encoded []byte
}

// attest makes the statement of a format.
func (a *Authenticator) attest(c *Credential, d *Draft, data, clientDataHash []byte) (*Evidence, error) {
	e := &Evidence{
		Format: cmp.Or(a.Format, None), Message: slices.Concat(data, clientDataHash), Algorithm: ES256,
		NotBefore: Begin, NotAfter: End, AAGUID: d.AAGUID[:], Key: c.Key.Public(), Challenge: clientDataHash,
		Subject: pkix.Name{Country: []string{"AA"}, Organization: []string{"Twinseal tests"}, OrganizationalUnit: []string{"Authenticator Attestation"}, CommonName: "Model"},
		Purpose: 2, Host: "attest.android.com", Time: a.Now, CTSMatch: true,
	}
	sum := sha256.Sum256(e.Message)
	e.Nonce = sum[:]
	makers := map[string]func(*Evidence, *Credential, *Draft) error{
		None: none, Packed: a.packed, PackedSelf: a.packedSelf, U2F: a.u2f, Apple: a.apple, AndroidKey: a.androidKey, SafetyNet: a.safetyNet, TPM: a.tpm,
	}
	maker, known := makers[e.Format]
	if !known {
		return nil, fmt.Errorf("passkeytest: no attestation of format %s", e.Format)
	}
	if a.Authority == nil && e.Format != None && e.Format != PackedSelf {
		return nil, fmt.Errorf("passkeytest: attestation of format %s needs an authority", e.Format)
	}
	return e, maker(e, c, d)
}

func (a *Authenticator) bend(e *Evidence) {
	if a.BendEvidence != nil {
		a.BendEvidence(e)
	}
}

func none(e *Evidence, _ *Credential, _ *Draft) error {
	e.encoded = Map()
	return nil
}

func (a *Authenticator) packedSelf(e *Evidence, c *Credential, _ *Draft) error {
	e.Format, e.Algorithm = Packed, c.Algorithm
	a.bend(e)
	signature, err := sign(c.Key, c.Algorithm, e.Message)
	e.encoded = Map(named("alg", Int(e.Algorithm)), named("sig", Bytes(signature)))
	return err
}

// certified is the key that the maker put into every device of a model.
func (a *Authenticator) certified() *ecdsa.PrivateKey {
	return a.Authority.seed.ec("model", elliptic.P256())
}

// certify lets the authority sign a certificate for a key, or takes the chain that the test brings.
func (a *Authenticator) certify(e *Evidence, public crypto.PublicKey, extensions ...pkix.Extension) error {
	if e.Certificates != nil {
		return nil
	}
	var err error
	e.Certificates, err = a.Authority.leaf(&x509.Certificate{
		Subject: e.Subject, NotBefore: e.NotBefore, NotAfter: e.NotAfter, IsCA: e.IsCA, ExtraExtensions: extensions,
	}, public)
	if err == nil && e.Chain != nil {
		e.Certificates = e.Chain(e.Certificates)
	}
	return err
}

var oidAAGUID = asn1.ObjectIdentifier{1, 3, 6, 1, 4, 1, 45724, 1, 1, 4}

func (e *Evidence) aaguid() ([]pkix.Extension, error) {
	if len(e.AAGUID) == 0 {
		return nil, nil
	}
	x, err := extension(oidAAGUID, e.AAGUID)
	x.Critical = e.Critical
	return []pkix.Extension{x}, err
}

func (a *Authenticator) packed(e *Evidence, _ *Credential, _ *Draft) error {
	key := a.certified()
	a.bend(e)
	extensions, err := e.aaguid()
	if err != nil {
		return err
	}
	if err := a.certify(e, key.Public(), extensions...); err != nil {
		return err
	}
	signature, err := sign(steady{key}, ES256, e.Message)
	e.encoded = Map(named("alg", Int(e.Algorithm)), named("sig", Bytes(signature)), named("x5c", chain(e.Certificates)))
	return err
}

// u2f signs what a U2F key signs, which knows no models: the authenticator's must be zero.
func (a *Authenticator) u2f(e *Evidence, c *Credential, d *Draft) error {
	public, ok := c.Key.Public().(*ecdsa.PublicKey)
	if !ok || c.Algorithm != ES256 {
		return fmt.Errorf("passkeytest: fido-u2f attests %d only", ES256)
	}
	x, y, err := coordinates(public)
	if err != nil {
		return err
	}
	rp := sha256.Sum256([]byte(d.RPID))
	e.Message = slices.Concat([]byte{0}, rp[:], e.Challenge, d.CredentialID, []byte{4}, x, y)
	a.bend(e)
	key := a.certified()
	if e.Certificates == nil {
		template := &x509.Certificate{Subject: e.Subject, NotBefore: e.NotBefore, NotAfter: e.NotAfter, IsCA: e.IsCA}
		if e.Certificates, err = a.Authority.lone(template, key.Public()); err != nil {
			return err
		}
	}
	signature, err := sign(steady{key}, ES256, e.Message)
	e.encoded = Map(named("sig", Bytes(signature)), named("x5c", chain(e.Certificates)))
	return err
}
