package loginid_test

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/twinseal/twinseal/internal/endpoint"
	"github.com/twinseal/twinseal/internal/mfa"
)

// node is a server behind a real socket.
type node struct {
	w       *world
	address string
	lot     *endpoint.Lot
	parked  chan struct{} // hears of every connection that net/http hands over
	left    chan string   // hears of every end of a wait, with the line of the log
}

// open serves a node over the world's store, with its own caches.
func (w *world) open(t *testing.T) *node {
	t.Helper()
	n := &node{w: w, parked: make(chan struct{}, 1000), left: make(chan string, 1000)}
	listener, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	w.must(err)
	n.lot, n.address = endpoint.NewLot(listener), listener.Addr().String()
	door := w.dialect(w.Beside(mfa.Options{PublicURL: "https://mfa.example.test"})).Handler(&endpoint.Server{Lot: n.lot, Metrics: n})
	server := &http.Server{Handler: door, ReadHeaderTimeout: time.Minute, ConnState: func(_ net.Conn, s http.ConnState) {
		if s == http.StateHijacked {
			n.parked <- struct{}{}
		}
	}}
	served := make(chan error, 1)
	go func() { served <- server.Serve(n.lot) }()
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(t.Context()), time.Minute)
		defer cancel()
		if err := errors.Join(n.lot.Drain(ctx), server.Shutdown(ctx)); err != nil {
			t.Error(err)
		}
		if err := <-served; !errors.Is(err, http.ErrServerClosed) {
			t.Error(err)
		}
	})
	return n
}

// Request hears of every answer: the node is its own metrics.
func (n *node) Request(_, route string, status int, _ time.Duration) {
	n.left <- fmt.Sprint(route, " ", status)
}

// waiter is a client that waits.
type waiter struct {
	net.Conn
	in *bufio.Reader
}

// send asks for what a code stands for, and waits.
func (n *node) send(t *testing.T, username, code, kind string, header string) *waiter {
	t.Helper()
	conn, err := (&net.Dialer{}).DialContext(t.Context(), "tcp", n.address)
	n.w.must(err)
	t.Cleanup(func() { _ = conn.Close() })
	body, err := json.Marshal(object{"client_id": web, "username": username, "authentication_code": object{"code": code, "type": kind}})
	n.w.must(err)
	_, err = fmt.Fprintf(conn, "POST /authenticate/code/wait HTTP/1.1\r\nHost: test\r\n%sContent-Length: %d\r\n\r\n%s", header, len(body), body)
	n.w.must(err)
	return &waiter{conn, bufio.NewReader(conn)}
}

func (r *waiter) hear(t *testing.T) answer {
	t.Helper()
	resp, err := http.ReadResponse(r.in, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	raw, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	a := answer{status: resp.StatusCode, header: resp.Header, raw: string(raw)}
	_ = json.Unmarshal(raw, &a.body)
	return a
}

func (w *world) authorize(username, kind, code string) {
	w.tb.Helper()
	w.ok(backend, "codes.authorize", "/codes/"+kind+"/authorize", object{"username": username, "purpose": "temporary_authentication", "code": code})
}

func TestWhoeverWaitsIsSignedInOnceTheCodeIsAuthorizedAtAnotherNode(t *testing.T) {
	t.Parallel()
	engines(t, func(t *testing.T, w *world) {
		w.create("bob")
		n := w.open(t)
		code := text(w.generate("bob", "short", "temporary_authentication", false).body, "code")
		waiting := n.send(t, "bob", code, "short", "Origin: "+shop+"\r\n")
		<-n.parked
		w.authorize("bob", "short", code)
		a := w.good(waiting.hear(t))
		if _, claims := w.jwt(text(a.body, "jwt")); claims["action"] != "temporary_authentication" || claims["aud"] != web {
			t.Errorf("the token says %v", claims)
		}
		if a.header.Get("Access-Control-Allow-Origin") != shop {
			t.Errorf("no page may read it: %v", a.header)
		}
		w.refused(t, "again", w.wait("bob", code, "short", nil), 400, "invalid_verification_code")
	})
}

func TestOneOfManyWhoWaitIsSignedIn(t *testing.T) {
	t.Parallel()
	engines(t, func(t *testing.T, w *world) {
		w.create("bob")
		n := w.open(t)
		code := text(w.generate("bob", "short", "temporary_authentication", false).body, "code")
		var all []*waiter
		for range 5 {
			all = append(all, n.send(t, "bob", code, "short", ""))
			<-n.parked
		}
		w.authorize("bob", "short", code)
		var group sync.WaitGroup
		in := make(chan answer, len(all))
		for _, one := range all {
			group.Go(func() { in <- one.hear(t) })
		}
		group.Wait()
		won := 0
		for range all {
			if a := <-in; a.status == http.StatusOK {
				won++
			} else {
				w.refused(t, "the others", a, 400, "invalid_verification_code")
			}
		}
		if won != 1 {
			t.Errorf("%d were signed in", won)
		}
	})
}

func TestAWaitEndsWithItsCode(t *testing.T) {
	t.Parallel()
	engines(t, func(t *testing.T, w *world) {
		w.create("bob")
		n := w.open(t)
		taken := text(w.generate("bob", "long", "temporary_authentication", false).body, "code")
		waiting := n.send(t, "bob", taken, "long", "Origin: "+shop+"\r\n")
		<-n.parked
		w.ok(backend, "codes.invalidate", "/codes/long/invalidate-all", object{"username": "bob", "purpose": "temporary_authentication"})
		a := waiting.hear(t)
		w.refused(t, "one that was taken back", a, 404, "verification_code_not_found")
		if a.header.Get("Access-Control-Allow-Origin") != shop {
			t.Errorf("no page may read the refusal: %v", a.header)
		}

		expiring := text(w.generate("bob", "short", "temporary_authentication", false).body, "code")
		waiting = n.send(t, "bob", expiring, "short", "")
		<-n.parked
		w.Clock.Advance(4 * time.Minute)
		w.Waker.Announce(mfa.TopicHandoff(w.handoff("bob", mfa.HandoffShort, expiring)))
		w.refused(t, "one that expired", waiting.hear(t), 400, "remote_session_timeout")

		drained := text(w.generate("bob", "long", "temporary_authentication", false).body, "code")
		waiting = n.send(t, "bob", drained, "long", "")
		<-n.parked
		w.must(n.lot.Drain(t.Context()))
		w.refused(t, "a server that stops", waiting.hear(t), 400, "remote_session_timeout")
		w.refused(t, "and its code still lives", w.wait("bob", "wrong", "long", nil), 404, "verification_code_not_found")
		w.authorize("bob", "long", drained)
		w.good(w.wait("bob", drained, "long", nil))
	})
}

// handoff finds the id of a code.
func (w *world) handoff(username string, form mfa.HandoffForm, code string) mfa.HandoffID {
	w.tb.Helper()
	var id mfa.HandoffID
	client, err := w.Service.Authenticate(w.Context(), mfa.KeyLoginIDClient, mfa.SecretText(web))
	w.must(err)
	w.must(w.Store.Read(w.Context(), func(r mfa.Records) error {
		u, err := r.User(client.Directory.ID, mfa.UserRef{Alias: username})
		if err != nil {
			return err
		}
		h, err := r.HandoffBySecret(u.ID, form, mfa.HandoffSignIn, mfa.SecretText(code))
		id = h.ID
		return err
	}))
	return id
}

func TestWhoeverWaitedAndLeftTakesNoCodeAlong(t *testing.T) {
	t.Parallel()
	engines(t, func(t *testing.T, w *world) {
		w.create("bob")
		n := w.open(t)
		code := text(w.generate("bob", "short", "temporary_authentication", false).body, "code")
		waiting := n.send(t, "bob", code, "short", "")
		<-n.parked
		_ = waiting.Close()
		if line := <-n.left; !strings.HasSuffix(line, " 499") {
			t.Errorf("it ended with %s", line)
		}
		w.authorize("bob", "short", code)
		w.good(w.wait("bob", code, "short", nil))
	})
}

func TestTheOldestOfTooManyWaitsForOneCodeGivesWay(t *testing.T) {
	t.Parallel()
	engines(t, func(t *testing.T, w *world) {
		w.create("bob")
		n := w.open(t)
		code := text(w.generate("bob", "short", "temporary_authentication", false).body, "code")
		const most = 8
		oldest := n.send(t, "bob", code, "short", "")
		<-n.parked
		for range most {
			n.send(t, "bob", code, "short", "")
			<-n.parked
		}
		w.refused(t, "the oldest", oldest.hear(t), 400, "remote_session_timeout")
	})
}
