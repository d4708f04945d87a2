package stepup

import (
	"context"
	"encoding/json"
	"slices"
	"time"

	"github.com/twinseal/twinseal/internal/mfa"
)

// Shown are the data points that an app may show its person with a question: those that the application calls public.
type Shown struct {
	Action json.RawMessage // of the action, as an object; nil: none
	User   json.RawMessage // of the user, likewise
}

// Shown picks them from what is known of a prompt.
func (s *Service) Shown(ctx context.Context, c *mfa.Caller, w Waiting) (Shown, error) {
	var out Shown
	err := s.store.Read(ctx, func(r mfa.Records) error {
		points, err := r.DataPointsOf(c.Application.ID)
		if err != nil {
			return err
		}
		out = Shown{public(points, mfa.DataOfAction, w.Custom), public(points, mfa.DataOfUser, w.Profile.Custom)}
		return nil
	})
	return out, err
}

// public leaves out what is not for everybody's eyes.
func public(points []mfa.DataPoint, model mfa.DataModel, custom json.RawMessage) json.RawMessage {
	var all map[string]json.RawMessage
	if len(custom) == 0 || json.Unmarshal(custom, &all) != nil {
		return nil
	}
	for name := range all {
		if !slices.ContainsFunc(points, func(p mfa.DataPoint) bool { return p.Public && p.Model == model && p.Name == name }) {
			delete(all, name)
		}
	}
	if len(all) == 0 {
		return nil
	}
	shown, err := json.Marshal(all)
	if err != nil {
		return nil // it was read just now
	}
	return shown
}

// KeyExpiry is when an app's key stops counting; the zero time for one that does not.
func KeyExpiry(a mfa.Authenticator) time.Time {
	var data mfa.AppKeyData
	if a.Kind != mfa.KindAppKey || json.Unmarshal(a.Data, &data) != nil {
		return time.Time{}
	}
	return data.Expires
}
