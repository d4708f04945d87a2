package passkey_test

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/hkdf"
	"crypto/rsa"
	"crypto/sha1"
	"crypto/sha256"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"io"
	"math/big"
	"slices"
	"testing"
	"time"

	"github.com/twinseal/twinseal/internal/factor/passkey"
	"github.com/twinseal/twinseal/internal/factor/passkey/passkeytest"
	"github.com/twinseal/twinseal/internal/mfa"
)

// Web Authentication Level 3 (section 16) publishes ceremonies whose every random part is derived from a phrase, a
// name and a running number. They are derived here again, and a digest of the published bytes holds the result to
// them: client data and attestation object, then client data, authenticator data and signature of a sign-in.
const phrase = "WebAuthn test vectors"

const example = "https://example.org"

// drawing derives the random parts of one ceremony in their order.
type drawing struct {
	name string
	next byte
}

func (d *drawing) bytes(t *testing.T, n int) []byte {
	t.Helper()
	out, err := hkdf.Key(sha256.New, []byte(phrase), []byte{d.next}, d.name, n)
	if err != nil {
		t.Fatal(err)
	}
	d.next++
	return out
}

// deterministic signs by RFC 6979 whatever randomness it is offered.
type deterministic struct{ crypto.Signer }

func (k deterministic) Sign(_ io.Reader, digest []byte, o crypto.SignerOpts) ([]byte, error) {
	return k.Signer.Sign(nil, digest, o)
}

func (d *drawing) ec(t *testing.T, curve elliptic.Curve, n int) crypto.Signer {
	t.Helper()
	scalar := d.bytes(t, n)
	padded := make([]byte, (curve.Params().BitSize+7)/8)
	copy(padded[len(padded)-n:], scalar)
	key, err := ecdsa.ParseRawPrivateKey(curve, padded)
	if err != nil {
		t.Fatal(err)
	}
	return deterministic{key}
}

// mersenne is the RSA key of the vectors: its primes are 2^1279-1 and 2^2203-1.
type mersenne struct{ n, d *big.Int }

func newMersenne() mersenne {
	one := big.NewInt(1)
	p := new(big.Int).Sub(new(big.Int).Lsh(one, 1279), one)
	q := new(big.Int).Sub(new(big.Int).Lsh(one, 2203), one)
	phi := new(big.Int).Mul(new(big.Int).Sub(p, one), new(big.Int).Sub(q, one))
	return mersenne{new(big.Int).Mul(p, q), new(big.Int).ModInverse(big.NewInt(65537), phi)}
}

func (k mersenne) Public() crypto.PublicKey { return &rsa.PublicKey{N: k.n, E: 65537} }

// Sign is PKCS #1 version 1.5 with SHA-256, spelt out: crypto/rsa wants primes of one size.
func (k mersenne) Sign(_ io.Reader, digest []byte, _ crypto.SignerOpts) ([]byte, error) {
	info := append([]byte{0x30, 0x31, 0x30, 0x0d, 6, 9, 0x60, 0x86, 0x48, 1, 0x65, 3, 4, 2, 1, 5, 0, 4, 0x20}, digest...)
	padded := slices.Concat([]byte{0, 1}, slices.Repeat([]byte{0xff}, (k.n.BitLen()+7)/8-len(info)-3), []byte{0}, info)
	s := new(big.Int).Exp(new(big.Int).SetBytes(padded), k.d, k.n)
	return s.FillBytes(make([]byte, len(padded))), nil
}

// published is one ceremony of the section.
type published struct {
	name        string
	algorithm   int64
	challenge   int // bytes
	credential  int
	crossOrigin bool
	topOrigin   string
	digest      string
	trust       string
	refused     mfa.Reason
	signInToo   mfa.Reason
}

func ceremonies() []published {
	origins := mfa.ReasonPasskeyOrigin
	return []published{
		{name: "none.ES256", digest: "649874d44aab0a7e9dbf210eb22b33f359c3b89819afae2e3094056cecd208c2", trust: "none"},
		{name: "packed-self.ES256", digest: "a5a3a75de4b7519d4a006823af9440cda4658a86ec5778553d10d5da9aac0a4c", trust: "self"},
		{name: "none.ES256.crossOrigin", crossOrigin: true, digest: "bf2ca948f7578dba3f83897659c7099b8698c2bd3339ad6fbadb9874dcf60c38", refused: origins, signInToo: origins},
		{name: "none.ES256.topOrigin", crossOrigin: true, topOrigin: "https://example.com", digest: "c28e83d5df5647c4569845e75b88414952dd4bc955240866c5df4fdb4886a0f8", trust: "none"},
		{name: "none.ES256.long-credential-id", credential: 1023, digest: "e8f7a744566926e8a7a2d682b6e6f000332624e85b31342754bf827142261fab", trust: "none"},
		{name: "packed.ES256", digest: "7226adb11c50fdbba9eabbc2415e4bc837ea11f6014614efd450582845ea881a", trust: "basic"},
		{name: "packed.ES384", algorithm: passkeytest.ES384, digest: "d0ca8a3e9b218d911b72788a499b1837373d48aa2f51622fabfc511d834cec77", trust: "basic"},
		{name: "packed.ES512", algorithm: passkeytest.ES512, challenge: 128, digest: "2fe6abeaac477b42b4c5620028768a2a345875e8274ebc98b204f2ff2e32c94a", trust: "basic"},
		{name: "packed.RS256", algorithm: passkeytest.RS256, digest: "09af3795e672889b38ecf894ef8eae70e8390dd5bfbcb84e625ef5717689cf69", trust: "basic"},
		{name: "packed.EdDSA", algorithm: passkeytest.EdDSA, digest: "d1126212a2f1ec22194932398580482ca35479a976397eacb1fcf4a6fc78a93e", trust: "basic"},
		{name: "apple.ES256", digest: "ae71dabec37d50866d6d71c36f03291c480ba81c65c6bf82e08d347a15f1ed16", trust: "anonca"},
		{name: "fido-u2f.ES256", digest: "1bb56a1bab67ac52efd8cb00522304a157472670ba9cfbb4d0384d0f9f5c7e4a", trust: "basic"},
		// Its lists of authorizations are empty, and section 8.4 demands an origin and a purpose.
		{name: "android-key.ES256", digest: "9545dd144e0bf721662036533416d95ab097c4bd4b0afea9298244bba8f543d0", refused: attestation},
		// Its maker is nobody's number in the registry of TPM makers.
		{name: "tpm.ES256", digest: "ffa76248fc1a62e42a23a3532c92063d8ffe89ca3a5f48c3dde1305498203890", refused: attestation},
	}
}

func (p published) key(t *testing.T, d *drawing) crypto.Signer {
	t.Helper()
	switch p.algorithm {
	case passkeytest.ES384:
		return d.ec(t, elliptic.P384(), 48)
	case passkeytest.ES512:
		return d.ec(t, elliptic.P521(), 65)
	case passkeytest.RS256:
		return newMersenne()
	case passkeytest.EdDSA:
		return ed25519.NewKeyFromSeed(d.bytes(t, 32))
	}
	return d.ec(t, elliptic.P256(), 32)
}

func signed(t *testing.T, key crypto.Signer, algorithm int64, message []byte) []byte {
	t.Helper()
	hash := map[int64]crypto.Hash{passkeytest.ES384: crypto.SHA384, passkeytest.ES512: crypto.SHA512, passkeytest.EdDSA: 0}
	h, other := hash[algorithm]
	if !other {
		h = crypto.SHA256
	}
	if h != 0 {
		digest := h.New()
		digest.Write(message)
		message = digest.Sum(nil)
	}
	signature, err := key.Sign(nil, message, h)
	if err != nil {
		t.Fatal(err)
	}
	return signature
}

func (p published) clientData(t *testing.T, d *drawing, kind string, challenge []byte) []byte {
	t.Helper()
	top, extra := "", ""
	if p.topOrigin != "" {
		top = fmt.Sprintf(`,"topOrigin":%q`, p.topOrigin)
	}
	if d.bytes(t, 1)[0]&1 != 0 {
		extra = fmt.Sprintf(`,"extraData":"clientDataJSON may be extended with additional fields in the future, such as this: %s"`, b64(d.bytes(t, 16)))
	}
	return fmt.Appendf(nil, `{"type":%q,"challenge":%q,"origin":%q,"crossOrigin":%t%s%s}`, kind, b64(challenge), example, p.crossOrigin, top, extra)
}

func authenticatorData(flags byte, attested []byte) []byte {
	rp := sha256.Sum256([]byte("example.org"))
	return slices.Concat(rp[:], []byte{flags, 0, 0, 0, 0}, attested)
}

// derived is a ceremony with all that was published of it, in its order.
type derived struct {
	challenge, signInChallenge []byte
	id                         []byte
	parts                      [5][]byte
}

func (p published) derive(t *testing.T, ca *publishedCA) derived {
	t.Helper()
	d := &drawing{name: p.name}
	if p.algorithm == 0 {
		p.algorithm = passkeytest.ES256
	}
	var out derived
	out.challenge = d.bytes(t, max(p.challenge, 32))
	key := p.key(t, d)
	out.parts[0] = p.clientData(t, d, "webauthn.create", out.challenge)
	aaguid := d.bytes(t, 16)
	out.id = d.bytes(t, max(p.credential, 32))
	public, err := passkeytest.COSE(key.Public(), p.algorithm)
	if err != nil {
		t.Fatal(err)
	}
	var flags byte
	if p.name != "fido-u2f.ES256" {
		if flags = d.bytes(t, 1)[0] & 0x1c; flags&8 == 0 {
			flags &^= 0x18
		}
	}
	attested := slices.Concat(aaguid, binary.BigEndian.AppendUint16(nil, uint16(len(out.id))), out.id, public)
	data := authenticatorData(flags|0x41, attested)
	format, statement := ca.attest(t, p, d, key, data, out)
	out.parts[1] = passkeytest.Map(pair("fmt", passkeytest.Text(format)), pair("attStmt", statement), pair("authData", passkeytest.Bytes(data)))

	out.signInChallenge = d.bytes(t, max(p.challenge, 32))
	out.parts[2] = p.clientData(t, d, "webauthn.get", out.signInChallenge)
	used := d.bytes(t, 1)[0] & 0x14
	if flags&8 == 0 {
		used &^= 0x18
	}
	out.parts[3] = authenticatorData(used|flags&8|1, nil)
	hash := sha256.Sum256(out.parts[2])
	out.parts[4] = signed(t, key, p.algorithm, slices.Concat(out.parts[3], hash[:]))
	return out
}

func pair(name string, value []byte) passkeytest.Pair {
	return passkeytest.Pair{Key: passkeytest.Text(name), Value: value}
}

func TestThePublishedVectors(t *testing.T) {
	t.Parallel()
	ca := newPublishedCA(t)
	factor := passkey.New(passkey.Config{Now: func() time.Time { return now }, Anchors: pool(t, ca.certificate.Raw)})
	for _, p := range ceremonies() {
		t.Run(p.name, func(t *testing.T) {
			t.Parallel()
			v := p.derive(t, ca)
			sum := sha256.Sum256(slices.Concat(v.parts[:]...))
			if p.digest != hex.EncodeToString(sum[:]) {
				t.Errorf("derived something else than was published: %x", sum)
			}
			expect := mfa.PasskeyExpectation{
				RelyingParty: mfa.RelyingParty{ID: "example.org", Origins: []string{example, "https://example.com"}, Attestation: "direct"},
				Challenge:    v.challenge, UserVerification: "preferred", Algorithms: everything,
			}
			data, counter, err := factor.Register(expect, mfa.PasskeyRegistration{CredentialID: v.id, ClientData: v.parts[0], Attestation: v.parts[1]})
			if got := reason(t, err); got != p.refused || data.Trust != p.trust {
				t.Fatalf("registering: got %q, %q, %v", got, data.Trust, err)
			}
			if err != nil {
				return
			}
			expect.Challenge = v.signInChallenge
			_, err = factor.Assert(expect, data, counter, mfa.PasskeyAssertion{CredentialID: v.id, ClientData: v.parts[2], AuthenticatorData: v.parts[3], Signature: v.parts[4]})
			if got := reason(t, err); got != p.signInToo {
				t.Errorf("signing in: got %q, %v", got, err)
			}
		})
	}
}

// publishedCA signs the certificates of the section.
type publishedCA struct {
	certificate *x509.Certificate
	key         crypto.Signer
}

var (
	oidBasicConstraints = asn1.ObjectIdentifier{2, 5, 29, 19}
	oidKeyUsage         = asn1.ObjectIdentifier{2, 5, 29, 15}
	oidSubjectKey       = asn1.ObjectIdentifier{2, 5, 29, 14}
	oidAuthorityKey     = asn1.ObjectIdentifier{2, 5, 29, 35}
)

func newPublishedCA(t *testing.T) *publishedCA {
	t.Helper()
	d := &drawing{name: "Attestation CA"}
	ca := &publishedCA{key: d.ec(t, elliptic.P256(), 32)}
	ca.certificate = ca.issue(t, d, "Authenticator Attestation CA", ca.key.Public(), true)
	return ca
}

func keyID(t *testing.T, public crypto.PublicKey) []byte {
	t.Helper()
	key, ok := public.(*ecdsa.PublicKey)
	if !ok {
		t.Fatal("no elliptic curve")
	}
	point, err := key.Bytes()
	if err != nil {
		t.Fatal(err)
	}
	sum := sha1.Sum(point)
	return sum[:]
}

func (ca *publishedCA) issue(t *testing.T, d *drawing, unit string, public crypto.PublicKey, root bool, more ...pkix.Extension) *x509.Certificate {
	t.Helper()
	id := keyID(t, public)
	extensions := []pkix.Extension{
		{Id: oidBasicConstraints, Critical: true, Value: []byte{0x30, 0}},
		{Id: oidKeyUsage, Critical: true, Value: []byte{3, 2, 7, 0x80}},
		{Id: oidSubjectKey, Value: append([]byte{4, 20}, id...)},
	}
	template := &x509.Certificate{
		SerialNumber: new(big.Int).SetBytes(d.bytes(t, 16)), RawSubject: publishedName(t, unit),
		NotBefore: time.Date(2024, 1, 1, 0, 0, 0, 0, time.UTC), NotAfter: time.Date(3024, 1, 1, 0, 0, 0, 0, time.UTC),
	}
	parent := ca.certificate
	if root {
		extensions[0].Value, extensions[1].Value = []byte{0x30, 3, 1, 1, 0xff}, []byte{3, 2, 1, 6}
		parent = template
	} else {
		extensions = append(extensions, pkix.Extension{Id: oidAuthorityKey, Value: append([]byte{0x30, 22, 0x80, 20}, keyID(t, ca.key.Public())...)})
	}
	template.ExtraExtensions = append(extensions, more...)
	raw, err := x509.CreateCertificate(nil, template, parent, public, ca.key)
	if err != nil {
		t.Fatal(err)
	}
	certificate, err := x509.ParseCertificate(raw)
	if err != nil {
		t.Fatal(err)
	}
	return certificate
}

// publishedName is a name in the section's order, all but the country as UTF-8; without a unit it is empty.
func publishedName(t *testing.T, unit string) []byte {
	t.Helper()
	name := asn1.RawValue{Tag: asn1.TagSequence, IsCompound: true}
	for _, part := range []struct {
		id, tag int
		text    string
	}{{3, asn1.TagUTF8String, phrase}, {10, asn1.TagUTF8String, "W3C"}, {11, asn1.TagUTF8String, unit}, {6, asn1.TagPrintableString, "AA"}} {
		if unit == "" {
			break
		}
		set, err := asn1.MarshalWithParams([]struct {
			ID   asn1.ObjectIdentifier
			Text asn1.RawValue
		}{{asn1.ObjectIdentifier{2, 5, 4, part.id}, asn1.RawValue{Tag: part.tag, Bytes: []byte(part.text)}}}, "set")
		if err != nil {
			t.Fatal(err)
		}
		name.Bytes = append(name.Bytes, set...)
	}
	raw, err := asn1.Marshal(name)
	if err != nil {
		t.Fatal(err)
	}
	return raw
}
