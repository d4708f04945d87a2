package crash

import (
	"context"
	"crypto/rand"
	"encoding/base32"
	"encoding/binary"
	"errors"
	"fmt"
	"net/netip"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/twinseal/twinseal/client"
	"github.com/twinseal/twinseal/client/authy"
	"github.com/twinseal/twinseal/e2e/harness"
)

// Sizes of the load. Steps of a second and many users see to it that there is always a fresh code.
const (
	seededUsers = 300
	firstSeeded = 500000
	deviceUsers = 40
	soakDevices = 300 // the limit on questions to one person holds for the whole run
	hands       = 4   // of each kind of load
)

// world is a server under load and what it acknowledged.
type world struct {
	*harness.Server
	*ledger
	client  *authy.Client
	key     string
	seeds   map[authy.UserID]harness.Seed
	devices []seat
	turn    atomic.Int64
}

// seat is a device and its person.
type seat struct {
	user   authy.UserID
	device *client.Device
}

func newWorld(t *testing.T, engine harness.Engine) *world {
	t.Helper()
	w := &world{ledger: newLedger(), key: rand.Text(), seeds: map[authy.UserID]harness.Seed{}}
	var users strings.Builder
	for i := range seededUsers {
		secret := make([]byte, 20)
		rand.Read(secret)
		seed := harness.Seed{Secret: base32.StdEncoding.EncodeToString(secret), Digits: 8, Period: time.Second}
		w.seeds[authy.UserID(firstSeeded+i)] = seed
		fmt.Fprintf(&users, "    - {authy_id: %d, totp: {secret: %s, digits: 8, period: 1}}\n", firstSeeded+i, seed.Secret)
	}
	w.Server = harness.Start(t, harness.Options{
		Engine: engine, Quiet: true, Secrets: []string{w.key},
		Apply: fmt.Sprintf("organizations:\n- name: Acme\n  directories:\n  - name: customers\n    applications:\n    - name: Bank\n      number: 7\n      authy: {api_key: %q}\n    users:\n%s", w.key, users.String()),
	})
	c, err := authy.New(w.key, authy.WithBaseURL(w.URL))
	if err != nil {
		t.Fatal(err)
	}
	w.client = c
	w.enrol(t)
	return w
}

// enrol links the devices, by tokens that the application signs.
func (w *world) enrol(t *testing.T) {
	t.Helper()
	count := deviceUsers
	if harness.Soak() {
		count = soakDevices
	}
	for i := range count {
		name := "person-" + strconv.Itoa(i)
		token, err := w.client.RegistrationToken(authy.NewRegistration{AppName: "Bank", AppID: 7, CustomUserID: name})
		if err != nil {
			t.Fatal(err)
		}
		d, err := client.NewDevice(w.URL)
		if err != nil {
			t.Fatal(err)
		}
		if err := d.Link(t.Context(), client.Link{Token: token, Name: name, Platform: "cli"}); err != nil {
			t.Fatal(err)
		}
		registered, err := w.client.RegistrationStatus(t.Context(), name)
		if err != nil {
			t.Fatal(err)
		}
		w.devices = append(w.devices, seat{registered.UserID, d})
	}
}

// load keeps the server busy until the context ends, which it does when the server is dead.
func (w *world) load(ctx context.Context, t *testing.T) *sync.WaitGroup {
	var all sync.WaitGroup
	for _, work := range []func(context.Context, *testing.T){w.verify, w.send, w.approve} {
		for range hands {
			all.Go(func() {
				for ctx.Err() == nil {
					work(ctx, t)
				}
			})
		}
	}
	return &all
}

// below draws a number from 0 to n-1.
func below(n int) int {
	var b [8]byte
	rand.Read(b[:])
	return int(binary.BigEndian.Uint64(b[:]) % uint64(n))
}

// verify checks a token of the authenticator app of some user, so that several hands often try the same.
func (w *world) verify(ctx context.Context, t *testing.T) {
	user := authy.UserID(firstSeeded + below(seededUsers))
	w.try(ctx, t, use{user, w.seeds[user].Code(t, time.Now())})
}

// try checks a token and writes down what came of it.
func (w *world) try(ctx context.Context, t *testing.T, u use) outcome {
	// Each attempt names an address of its own, since failures are counted by it: a token that is too old by
	// the time it arrives must not close the door for the next one.
	n := w.turn.Add(1)
	from := netip.AddrFrom4([4]byte{10, byte(n >> 16), byte(n >> 8), byte(n)})
	_, err := w.client.VerifyToken(ctx, u.user, u.token, authy.VerifyOptions{UserIP: from})
	o := unknown
	switch {
	case err == nil:
		o = accepted
	case errors.Is(err, authy.ErrInvalidToken), errors.Is(err, authy.ErrRateLimited):
		o = refused
	case alive(err):
		t.Errorf("a check ended with %v", err)
	}
	w.check(t, u, o)
	return o
}

// alive reports whether an error is an answer of the server.
func alive(err error) bool {
	var answer *authy.Error
	var refusal *client.Error
	return errors.As(err, &answer) || errors.As(err, &refusal)
}

// send makes a person, sends a code, and tries it.
func (w *world) send(ctx context.Context, t *testing.T) {
	p := w.NewPerson()
	s := &sending{phone: authy.Phone{CountryCode: 1, Number: p.Number}}
	var err error
	if s.id, err = w.client.CreateUser(ctx, authy.NewUser{Email: p.Email, Phone: s.phone}); err != nil {
		w.complain(t, "create", err)
		return
	}
	w.sends(s)
	if _, err := w.client.SendSMS(ctx, s.id, authy.CodeOptions{}); err != nil {
		w.complain(t, "send", err)
		return
	}
	s.sent = true
	for ctx.Err() == nil && !s.checked {
		if code := w.inbox(ctx, p.Phone); code != "" {
			s.checked = true
			w.try(ctx, t, use{s.id, code})
		}
	}
}

// complain fails the test for a refusal, which nothing here deserves; a dead server is what we are here for.
func (w *world) complain(t *testing.T, what string, err error) {
	if alive(err) && !errors.Is(err, authy.ErrRateLimited) {
		t.Errorf("%s: %v", what, err)
	}
}

// approve asks somebody and answers.
func (w *world) approve(ctx context.Context, t *testing.T) {
	s := w.devices[int(w.turn.Add(1))%len(w.devices)]
	message := "Transfer " + rand.Text()
	id, err := w.client.CreateApproval(ctx, s.user, authy.NewApproval{Message: message})
	if err != nil {
		w.complain(t, "ask", err)
		return
	}
	a := &asking{id: id, device: s.device}
	w.ask(a)
	question, err := s.device.Challenge(ctx, string(id))
	if err != nil {
		w.complain(t, "look", err)
		return
	}
	a.answered = true
	receipt, err := s.device.Answer(ctx, question, client.Approve())
	if err != nil {
		w.complain(t, "answer", err)
		return
	}
	a.receipt = receipt
}
