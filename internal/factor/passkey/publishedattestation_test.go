package passkey_test

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/sha256"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"slices"
	"strings"
	"testing"

	"github.com/twinseal/twinseal/internal/factor/passkey/passkeytest"
)

const unit = "Authenticator Attestation"

// attest makes the statement that the section publishes for a ceremony.
func (ca *publishedCA) attest(t *testing.T, p published, d *drawing, key crypto.Signer, data []byte, out derived) (string, []byte) {
	t.Helper()
	format, _, _ := strings.Cut(p.name, ".")
	hash := sha256.Sum256(out.parts[0])
	message := slices.Concat(data, hash[:])
	alg := pair("alg", passkeytest.Int(passkeytest.ES256))
	sig := func(key crypto.Signer, message []byte) passkeytest.Pair {
		return pair("sig", passkeytest.Bytes(signed(t, key, passkeytest.ES256, message)))
	}
	x5c := func(c *x509.Certificate) passkeytest.Pair {
		return pair("x5c", passkeytest.Array(passkeytest.Bytes(c.Raw)))
	}
	switch format {
	case "packed-self":
		return "packed", passkeytest.Map(alg, sig(key, message))
	case "packed":
		model := d.ec(t, elliptic.P256(), 32)
		certificate := ca.issue(t, d, unit, model.Public(), false)
		return format, passkeytest.Map(alg, sig(model, message), x5c(certificate))
	case "fido-u2f":
		model := d.ec(t, elliptic.P256(), 32)
		certificate := ca.issue(t, d, unit, model.Public(), false)
		point, err := key.Public().(*ecdsa.PublicKey).Bytes()
		if err != nil {
			t.Fatal(err)
		}
		return format, passkeytest.Map(sig(model, slices.Concat([]byte{0}, data[:32], hash[:], out.id, point)), x5c(certificate))
	case "apple":
		nonce := sha256.Sum256(message)
		held := slices.Concat([]byte{0x30, 36, 0xa1, 34, 4, 32}, nonce[:])
		certificate := ca.issue(t, d, unit, key.Public(), false, pkix.Extension{Id: asn1.ObjectIdentifier{1, 2, 840, 113635, 100, 8, 2}, Value: held})
		return format, passkeytest.Map(x5c(certificate))
	case "android-key":
		description := slices.Concat([]byte{0x30, 53, 2, 2, 1, 44, 10, 1, 0, 2, 1, 0, 10, 1, 0, 4, 32}, hash[:], []byte{4, 0, 0x30, 0, 0x30, 0})
		certificate := ca.issue(t, d, unit, key.Public(), false, pkix.Extension{Id: asn1.ObjectIdentifier{1, 3, 6, 1, 4, 1, 11129, 2, 1, 17}, Value: description})
		return format, passkeytest.Map(alg, sig(key, message), x5c(certificate))
	case "tpm":
		return format, ca.attestTPM(t, d, key, message)
	}
	return format, passkeytest.Map()
}

func (ca *publishedCA) attestTPM(t *testing.T, d *drawing, key crypto.Signer, message []byte) []byte {
	t.Helper()
	point, err := key.Public().(*ecdsa.PublicKey).Bytes()
	if err != nil {
		t.Fatal(err)
	}
	area := slices.Concat([]byte{0, 0x23, 0, 0x0b, 0, 4, 0, 0, 0, 0, 0, 0x10, 0, 0x10, 0, 3, 0, 0x10, 0, 32}, point[1:33], []byte{0, 32}, point[33:])
	extra, name := sha256.Sum256(message), sha256.Sum256(area)
	clock := []byte{0, 0, 0, 0, 0, 0, 0, 0, 0x11, 0x11, 0x11, 0x11, 0x22, 0x22, 0x22, 0x22, 0x33}
	info := slices.Concat([]byte{0xff, 0x54, 0x43, 0x47, 0x80, 0x17, 0, 0, 0, 32}, extra[:], clock, make([]byte, 8), []byte{0, 34, 0, 0x0b}, name[:], []byte{0, 0})
	model := d.ec(t, elliptic.P256(), 32)
	usage, err := asn1.Marshal([]asn1.ObjectIdentifier{{2, 23, 133, 8, 3}})
	if err != nil {
		t.Fatal(err)
	}
	certificate := ca.issue(t, d, "", model.Public(), false,
		pkix.Extension{Id: asn1.ObjectIdentifier{2, 5, 29, 37}, Value: usage},
		pkix.Extension{Id: asn1.ObjectIdentifier{2, 5, 29, 17}, Critical: true, Value: tpmNames(t)})
	return passkeytest.Map(
		pair("alg", passkeytest.Int(passkeytest.ES256)), pair("sig", passkeytest.Bytes(signed(t, model, passkeytest.ES256, info))),
		pair("ver", passkeytest.Text("2.0")), pair("x5c", passkeytest.Array(passkeytest.Bytes(certificate.Raw))),
		pair("pubArea", passkeytest.Bytes(area)), pair("certInfo", passkeytest.Bytes(info)),
	)
}

// tpmNames is an alternative name of one set of three attributes.
func tpmNames(t *testing.T) []byte {
	t.Helper()
	type attribute struct {
		ID   asn1.ObjectIdentifier
		Text string `asn1:"utf8"`
	}
	set, err := asn1.MarshalWithParams([]attribute{
		{asn1.ObjectIdentifier{2, 23, 133, 2, 1}, "id:00000000"}, {asn1.ObjectIdentifier{2, 23, 133, 2, 3}, "id:00000000"}, {asn1.ObjectIdentifier{2, 23, 133, 2, 2}, phrase},
	}, "set")
	if err != nil {
		t.Fatal(err)
	}
	sequence, err := asn1.Marshal(asn1.RawValue{Tag: asn1.TagSequence, IsCompound: true, Bytes: set})
	if err != nil {
		t.Fatal(err)
	}
	names, err := asn1.Marshal([]asn1.RawValue{{Class: asn1.ClassContextSpecific, Tag: 4, IsCompound: true, Bytes: sequence}})
	if err != nil {
		t.Fatal(err)
	}
	return names
}
