package passkeytest

import (
	"crypto/x509"
	"encoding/asn1"
	"encoding/base64"
)

var oidApple = asn1.ObjectIdentifier{1, 2, 840, 113635, 100, 8, 2}

// apple has the nonce in a certificate for the credential's own key; nothing else is signed.
func (a *Authenticator) apple(e *Evidence, _ *Credential, _ *Draft) error {
	a.bend(e)
	nonce, err := extension(oidApple, struct {
		Nonce []byte `asn1:"tag:1,explicit"`
	}{e.Nonce})
	if err != nil {
		return err
	}
	err = a.certify(e, e.Key, nonce)
	e.encoded = Map(named("x5c", chain(e.Certificates)))
	return err
}

var oidAndroid = asn1.ObjectIdentifier{1, 3, 6, 1, 4, 1, 11129, 2, 1, 17}

// field is one member of Android's authorization lists: an explicit tag around its value.
func field(tag int, value any) (asn1.RawValue, error) {
	raw, err := asn1.Marshal(value)
	return asn1.RawValue{Class: asn1.ClassContextSpecific, Tag: tag, IsCompound: true, Bytes: raw}, err
}

// authorizations is the list of what a key may do, and where it comes from.
func (e *Evidence) authorizations() ([]asn1.RawValue, error) {
	purpose, err := asn1.MarshalWithParams([]int{e.Purpose}, "set")
	if err != nil {
		return nil, err
	}
	list := []asn1.RawValue{{Class: asn1.ClassContextSpecific, Tag: 1, IsCompound: true, Bytes: purpose}}
	if e.AllApplications {
		list = append(list, asn1.RawValue{Class: asn1.ClassContextSpecific, Tag: 600, IsCompound: true, Bytes: []byte{5, 0}})
	}
	origin, err := field(702, e.Origin)
	return append(list, origin), err
}

func (a *Authenticator) androidKey(e *Evidence, c *Credential, _ *Draft) error {
	e.Algorithm = c.Algorithm
	a.bend(e)
	hardware, err := e.authorizations()
	if err != nil {
		return err
	}
	var software []asn1.RawValue
	if e.SoftwareOnly {
		hardware, software = nil, hardware
	}
	description, err := extension(oidAndroid, struct {
		Version            int
		Level              asn1.Enumerated
		KeymasterVersion   int
		KeymasterLevel     asn1.Enumerated
		Challenge          []byte
		UniqueID           []byte
		Software, Hardware []asn1.RawValue
	}{200, 1, 200, 1, e.Challenge, []byte{}, software, hardware})
	if err != nil {
		return err
	}
	if err := a.certify(e, e.Key, description); err != nil {
		return err
	}
	signature, err := sign(c.Key, c.Algorithm, e.Message)
	e.encoded = Map(named("alg", Int(e.Algorithm)), named("sig", Bytes(signature)), named("x5c", chain(e.Certificates)))
	return err
}

// safetyNet wraps a signed answer of Google's service, which spoke for the whole phone.
func (a *Authenticator) safetyNet(e *Evidence, _ *Credential, _ *Draft) error {
	e.Version = "241515000"
	a.bend(e)
	key := a.Authority.safetyNet()
	if e.Certificates == nil {
		var err error
		e.Certificates, err = a.Authority.leaf(&x509.Certificate{
			Subject: e.Subject, NotBefore: e.NotBefore, NotAfter: e.NotAfter, DNSNames: []string{e.Host}, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
		}, key.Public())
		if err != nil {
			return err
		}
	}
	var certificates []string
	for _, raw := range e.Certificates {
		certificates = append(certificates, base64.StdEncoding.EncodeToString(raw))
	}
	header := encode(map[string]any{"alg": "RS256", "x5c": certificates})
	payload := encode(map[string]any{
		"nonce": base64.StdEncoding.EncodeToString(e.Nonce), "timestampMs": e.Time.UnixMilli(), "apkPackageName": "com.google.android.gms",
		"ctsProfileMatch": e.CTSMatch, "basicIntegrity": true,
	})
	input := text(header) + "." + text(payload)
	signature, err := sign(steady{key}, RS256, []byte(input))
	e.encoded = Map(named("ver", Text(e.Version)), named("response", Bytes([]byte(input+"."+text(signature)))))
	return err
}
