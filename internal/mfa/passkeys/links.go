package passkeys

import "github.com/twinseal/twinseal/internal/mfa"

// addByCode writes a passkey that a linking code pays for.
func (s *Service) addByCode(w mfa.WriteRecords, id mfa.EnrollmentID, out SignedIn, in FinishRegistration) (SignedIn, error) {
	return out, errCeremony
}
