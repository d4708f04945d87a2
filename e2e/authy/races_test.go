package authy

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/twinseal/twinseal/client"
	"github.com/twinseal/twinseal/client/authy"
	"github.com/twinseal/twinseal/e2e/harness"
)

// racers is how many try the same thing at the same time.
const racers = 200

// race has everybody do the same at once and counts who succeeded.
func race(try func(i int) bool) int64 {
	var wins atomic.Int64
	var ready, all sync.WaitGroup
	start := make(chan struct{})
	for i := range racers {
		ready.Add(1)
		all.Go(func() {
			ready.Done()
			<-start
			if try(i) {
				wins.Add(1)
			}
		})
	}
	ready.Wait()
	close(start)
	all.Wait()
	return wins.Load()
}

// races: a code, a recovery code and an answer count once, however many present them at the same time.
func (w *world) races(t *testing.T) {
	c := w.goClient(t, w.bank)
	p := w.NewPerson()
	id := authy.UserID(mustCreate(t, goSDK{c}, p))
	verify := func(token string) func(int) bool {
		return func(int) bool {
			_, err := c.VerifyToken(t.Context(), id, token, authy.VerifyOptions{})
			if err != nil && !errors.Is(err, authy.ErrInvalidToken) && !errors.Is(err, authy.ErrRateLimited) {
				t.Error(err)
			}
			return err == nil
		}
	}
	if _, err := c.SendSMS(t.Context(), id, authy.CodeOptions{}); err != nil {
		t.Fatal(err)
	}
	if wins := race(verify(w.Code(t, p.Phone, 1).Code())); wins != 1 {
		t.Errorf("a sent code counted %d times", wins)
	}
	w.recoveryRace(t)
	w.answerRace(t, c)
}

// recoveryRace uses a person of its own, because the failures of the race before are counted.
func (w *world) recoveryRace(t *testing.T) {
	t.Helper()
	c := w.goClient(t, w.bank)
	id := authy.UserID(mustCreate(t, goSDK{c}, w.NewPerson()))
	var made struct{ Codes []string }
	out := w.Operate(t, "user", "recovery-codes", "--app", fmt.Sprint(w.bank.number), "--authy-id", id.String(), "--json")
	if err := json.Unmarshal([]byte(out), &made); err != nil || len(made.Codes) < 2 {
		t.Fatalf("recovery codes: %v\n%s", err, out)
	}
	typed := strings.ReplaceAll(made.Codes[0], "-", "") // they are shown in groups
	w.Log.Secret(made.Codes[0])
	w.Log.Secret(typed)
	wins := race(func(int) bool {
		_, err := c.VerifyToken(t.Context(), id, typed, authy.VerifyOptions{})
		return err == nil
	})
	if wins != 1 {
		t.Errorf("a recovery code counted %d times", wins)
	}
}

// answerRace: one question, two devices, half of the answers say yes and half say no.
func (w *world) answerRace(t *testing.T, c *authy.Client) {
	t.Helper()
	id := authy.UserID(mustCreate(t, goSDK{c}, w.NewPerson()))
	devices := []*client.Device{w.inProcess(t, id), w.inProcess(t, id)}
	uuid, err := c.CreateApproval(t.Context(), id, authy.NewApproval{Message: "Yes or no?"})
	if err != nil {
		t.Fatal(err)
	}
	asked, err := devices[0].Challenge(t.Context(), string(uuid))
	if err != nil {
		t.Fatal(err)
	}
	var yes, no atomic.Int64
	wins := race(func(i int) bool {
		decision, count := client.Approve(), &yes
		if i%2 == 1 {
			decision, count = client.Deny("", false), &no
		}
		_, err := devices[i/2%2].Answer(t.Context(), asked, decision)
		if err == nil {
			count.Add(1)
		}
		return err == nil
	})
	got, err := c.ApprovalStatus(t.Context(), uuid)
	if err != nil {
		t.Fatal(err)
	}
	if wins != 1 || got.Status == authy.Approved && yes.Load() != 1 || got.Status == authy.Denied && no.Load() != 1 {
		t.Errorf("%d answers won (%d yes, %d no), and the request is %s", wins, yes.Load(), no.Load(), got.Status)
	}
}

// inProcess is a device of ours that lives in the test.
func (w *world) inProcess(t *testing.T, id authy.UserID) *client.Device {
	t.Helper()
	var made struct {
		Token string `json:"registration_token"`
	}
	w.Send(t, harness.Request{
		Method: http.MethodPost, Path: "/protected/json/sdk/registrations", Type: formType,
		Body: "api_key=" + w.bank.key + "&authy_id=" + id.String(),
	}).JSON(t, &made)
	d, err := client.NewDevice(w.URL)
	if err != nil {
		t.Fatal(err)
	}
	if err := d.Link(t.Context(), client.Link{Code: made.Token, Name: "Test", Platform: "cli"}); err != nil {
		t.Fatal(err)
	}
	return d
}
