package launchkey

import (
	"bytes"
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/twinseal/twinseal/client/launchkey"
	"github.com/twinseal/twinseal/e2e/harness"
)

// TestTwoNodesAreOneServer has clients and devices speak to whichever answers.
func TestTwoNodesAreOneServer(t *testing.T) {
	t.Parallel()
	w := newWorld(t, harness.PostgreSQL)
	other := w.Node(t)
	t.Run("they make one key between them", func(t *testing.T) { oneKey(t, w.Server, other) })
	t.Run("a token counts once for both", func(t *testing.T) { w.replayed(t, other) })
	t.Run("a story goes from one to the other", func(t *testing.T) { w.handedOver(t, other) })
	t.Run("what happens once happens at one", func(t *testing.T) { w.races(t, w.Server, other) })
}

// oneKey asks both at a time for the key that neither has made yet.
func oneKey(t *testing.T, nodes ...*harness.Server) {
	got := make(chan string, len(nodes))
	for _, node := range nodes {
		go func() {
			answer, err := node.TrySend(t.Context(), harness.Request{Path: "/public/v3/public-key"})
			if err != nil {
				t.Error(err)
			}
			got <- answer.Header.Get("X-IOV-KEY-ID")
		}()
	}
	if first, second := <-got, <-got; first != second || first == "" {
		t.Errorf("the keys are %q and %q", first, second)
	}
}

// overheard is a request as somebody on the way sees it.
type overheard struct {
	method, path string
	header       http.Header
	body         []byte
}

// wiretap hears the requests of a client.
type wiretap struct{ last overheard }

func (w *wiretap) RoundTrip(r *http.Request) (*http.Response, error) {
	heard := overheard{method: r.Method, path: r.URL.Path, header: r.Header.Clone()}
	if r.Body != nil {
		var err error
		if heard.body, err = io.ReadAll(r.Body); err != nil {
			return nil, err
		}
		r.Body = io.NopCloser(bytes.NewReader(heard.body))
	}
	if r.Header.Get("Authorization") != "" {
		w.last = heard
	}
	return http.DefaultTransport.RoundTrip(r)
}

// replayed sends what was heard again, to both nodes.
func (w *world) replayed(t *testing.T, other *harness.Server) {
	tap := &wiretap{}
	factory := must(launchkey.NewOrganizationFactory(w.URL, w.orgID, []byte(keys.both().private), launchkey.WithHTTPClient(&http.Client{Transport: tap})))(t)
	must(factory.OrganizationClient().CreateDirectory(t.Context(), "Heard"))(t)
	for _, node := range []*harness.Server{w.Server, other, other} {
		again := node.Send(t, harness.Request{Method: tap.last.method, Path: tap.last.path, Header: tap.last.header, Body: string(tap.last.body)})
		if again.Status != http.StatusUnauthorized || len(again.Body) > 0 {
			t.Errorf("heard and sent again, it is answered by %d %q", again.Status, again.Body)
		}
	}
}

// handedOver: asked at one node, read at the other, told once.
func (w *world) handedOver(t *testing.T, other *harness.Server) {
	s := w.newScene(t, goSDK{w.URL})
	ctx := t.Context()
	must(s.dir.AddServicePublicKey(ctx, s.svcID, launchkey.NewPublicKey{PEM: keys.service().public}))(t)
	here := s.sdk.as(t, aService, string(s.svcID), keys.service()).service(t, s.svcID)
	there := goSDK{other.URL}.as(t, aService, string(s.svcID), keys.service()).service(t, s.svcID)
	device, _ := s.linked(t)
	asked := must(here.CreateAuthorizationRequest(ctx, s.user, launchkey.NewAuthorization{}))(t)
	_, err := there.CreateAuthorizationRequest(ctx, s.user, launchkey.NewAuthorization{})
	refused(t, "ask at the other node too", err, launchkey.ErrAuthorizationInProgress)
	device.Approve(string(asked.ID))
	if got := must(there.AuthorizationResponse(ctx, asked.ID))(t); !got.Authorized {
		t.Errorf("the answer is %+v", got)
	}
	s.hook(t, string(s.svcID), 1)
	s.good(t, there.SessionStart(ctx, s.user, asked.ID))
	device.Run(nil, "logout", string(s.svcID))
	s.hook(t, string(s.svcID), 2)
	if got := s.callbacks.Count(func(got harness.Callback) bool { return strings.HasSuffix(got.Path, string(s.svcID)) }); got != 2 {
		t.Errorf("the service was told %d times", got)
	}
	s.good(t, s.dir.UpdateServicePublicKey(ctx, s.svcID, keys.service().id, launchkey.PublicKeyUpdate{Active: new(bool)}))
	harness.Until(t, "the other node to refuse the key", func() (error, bool) {
		err := there.SessionEnd(ctx, s.user)
		return err, errors.Is(err, launchkey.ErrUnauthorized)
	})
}
