package authsignal

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"sync"
	"time"

	"github.com/coder/websocket"

	"github.com/twinseal/twinseal/internal/endpoint"
	"github.com/twinseal/twinseal/internal/mfa"
	"github.com/twinseal/twinseal/internal/mfa/stepup"
)

// Bounds of a socket.
const (
	maxFrame   = 16 << 10         // twice the custom data of an action
	socketBeat = 30 * time.Second // how often a page is asked whether it is there; proxies give up after a minute
	socketWait = 10 * time.Second // how long it may take to answer, or to read what was written
	// socketIdle is how long a page may have no picture: before the first, and after the time of each.
	socketIdle = time.Minute
)

// nameSocket is the route in logs and metrics.
const nameSocket = "GET /" + areaSocket

// socket answers pages that show pictures over a WebSocket, and hear what became of them.
func (d *Dialect) socket(server *endpoint.Server) http.Handler {
	h := &endpoint.Handler{Server: server, Door: Name, Render: d.render}
	return h.Route(nameSocket, func(ctx context.Context, r *endpoint.Request) (endpoint.Response, error) {
		c := &call{request: r, realm: realmClient}
		if err := d.admit(ctx, c); err != nil {
			return endpoint.Response{}, err
		}
		leave, err := d.sockets.enter(mfa.SourceKey(c.source()), d.service.Limits())
		if err != nil {
			return endpoint.Response{}, err
		}
		return endpoint.Response{Upgrade: func(ctx context.Context, w http.ResponseWriter, r *http.Request) error {
			defer leave()
			return d.hold(ctx, c, w, r, server.Lot.Draining())
		}}, nil
	})
}

// admit establishes whose page it is, by what it offers: its token or its tenant. Browsers let any page open a socket
// anywhere, so a page that may not read answers gets none.
func (d *Dialect) admit(ctx context.Context, c *call) error {
	offer, err := parseOffer(c.request.Header.Values("Sec-WebSocket-Protocol"))
	switch {
	case err != nil:
		return err
	case offer.token != "":
		if c.token, err = d.open(ctx, offer.token); err == nil {
			c.caller = c.token.caller
		}
	case offer.tenant != "":
		c.caller, err = d.tenantNamed(ctx, offer.tenant)
	default:
		err = unauthorized(errors.New("the socket offers neither a token nor a tenant"))
	}
	if err != nil {
		return err
	}
	c.tell(ctx)
	if origin := c.request.Header.Get("Origin"); origin != "" && !openTo(c.caller, origin) {
		return refuse(failForbidden, "Pages of this origin may not use the application.")
	}
	return nil
}

// sockets counts those that are open, by where they come from.
type sockets struct {
	mu   sync.Mutex
	all  int
	from map[string]int
}

var errSockets = refuse(failLimited, "Too many pages wait here at once; try again later.")

// enter counts one more, until leave is called.
func (s *sockets) enter(source string, most mfa.Limits) (leave func(), err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.all >= most.Sockets || s.from[source] >= most.SocketsPerSource {
		return nil, errSockets
	}
	if s.from == nil {
		s.from = map[string]int{}
	}
	s.all++
	s.from[source]++
	return sync.OnceFunc(func() { s.leave(source) }), nil
}

func (s *sockets) leave(source string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.all--
	if s.from[source]--; s.from[source] == 0 {
		delete(s.from, source)
	}
}

// hold speaks with a page until one of them has enough. It costs this goroutine and the one that reads.
func (d *Dialect) hold(ctx context.Context, c *call, w http.ResponseWriter, r *http.Request, draining <-chan struct{}) error {
	conn, err := websocket.Accept(w, r, &websocket.AcceptOptions{
		Subprotocols: []string{socketProtocol}, InsecureSkipVerify: true, // the origin was looked at
	})
	if err != nil {
		return nil //nolint:nilerr // it has answered, and nobody here did anything wrong
	}
	conn.SetReadLimit(maxFrame)
	ctx, cancel := context.WithCancel(context.WithoutCancel(ctx))
	s := &socket{d: d, call: c, conn: conn, frames: make(chan []byte), gone: make(chan struct{})}
	defer func() {
		cancel()
		_ = conn.CloseNow()
		<-s.gone
		s.forget()
	}()
	go s.read(ctx)
	return s.speak(ctx, draining)
}

// socket is one page with the picture that it shows; a new one takes the old one's place.
type socket struct {
	d      *Dialect
	call   *call
	conn   *websocket.Conn
	frames chan []byte
	gone   chan struct{} // closed when nothing can be read any more

	picture stepup.Picture
	state   qrState // that the page knows
	changed <-chan struct{}
	stop    func()
}

// read hands frames on, one at a time: a page that sends more than is worked off waits.
func (s *socket) read(ctx context.Context) {
	defer close(s.gone)
	for {
		kind, raw, err := s.conn.Read(ctx)
		if err != nil {
			return
		}
		if kind != websocket.MessageText {
			raw = nil // which is no frame
		}
		select {
		case s.frames <- raw:
		case <-ctx.Done():
			return
		}
	}
}

// speak is the whole life of a socket.
func (s *socket) speak(ctx context.Context, draining <-chan struct{}) error {
	beat := time.NewTicker(socketBeat)
	defer beat.Stop()
	idle := time.NewTimer(socketIdle)
	defer idle.Stop()
	for {
		var err error
		select {
		case raw := <-s.frames:
			err = s.answer(ctx, raw)
			idle.Reset(s.left())
		case <-s.changed:
			err = s.look(ctx)
		case <-beat.C:
			if err = s.ping(ctx); err == nil {
				err = s.look(ctx) // a hint may be lost
			}
		case <-idle.C:
			return s.conn.Close(websocket.StatusNormalClosure, "no picture is shown any more")
		case <-draining:
			return s.conn.Close(websocket.StatusGoingAway, "the server stops")
		case <-s.gone:
			return nil
		}
		if err != nil {
			return s.refused(ctx, err)
		}
	}
}

// left is how long the socket may live without another picture.
func (s *socket) left() time.Duration {
	if s.picture.Prompt.ID == "" {
		return socketIdle
	}
	return s.picture.Prompt.ExpiresAt.Sub(s.d.service.Now()) + socketIdle
}

func (s *socket) ping(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, socketWait)
	defer cancel()
	return s.conn.Ping(ctx)
}

// answer makes the picture that a frame asks for, and hears of its changes before anybody can know of it.
func (s *socket) answer(ctx context.Context, raw []byte) error {
	wish, err := parseCreate(raw)
	if err != nil {
		return err
	}
	if t := s.call.token; t != nil && !s.d.service.Now().Before(t.expires) {
		return errExpired
	}
	picture, err := s.d.picture(ctx, s.call, &wish)
	if err != nil {
		return err
	}
	s.forget()
	s.picture, s.state = picture, qrUnclaimed
	s.changed, s.stop = s.d.service.Subscribe(mfa.TopicPrompt(picture.Prompt.ID))
	return s.send(ctx, frame{frameCreated, createdFrame{picture.Prompt.ID, challengeQRCode, wireTime(picture.Prompt.ExpiresAt), qrUnclaimed}})
}

// forget hears no more of the picture.
func (s *socket) forget() {
	if s.stop != nil {
		s.stop()
	}
	s.changed, s.stop = nil, nil
}

// look tells the page what became of its picture, if that is news.
func (s *socket) look(ctx context.Context) error {
	if !s.d.service.Now().Before(s.picture.Prompt.ExpiresAt) {
		s.forget()
	}
	if s.stop == nil {
		return nil
	}
	result, err := s.d.stepup.CheckQR(ctx, s.call.pass(), s.picture.Prompt.ID, s.picture.DeviceCode)
	if err != nil {
		return err
	}
	state := stateOfPicture(result)
	if state == s.state {
		return nil
	}
	s.state = state
	change := changeFrame{ChallengeID: s.picture.Prompt.ID, State: state}
	if state == qrApproved {
		if change.AccessToken, err = s.d.earned(ctx, result); err != nil {
			return err
		}
	}
	if state == qrApproved || state == qrRejected {
		s.forget()
	}
	return s.send(ctx, frame{frameChange, change})
}

func stateOfPicture(r stepup.Result) qrState {
	switch {
	case r.Verified:
		return qrApproved
	case r.Consumed:
		return qrRejected
	case r.Claimed:
		return qrClaimed
	}
	return qrUnclaimed
}

func (s *socket) send(ctx context.Context, f frame) error {
	raw, err := json.Marshal(f)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, socketWait)
	defer cancel()
	return s.conn.Write(ctx, websocket.MessageText, raw)
}

// refused ends a socket after an error: the page is told what it was, where it was not that the page has gone, and has to
// come again. The error is logged.
func (s *socket) refused(ctx context.Context, err error) error {
	refusal := refusalOf(err)
	body := errorBody{refusal.code, refusal.code, refusal.message}
	if gone := s.send(ctx, frame{frameError, body}); gone != nil {
		return nil //nolint:nilerr // a page that has gone did nothing wrong
	}
	_ = s.conn.Close(websocket.StatusPolicyViolation, refusal.code)
	return refusal
}
