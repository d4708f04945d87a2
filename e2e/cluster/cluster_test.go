// Package cluster runs two processes over one PostgreSQL and holds them to behave as one: what is asked on one is
// answered on the other and wakes who waits on the first, and a code counts once, wherever it is presented.
package cluster

import (
	"crypto/rand"
	"errors"
	"fmt"
	"iter"
	"net/http"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/twinseal/twinseal/api"
	"github.com/twinseal/twinseal/client"
	"github.com/twinseal/twinseal/client/authy"
	"github.com/twinseal/twinseal/e2e/harness"
)

func TestMain(m *testing.M) { harness.Main(m) }

// pair is two nodes and a client of each.
type pair struct {
	nodes   [2]*harness.Server
	clients [2]*authy.Client
	key     string
}

func newPair(t *testing.T) *pair {
	t.Helper()
	p := &pair{key: rand.Text()}
	p.nodes[0] = harness.Start(t, harness.Options{
		Engine: harness.PostgreSQL, Secrets: []string{p.key},
		Apply: fmt.Sprintf("organizations:\n- name: Acme\n  directories:\n  - name: customers\n    applications:\n    - name: Bank\n      number: 7\n      authy: {api_key: %q}\n", p.key),
	})
	p.nodes[1] = p.nodes[0].Node(t)
	for i, node := range p.nodes {
		c, err := authy.New(p.key, authy.WithBaseURL(node.URL), authy.WithPolling(5*time.Millisecond, 20*time.Millisecond))
		if err != nil {
			t.Fatal(err)
		}
		p.clients[i] = c
	}
	return p
}

// person makes a user on one node.
func (p *pair) person(t *testing.T, node int) (authy.UserID, harness.Person) {
	t.Helper()
	who := p.nodes[0].NewPerson()
	id, err := p.clients[node].CreateUser(t.Context(), authy.NewUser{Email: who.Email, Phone: authy.Phone{CountryCode: 1, Number: who.Number}})
	if err != nil {
		t.Fatal(err)
	}
	return id, who
}

// device links one to a user: invited on one node, linked on the other, where it lives from then on.
func (p *pair) device(t *testing.T, id authy.UserID, invited, lives int) *client.Device {
	t.Helper()
	var made struct {
		Token string `json:"registration_token"`
	}
	p.nodes[invited].Send(t, harness.Request{
		Method: http.MethodPost, Path: "/protected/json/sdk/registrations?authy_id=" + id.String(), Header: http.Header{"X-Authy-Api-Key": {p.key}},
	}).JSON(t, &made)
	d, err := client.NewDevice(p.nodes[lives].URL)
	if err != nil {
		t.Fatal(err)
	}
	if err := d.Link(t.Context(), client.Link{Code: made.Token, Name: "Test", Platform: "cli"}); err != nil {
		t.Fatal(err)
	}
	return d
}

// elsewhere is the same device as it speaks to the other node.
func elsewhere(t *testing.T, d *client.Device, node *harness.Server) *client.Device {
	t.Helper()
	account := d.Account()
	account.Server = node.URL
	other, err := client.OpenDevice(account)
	if err != nil {
		t.Fatal(err)
	}
	return other
}

// TestTwoNodesAreOne tells its stories on one pair, one after the other.
func TestTwoNodesAreOne(t *testing.T) {
	t.Parallel()
	p := newPair(t)
	t.Run("what is asked on one node wakes a waiter on the other", p.wakes)
	t.Run("what is asked on one node is answered on the other", p.answers)
	t.Run("a code counts once", p.countsOnce)
	t.Run("a request proof is spent on both", p.proofs)
	t.Run("a node that dies takes nothing with it", p.dies)
}

// rounds is how often a wake-up is measured.
const rounds = 20

// wakes: a device that listens on the first node hears of questions that are asked on the second.
func (p *pair) wakes(t *testing.T) {
	id, _ := p.person(t, 1)
	d := p.device(t, id, 1, 0)
	heard, stop := iter.Pull2(d.Stream(t.Context()))
	defer stop()
	if _, err, ok := heard(); err != nil || !ok {
		t.Fatalf("the stream does not begin: %v", err)
	}
	var total, worst time.Duration
	for i := range rounds {
		asked := time.Now()
		if _, err := p.clients[1].CreateApproval(t.Context(), id, authy.NewApproval{Message: "Question " + strconv.Itoa(i)}); err != nil {
			t.Fatal(err)
		}
		list, err, ok := heard()
		if err != nil || !ok || len(list.Challenges) != i+1 {
			t.Fatalf("the device hears of %d requests, %v", len(list.Challenges), err)
		}
		took := time.Since(asked)
		total, worst = total+took, max(worst, took)
	}
	t.Logf("from the question on one node to the device on the other: %v on average, %v at worst", total/rounds, worst)
	p.polls(t, id, d)
}

// polls: the same for a device that waits by long polling.
func (p *pair) polls(t *testing.T, id authy.UserID, d *client.Device) {
	t.Helper()
	known, err := d.Challenges(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	woken := make(chan client.ChallengeList, 1)
	go func() {
		list, err := d.Wait(t.Context(), known.Cursor, time.Minute)
		if err != nil {
			t.Error(err)
		}
		woken <- list
	}()
	if _, err := p.clients[1].CreateApproval(t.Context(), id, authy.NewApproval{Message: "One more"}); err != nil {
		t.Fatal(err)
	}
	limit := time.NewTimer(20 * time.Second) // far below the minute that the device is ready to wait
	defer limit.Stop()
	select {
	case list := <-woken:
		if len(list.Challenges) != len(known.Challenges)+1 {
			t.Errorf("the device sees %d requests", len(list.Challenges))
		}
	case <-limit.C:
		t.Error("nothing woke the device")
	}
}

// answers: asked on the second node, answered on the first, seen by who polls the second.
func (p *pair) answers(t *testing.T) {
	id, _ := p.person(t, 0)
	d := p.device(t, id, 0, 0)
	for i, decision := range []client.Decision{client.Approve(), client.Deny("not me", true)} {
		uuid, err := p.clients[1].CreateApproval(t.Context(), id, authy.NewApproval{Message: "Decide " + strconv.Itoa(i)})
		if err != nil {
			t.Fatal(err)
		}
		question, err := d.Challenge(t.Context(), string(uuid))
		if err != nil {
			t.Fatal(err)
		}
		if _, err := d.Answer(t.Context(), question, decision); err != nil {
			t.Fatal(err)
		}
		for node, c := range p.clients {
			got, err := c.ApprovalStatus(t.Context(), uuid)
			if err != nil || (got.Status == authy.Approved) != decision.Approve {
				t.Errorf("node %d says %+v, %v", node, got, err)
			}
		}
		if _, err := elsewhere(t, d, p.nodes[1]).Answer(t.Context(), question, client.Approve()); err == nil {
			t.Error("an answered request is answered again on the other node")
		}
	}
}

// racers present one code at the same time, half of them to each node.
const racers = 100

// countsOnce: sent on one node, presented to both.
func (p *pair) countsOnce(t *testing.T) {
	for node := range p.nodes {
		id, who := p.person(t, node)
		if _, err := p.clients[node].SendSMS(t.Context(), id, authy.CodeOptions{}); err != nil {
			t.Fatal(err)
		}
		code := p.nodes[1-node].Code(t, who.Phone, 1).Code()
		var wins atomic.Int64
		var all sync.WaitGroup
		start := make(chan struct{})
		for i := range racers {
			all.Go(func() {
				<-start
				_, err := p.clients[i%2].VerifyToken(t.Context(), id, code, authy.VerifyOptions{})
				switch {
				case err == nil:
					wins.Add(1)
				case !errors.Is(err, authy.ErrInvalidToken) && !errors.Is(err, authy.ErrRateLimited):
					t.Error(err)
				}
			})
		}
		close(start)
		all.Wait()
		if wins.Load() != 1 {
			t.Errorf("the code counted %d times", wins.Load())
		}
	}
}

// recorder keeps the proofs of a device's requests.
type recorder struct {
	mu    sync.Mutex
	proof string
}

func (r *recorder) RoundTrip(request *http.Request) (*http.Response, error) {
	r.mu.Lock()
	r.proof = request.Header.Get(api.HeaderProof)
	r.mu.Unlock()
	return http.DefaultTransport.RoundTrip(request)
}

// proofs: a request that one node has seen is refused by the other.
func (p *pair) proofs(t *testing.T) {
	id, _ := p.person(t, 0)
	seen := &recorder{}
	d, err := client.OpenDevice(p.device(t, id, 0, 0).Account(), client.WithHTTPClient(&http.Client{Transport: seen}))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := d.Self(t.Context()); err != nil {
		t.Fatal(err)
	}
	for i, node := range p.nodes {
		got := node.Send(t, harness.Request{Path: api.PathDevice, Header: http.Header{api.HeaderProof: {seen.proof}}})
		if got.Status != http.StatusUnauthorized {
			t.Errorf("node %d takes a proof again: %d %s", i, got.Status, got.Body)
		}
	}
}

// dies: while one node is down the other goes on, and afterwards both know everything.
func (p *pair) dies(t *testing.T) {
	id, _ := p.person(t, 0)
	d := p.device(t, id, 0, 1)
	uuid, err := p.clients[0].CreateApproval(t.Context(), id, authy.NewApproval{Message: "Asked by the dead"})
	if err != nil {
		t.Fatal(err)
	}
	p.nodes[0].Kill()
	question, err := d.Challenge(t.Context(), string(uuid))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := d.Answer(t.Context(), question, client.Approve()); err != nil {
		t.Fatal(err)
	}
	p.nodes[0].Start()
	if got, err := p.clients[0].ApprovalStatus(t.Context(), uuid); err != nil || got.Status != authy.Approved {
		t.Errorf("the node that came back says %+v, %v", got, err)
	}
	p.wakes(t)
}
