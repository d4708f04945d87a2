package mfa

import (
	"context"
	"encoding/json"
	"slices"
	"time"

	"github.com/twinseal/twinseal/receipt"
)

// AddDevice makes the device and the TOTP seed it carries, and completes the enrollment.
func (s *Service) AddDevice(w WriteRecords, e Enrollment, d NewDevice, made Enrolled, how string) (Linked, error) {
	u, held, err := w.LockCredentials(e.DirectoryID, UserRef{ID: e.UserID})
	if err != nil {
		return Linked{}, err
	}
	if countKind(held, KindDevice) >= s.limits.DevicesPerUser {
		return Linked{}, refuse(Conflict, ReasonDevicesFull, "as many devices are linked as a person may have; unlink one first")
	}
	out, c, err := s.Surroundings(w, e, u)
	if err != nil {
		return Linked{}, err
	}
	if err := MayLink(u, out); err != nil {
		return Linked{}, err
	}
	if e.ApplicationID != "" && c.Application.Settings.Disabled {
		return Linked{}, errDisabled
	}
	if e.AuthenticatorID == "" {
		e.AuthenticatorID = NewID[AuthenticatorID]()
	}
	// First, because of two devices with one code the second must not get as far as to use the id of the first.
	won, err := w.CompleteEnrollment(e.ID, u.ID, e.AuthenticatorID)
	if err != nil {
		return Linked{}, err
	}
	if !won {
		return Linked{}, ErrBadLink
	}
	if out.Device, err = s.storeDevice(w, e, u, d, made, how); err != nil {
		return Linked{}, err
	}
	if out.TOTP, out.Seed, err = s.storeDeviceSeed(w, out); err != nil {
		return Linked{}, err
	}
	return out, s.noteLink(w, c, e, out, d.Source)
}

// MayLink refuses people and directories for whom no device is linked.
func MayLink(u User, place Linked) error {
	if u.State == UserSuspended {
		return refuse(Forbidden, ReasonUserSuspended, "the user has been suspended")
	}
	if place.Directory.Disabled {
		return errDisabled
	}
	return nil
}

// noteLink tells the person, the log and the dialect that started the link what it made.
func (s *Service) noteLink(w WriteRecords, c *Caller, e Enrollment, l Linked, source string) error {
	data, err := json.Marshal(map[string]string{"kind": string(e.Kind), "authenticator": string(l.Device.ID), "custom_id": e.CustomID})
	if err != nil {
		return &Error{Code: Internal, Message: "an event could not be written", Cause: err}
	}
	if err := s.noticeLinked(w, c, l); err != nil {
		return err
	}
	if err := s.pushLinked(w, c, l); err != nil {
		return err
	}
	event, err := s.appendEvent(w, c, Event{Type: EventEnrollmentCompleted, UserID: l.User.ID, Source: source, Data: data})
	if err != nil {
		return err
	}
	return s.tellLinked(w, e, event)
}

func (s *Service) noticeLinked(w WriteRecords, c *Caller, l Linked) error {
	if l.User.Email() == "" || !c.Application.Settings.Email {
		return nil
	}
	_, err := s.QueueMessage(w, c, Outgoing{
		User: l.User.ID, Message: s.linkedNotice(c, l.User, l.Device), Dedupe: "linked:" + string(l.Device.ID),
	})
	return err
}

// pushLinked tells the person's other devices.
func (s *Service) pushLinked(w WriteRecords, c *Caller, l Linked) error {
	held, err := w.AuthenticatorsOf(l.User.ID)
	if err != nil {
		return err
	}
	for i := range held {
		if held[i].Kind != KindDevice || held[i].ID == l.Device.ID {
			continue
		}
		m := s.linkedNotice(c, l.User, l.Device)
		m.HTML = ""
		if err := s.warn(w, c, held[i], Outgoing{Message: m, Dedupe: "linked:" + string(l.Device.ID), GiveUp: s.Now().Add(s.limits.ApprovalLife)}); err != nil {
			return err
		}
	}
	return nil
}

func countKind(held []Authenticator, kind Kind) int {
	n := 0
	for i := range held {
		if held[i].Kind == kind {
			n++
		}
	}
	return n
}

// placeOf is what a linked device is told of its place.
func placeOf(r Records, u User) (Linked, error) {
	out := Linked{User: u}
	var err error
	if out.Directory, err = r.Directory(u.DirectoryID); err != nil {
		return out, err
	}
	if out.Organization, err = r.Organization(out.Directory.OrganizationID); err != nil {
		return out, err
	}
	all, err := r.ApplicationsOf(u.DirectoryID)
	out.Applications = slices.DeleteFunc(all, func(a Application) bool { return !u.KnownTo(a) })
	return out, err
}

// Surroundings is the user's place with the caller to log for: the enrollment's application, or the first
// that knows the user when it has none.
func (s *Service) Surroundings(w WriteRecords, e Enrollment, u User) (Linked, *Caller, error) {
	out, err := placeOf(w, u)
	if err != nil {
		return out, nil, err
	}
	c := &Caller{Directory: out.Directory, Organization: out.Organization}
	c.Application = Application{ID: e.ApplicationID, DirectoryID: u.DirectoryID, OrganizationID: out.Organization.ID}
	first := slices.IndexFunc(out.Applications, func(a Application) bool { return e.ApplicationID == "" || a.ID == e.ApplicationID })
	if first >= 0 {
		c.Application = out.Applications[first]
	}
	if c.Application.ID != "" {
		c.Webhooks, err = w.WebhooksOf(c.Application.ID)
	}
	return out, c, err
}

func (s *Service) storeDevice(w WriteRecords, e Enrollment, u User, d NewDevice, made Enrolled, how string) (Authenticator, error) {
	data, err := json.Marshal(DeviceData{Key: made.Data, RegisteredIP: d.Source, LastIP: d.Source, Binding: d.Binding, Attested: d.Attested})
	if err != nil {
		return Authenticator{}, &Error{Code: Internal, Message: "a device could not be written", Cause: err}
	}
	return w.AddAuthenticator(Authenticator{
		ID: e.AuthenticatorID, UserID: u.ID, DirectoryID: u.DirectoryID, Kind: KindDevice, State: AuthenticatorActive,
		Name: d.Name, Platform: d.Platform, Thumbprint: made.Thumbprint, Data: data, RegisteredBy: how, CreatedAt: s.Now(),
	})
}

// storeDeviceSeed gives the device a seed of its own, so that it makes codes without a network.
func (s *Service) storeDeviceSeed(w WriteRecords, l Linked) (TOTPData, Secret, error) {
	label := l.User.Email()
	if label == "" {
		label = l.Directory.Name
	}
	wanted := TOTPData{Issuer: l.Organization.Name, Label: label}
	seed, err := s.factors.TOTP.Enrol(EnrolOptions{Random: s.random, Now: s.Now(), TOTP: wanted})
	if err != nil {
		return TOTPData{}, Secret{}, err
	}
	var data TOTPData
	if err := json.Unmarshal(seed.Data, &data); err != nil {
		return TOTPData{}, Secret{}, &Error{Code: Internal, Message: "a seed cannot be read", Cause: err}
	}
	_, err = w.AddAuthenticator(Authenticator{
		ID: NewID[AuthenticatorID](), UserID: l.User.ID, DirectoryID: l.User.DirectoryID, ParentID: l.Device.ID, Kind: KindTOTP,
		State: AuthenticatorActive, Data: seed.Data, Secret: seed.Secret, RegisteredBy: l.Device.RegisteredBy, CreatedAt: s.Now(),
	})
	return data, seed.Secret, err
}

// LinkedDevice is what a device was told when it was linked.
func (s *Service) LinkedDevice(r Records, u User, id AuthenticatorID) (Linked, error) {
	out, err := placeOf(r, u)
	if err != nil {
		return out, err
	}
	held, err := r.AuthenticatorsOf(u.ID)
	if err != nil {
		return out, err
	}
	for i := range held {
		switch {
		case held[i].ID == id:
			out.Device = held[i]
		case held[i].ParentID == id && held[i].Kind == KindTOTP:
			out.Seed = held[i].Secret
			if err := json.Unmarshal(held[i].Data, &out.TOTP); err != nil {
				return out, &Error{Code: Internal, Message: "a seed cannot be read", Cause: err}
			}
		}
	}
	if out.Device.ID == "" {
		return out, Missing("device")
	}
	return out, nil
}

// DeviceCaller is a linked device that proved itself.
type DeviceCaller struct {
	Device Authenticator
	Data   DeviceData
	seen   foreseen
}

// errBadDevice is the one answer to keys that no device holds.
var errBadDevice = refuse(Unauthenticated, "", "this device is not linked here; link it again")

// Foresight names what a device's request is going to look at first, so that it is read in the transaction
// that lets the device in.
type Foresight struct {
	Pending   bool        // [Service.PendingFor]
	Challenge ChallengeID // [Service.ChallengeFor], and what begins with it
}

// foreseen is what was read by foresight, and not looked at yet.
type foreseen struct {
	pending   []Challenge
	listed    bool // pending was read
	challenge *Challenge
}

// AuthenticateDevice finds the device of a request proof that has been checked, and spends its nonce: the
// same request again is Replayed. The proof's time is judged by this server's clock.
func (s *Service) AuthenticateDevice(ctx context.Context, p RequestProof, f Foresight) (*DeviceCaller, error) {
	if err := s.judgeTime(p); err != nil {
		return nil, err
	}
	var out DeviceCaller
	err := s.store.Write(ctx, func(w WriteRecords) error {
		a, err := w.AuthenticatorByThumbprint(KindDevice, p.Thumbprint)
		if IsCode(err, NotFound) {
			return errBadDevice
		}
		if err != nil {
			return err
		}
		if !boundTo(a, p.Binding) {
			return errUnbound
		}
		out = DeviceCaller{Device: a}
		if err := s.foresee(w, &out, f); err != nil {
			return err
		}
		fresh := unseen(out.seen.pending)
		if len(fresh) == 0 {
			return s.spendLastProof(w, p)
		}
		if err := spent(w.SpendProof(p.Thumbprint, p.Nonce, p.forgotten())); err != nil {
			return err
		}
		return s.markSeen(w, fresh)
	})
	if err != nil {
		return nil, err
	}
	if err := json.Unmarshal(out.Device.Data, &out.Data); err != nil {
		return nil, &Error{Code: Internal, Message: "a device's data cannot be read", Cause: err}
	}
	return &out, nil
}

// foresee leaves out what is not there: whoever looks is told.
func (s *Service) foresee(w Records, d *DeviceCaller, f Foresight) error {
	if f.Pending {
		list, err := s.pendingFor(w, d)
		if err != nil {
			return err
		}
		d.seen.pending, d.seen.listed = list, true
	}
	if f.Challenge == "" {
		return nil
	}
	found, err := w.Challenge(f.Challenge)
	if IsCode(err, NotFound) {
		return nil
	}
	d.seen.challenge = &found
	return err
}

// RequestProof is what the proof of a device's request said, its signature checked.
type RequestProof struct {
	Thumbprint string
	Nonce      string
	At         time.Time
	Binding    string // the [DigestOfBinding] of what came along, "" for nothing
}

// forgotten is when the proof would be too old to be believed, whatever the clocks say.
func (p RequestProof) forgotten() time.Time { return p.At.Add(2 * ProofWindow) }

// ProofWindow is how far a proof's time may be from ours; its nonce is kept for twice as long.
const ProofWindow = receipt.ProofWindow

// timely reports whether a device's clock, which says at, is near enough to ours.
func (s *Service) timely(at time.Time) bool { return s.Now().Sub(at).Abs() <= ProofWindow }

func (s *Service) judgeTime(p RequestProof) error {
	if !s.timely(p.At) {
		return refuse(Unauthenticated, ReasonProofTime, "the proof's time is too far from the server's; correct the clock by the Date header and try again")
	}
	return nil
}

// spendLastProof is the last change of its Write.
func (s *Service) spendLastProof(w WriteRecords, p RequestProof) error {
	return spent(w.SpendLastProof(p.Thumbprint, p.Nonce, p.forgotten()))
}

// SpendProof judges and spends the proof of a request by a key that is not linked yet.
func (s *Service) SpendProof(ctx context.Context, p RequestProof) error {
	if err := s.judgeTime(p); err != nil {
		return err
	}
	return s.store.Write(ctx, func(w WriteRecords) error { return s.spendLastProof(w, p) })
}

// DeviceAccount is what a device may know of its place.
func (s *Service) DeviceAccount(ctx context.Context, d *DeviceCaller) (Linked, error) {
	var out Linked
	err := s.store.Read(ctx, func(r Records) error {
		u, err := r.User(d.Device.DirectoryID, UserRef{ID: d.Device.UserID})
		if err != nil {
			return err
		}
		out, err = placeOf(r, u)
		return err
	})
	out.Device = d.Device
	return out, err
}

// LockPerson locks whose device it is. One that was unlinked since it was let in has nobody: what a lost device asked for
// just before must not be done just after.
func (s *Service) LockPerson(w WriteRecords, d *DeviceCaller) (User, error) {
	u, err := w.LockUser(d.Device.DirectoryID, UserRef{ID: d.Device.UserID})
	if err == nil {
		_, err = w.Authenticator(d.Device.ID)
	}
	if IsCode(err, NotFound) {
		err = errBadDevice
	}
	return u, err
}

// UnlinkDevice removes a device with its seed, at its own wish.
func (s *Service) UnlinkDevice(ctx context.Context, d *DeviceCaller) error {
	return s.store.Write(ctx, func(w WriteRecords) error {
		u, err := w.LockUser(d.Device.DirectoryID, UserRef{ID: d.Device.UserID})
		if err != nil {
			return err
		}
		return s.DropDevice(w, u, d.Device)
	})
}

// DropDevice unlinks a device or passkey of a user who is locked.
func (s *Service) DropDevice(w WriteRecords, u User, a Authenticator) error {
	if err := w.RemoveAuthenticator(a.ID); err != nil {
		return err
	}
	_, c, err := s.Surroundings(w, Enrollment{}, u)
	if err != nil {
		return err
	}
	data, err := json.Marshal(map[string]string{"kind": string(a.Kind), "authenticator": string(a.ID)})
	if err != nil {
		return &Error{Code: Internal, Message: "an event could not be written", Cause: err}
	}
	w.Announce(TopicUserChallenges(u.ID))
	return s.Append(w, c, Event{Type: EventAuthenticatorRemoved, UserID: u.ID, Data: data})
}
