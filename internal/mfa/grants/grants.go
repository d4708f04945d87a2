// Package grants holds the rules of sessions that a proved action opens at an application's client: an access token
// that counts for a while, and a refresh token that gives the next pair, once. What a token looks like on the wire is
// the dialect's; here it is an id and a secret.
//
// A refresh token that is shown a second time was copied, by whoever showed it first or second, so it ends the session
// for both, however often the session was continued since: every token names its session.
package grants

import (
	"context"
	"encoding/hex"
	"encoding/json"
	"io"
	"strings"

	"github.com/google/uuid"

	"github.com/twinseal/twinseal/internal/mfa"
)

// Config is everything that a Service needs.
type Config struct {
	Domain *mfa.Service
	Store  mfa.Store
	Random io.Reader
}

// Service holds the rules. Its methods are safe for concurrent use.
type Service struct {
	domain *mfa.Service
	store  mfa.Store
	random io.Reader
}

// New returns the service.
func New(c Config) *Service { return &Service{domain: c.Domain, store: c.Store, random: c.Random} }

// Issued is a session with the refresh token that continues it, which is shown once.
type Issued struct {
	Grant   mfa.Grant
	User    mfa.User
	Refresh mfa.Secret
}

// Issue says which session is asked for.
type Issue struct {
	Caller   *mfa.Caller
	ActionID mfa.ActionID
	ClientID string
	Source   string
}

// errRefused is the one answer to every token that continues or shows no session.
var errRefused = &mfa.Error{Code: mfa.Unauthenticated, Message: "the session is unknown, has ended or was revoked"}

// Issue opens a session for the user of an action that was proved.
func (s *Service) Issue(ctx context.Context, in Issue) (Issued, error) {
	client, known := in.Caller.Application.StepUpSettings().Client(in.ClientID)
	if !known {
		return Issued{}, &mfa.Error{Code: mfa.Invalid, Field: "clientId", Message: "the application has no client of that id"}
	}
	random, err := s.draw()
	if err != nil {
		return Issued{}, err
	}
	var out Issued
	err = s.store.Write(ctx, func(w mfa.WriteRecords) error {
		a, err := w.Action(in.ActionID)
		if err == nil && a.ApplicationID != in.Caller.Application.ID {
			err = mfa.Missing("action")
		}
		if err != nil {
			return err
		}
		if a.State != mfa.ActionChallengeSucceeded {
			return &mfa.Error{Code: mfa.Invalid, Field: "token", Message: "the challenge of the action did not succeed"}
		}
		u, err := w.User(in.Caller.Directory.ID, mfa.UserRef{ID: a.UserID})
		if err != nil {
			return err
		}
		if err := mfa.UsableBy(u, in.Caller); err != nil {
			return err
		}
		g := s.fresh(in.Caller, a, client)
		g.Refresh = tokenOf(g.ID, random)
		if err := w.AddGrant(g); err != nil {
			return err
		}
		out = Issued{Grant: g, User: u, Refresh: g.Refresh}
		g.Refresh, out.Grant.Refresh = mfa.Secret{}, mfa.Secret{}
		return s.note(w, in.Caller, mfa.EventGrantIssued, g, in.Source, "")
	})
	return out, err
}

func (s *Service) fresh(c *mfa.Caller, a mfa.Action, client mfa.AppClient) mfa.Grant {
	now := s.domain.Now()
	return mfa.Grant{
		ID: mfa.NewID[mfa.GrantID](), OrganizationID: c.Organization.ID, DirectoryID: c.Directory.ID, ApplicationID: c.Application.ID,
		ClientID: client.ID, UserID: a.UserID, ActionID: a.ID, Method: a.Method, AccessID: string(mfa.NewID[mfa.GrantID]()),
		AccessExpiresAt: now.Add(client.AccessLife()), RefreshExpiresAt: now.Add(client.RefreshLife()), CreatedAt: now,
	}
}

// Session is one that counts, with whose it is.
type Session struct {
	Grant   mfa.Grant
	User    mfa.User
	Profile mfa.Profile
}

// Find gives the session of an access token, by the token's id. It is one read and writes nothing.
func (s *Service) Find(ctx context.Context, c *mfa.Caller, accessID string) (Session, error) {
	var out Session
	err := s.store.Read(ctx, func(r mfa.Records) (err error) {
		if out.Grant, err = r.GrantByAccess(accessID); err != nil {
			return err
		}
		if !s.counts(out.Grant, c) || !s.domain.Now().Before(out.Grant.AccessExpiresAt) {
			return errRefused
		}
		if out.User, err = r.User(c.Directory.ID, mfa.UserRef{ID: out.Grant.UserID}); err != nil {
			return err
		}
		if err := mfa.UsableBy(out.User, c); err != nil {
			return err
		}
		out.Profile, err = r.Profile(out.User.ID)
		if mfa.IsCode(err, mfa.NotFound) {
			err = nil
		}
		return err
	})
	return out, refused(err)
}

func (s *Service) counts(g mfa.Grant, c *mfa.Caller) bool {
	return g.ApplicationID == c.Application.ID && g.RevokedAt.IsZero()
}

// refused makes one answer of all that tells a stranger which sessions there are.
func refused(err error) error {
	if mfa.IsCode(err, mfa.NotFound) || mfa.IsCode(err, mfa.Forbidden) {
		return errRefused
	}
	return err
}

// Rotate continues a session: the pair that it had counts no more.
func (s *Service) Rotate(ctx context.Context, c *mfa.Caller, refresh mfa.Secret, source string) (Issued, error) {
	random, err := s.draw()
	if err != nil {
		return Issued{}, err
	}
	var out Issued
	var refusal error
	err = s.store.Write(ctx, func(w mfa.WriteRecords) (err error) {
		out, refusal, err = s.rotate(w, c, refresh, random, source)
		return err
	})
	if err == nil {
		err = refusal
	}
	return out, refused(err)
}

// rotate returns the refusal that must not roll back apart from errors: a session that was copied ends.
func (s *Service) rotate(w mfa.WriteRecords, c *mfa.Caller, refresh mfa.Secret, random, source string) (out Issued, refusal, err error) {
	g, current, err := w.GrantByRefresh(c.Application.ID, refresh)
	if mfa.IsCode(err, mfa.NotFound) {
		g, err = w.Grant(sessionOf(refresh))
	}
	if err != nil {
		return out, nil, err
	}
	now := s.domain.Now()
	if !s.counts(g, c) || !now.Before(g.RefreshExpiresAt) {
		return out, nil, errRefused
	}
	client, known := c.Application.StepUpSettings().Client(g.ClientID)
	if !known {
		return out, nil, errRefused
	}
	u, err := w.User(c.Directory.ID, mfa.UserRef{ID: g.UserID})
	if err != nil {
		return out, nil, err
	}
	if err := mfa.UsableBy(u, c); err != nil {
		return out, nil, err
	}
	next := tokenOf(g.ID, random)
	to := mfa.GrantRotation{
		From: refresh, AccessID: string(mfa.NewID[mfa.GrantID]()), AccessExpiresAt: now.Add(client.AccessLife()),
		Refresh: next, RefreshExpiresAt: now.Add(client.RefreshLife()), At: now,
	}
	if current {
		current, err = w.RotateGrant(g.ID, to)
		if err != nil {
			return out, nil, err
		}
	}
	if !current {
		return out, errRefused, s.revoke(w, c, g, source, "a refresh token was used twice")
	}
	g.AccessID, g.AccessExpiresAt, g.RefreshExpiresAt = to.AccessID, to.AccessExpiresAt, to.RefreshExpiresAt
	return Issued{Grant: g, User: u, Refresh: next}, nil, nil
}

// Revoke ends the session of an access token, also of one that has expired.
func (s *Service) Revoke(ctx context.Context, c *mfa.Caller, accessID, source string) error {
	return refused(s.store.Write(ctx, func(w mfa.WriteRecords) error {
		g, err := w.GrantByAccess(accessID)
		if err != nil {
			return err
		}
		if g.ApplicationID != c.Application.ID {
			return errRefused
		}
		return s.revoke(w, c, g, source, "")
	}))
}

// revoke ends a session; one that has ended already stays as it is.
func (s *Service) revoke(w mfa.WriteRecords, c *mfa.Caller, g mfa.Grant, source, why string) error {
	ended, err := w.RevokeGrant(g.ID, s.domain.Now())
	if err != nil || !ended {
		return err
	}
	return s.note(w, c, mfa.EventGrantRevoked, g, source, why)
}

// RevokeUser ends all sessions of a user. That there are none, or no such user, is no error.
func (s *Service) RevokeUser(ctx context.Context, c *mfa.Caller, alias, source string) error {
	return s.store.Write(ctx, func(w mfa.WriteRecords) error {
		u, err := mfa.LockKnown(w, c, mfa.UserRef{Alias: alias})
		if mfa.IsCode(err, mfa.NotFound) {
			return nil
		}
		if err != nil {
			return err
		}
		n, err := w.RevokeGrants(c.Application.ID, u.ID, s.domain.Now())
		if err != nil || n == 0 {
			return err
		}
		return s.note(w, c, mfa.EventGrantRevoked, mfa.Grant{UserID: u.ID}, source, "all of the user's")
	})
}

// note writes an event about a session.
func (s *Service) note(w mfa.WriteRecords, c *mfa.Caller, kind mfa.EventType, g mfa.Grant, source, why string) error {
	data, err := json.Marshal(struct {
		Grant  mfa.GrantID  `json:"grant,omitempty"`
		Client string       `json:"client,omitempty"`
		Action mfa.ActionID `json:"action,omitempty"`
		Reason string       `json:"reason,omitempty"`
	}{g.ID, g.ClientID, g.ActionID, why})
	if err != nil {
		return &mfa.Error{Code: mfa.Internal, Message: "an event could not be written", Cause: err}
	}
	return s.domain.Append(w, c, mfa.Event{Type: kind, UserID: g.UserID, Source: source, Data: data})
}

// refreshSize is how much of a refresh token is random, in bytes before it is written in hex: too much to guess.
const refreshSize = 32

// draw gives what is random of a refresh token.
func (s *Service) draw() (string, error) {
	raw := make([]byte, refreshSize)
	if _, err := io.ReadFull(s.random, raw); err != nil {
		return "", &mfa.Error{Code: mfa.Internal, Message: "no randomness", Cause: err}
	}
	return hex.EncodeToString(raw), nil
}

// tokenOf is a refresh token: the id of its session without hyphens, and what is random.
func tokenOf(id mfa.GrantID, random string) mfa.Secret {
	return mfa.SecretText(strings.ReplaceAll(string(id), "-", "") + random)
}

// sessionOf reads, without believing it, of which session a token says it is; "" for none. Nobody but who held one of
// its tokens knows a session's id.
func sessionOf(refresh mfa.Secret) mfa.GrantID {
	const size = 32
	text := string(refresh.Reveal())
	if len(text) != size+2*refreshSize {
		return ""
	}
	id, err := hex.DecodeString(text[:size])
	if err != nil {
		return ""
	}
	named, err := uuid.FromBytes(id)
	if err != nil {
		return ""
	}
	return mfa.GrantID(named.String())
}
