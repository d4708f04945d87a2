package passkey

import (
	"crypto/subtle"
	"crypto/x509"
	"encoding/asn1"
	"errors"
	"fmt"
	"slices"
)

var oidKeyDescription = asn1.ObjectIdentifier{1, 3, 6, 1, 4, 1, 11129, 2, 1, 17}

// Fields of Android's authorization lists, and the values that a credential's key must have.
const (
	fieldPurpose         = 1
	fieldAllApplications = 600
	fieldOrigin          = 702
	originGenerated      = 0
	purposeSign          = 2
)

// keyDescription is what Android's keystore says about a key. Later versions add to the lists, which are therefore
// read field by field.
type keyDescription struct {
	Version            int
	Level              asn1.Enumerated
	KeymasterVersion   int
	KeymasterLevel     asn1.Enumerated
	Challenge          []byte
	UniqueID           []byte
	Software, Hardware asn1.RawValue
}

// androidKey is the format of Android's keystore, which certifies the credential's key. go-webauthn would take
// Google's roots alone, whoever the operator believes. Keys that hardware does not hold are refused.
func (f *Factor) androidKey(s statement) (evidence, error) {
	chain, err := s.certificates()
	if err != nil {
		return evidence{}, err
	}
	signature, _ := s.object.AttStatement["sig"].([]byte)
	switch algorithm, ok := s.object.AttStatement["alg"].(int64); {
	case !ok || algorithm != s.key.algorithm:
		return evidence{}, errors.New("the statement is signed by another algorithm than the credential's")
	case !s.key.equals(chain[0].PublicKey):
		return evidence{}, errors.New("the certificate is another key's")
	case !s.key.verify(s.signed(), signature):
		return evidence{}, errors.New("the signature is wrong")
	}
	if err := checkKeyDescription(chain[0], s.clientDataHash); err != nil {
		return evidence{}, err
	}
	return f.trust(chain, trustBasic)
}

func checkKeyDescription(c *x509.Certificate, clientDataHash []byte) error {
	value, ok := extensionOf(c, oidKeyDescription)
	if !ok {
		return errors.New("the certificate does not describe the key")
	}
	var d keyDescription
	if rest, err := asn1.Unmarshal(value, &d); err != nil || len(rest) > 0 {
		return errors.Join(errors.New("the description of the key cannot be read"), err)
	}
	if subtle.ConstantTimeCompare(d.Challenge, clientDataHash) != 1 {
		return errors.New("the key was described for another ceremony")
	}
	software, err := authorizations(d.Software)
	if err != nil {
		return err
	}
	hardware, err := authorizations(d.Hardware)
	if err != nil {
		return err
	}
	return checkAuthorizations(software, hardware)
}

// checkAuthorizations: the key is bound to the relying party's application, was made in hardware and may sign.
func checkAuthorizations(software, hardware map[int][]byte) error {
	_, everywhere := software[fieldAllApplications]
	if _, there := hardware[fieldAllApplications]; there || everywhere {
		return errors.New("the key is open to all applications")
	}
	origin := -1
	if rest, err := asn1.Unmarshal(hardware[fieldOrigin], &origin); err != nil || len(rest) > 0 || origin != originGenerated {
		return errors.New("hardware did not make the key")
	}
	var purposes []int
	if rest, err := asn1.UnmarshalWithParams(hardware[fieldPurpose], &purposes, "set"); err != nil || len(rest) > 0 || !slices.Contains(purposes, purposeSign) {
		return errors.New("the key is not for signing")
	}
	return nil
}

// authorizations reads a list into its fields, each once.
func authorizations(list asn1.RawValue) (map[int][]byte, error) {
	if list.Class != asn1.ClassUniversal || list.Tag != asn1.TagSequence || !list.IsCompound {
		return nil, errors.New("an authorization list is none")
	}
	fields := map[int][]byte{}
	for rest := list.Bytes; len(rest) > 0; {
		var field asn1.RawValue
		var err error
		if rest, err = asn1.Unmarshal(rest, &field); err != nil {
			return nil, fmt.Errorf("an authorization list cannot be read: %w", err)
		}
		if _, twice := fields[field.Tag]; twice || field.Class != asn1.ClassContextSpecific {
			return nil, errors.New("an authorization list cannot be read")
		}
		fields[field.Tag] = field.Bytes
	}
	return fields, nil
}
