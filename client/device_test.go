package client_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/twinseal/twinseal/api"
	"github.com/twinseal/twinseal/client"
	"github.com/twinseal/twinseal/client/clienttest"
	"github.com/twinseal/twinseal/receipt"
)

// linked gives a server and a device of its person Ann, whose clock agrees.
func linked(t *testing.T) (*clienttest.Server, *client.Device) {
	t.Helper()
	s := clienttest.Start(t)
	d := newDevice(t, s, s.Now)
	if err := d.Link(t.Context(), client.Link{Code: s.Code(), Name: "Ann's laptop", Platform: "cli"}); err != nil {
		t.Fatal(err)
	}
	return s, d
}

func newDevice(t *testing.T, s *clienttest.Server, clock func() time.Time) *client.Device {
	t.Helper()
	d, err := client.NewDevice(s.URL, client.WithClock(clock))
	if err != nil {
		t.Fatal(err)
	}
	return d
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

func TestAnApprovalComesBackAsAVerifiedReceipt(t *testing.T) {
	t.Parallel()
	s, d := linked(t)
	id := s.Ask("Transfer money to <bob@example.com> & friends", func(q *receipt.Question) {
		q.Details = []receipt.Detail{{Label: "To", Value: "bob"}, {Label: "From", Value: "ann"}}
		q.Amount = &receipt.Amount{Value: "12.50", Currency: "EUR"}
	})
	data, err := d.Answer(t.Context(), onlyChallenge(t, d), client.Decision{Approve: true, Factors: []string{"pin"}})
	if err != nil {
		t.Fatal(err)
	}
	if s.State(id) != api.StateApproved {
		t.Errorf("state = %s", s.State(id))
	}
	result, err := receipt.Verify(data, receipt.Options{ServerKey: s.ServerKey()})
	if err != nil {
		t.Fatal(err)
	}
	if got := result.Statement; got.Decision != receipt.Approved || got.Question.Challenge != id || len(got.Factors) != 2 {
		t.Errorf("statement = %+v", got)
	}
	again, err := d.Receipt(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := receipt.Verify(again, receipt.Options{ServerKey: s.ServerKey()}); err != nil {
		t.Error(err)
	}
}

func TestADenialCarriesItsReason(t *testing.T) {
	t.Parallel()
	s, d := linked(t)
	id := s.Ask("Log in?")
	if _, err := d.Answer(t.Context(), onlyChallenge(t, d), client.Deny("not me", true)); err != nil {
		t.Fatal(err)
	}
	c, err := d.Challenge(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	if c.State != api.StateDenied || c.Reason != "not me" || !c.Fraud || c.AnsweredBy != d.Account().Linked.Device.ID {
		t.Errorf("challenge = %+v", c.Challenge)
	}
}

func TestALostResponseIsAskedForAgain(t *testing.T) {
	t.Parallel()
	s, d := linked(t)
	id := s.Ask("Log in?")
	c := onlyChallenge(t, d)
	s.DropAnswers(1)
	if _, err := d.Answer(t.Context(), c, client.Approve()); err != nil {
		t.Fatal(err)
	}
	if s.State(id) != api.StateApproved {
		t.Errorf("state = %s", s.State(id))
	}
}

func TestTheFirstAnswerStands(t *testing.T) {
	t.Parallel()
	s, d := linked(t)
	s.Ask("Log in?")
	c := onlyChallenge(t, d)
	if _, err := d.Answer(t.Context(), c, client.Approve()); err != nil {
		t.Fatal(err)
	}
	if _, err := d.Answer(t.Context(), c, client.Deny("", false)); !client.HasCode(err, api.CodeAlreadyAnswered) {
		t.Errorf("error = %v", err)
	}
}

func TestLateAndWithdrawnRequestsCannotBeAnswered(t *testing.T) {
	t.Parallel()
	s, d := linked(t)
	expired := s.Ask("Log in?")
	late := onlyChallenge(t, d)
	s.Advance(11 * time.Minute)
	cancelled := s.Ask("Log in again?")
	withdrawn := onlyChallenge(t, d)
	s.Cancel(cancelled)
	if _, err := d.Answer(t.Context(), late, client.Approve()); !client.HasCode(err, api.CodeExpired) {
		t.Errorf("%s: error = %v", expired, err)
	}
	if _, err := d.Answer(t.Context(), withdrawn, client.Approve()); !client.HasCode(err, api.CodeCancelled) {
		t.Errorf("%s: error = %v", cancelled, err)
	}
}

func TestAWrongClockIsCorrectedByTheServer(t *testing.T) {
	t.Parallel()
	s := clienttest.Start(t)
	wrong := func() time.Time { return s.Now().Add(-26 * time.Hour) }
	d := newDevice(t, s, wrong)
	if err := d.Link(t.Context(), client.Link{Code: s.Code(), Name: "a", Platform: "cli"}); err != nil {
		t.Fatal(err)
	}
	if got := d.Account().ClockOffset; got != 26*time.Hour {
		t.Errorf("offset = %v", got)
	}
	s.Ask("Log in?")
	if _, err := d.Answer(t.Context(), onlyChallenge(t, d), client.Approve()); err != nil {
		t.Error(err)
	}
}

func TestAReplayedProofIsMadeAnew(t *testing.T) {
	t.Parallel()
	s, d := linked(t)
	s.Refuse(api.Problem{Status: http.StatusUnauthorized, Code: api.CodeProofReplayed})
	if _, err := d.Self(t.Context()); err != nil {
		t.Error(err)
	}
}

func TestAQuestionWithUnknownMembersIsNotSigned(t *testing.T) {
	t.Parallel()
	s, d := linked(t)
	s.Ask("Log in?")
	wire, err := json.Marshal(onlyChallenge(t, d))
	if err != nil {
		t.Fatal(err)
	}
	stranger := strings.Replace(string(wire), `"nonce"`, `"terms":"sell the house","nonce"`, 1)
	var c client.Challenge
	if err := json.Unmarshal([]byte(stranger), &c); err != nil {
		t.Fatal(err)
	}
	if c.Signable() == nil {
		t.Error("it says it can be signed")
	}
	if _, err := d.Answer(t.Context(), c, client.Approve()); err == nil {
		t.Error("it was signed")
	}
	if _, err := d.Answer(t.Context(), client.Challenge{}, client.Approve()); err == nil {
		t.Error("nothing was signed")
	}
}

func TestHistoryComesInPages(t *testing.T) {
	t.Parallel()
	s, d := linked(t)
	for i := range 5 {
		s.Ask(fmt.Sprintf("Question %d", i))
	}
	var seen []string
	next := ""
	for {
		page, err := d.History(t.Context(), 2, next)
		if err != nil {
			t.Fatal(err)
		}
		for _, c := range page.Challenges {
			seen = append(seen, c.Question.Message)
		}
		if next = page.Next; next == "" {
			break
		}
	}
	if got := strings.Join(seen, ","); got != "Question 4,Question 3,Question 2,Question 1,Question 0" {
		t.Errorf("history = %s", got)
	}
}

func TestWaitReturnsWhenSomethingIsAsked(t *testing.T) {
	t.Parallel()
	s, d := linked(t)
	empty, err := d.Challenges(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	got := make(chan client.ChallengeList, 1)
	go func() {
		list, err := d.Wait(t.Context(), empty.Cursor, time.Minute)
		if err != nil {
			t.Error(err)
		}
		got <- list
	}()
	id := s.Ask("Log in?")
	if list := <-got; len(list.Challenges) != 1 || list.Challenges[0].ID != id {
		t.Errorf("list = %+v", list)
	}
}

func TestAStreamTellsOfEveryChange(t *testing.T) {
	t.Parallel()
	s, d := linked(t)
	var sizes []int
	for list, err := range d.Stream(t.Context()) {
		if err != nil {
			if !errors.Is(err, client.ErrStreamEnded) {
				t.Errorf("ended with %v", err)
			}
			break
		}
		sizes = append(sizes, len(list.Challenges))
		switch len(sizes) {
		case 1, 2:
			s.Ask("Log in?")
		case 3:
			s.Cancel(list.Challenges[0].ID)
		case 4:
			s.EndStreams()
		}
	}
	if got := fmt.Sprint(sizes); got != "[0 1 2 1]" {
		t.Errorf("sizes = %s", got)
	}
}

func TestAStreamEndsWithItsContext(t *testing.T) {
	t.Parallel()
	_, d := linked(t)
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	count := 0
	for _, err := range d.Stream(ctx) {
		count++
		if err != nil {
			break
		}
		cancel()
	}
	if count != 2 {
		t.Errorf("%d events", count)
	}
}

func TestPushCanBeSetAndRemoved(t *testing.T) {
	t.Parallel()
	_, d := linked(t)
	if key, err := d.PushKey(t.Context()); err != nil || key == "" {
		t.Fatalf("key %q, %v", key, err)
	}
	subscription := api.PushSubscription{Endpoint: "https://push.example.net/1", Keys: api.PushKeys{P256DH: "a", Auth: "b"}}
	for i, set := range []func() error{
		func() error { return d.SetPush(t.Context(), subscription) },
		func() error { return d.RemovePush(t.Context()) },
	} {
		if err := set(); err != nil {
			t.Fatal(err)
		}
		self, err := d.Self(t.Context())
		if err != nil || self.Device.Push != (i == 0) {
			t.Errorf("step %d: push = %v, %v", i, self.Device.Push, err)
		}
	}
}

func TestProblemsAreTypedErrors(t *testing.T) {
	t.Parallel()
	s, d := linked(t)
	s.Refuse(api.Problem{Status: http.StatusTooManyRequests, Code: api.CodeRateLimited, Detail: "slow down"})
	_, err := d.Self(t.Context())
	var refusal *client.Error
	if !errors.As(err, &refusal) {
		t.Fatalf("error = %v", err)
	}
	if refusal.Code != api.CodeRateLimited || refusal.Status != http.StatusTooManyRequests || refusal.Error() != "slow down" || refusal.Hint() == "" {
		t.Errorf("error = %+v", refusal)
	}
}
