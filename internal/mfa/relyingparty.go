package mfa

import (
	"context"
	"slices"
)

// RelyingParty says whose passkeys an application registers and accepts. The id is a domain of the customer's:
// passkeys stay with it when the server moves.
type RelyingParty struct {
	ID   string `json:"id"`
	Name string `json:"name,omitempty"` // "": the application's
	// Origins are accepted exactly as they stand here, in what browsers sign and for requests across origins:
	// https://shop.example, or android:apk-key-hash:… of an app.
	Origins []string `json:"origins"`
	// RelatedOrigins are accepted like Origins, and published for the id (WebAuthn Level 3 section 5.11).
	RelatedOrigins   []string `json:"related_origins,omitempty"`
	UserVerification string   `json:"user_verification,omitempty"` // required, where nothing is said; preferred or discouraged
	Attestation      string   `json:"attestation,omitempty"`       // none, where nothing is said; indirect, direct or enterprise
	Formats          []string `json:"formats,omitempty"`           // of attestations that are accepted; none: all that are known
	AllowAAGUIDs     []string `json:"allow_aaguids,omitempty"`     // none: every model
	DenyAAGUIDs      []string `json:"deny_aaguids,omitempty"`
	DenySynced       bool     `json:"deny_synced,omitempty"` // only passkeys that cannot leave their device
}

// RelyingPartyReader finds applications by their relying parties.
type RelyingPartyReader interface {
	// ApplicationsAt lists the applications whose relying party accepts the origin, by number.
	ApplicationsAt(origin string) ([]Application, error)
	// RelyingPartiesOf lists the applications whose relying party has the id, by number.
	RelyingPartiesOf(rpID string) ([]Application, error)
}

// AllOrigins are the origins that are accepted.
func (p *RelyingParty) AllOrigins() []string {
	if p == nil {
		return nil
	}
	return slices.Concat(p.Origins, p.RelatedOrigins)
}

// ApplicationsAt lists the applications whose relying party accepts the origin, by number. What was changed elsewhere
// may be seen [callerLife] later.
func (s *Service) ApplicationsAt(ctx context.Context, origin string) ([]ApplicationID, error) {
	at, ok, generation := s.origins.get(origin)
	if ok {
		return at, nil
	}
	err := s.store.Read(ctx, func(r Records) error {
		at = nil
		found, err := r.ApplicationsAt(origin)
		for i := range found {
			at = append(at, found[i].ID)
		}
		return err
	})
	if err == nil && len(at) > 0 { // what strangers make up takes no room
		s.origins.put(origin, at, generation)
	}
	return at, err
}

// OriginKnown reports whether the relying party of any application accepts the origin.
func (s *Service) OriginKnown(ctx context.Context, origin string) bool {
	at, err := s.ApplicationsAt(ctx, origin)
	return err == nil && len(at) > 0
}

// RelatedOrigins lists what the relying party of an id publishes, each once.
func (s *Service) RelatedOrigins(ctx context.Context, rpID string) ([]string, error) {
	var out []string
	err := s.store.Read(ctx, func(r Records) error {
		out = nil
		found, err := r.RelyingPartiesOf(rpID)
		for i := range found {
			if p := found[i].Settings.RelyingParty; !found[i].Settings.Disabled {
				out = appendNew(out, p.RelatedOrigins)
			}
		}
		return err
	})
	return out, err
}

func appendNew(to, more []string) []string {
	for _, text := range more {
		if !slices.Contains(to, text) {
			to = append(to, text)
		}
	}
	return to
}
