package launchkey

import (
	"context"

	"github.com/twinseal/twinseal/internal/mfa"
	"github.com/twinseal/twinseal/internal/mfa/sessions"
)

// sessionView is a session as directories read it; all members are always there.
type sessionView struct {
	AuthRequest *string  `json:"auth_request"`
	Created     wireTime `json:"date_created"`
	ServiceIcon *string  `json:"service_icon"`
	ServiceID   string   `json:"service_id"`
	ServiceName string   `json:"service_name"`
}

func (d *Dialect) listSessions(ctx context.Context, c *call) (answer, error) {
	ref, err := c.identifier()
	if err != nil {
		return answer{}, err
	}
	list, err := d.sessions.Of(ctx, c.caller, ref)
	if err != nil {
		return answer{}, err
	}
	out := make([]sessionView, 0, len(list))
	for _, s := range list {
		set, err := settingsOf(s.Application)
		if err != nil {
			return answer{}, err
		}
		out = append(out, sessionView{
			AuthRequest: orNull(s.Reference), Created: wireTime(s.StartedAt), ServiceIcon: orNull(set.Icon),
			ServiceID: string(s.ApplicationID), ServiceName: s.Application.Name,
		})
	}
	return found(out)
}

func (d *Dialect) endSessions(ctx context.Context, c *call) (answer, error) {
	ref, err := c.identifier()
	if err != nil {
		return answer{}, err
	}
	if err := d.sessions.EndAll(ctx, c.caller, ref); err != nil {
		return answer{}, err
	}
	return done()
}

// startSession notes a login. The request that led to it may be any UUID: it is only shown.
func (d *Dialect) startSession(ctx context.Context, c *call) (answer, error) {
	var in struct {
		Username    member[string] `json:"username"`
		AuthRequest member[string] `json:"auth_request"`
	}
	if err := c.decode(&in); err != nil {
		return answer{}, err
	}
	var k check
	name, request := k.name("username", in.Username), ""
	if in.AuthRequest.present && !in.AuthRequest.null {
		request = k.id("auth_request", in.AuthRequest)
	}
	if err := k.failed(); err != nil {
		return answer{}, err
	}
	kept, err := c.origin()
	if err != nil {
		return answer{}, err
	}
	_, err = d.sessions.Start(ctx, sessions.Start{
		Caller: c.caller, User: mfa.UserRef{Name: name}, Reference: request, Dialect: Name, Extra: kept,
	})
	if err != nil {
		return answer{}, err
	}
	return done()
}

func (d *Dialect) endSession(ctx context.Context, c *call) (answer, error) {
	var in struct {
		Username member[string] `json:"username"`
	}
	if err := c.decode(&in); err != nil {
		return answer{}, err
	}
	var k check
	name := k.name("username", in.Username)
	if err := k.failed(); err != nil {
		return answer{}, err
	}
	if err := d.sessions.End(ctx, c.caller, mfa.UserRef{Name: name}); err != nil {
		return answer{}, err
	}
	return done()
}
