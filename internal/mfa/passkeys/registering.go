package passkeys

import (
	"cmp"
	"context"
	"encoding/base64"
	"encoding/json"
	"slices"
	"time"

	"github.com/twinseal/twinseal/internal/mfa"
)

// Mode says whose passkey a registration makes.
type Mode string

const (
	NewUser Mode = "new_user" // of somebody who becomes a user by it
	Add     Mode = "add"      // one more, or the first, of a user that there is
)

// BeginRegistration asks for creation options.
type BeginRegistration struct {
	Caller   *mfa.Caller
	Mode     Mode
	Username string      // of [NewUser]: the alias to be
	User     mfa.UserRef // of [Add]
	// DisplayName and OverrideName are what the authenticator shows, cut to [maxName]; "" is the username for both. The
	// name of the account is neither.
	DisplayName  string
	OverrideName string
	Attachment   string // "": either
	ResidentKey  string // "": preferred
	// UserVerification is at least the relying party's, which is what "" means.
	UserVerification string
	Algorithms       []int64 // nil: [DefaultAlgorithms]
	SecurityKey      bool    // is kept with it
	// Context says on whose word the registration begins. It can be finished by who takes that alone:
	// [FinishRegistration.Contexts].
	Context string
	Life    time.Duration // 0: [mfa.Limits.CeremonyLife]
	Source  string
	// Spend takes away the right to add, where that is a code, in the write that begins the registration. Its refusal
	// is given back, and what it wrote stays; its error leaves nothing behind.
	Spend func(w mfa.WriteRecords, u mfa.User) (refusal, err error)
}

// Registration is what creation options are made of. Nothing of it shows anywhere before it is finished.
type Registration struct {
	ID               mfa.CeremonyID // the credential's, once there is one
	Challenge        []byte         // 32 bytes, the last two never zero
	RelyingParty     mfa.RelyingParty
	UserID           mfa.UserID
	UserHandle       []byte // whose base64url text is UserID
	Username         string
	Name             string // shown by the authenticator
	DisplayName      string
	Algorithms       []int64
	Exclude          []Descriptor
	Attachment       string
	ResidentKey      string
	UserVerification string
	Attestation      string
	ExpiresAt        time.Time
}

// started is what a ceremony of this package keeps in its data.
type started struct {
	RPID             string  `json:"rp_id"`
	UserVerification string  `json:"user_verification"`
	Algorithms       []int64 `json:"algorithms"`
	ResidentKey      string  `json:"resident_key"`
	Context          string  `json:"context,omitempty"`
	SecurityKey      bool    `json:"security_key,omitempty"`
	// Of a registration that a linking code began.
	Enrollment      mfa.EnrollmentID    `json:"enrollment,omitempty"`    // spent by finishing it
	AuthenticatorID mfa.AuthenticatorID `json:"authenticator,omitempty"` // where the code fixes it
	Name            string              `json:"name,omitempty"`          // of the passkey
}

// noAttestation asks for none.
const noAttestation = "none"

// BeginRegistration draws a challenge and keeps what the answer must fit. A name that a user of the directory has
// already is a Conflict with [mfa.ReasonUserExists].
func (s *Service) BeginRegistration(ctx context.Context, in BeginRegistration) (Registration, error) {
	party, err := relyingParty(in.Caller)
	if err != nil {
		return Registration{}, err
	}
	if in.Mode == NewUser {
		if err := mfa.CheckUsername(in.Username); err != nil {
			return Registration{}, err
		}
	}
	out, err := s.draft(in, party)
	if err != nil {
		return Registration{}, err
	}
	var refusal error
	err = s.store.Write(ctx, func(w mfa.WriteRecords) (err error) {
		if err := s.spendBeginning(w, in.Source); err != nil {
			return err
		}
		refusal, err = s.begin(w, in, &out, started{})
		return err
	})
	if err == nil {
		err = refusal
	}
	return out, err
}

// spendBeginning is [mfa.Service.SpendCeremony] for writes that leave nothing behind when they are refused.
func (s *Service) spendBeginning(w mfa.WriteRecords, source string) error {
	refusal, err := s.domain.SpendCeremony(w, source)
	return cmp.Or(err, refusal)
}

// draft fills in whatever does not depend on the user.
func (s *Service) draft(in BeginRegistration, party mfa.RelyingParty) (Registration, error) {
	life := cmp.Or(in.Life, s.domain.Limits().CeremonyLife)
	out := Registration{
		ID: mfa.NewID[mfa.CeremonyID](), RelyingParty: party, Attachment: in.Attachment, ResidentKey: cmp.Or(in.ResidentKey, Preferred),
		UserVerification: stricter(party.UserVerification, in.UserVerification), Attestation: cmp.Or(party.Attestation, noAttestation),
		Algorithms: in.Algorithms, ExpiresAt: s.domain.Now().Add(life),
	}
	if len(out.Algorithms) == 0 {
		out.Algorithms = DefaultAlgorithms()
	}
	var err error
	out.Challenge, err = s.drawSafely()
	return out, err
}

// begin finds or reserves the user and adds the ceremony.
func (s *Service) begin(w mfa.WriteRecords, in BeginRegistration, out *Registration, data started) (refusal, err error) {
	kind := mfa.CeremonyRegister
	u := mfa.User{ID: mfa.NewID[mfa.UserID](), Alias: in.Username}
	if in.Mode == NewUser {
		err = mfa.NameFree(w, in.Caller, in.Username)
	} else {
		kind = mfa.CeremonyAdd
		u, out.Exclude, err = s.addable(w, in.Caller, in.User, out.RelyingParty.ID)
	}
	if err != nil {
		return nil, err
	}
	if in.Spend != nil {
		if refusal, err = in.Spend(w, u); refusal != nil || err != nil {
			return refusal, err
		}
	}
	if out.UserHandle, err = userHandle(u.ID); err != nil {
		return nil, err
	}
	out.UserID, out.Username = u.ID, cmp.Or(u.Alias, u.Email(), string(u.ID))
	out.Name, out.DisplayName = cmp.Or(tidyName(in.OverrideName), out.Username), cmp.Or(tidyName(in.DisplayName), out.Username)
	data.RPID, data.UserVerification, data.Algorithms = out.RelyingParty.ID, out.UserVerification, out.Algorithms
	data.ResidentKey, data.Context, data.SecurityKey = out.ResidentKey, in.Context, in.SecurityKey
	kept, err := json.Marshal(data)
	if err != nil {
		return nil, internal("a registration could not be written", err)
	}
	return nil, w.AddCeremony(mfa.Ceremony{
		ID: out.ID, Kind: kind, OrganizationID: in.Caller.Organization.ID, DirectoryID: in.Caller.Directory.ID,
		ApplicationID: in.Caller.Application.ID, UserID: out.UserID, Username: u.Alias, DisplayName: out.DisplayName,
		Challenge: out.Challenge, Data: kept, CreatedAt: s.domain.Now(), ExpiresAt: out.ExpiresAt,
	})
}

// addable locks a user who may have one more passkey, and lists those that an authenticator need not make again.
func (s *Service) addable(w mfa.WriteRecords, c *mfa.Caller, ref mfa.UserRef, rpID string) (mfa.User, []Descriptor, error) {
	u, held, err := w.LockCredentials(c.Directory.ID, ref)
	if err != nil {
		return u, nil, err
	}
	if err := mfa.UsableBy(u, c); err != nil {
		return u, nil, err
	}
	mine, err := descriptors(held, rpID, nil)
	if err == nil {
		err = s.domain.RoomForOne(held)
	}
	return u, mine, err
}

// userHandle is what authenticators keep of a user: the bytes whose base64url text is the user's id, because browsers
// hand the text through a decoder and back.
func userHandle(id mfa.UserID) ([]byte, error) {
	handle, err := base64.RawURLEncoding.DecodeString(string(id))
	if err != nil {
		return nil, internal("a user's id has no handle", err)
	}
	return handle, nil
}

// descriptors are the active passkeys of a relying party, or only some of them, newest first: browsers try them in this
// order.
func descriptors(held []mfa.Authenticator, rpID string, only func(mfa.PasskeyData) bool) ([]Descriptor, error) {
	var out []Descriptor
	for i := range slices.Backward(held) {
		if held[i].Kind != mfa.KindPasskey || held[i].State != mfa.AuthenticatorActive {
			continue
		}
		data, err := Data(held[i])
		if err != nil {
			return nil, err
		}
		if data.RPID == rpID && (only == nil || only(data)) {
			out = append(out, Descriptor{ID: data.CredentialID, Transports: data.Transports})
		}
	}
	return out, nil
}

// Data is the public part of a passkey.
func Data(a mfa.Authenticator) (mfa.PasskeyData, error) {
	var out mfa.PasskeyData
	if err := json.Unmarshal(a.Data, &out); err != nil {
		return out, internal("a passkey's data cannot be read", err)
	}
	return out, nil
}
