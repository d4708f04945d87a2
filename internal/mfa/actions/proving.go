package actions

import (
	"net/netip"
	"slices"

	"github.com/twinseal/twinseal/internal/mfa"
	"github.com/twinseal/twinseal/internal/mfa/people"
)

// Proof says by what an action was proved.
type Proof struct {
	Caller          *mfa.Caller
	Action          mfa.Action
	Method          mfa.Method
	AuthenticatorID mfa.AuthenticatorID
	// DeviceID, UserAgent and IP are of where it was proved; "": as the application told when it tracked the action.
	DeviceID  string
	UserAgent string
	IP        string
}

// Succeed moves an action to succeeded in the write in which a proof counts, and remembers where the user was. It reports
// false, and gives the action as it stands, where no proof moves it: because it has succeeded already, failed, was blocked
// or is under review.
func (s *Service) Succeed(w mfa.WriteRecords, p Proof) (mfa.Action, bool, error) {
	u, err := w.LockUser(p.Caller.Directory.ID, mfa.UserRef{ID: p.Action.UserID})
	if err != nil {
		return p.Action, false, err
	}
	now := s.domain.Now()
	a, moved, err := s.move(w, p.Caller, p.Action, mfa.ActionMove{
		From: []mfa.ActionState{mfa.ActionChallengeRequired, mfa.ActionAllow}, To: mfa.ActionChallengeSucceeded, Method: p.Method,
		AuthenticatorID: p.AuthenticatorID, At: now,
	}, mfa.EventActionSucceeded)
	if err != nil || !moved {
		return a, false, err
	}
	return a, true, s.remember(w, u, p)
}

// Fail moves an action that waits for a proof to failed. It reports false where it does not wait.
func (s *Service) Fail(w mfa.WriteRecords, p Proof) (mfa.Action, bool, error) {
	return s.move(w, p.Caller, p.Action, mfa.ActionMove{
		From: []mfa.ActionState{mfa.ActionChallengeRequired}, To: mfa.ActionChallengeFailed, Method: p.Method,
		AuthenticatorID: p.AuthenticatorID, At: s.domain.Now(),
	}, mfa.EventActionFailed)
}

// remember keeps what later actions are compared with: when, where and from which device the user proved something.
func (s *Service) remember(w mfa.WriteRecords, u mfa.User, p Proof) error {
	profile, err := people.ProfileOf(w, u)
	if err != nil {
		return err
	}
	profile.VerifiedAt = s.domain.Now()
	ip, device, agent := p.IP, p.DeviceID, p.UserAgent
	if ip == "" {
		ip = p.Action.Request.IP
	}
	if agent == "" {
		agent = p.Action.Request.UserAgent
	}
	if device == "" {
		device = p.Action.Request.DeviceID
	}
	if addr, err := netip.ParseAddr(ip); err == nil {
		s.proved(&profile, addr)
	}
	if err := s.people.Keep(w, profile); err != nil {
		return err
	}
	if device == "" {
		return nil
	}
	_, err = s.people.Seen(w, p.Caller, u, device, agent, p.Method)
	return err
}

// proved puts an address first among the places of a profile.
func (s *Service) proved(p *mfa.Profile, addr netip.Addr) {
	at := s.look(addr)
	here := mfa.ProvedPlace{
		IP: addr.String(), Country: at.Country, City: at.City, Latitude: at.Latitude, Longitude: at.Longitude, Located: at.Known,
		At: p.VerifiedAt,
	}
	source := mfa.SourceKey(here.IP)
	others := slices.DeleteFunc(slices.Clone(p.Places), func(o mfa.ProvedPlace) bool { return mfa.SourceKey(o.IP) == source })
	p.Places = append([]mfa.ProvedPlace{here}, others[:min(len(others), mfa.MaxPlaces-1)]...)
}
