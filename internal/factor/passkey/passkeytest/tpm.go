package passkeytest

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"encoding/binary"
	"fmt"
	"slices"
)

// Numbers of the TPM 2.0 library specification, part 2.
const (
	tpmGenerated  uint32 = 0xff544347 // what every structure that a TPM made itself begins with
	tpmCertify    uint16 = 0x8017     // a statement that a key is loaded
	algRSA        uint16 = 0x0001
	algSHA256     uint16 = 0x000b
	algNull       uint16 = 0x0010
	algECC        uint16 = 0x0023
	curveP256     uint16 = 0x0003
	signingKey    uint32 = 0x00050072 // fixed to its TPM, made there, with user's authorization, restricted to nothing, signs
	tcgKeyPurpose        = "2.23.133.8.3"
)

func u16(n uint16) []byte { return binary.BigEndian.AppendUint16(nil, n) }
func u32(n uint32) []byte { return binary.BigEndian.AppendUint32(nil, n) }

// sized is a TPM2B: a length and so many bytes.
func sized(b []byte) []byte { return append(u16(uint16(len(b))), b...) }

// pubArea is a TPMT_PUBLIC of the credential's key.
func pubArea(c *Credential) ([]byte, error) {
	switch k := c.Key.Public().(type) {
	case *ecdsa.PublicKey:
		if k.Curve != elliptic.P256() {
			break
		}
		x, y, err := coordinates(k)
		return slices.Concat(u16(algECC), u16(algSHA256), u32(signingKey), sized(nil),
			u16(algNull), u16(algNull), u16(curveP256), u16(algNull), sized(x), sized(y)), err
	case *rsa.PublicKey:
		return slices.Concat(u16(algRSA), u16(algSHA256), u32(signingKey), sized(nil),
			u16(algNull), u16(algNull), u16(uint16(k.N.BitLen())), u32(0), sized(k.N.Bytes())), nil
	}
	return nil, fmt.Errorf("passkeytest: no TPM holds keys of algorithm %d here", c.Algorithm)
}

// certInfo is a TPMS_ATTEST over the name of a key.
func (e *Evidence) certInfo() []byte {
	clock := make([]byte, 8+4+4+1)
	firmware := make([]byte, 8)
	return slices.Concat(u32(e.Magic), u16(e.Type), sized(nil), sized(e.ExtraData), clock, firmware, sized(e.Name), sized(nil))
}

// tpm lets an attestation identity key certify the credential's key.
func (a *Authenticator) tpm(e *Evidence, c *Credential, _ *Draft) error {
	area, err := pubArea(c)
	if err != nil {
		return err
	}
	sum := sha256.Sum256(e.Message)
	e.Magic, e.Type, e.ExtraData, e.PubArea, e.Version = tpmGenerated, tpmCertify, sum[:], area, "2.0"
	e.Manufacturer, e.Usage, e.Subject = "id:FFFFF1D0", tcgKeyPurpose, pkix.Name{}
	a.bend(e)
	if e.Name == nil {
		name := sha256.Sum256(e.PubArea)
		e.Name = append(u16(algSHA256), name[:]...)
	}
	key := a.certified()
	if err := a.certifyAIK(e, key); err != nil {
		return err
	}
	info := e.certInfo()
	signature, err := sign(steady{key}, ES256, info)
	e.encoded = Map(named("alg", Int(e.Algorithm)), named("sig", Bytes(signature)), named("ver", Text(e.Version)),
		named("x5c", chain(e.Certificates)), named("pubArea", Bytes(e.PubArea)), named("certInfo", Bytes(info)))
	return err
}

func (a *Authenticator) certifyAIK(e *Evidence, key *ecdsa.PrivateKey) error {
	if e.Certificates != nil {
		return nil
	}
	names, err := tpmName(e.Manufacturer)
	if err != nil {
		return err
	}
	extensions, err := e.aaguid()
	if err != nil {
		return err
	}
	template := &x509.Certificate{Subject: e.Subject, NotBefore: e.NotBefore, NotAfter: e.NotAfter, IsCA: e.IsCA, ExtraExtensions: append(extensions, names)}
	if e.Usage != "" {
		template.UnknownExtKeyUsage = []asn1.ObjectIdentifier{dotted(e.Usage)}
	}
	e.Certificates, err = a.Authority.leaf(template, key.Public())
	return err
}

func dotted(text string) asn1.ObjectIdentifier {
	var id asn1.ObjectIdentifier
	n := 0
	for _, r := range text + "." {
		if r == '.' {
			id, n = append(id, n), 0
			continue
		}
		n = n*10 + int(r-'0')
	}
	return id
}

// tpmName is the alternative name that says which TPM it is; the subject is empty.
func tpmName(manufacturer string) (pkix.Extension, error) {
	attribute := func(last int, value string) pkix.RelativeDistinguishedNameSET {
		return pkix.RelativeDistinguishedNameSET{{Type: asn1.ObjectIdentifier{2, 23, 133, 2, last}, Value: value}}
	}
	name, err := asn1.Marshal(pkix.RDNSequence{attribute(1, manufacturer), attribute(2, "Model"), attribute(3, "id:00010002")})
	if err != nil {
		return pkix.Extension{}, err
	}
	names, err := extension(asn1.ObjectIdentifier{2, 5, 29, 17}, []asn1.RawValue{{Class: asn1.ClassContextSpecific, Tag: 4, IsCompound: true, Bytes: name}})
	names.Critical = true
	return names, err
}
