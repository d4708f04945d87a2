package router_test

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/twinseal/twinseal/internal/delivery/router"
	"github.com/twinseal/twinseal/internal/mfa"
)

// provider answers with its error, or takes the message under its name.
type provider struct {
	name string
	err  error
	hook func()
}

func (p provider) Send(context.Context, mfa.Message) (string, error) {
	if p.hook != nil {
		p.hook()
	}
	if p.err != nil {
		return "", p.err
	}
	return p.name, nil
}

func routes(providers ...provider) *router.Router {
	var list []router.Route
	for _, p := range providers {
		list = append(list, router.Route{Name: p.name, Sender: p})
	}
	return router.New(map[mfa.Channel][]router.Route{mfa.ChannelSMS: list})
}

func TestTheFirstProviderThatTakesAMessageHasIt(t *testing.T) {
	t.Parallel()
	down, refused := errors.New("down"), mfa.Permanent(errors.New("refused"))
	for _, c := range []struct {
		name      string
		router    *router.Router
		want, err string
		permanent bool
	}{
		{"first", routes(provider{name: "a"}, provider{name: "b"}), "a", "", false},
		{"second after trouble", routes(provider{name: "a", err: down}, provider{name: "b"}), "b", "", false},
		{"second after a refusal", routes(provider{name: "a", err: refused}, provider{name: "b"}), "b", "", false},
		{"none", routes(provider{name: "a", err: down}, provider{name: "b", err: down}), "", "a: down\nb: down", false},
		{"one may still", routes(provider{name: "a", err: refused}, provider{name: "b", err: down}), "", "a: refused\nb: down", false},
		{"none ever", routes(provider{name: "a", err: refused}, provider{name: "b", err: refused}), "", "a: refused\nb: refused", true},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			got, err := c.router.Send(t.Context(), mfa.Message{Channel: mfa.ChannelSMS})
			if got != c.want || mfa.IsPermanent(err) != c.permanent || err != nil && err.Error() != c.err || (err == nil) != (c.err == "") {
				t.Errorf("got %q, %v", got, err)
			}
		})
	}
}

func TestAChannelWithoutProviderSaysWhatToConfigure(t *testing.T) {
	t.Parallel()
	for channel, want := range map[mfa.Channel]string{
		mfa.ChannelSMS: "configure twilio, sns or hook", mfa.ChannelVoice: "configure twilio or hook", mfa.ChannelEmail: "configure mail",
		mfa.ChannelPush: "configure push", "pigeon": "unknown",
	} {
		_, err := router.New(nil).Send(t.Context(), mfa.Message{Channel: channel})
		if !mfa.IsPermanent(err) || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: got %v", channel, err)
		}
	}
}

func TestACallerThatGivesUpIsNotPassedOn(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	asked := false
	_, err := routes(
		provider{name: "a", err: mfa.Permanent(errors.New("refused")), hook: cancel},
		provider{name: "b", hook: func() { asked = true }},
	).Send(ctx, mfa.Message{Channel: mfa.ChannelSMS})
	if err == nil || mfa.IsPermanent(err) || asked {
		t.Errorf("got %v, asked the next one: %v", err, asked)
	}
}
