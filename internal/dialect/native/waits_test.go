package native_test

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/twinseal/twinseal/api"
	"github.com/twinseal/twinseal/internal/endpoint"
	"github.com/twinseal/twinseal/internal/mfa"
	"github.com/twinseal/twinseal/internal/mfa/mfatest"
	"github.com/twinseal/twinseal/receipt"
)

// telling says when somebody begins to wait for a user's challenges.
type telling struct {
	mfa.Waker
	waiting chan struct{}
}

func (w telling) Subscribe(topic string) (<-chan struct{}, func()) {
	c, stop := w.Waker.Subscribe(topic)
	if strings.HasPrefix(topic, "user:") {
		w.waiting <- struct{}{}
	}
	return c, stop
}

// live is a server on a real listener, with or without a lot for those who wait.
type live struct {
	*desk

	url     string
	lot     *endpoint.Lot // nil where waiters hold their handlers
	waiting chan struct{} // receives for each that begins to wait
	client  *http.Client
}

// patience bounds a test that waits for something that must come.
const patience = time.Minute

// everyWay runs a test with waiters in the lot and in their handlers.
func everyWay(t *testing.T, test func(t *testing.T, s *live)) {
	t.Helper()
	for what, parked := range map[string]bool{"in the lot": true, "in place": false} {
		t.Run(what, func(t *testing.T) {
			t.Parallel()
			test(t, newLive(t, parked))
		})
	}
}

func newLive(t *testing.T, parked bool) *live {
	t.Helper()
	s := &live{desk: newDesk(t), waiting: make(chan struct{}, 8)}
	kept := s.Waker
	s.Waker = telling{kept, s.waiting}
	service := s.Beside(mfa.Options{Sandbox: true})
	s.Waker = kept
	inner, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	listener := inner
	if parked {
		s.lot = endpoint.NewLot(inner)
		listener = s.lot
	}
	server := &http.Server{Handler: s.doorTo(service, s.lot, ""), ReadHeaderTimeout: patience}
	served := make(chan error, 1)
	go func() { served <- server.Serve(listener) }()
	transport := &http.Transport{}
	s.url, s.client = "http://"+inner.Addr().String(), &http.Client{Transport: transport}
	t.Cleanup(func() {
		transport.CloseIdleConnections()
		if s.lot != nil {
			_ = s.lot.Drain(context.WithoutCancel(t.Context()))
		}
		if err := errors.Join(server.Close(), <-served); !errors.Is(err, http.ErrServerClosed) {
			t.Error(err)
		}
	})
	return s
}

// open makes a signed request and gives its answer as it comes.
func (s *live) open(ctx context.Context, phone *mfatest.Device, target string) (*http.Response, error) {
	r := s.build(request{method: http.MethodGet, target: target, sign: phone.Key})
	out, err := http.NewRequestWithContext(ctx, http.MethodGet, s.url+target, http.NoBody)
	if err != nil {
		return nil, err
	}
	out.Header = r.Header
	return s.client.Do(out)
}

// poll makes a request that may be held, in the background.
func (s *live) poll(t *testing.T, phone *mfatest.Device, target string) <-chan answer {
	t.Helper()
	out := make(chan answer, 1)
	go func() {
		defer close(out)
		resp, err := s.open(t.Context(), phone, target)
		if err != nil {
			t.Error(err)
			return
		}
		defer resp.Body.Close()
		body, err := io.ReadAll(resp.Body)
		if err != nil {
			t.Error(err)
		}
		out <- answer{resp.StatusCode, resp.Header, body}
	}()
	return out
}

func TestALongPollWakesWhenSomethingIsAsked(t *testing.T) {
	t.Parallel()
	everyWay(t, func(t *testing.T, s *live) {
		ann := s.Register("4155550501")
		phone := ann.Link()
		held := s.poll(t, phone, api.PathChallenges+"?state=pending&wait=60")
		<-s.waiting
		asked := ann.Ask("Log in?")
		list := read[api.ChallengeList](t, <-held)
		if len(list.Challenges) != 1 || list.Challenges[0].ID != string(asked.ID) {
			t.Errorf("it woke with %+v", list)
		}
		if n := len(ann.Events(mfa.EventChallengeCreated)); n != 1 {
			t.Errorf("%d requests were asked", n)
		}
	})
}

func TestALongPollWakesWhenTheListIsAnotherOne(t *testing.T) {
	t.Parallel()
	everyWay(t, func(t *testing.T, s *live) {
		ann := s.Register("4155550502")
		phone := ann.Link()
		asked := ann.Ask("Log in?")
		now := read[api.ChallengeList](t, <-s.poll(t, phone, api.PathChallenges+"?wait=60"))
		<-s.waiting // it was told at once that something waits
		held := s.poll(t, phone, api.PathChallenges+"?wait=60&after="+now.Cursor)
		<-s.waiting
		if _, err := s.Service.Answer(t.Context(), phone.Caller, asked.ID, phone.Statement(asked, receipt.Denied, nil), nil); err != nil {
			t.Fatal(err)
		}
		if list := read[api.ChallengeList](t, <-held); len(list.Challenges) != 0 || list.Cursor == now.Cursor {
			t.Errorf("it woke with %+v", list)
		}
	})
}

func TestALongPollEndsWithItsTime(t *testing.T) {
	t.Parallel()
	everyWay(t, func(t *testing.T, s *live) {
		phone := s.Register("4155550503").Link()
		if list := read[api.ChallengeList](t, <-s.poll(t, phone, api.PathChallenges+"?wait=1")); len(list.Challenges) != 0 || list.Cursor == "" {
			t.Errorf("it ended with %+v", list)
		}
	})
}

func TestWaitersOfAnUnlinkedDeviceAreSentAway(t *testing.T) {
	t.Parallel()
	everyWay(t, func(t *testing.T, s *live) {
		phone := s.Register("4155550504").Link()
		held := s.poll(t, phone, api.PathChallenges+"?wait=60")
		<-s.waiting
		if err := s.Service.UnlinkDevice(t.Context(), phone.Caller); err != nil {
			t.Fatal(err)
		}
		refused(t, "the poll", <-held, http.StatusUnauthorized, api.CodeDeviceUnknown)
	})
}

func TestWaitersAreAnsweredWhenTheServerStops(t *testing.T) {
	t.Parallel()
	s := newLive(t, true)
	ann := s.Register("4155550505")
	phone := ann.Link()
	held, streamed := s.poll(t, phone, api.PathChallenges+"?wait=60"), s.poll(t, phone, api.PathStream)
	<-s.waiting
	<-s.waiting
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	if err := s.lot.Drain(ctx); err != nil {
		t.Fatal(err)
	}
	if list := read[api.ChallengeList](t, <-held); len(list.Challenges) != 0 {
		t.Errorf("the poll ended with %+v", list)
	}
	if a := <-streamed; a.status != http.StatusOK {
		t.Errorf("the stream ended with %d %s", a.status, a.body)
	}
}

// events reads a stream event by event; comments are left out.
func events(t *testing.T, from io.Reader) func() (api.ChallengeList, bool) {
	t.Helper()
	lines := bufio.NewScanner(from)
	lines.Buffer(nil, 1<<20)
	return func() (api.ChallengeList, bool) {
		named := false
		for lines.Scan() {
			line := lines.Text()
			if line == "event: "+api.StreamEvent {
				named = true
			}
			data, ok := strings.CutPrefix(line, "data: ")
			if !ok {
				continue
			}
			var list api.ChallengeList
			if err := json.Unmarshal([]byte(data), &list); err != nil || !named {
				t.Errorf("%v in %q", err, line)
			}
			return list, true
		}
		return api.ChallengeList{}, false
	}
}

func TestAStreamTellsEveryChangeUntilTheDeviceIsUnlinked(t *testing.T) {
	t.Parallel()
	everyWay(t, func(t *testing.T, s *live) {
		ann := s.Register("4155550506")
		phone, other := ann.Link(), ann.Link()
		resp, err := s.open(t.Context(), phone, api.PathStream)
		if err != nil {
			t.Fatal(err)
		}
		defer resp.Body.Close()
		if kind := resp.Header.Get("Content-Type"); !strings.HasPrefix(kind, "text/event-stream") {
			t.Fatalf("%d %s", resp.StatusCode, kind)
		}
		next := events(t, resp.Body)
		first, ok := next()
		if !ok || first.Challenges == nil || len(first.Challenges) != 0 {
			t.Fatalf("the first event is %+v", first)
		}
		asked := ann.Ask("Log in?")
		second, ok := next()
		if !ok || len(second.Challenges) != 1 || second.Challenges[0].ID != string(asked.ID) || second.Cursor == first.Cursor {
			t.Fatalf("the second event is %+v", second)
		}
		if _, err := s.Service.Answer(t.Context(), other.Caller, asked.ID, other.Statement(asked, receipt.Approved, nil), nil); err != nil {
			t.Fatal(err)
		}
		if third, ok := next(); !ok || len(third.Challenges) != 0 || third.Cursor != first.Cursor {
			t.Fatalf("the third event is %+v", third)
		}
		if err := s.Service.UnlinkDevice(t.Context(), phone.Caller); err != nil {
			t.Fatal(err)
		}
		if last, ok := next(); ok {
			t.Errorf("an unlinked device was told %+v", last)
		}
	})
}

func TestADeviceThatHangsUpLeavesNothingBehind(t *testing.T) {
	t.Parallel()
	everyWay(t, func(t *testing.T, s *live) {
		ann := s.Register("4155550507")
		phone := ann.Link()
		ctx, hangUp := context.WithCancel(t.Context())
		resp, err := s.open(ctx, phone, api.PathStream)
		if err != nil {
			t.Fatal(err)
		}
		next := events(t, resp.Body)
		if _, ok := next(); !ok {
			t.Fatal("the stream said nothing")
		}
		hangUp()
		if err := resp.Body.Close(); err != nil && !errors.Is(err, context.Canceled) {
			t.Error(err)
		}
		ann.Ask("Log in?") // the goroutine that finds nobody there is looked for when the tests end
	})
}
