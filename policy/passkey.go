package policy

// Passkey is what the signature of a passkey itself says, when one answers in
// the place of a device. Nobody claims it in evidence: whoever judges reads it
// from the bytes that the authenticator signed.
type Passkey struct {
	// Verified says that the person gave a PIN, a finger or a face to the
	// authenticator. Which of them it was, it tells nobody.
	Verified bool
	// Synced says that the key may leave the device on which it was made,
	// BackedUp that it has.
	Synced   bool
	BackedUp bool
}

// A passkey is held, which is possession. Verification is one method more, of
// knowledge or of inherence; because it does not say of which, it stands for
// neither where a policy names one. Holding the key is not counted as a method:
// a device's key is not either, and so no number demands less of a passkey than
// of a device.

func (k *Passkey) methods() int {
	if k != nil && k.Verified {
		return 1
	}
	return 0
}

func (k *Passkey) shows(f Factor) bool { return k != nil && f == Possession }

func (p Policy) denies(k *Passkey) bool { return p.DenySynced && k != nil && k.Synced }

// NeedsMethods reports whether p demands a method of the person anywhere.
func (p Policy) NeedsMethods() bool {
	all := []Requirement{{p.Methods, p.Factors}}
	for _, c := range p.Conditionals {
		all = append(all, c.Inside, c.Outside)
	}
	for _, r := range all {
		if !r.satisfied(nil, nil) {
			return true
		}
	}
	return false
}
