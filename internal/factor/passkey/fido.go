package passkey

import "errors"

// packed is the format of FIDO2 authenticators: signed by a certified key, or by the credential itself.
func (f *Factor) packed(s statement) (evidence, error) {
	algorithm, _ := s.object.AttStatement["alg"].(int64)
	if _, known := kinds[algorithm]; !known {
		return evidence{}, errors.New("the statement is signed by an algorithm that is not known")
	}
	_, certified := s.object.AttStatement["x5c"]
	if _, anonymous := s.object.AttStatement["ecdaaKeyId"]; anonymous {
		return evidence{}, errors.New("ECDAA was never used and is not known")
	}
	if !certified {
		return evidence{trust: trustSelf}, s.library()
	}
	chain, err := s.certificates()
	if err != nil {
		return evidence{}, err
	}
	if err := s.library(); err != nil {
		return evidence{}, err
	}
	shown, err := f.trust(chain, trustBasic)
	_, named := extensionOf(chain[0], oidAAGUID)
	shown.model = shown.model && named
	return shown, err
}

// u2f is the format of keys older than FIDO2. They know no models, and their signature covers no AAGUID, so that
// whatever is told as one counts as zeros.
func (f *Factor) u2f(s statement) (evidence, error) {
	s.object.AuthData.AttData.AAGUID = make([]byte, 16)
	chain, err := s.certificates()
	if err != nil {
		return evidence{}, err
	}
	if err := s.library(); err != nil {
		return evidence{}, err
	}
	shown, err := f.trust(chain, trustBasic)
	shown.model = false
	return shown, err
}

// tpm is the format of Windows: an attestation identity key certifies that the credential's key is in its TPM.
func (f *Factor) tpm(s statement) (evidence, error) {
	chain, err := s.certificates()
	if err != nil {
		return evidence{}, err
	}
	if err := s.library(); err != nil {
		return evidence{}, err
	}
	return f.trust(chain, trustAttCA)
}
