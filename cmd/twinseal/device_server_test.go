package main

import (
	"errors"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"testing"
	"time"

	"github.com/twinseal/twinseal/api"
	"github.com/twinseal/twinseal/client"
	"github.com/twinseal/twinseal/internal/dialect/native"
	"github.com/twinseal/twinseal/internal/endpoint"
	"github.com/twinseal/twinseal/internal/mfa"
	"github.com/twinseal/twinseal/internal/mfa/mfatest"
	"github.com/twinseal/twinseal/internal/store"
	"github.com/twinseal/twinseal/receipt"
)

// realServer is the product's own side of the protocol: the real rules over
// an embedded database, behind a real listener.
type realServer struct {
	world *mfatest.World
	url   string
}

func newRealServer(t *testing.T) realServer {
	t.Helper()
	w := mfatest.New(t, store.Options{SQLitePath: filepath.Join(t.TempDir(), "test.db")})
	key, err := receipt.NewJWK(w.SealKey.Public())
	if err != nil {
		t.Fatal(err)
	}
	door := native.New(w.Service, native.Options{ServerKey: api.JWK(key)})
	server := httptest.NewServer(door.Handler(&endpoint.Server{Log: slog.New(slog.DiscardHandler)}))
	t.Cleanup(func() {
		server.CloseClientConnections()
		server.Close()
	})
	return realServer{w, server.URL}
}

// join links a new device to a person.
func (s realServer) join(t *testing.T, p *mfatest.Person, clock func() time.Time) *client.Device {
	t.Helper()
	code, err := s.world.Service.StartLink(t.Context(), s.world.Caller, p.Ref())
	if err != nil {
		t.Fatal(err)
	}
	d, err := client.NewDevice(s.url, client.WithClock(clock))
	if err != nil {
		t.Fatal(err)
	}
	if err := d.Link(t.Context(), client.Link{Code: code.Code, Name: "Ann's laptop", Platform: "cli"}); err != nil {
		t.Fatal(err)
	}
	return d
}

func TestTheRealServerTakesAnApproval(t *testing.T) {
	t.Parallel()
	s := newRealServer(t)
	ann := s.world.Register("4155550100")
	d := s.join(t, ann, s.world.Clock.Now)
	asked := ann.Ask("Transfer <money> & \"more\"?", mfa.Detail{Label: "To", Value: "Zoë"}, mfa.Detail{Label: "From", Value: "ann"})
	c := onlyChallenge(t, d)
	if c.ID != string(asked.ID) || len(c.Question.Details) != 2 || c.Question.Details[0].Value != "Zoë" {
		t.Fatalf("challenge = %+v", c.Challenge)
	}
	data, err := d.Answer(t.Context(), c, client.Approve())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := receipt.Verify(data, receipt.Options{ServerKey: d.Account().ServerKey()}); err != nil {
		t.Error(err)
	}
	again, err := d.Receipt(t.Context(), c.ID)
	if err != nil || string(again) != string(data) {
		t.Errorf("the stored receipt is another one, %v", err)
	}
	if _, err := d.Answer(t.Context(), c, client.Deny("", false)); !client.HasCode(err, api.CodeAlreadyAnswered) {
		t.Errorf("a second answer: %v", err)
	}
	if c, err = d.Challenge(t.Context(), c.ID); err != nil || c.State != api.StateApproved || c.AnsweredBy != d.Account().Linked.Device.ID {
		t.Errorf("afterwards: %+v, %v", c.Challenge, err)
	}
}

func TestTheRealServerCorrectsAClock(t *testing.T) {
	t.Parallel()
	s := newRealServer(t)
	ann := s.world.Register("4155550100")
	slow := func() time.Time { return s.world.Clock.Now().Add(-26 * time.Hour) }
	d := s.join(t, ann, slow)
	ann.Ask("Log in?")
	if _, err := d.Answer(t.Context(), onlyChallenge(t, d), client.Deny("not me", true)); err != nil {
		t.Fatal(err)
	}
}

func TestTheRealServerTellsNobodyWhoseNumberItKnows(t *testing.T) {
	t.Parallel()
	s := newRealServer(t)
	s.world.Register("4155550100")
	for _, phone := range []string{"+14155550100", "+14155550199"} {
		d, err := client.NewDevice(s.url, client.WithClock(s.world.Clock.Now))
		if err != nil {
			t.Fatal(err)
		}
		started, err := d.StartPhoneLink(t.Context(), phone, "phone", "cli")
		if err != nil || started.EnrollmentID == "" || started.ExpiresAt == "" {
			t.Errorf("%s: %+v, %v", phone, started, err)
		}
	}
}

func TestTheRealServerWakesWaitersAndStreams(t *testing.T) {
	t.Parallel()
	s := newRealServer(t)
	ann := s.world.Register("4155550100")
	d := s.join(t, ann, s.world.Clock.Now)
	empty, err := d.Challenges(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	woken := make(chan client.ChallengeList, 1)
	go func() {
		list, err := d.Wait(t.Context(), empty.Cursor, time.Minute)
		if err != nil {
			t.Error(err)
		}
		woken <- list
	}()
	first := ann.Ask("First?")
	if list := <-woken; len(list.Challenges) != 1 || list.Challenges[0].ID != string(first.ID) {
		t.Errorf("the poll gave %+v", list)
	}
	sizes := 0
	for list, err := range d.Stream(t.Context()) {
		if err != nil {
			if !client.HasCode(err, api.CodeDeviceUnknown) && !errors.Is(err, client.ErrStreamEnded) {
				t.Errorf("the stream ended with %v", err)
			}
			break
		}
		sizes = 10*sizes + len(list.Challenges)
		switch sizes {
		case 1:
			ann.Ask("Second?")
		case 12:
			if err := d.Unlink(t.Context()); err != nil {
				t.Error(err)
			}
		}
	}
	if sizes != 12 {
		t.Errorf("the stream gave lists of %d", sizes)
	}
	if _, err := d.Self(t.Context()); !client.HasCode(err, api.CodeDeviceUnknown) {
		t.Errorf("after unlinking: %v", err)
	}
}

func TestTheRealServerRefusesInTheProtocolsWords(t *testing.T) {
	t.Parallel()
	s := newRealServer(t)
	ann := s.world.Register("4155550100")
	d := s.join(t, ann, s.world.Clock.Now)
	ann.Ask("Late?")
	late := onlyChallenge(t, d)
	s.world.Clock.Advance(25 * time.Hour)
	if _, err := d.Answer(t.Context(), late, client.Approve()); !client.HasCode(err, api.CodeExpired) {
		t.Errorf("late: %v", err)
	}
	if _, err := d.Challenge(t.Context(), "3c1f0a52-8f4e-4a61-9b57-0f3d1a2b4c5d"); !client.HasCode(err, api.CodeChallengeUnknown) {
		t.Errorf("unknown challenge: %v", err)
	}
	if _, err := d.Receipt(t.Context(), late.ID); !client.HasCode(err, api.CodeReceiptUnknown) {
		t.Errorf("unknown receipt: %v", err)
	}
	if _, err := d.PushKey(t.Context()); !client.HasCode(err, api.CodePushUnavailable) {
		t.Errorf("push: %v", err)
	}
	other, err := client.NewDevice(s.url, client.WithClock(s.world.Clock.Now))
	if err != nil {
		t.Fatal(err)
	}
	if err := other.Link(t.Context(), client.Link{Code: "WRONGWRO", Name: "x", Platform: "cli"}); !client.HasCode(err, api.CodeLinkRefused) {
		t.Errorf("wrong code: %v", err)
	}
	resp, err := http.Get(s.url + api.PathDevice)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusUnauthorized || resp.Header.Get("Content-Type") != api.ProblemMediaType {
		t.Errorf("without a proof: %s, %s", resp.Status, resp.Header.Get("Content-Type"))
	}
}

func TestTheRealServersHistoryIsNewestFirst(t *testing.T) {
	t.Parallel()
	s := newRealServer(t)
	ann := s.world.Register("4155550100")
	d := s.join(t, ann, s.world.Clock.Now)
	for _, message := range []string{"one", "two", "three"} {
		s.world.Clock.Advance(time.Second)
		ann.Ask(message)
	}
	page, err := d.History(t.Context(), 2, "")
	if err != nil || len(page.Challenges) != 2 || page.Challenges[0].Question.Message != "three" {
		t.Fatalf("%+v, %v", page, err)
	}
}

func onlyChallenge(t *testing.T, d *client.Device) client.Challenge {
	t.Helper()
	list, err := d.Challenges(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if len(list.Challenges) != 1 {
		t.Fatalf("%d challenges, want 1", len(list.Challenges))
	}
	return list.Challenges[0]
}
