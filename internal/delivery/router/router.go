// Package router hands every message to the provider of its channel, and to the next one when that fails.
package router

import (
	"context"
	"errors"
	"fmt"

	"github.com/twinseal/twinseal/internal/mfa"
)

// Route is a provider under the name it has in the configuration.
type Route struct {
	Name   string
	Sender mfa.Sender
}

// Router is a sender for all channels.
type Router struct{ routes map[mfa.Channel][]Route }

// New gives a router that tries the routes of a channel in their order.
func New(routes map[mfa.Channel][]Route) *Router { return &Router{routes: routes} }

// settings says what to configure for a channel.
var settings = map[mfa.Channel]string{
	mfa.ChannelSMS:   "configure twilio, sns or hook",
	mfa.ChannelVoice: "configure twilio or hook",
	mfa.ChannelEmail: "configure mail",
	mfa.ChannelPush:  "configure push",
}

// Send tries the channel's providers in order until one takes the message. A provider that did not answer
// may have taken it all the same, so a fallback can make one message two; a code that does not arrive is
// worse. The failure is permanent only if it is with every provider.
func (r *Router) Send(ctx context.Context, m mfa.Message) (string, error) {
	routes := r.routes[m.Channel]
	if len(routes) == 0 {
		return "", mfa.Permanent(fmt.Errorf("nothing is configured to send by %s: %s", m.Channel, advice(m.Channel)))
	}
	var failures []error
	permanent := true
	for _, route := range routes {
		reference, err := route.Sender.Send(ctx, m)
		if err == nil {
			return reference, nil
		}
		permanent = permanent && mfa.IsPermanent(err)
		failures = append(failures, fmt.Errorf("%s: %w", route.Name, plain(err)))
		if ctx.Err() != nil {
			permanent = false
			break
		}
	}
	err := errors.Join(failures...)
	if permanent {
		return "", mfa.Permanent(err)
	}
	return "", err
}

func advice(c mfa.Channel) string {
	if text := settings[c]; text != "" {
		return text
	}
	return "this channel is unknown"
}

// plain drops the mark of permanence from one provider's error, so that it does not speak for all.
func plain(err error) error {
	if mfa.IsPermanent(err) {
		return errors.New(err.Error())
	}
	return err
}
