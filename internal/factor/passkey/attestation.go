package passkey

import (
	"errors"
	"slices"
	"strings"

	"github.com/go-webauthn/webauthn/protocol"
	"github.com/google/uuid"

	"github.com/twinseal/twinseal/internal/mfa"
)

// The attestation formats that are known.
const (
	formatNone       = "none"
	formatPacked     = "packed"
	formatU2F        = "fido-u2f"
	formatApple      = "apple"
	formatAndroidKey = "android-key"
	formatSafetyNet  = "android-safetynet"
	formatTPM        = "tpm"
)

// maxFormat is what section 8.1 allows an identifier of a format.
const maxFormat = 32

// What a statement leaves of trust; the package comment says what each means.
const (
	trustNone       = "none"
	trustSelf       = "self"
	trustUnanchored = "unanchored"
	trustBasic      = "basic"
	trustAttCA      = "attca"
	trustAnonCA     = "anonca"
)

// statement is what an authenticator says about a credential that it made.
type statement struct {
	object         *protocol.AttestationObject
	key            key
	clientDataHash []byte
}

// evidence is what a right statement shows. Model says that an anchored chain proves the AAGUID.
type evidence struct {
	trust string
	model bool
}

// judge checks the statement and holds it against the relying party's lists.
func (f *Factor) judge(s statement, rp mfa.RelyingParty) (evidence, error) {
	format := s.object.Format
	if format == "" || len(format) > maxFormat || strings.Trim(format, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._") != "" {
		return evidence{}, malformed("the attestation format has no valid name", nil)
	}
	if len(rp.Formats) > 0 && !slices.Contains(rp.Formats, format) {
		return evidence{}, refuse(mfa.ReasonPasskeyRefused, "the relying party does not accept this format of attestation", nil)
	}
	shown, err := f.verify(s, rp)
	if err != nil {
		return evidence{}, refuse(mfa.ReasonPasskeyAttestation, "the attestation does not hold", err)
	}
	return shown, f.admit(shown, s.object, rp)
}

// admit applies the lists of models and the rule about synced passkeys.
func (f *Factor) admit(shown evidence, object *protocol.AttestationObject, rp mfa.RelyingParty) error {
	if err := admits(rp, model(object), object.AuthData.Flags.HasBackupEligible()); err != nil {
		return err
	}
	switch {
	case len(rp.AllowAAGUIDs) > 0 && f.anchors == nil:
		return refuse(mfa.ReasonPasskeyRefused, "the relying party accepts some models of authenticators alone, and the server has no certificates of makers (passkey_roots) that could prove one", nil)
	case len(rp.AllowAAGUIDs) > 0 && !shown.model:
		return errUnproven()
	}
	return nil
}

// admits applies them to a passkey that may have been registered before they were written, or by another application
// with the same id.
func admits(rp mfa.RelyingParty, aaguid string, synced bool) error {
	switch {
	case listed(rp.DenyAAGUIDs, aaguid):
		return refuse(mfa.ReasonPasskeyRefused, "the relying party refuses this model of authenticator", nil)
	case len(rp.AllowAAGUIDs) > 0 && !listed(rp.AllowAAGUIDs, aaguid):
		return refuse(mfa.ReasonPasskeyRefused, "the relying party does not accept this model of authenticator", nil)
	case rp.DenySynced && synced:
		return refuse(mfa.ReasonPasskeyRefused, "the relying party does not accept passkeys that are synced", nil)
	}
	return nil
}

func errUnproven() error {
	return refuse(mfa.ReasonPasskeyRefused, "the relying party accepts some models of authenticators alone, and nothing proves that this is one", nil)
}

// listed compares as UUIDs, so that an entry may be written in any of their forms.
func listed(entries []string, aaguid string) bool {
	return slices.ContainsFunc(entries, func(entry string) bool {
		id, err := uuid.Parse(entry)
		return err == nil && id.String() == aaguid
	})
}

// verify checks the statement by its format. A format that is not known shows nothing, which is enough where the
// relying party did not ask to be shown anything.
func (f *Factor) verify(s statement, rp mfa.RelyingParty) (evidence, error) {
	switch s.object.Format {
	case formatNone:
		return evidence{trust: trustNone}, s.library()
	case formatPacked:
		return f.packed(s)
	case formatU2F:
		return f.u2f(s)
	case formatTPM:
		return f.tpm(s)
	case formatApple:
		return f.apple(s)
	case formatAndroidKey:
		return f.androidKey(s)
	case formatSafetyNet:
		return f.safetyNet(s)
	}
	if rp.Attestation == "" || rp.Attestation == formatNone {
		return evidence{trust: trustNone}, nil
	}
	return evidence{}, errors.New("the format is not known")
}

// library lets go-webauthn verify the statement.
func (s statement) library() error {
	return s.object.VerifyAttestation(s.clientDataHash, nil, protocol.AttestationPolicy{}, protocol.SignaturePolicy{})
}

// signed is what authenticators sign: their data and the hash of the browser's.
func (s statement) signed() []byte { return slices.Concat(s.object.RawAuthData, s.clientDataHash) }
