package passkeytest

import (
	"bytes"
	"crypto"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"
)

// The bits of authenticator data that say what happened (WebAuthn, section 6.1).
const (
	Present        byte = 1 << 0
	Verified       byte = 1 << 2
	BackupEligible byte = 1 << 3
	BackedUp       byte = 1 << 4
	Attested       byte = 1 << 6
	Extended       byte = 1 << 7
)

// What a browser refuses before any server hears of it.
var (
	ErrOrigin   = errors.New("passkeytest: the origin may not speak for this relying party")
	ErrExcluded = errors.New("passkeytest: the authenticator holds an excluded credential")
	ErrNone     = errors.New("passkeytest: the authenticator holds no such credential")
)

// Options describe an authenticator. The zero value is a platform authenticator that verifies its user, makes
// discoverable credentials of any algorithm, never counts and attests nothing.
type Options struct {
	Seed       string   // empty: a new one for each authenticator
	AAGUID     [16]byte // model
	Algorithms []int64  // what it can; empty: everything
	Format     string   // of attestation, whatever the server prefers; empty: none
	Authority  *Authority
	Now        time.Time // of SafetyNet's answers

	CrossPlatform   bool
	NotDiscoverable bool
	NotPresent      bool
	NotVerified     bool
	BackupEligible  bool
	BackedUp        bool
	Counter, Step   uint32 // the counter starts here and grows by so much; zero: it stays zero
	IDLength        int    // of credential ids; zero: 32

	// Related are origins that may speak for a foreign relying party, as /.well-known/webauthn allows.
	Related []string
	// Bend changes an answer before it is signed, and BendEvidence what its attestation shows.
	Bend         func(*Draft)
	BendEvidence func(*Evidence)
}

// Draft is an answer before it is signed.
type Draft struct {
	Type, Challenge, Origin, TopOrigin string
	CrossOrigin                        bool
	ClientData                         []byte // when set, instead of what the fields above make

	RPID    string
	Flags   byte
	Counter uint32
	// Of a creation.
	AAGUID                  [16]byte
	CredentialID, PublicKey []byte
	// Extensions are encoded outputs. Trailing follows everything that is accounted for.
	Extensions, Trailing []byte
}

// Credential is what an authenticator keeps.
type Credential struct {
	ID, UserHandle []byte
	RPID           string
	Algorithm      int64
	Discoverable   bool
	Counter        uint32
	Key            crypto.Signer
}

// Authenticator is a device with its keys. It may be used by several goroutines.
type Authenticator struct {
	Options
	seed        seed
	mu          sync.Mutex
	credentials []*Credential
}

// New makes an authenticator without credentials.
func New(o Options) *Authenticator {
	a := &Authenticator{Options: o, seed: newSeed(o.Seed)}
	if a.IDLength == 0 {
		a.IDLength = 32
	}
	if len(a.Algorithms) == 0 {
		a.Algorithms = []int64{ES256, EdDSA, ES384, ES512, RS256}
	}
	return a
}

// Clone is a copy with the same keys and counters, as a thief would have it.
func (a *Authenticator) Clone() *Authenticator {
	a.mu.Lock()
	defer a.mu.Unlock()
	twin := &Authenticator{Options: a.Options, seed: a.seed}
	for _, c := range a.credentials {
		held := *c
		twin.credentials = append(twin.credentials, &held)
	}
	return twin
}

// Credentials lists what the authenticator holds, oldest first.
func (a *Authenticator) Credentials() []Credential {
	a.mu.Lock()
	defer a.mu.Unlock()
	var all []Credential
	for _, c := range a.credentials {
		all = append(all, *c)
	}
	return all
}

func (a *Authenticator) make(ask creation) (*Credential, error) {
	for _, p := range ask.Parameters {
		if p.Type != "public-key" || !slices.Contains(a.Algorithms, p.Algorithm) {
			continue
		}
		use := fmt.Sprintf("credential %d", len(a.credentials))
		key, err := a.seed.newKey(use, p.Algorithm)
		return &Credential{
			ID: a.seed.bytes(use+" id", a.IDLength), UserHandle: ask.User.ID, RPID: ask.RP.ID, Algorithm: p.Algorithm,
			Discoverable: !a.NotDiscoverable, Counter: a.Counter, Key: key,
		}, err
	}
	return nil, errors.New("passkeytest: none of the algorithms offered is known to the authenticator")
}

func (a *Authenticator) flags() byte {
	var flags byte
	for bit, set := range map[byte]bool{
		Present: !a.NotPresent, Verified: !a.NotVerified, BackupEligible: a.BackupEligible || a.BackedUp, BackedUp: a.BackedUp,
	} {
		if set {
			flags |= bit
		}
	}
	return flags
}

// find picks the credential to use: the first allowed one, else the newest that can be discovered.
func (a *Authenticator) find(rpID string, allowed []descriptor) *Credential {
	for _, c := range slices.Backward(a.credentials) {
		byID := slices.ContainsFunc(allowed, func(d descriptor) bool { return bytes.Equal(d.ID, c.ID) })
		if c.RPID == rpID && (byID || len(allowed) == 0 && c.Discoverable) {
			return c
		}
	}
	return nil
}

// authenticatorData puts a draft together as section 6.1 lays it out.
func (d *Draft) authenticatorData() []byte {
	rp := sha256.Sum256([]byte(d.RPID))
	out := append(rp[:], d.Flags)
	out = binary.BigEndian.AppendUint32(out, d.Counter)
	if d.Flags&Attested != 0 {
		out = append(out, d.AAGUID[:]...)
		out = binary.BigEndian.AppendUint16(out, uint16(len(d.CredentialID)))
		out = append(append(out, d.CredentialID...), d.PublicKey...)
	}
	return append(append(out, d.Extensions...), d.Trailing...)
}
