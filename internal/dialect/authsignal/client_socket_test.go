package authsignal_test

import (
	"context"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/coder/websocket"

	"github.com/twinseal/twinseal/internal/endpoint"
	"github.com/twinseal/twinseal/internal/mfa"
)

// patience bounds a wait that should not be one, for a test that would hang.
const patience = 30 * time.Second

// open makes a socket of a page, by what it offers.
func (w *clientWorld) open(server *httptest.Server, origin string, offer ...string) (*websocket.Conn, *http.Response) {
	w.tb.Helper()
	ctx, cancel := context.WithTimeout(w.Context(), patience)
	defer cancel()
	conn, resp, err := websocket.Dial(ctx, strings.Replace(server.URL, "http", "ws", 1)+"/ws-v1-challenge", &websocket.DialOptions{
		Subprotocols: append([]string{"authsignal-ws"}, offer...), HTTPHeader: http.Header{"Origin": {origin}},
	})
	if err != nil {
		return nil, resp
	}
	w.tb.Cleanup(func() { _ = conn.CloseNow() })
	return conn, resp
}

func (w *clientWorld) write(conn *websocket.Conn, frame any) {
	w.tb.Helper()
	raw, err := json.Marshal(frame)
	w.must(err)
	ctx, cancel := context.WithTimeout(w.Context(), patience)
	defer cancel()
	w.must(conn.Write(ctx, websocket.MessageText, raw))
}

// read gives the next frame's type and data.
func (w *clientWorld) read(conn *websocket.Conn) (string, object) {
	w.tb.Helper()
	ctx, cancel := context.WithTimeout(w.Context(), patience)
	defer cancel()
	_, raw, err := conn.Read(ctx)
	w.must(err)
	var frame struct {
		Type string
		Data object
	}
	w.must(json.Unmarshal(raw, &frame))
	return frame.Type, frame.Data
}

func create(action string) object {
	return object{"type": "CREATE_CHALLENGE", "data": object{"challengeType": "QR_CODE", "actionCode": action}}
}

// created asks for a picture and gives its id.
func (w *clientWorld) created(conn *websocket.Conn, action string) string {
	w.tb.Helper()
	w.write(conn, create(action))
	kind, data := w.read(conn)
	id, _ := data["challengeId"].(string)
	if kind != "CHALLENGE_CREATED" || id == "" || data["challengeType"] != "QR_CODE" || data["state"] != "unclaimed" || data["expiresAt"] == nil {
		w.tb.Fatalf("created %s %v", kind, data)
	}
	return id
}

// changed reads a change of state and gives its token.
func (w *clientWorld) changed(conn *websocket.Conn, id, state string) string {
	w.tb.Helper()
	kind, data := w.read(conn)
	if kind != "STATE_CHANGE" || data["challengeId"] != id || data["state"] != state {
		w.tb.Fatalf("heard %s %v, want %s", kind, data, state)
	}
	token, _ := data["accessToken"].(string)
	return token
}

func TestAPageHearsOverItsSocketWhatBecomesOfItsPicture(t *testing.T) {
	t.Parallel()
	clients(t, func(t *testing.T, w *clientWorld) {
		server := httptest.NewServer(w.door)
		t.Cleanup(server.Close)
		p := w.phone()
		w.good(p.enrol(w.tracked("ann", "login"), "qr-code"))
		conn, resp := w.open(server, shopPage, "x.authsignal.tenant."+shopTenant)
		if conn == nil || resp.Header.Get("Sec-WebSocket-Protocol") != "authsignal-ws" {
			t.Fatalf("answered by %v", resp)
		}
		for _, approve := range []bool{true, false} {
			id := w.created(conn, "kiosk")
			w.good(p.post("user-authenticators/qr-code/challenge/claim", p.signed(id, nil)))
			w.changed(conn, id, "claimed")
			w.good(p.post("user-authenticators/qr-code/challenge", p.signed(id, object{"approved": approve})))
			if !approve {
				w.changed(conn, id, "rejected")
				continue
			}
			token := w.changed(conn, id, "approved")
			opened, _, err := w.dialect.Open(w.Context(), token)
			w.must(err)
			if w.state(opened.ActionID) != mfa.ActionChallengeSucceeded {
				t.Error("no action was proved")
			}
		}
	})
}

func TestANewPictureTakesTheOldOnesPlace(t *testing.T) {
	t.Parallel()
	clients(t, func(t *testing.T, w *clientWorld) {
		server := httptest.NewServer(w.door)
		t.Cleanup(server.Close)
		p := w.phone()
		w.good(p.enrol(w.tracked("ann", "login"), "qr-code"))
		pass := w.track(shopTenant, "ann", "pay")
		conn, _ := w.open(server, shopPage, "x.authsignal.token."+w.token(pass))
		old := w.created(conn, "pay")
		next := w.created(conn, "pay")
		if old == next {
			t.Fatal("it is the same")
		}
		w.good(p.post("user-authenticators/qr-code/challenge/claim", p.signed(next, nil)))
		w.changed(conn, next, "claimed")
		w.good(p.post("user-authenticators/qr-code/challenge", p.signed(next, object{"approved": true})))
		if w.changed(conn, next, "approved") == "" || w.state(pass.ActionID) != mfa.ActionChallengeSucceeded {
			t.Error("the action was not proved")
		}
	})
}

func TestASocketIsRefused(t *testing.T) {
	t.Parallel()
	clients(t, func(t *testing.T, w *clientWorld) {
		server := httptest.NewServer(w.door)
		t.Cleanup(server.Close)
		late := w.tracked("ann", "login")
		w.Clock.Advance(mfa.DefaultTokenLife)
		for _, test := range []struct {
			origin string
			offer  []string
			status int
		}{
			{shopPage, nil, http.StatusUnauthorized},
			{shopPage, []string{"x.authsignal.tenant.nobody"}, http.StatusUnauthorized},
			{shopPage, []string{"x.authsignal.token.a.b.c"}, http.StatusUnauthorized},
			{shopPage, []string{"x.authsignal.token." + late}, http.StatusUnauthorized},
			{otherPage, []string{"x.authsignal.tenant." + shopTenant}, http.StatusForbidden},
		} {
			if conn, resp := w.open(server, test.origin, test.offer...); conn != nil || resp == nil || resp.StatusCode != test.status {
				t.Errorf("%s with %.40q: answered by %v, want %d", test.origin, test.offer, resp, test.status)
			}
		}
		plain := w.do(ask{method: http.MethodGet, path: "/v1/../ws-v1-challenge", auth: w.anon()})
		if plain.status == http.StatusSwitchingProtocols {
			t.Error("a plain request was let through")
		}
	})
}

func TestASocketEndsAfterWhatIsNoFrame(t *testing.T) {
	t.Parallel()
	clients(t, func(t *testing.T, w *clientWorld) {
		server := httptest.NewServer(w.door)
		t.Cleanup(server.Close)
		token := w.tracked("ann", "login")
		for what, frame := range map[string]any{"no object": []int{1}, "another type": object{"type": "STATE_CHANGE"}, "another action": create("pay")} {
			conn, _ := w.open(server, shopPage, "x.authsignal.token."+token)
			w.write(conn, frame)
			kind, data := w.read(conn)
			if kind != "ERROR" || data["errorCode"] != "invalid_request" || data["error"] != "invalid_request" || data["errorDescription"] == "" {
				t.Errorf("%s: heard %s %v", what, kind, data)
			}
			ctx, cancel := context.WithTimeout(w.Context(), patience)
			if _, _, err := conn.Read(ctx); websocket.CloseStatus(err) != websocket.StatusPolicyViolation {
				t.Errorf("%s: ended by %v", what, err)
			}
			cancel()
		}
		conn, _ := w.open(server, shopPage, "x.authsignal.token."+token)
		w.Clock.Advance(mfa.DefaultTokenLife)
		w.write(conn, create("login"))
		if kind, data := w.read(conn); kind != "ERROR" || data["errorCode"] != "expired_token" {
			t.Errorf("after the token's time: heard %s %v", kind, data)
		}
	})
}

func TestSocketsAreLimited(t *testing.T) {
	t.Parallel()
	clients(t, func(t *testing.T, w *clientWorld) {
		server := httptest.NewServer(w.door)
		t.Cleanup(server.Close)
		offer := "x.authsignal.tenant." + shopTenant
		first, _ := w.open(server, shopPage, offer)
		for range mfa.DefaultLimits().SocketsPerSource - 1 {
			if conn, resp := w.open(server, shopPage, offer); conn == nil {
				t.Fatalf("refused by %v", resp)
			}
		}
		if conn, resp := w.open(server, shopPage, offer); conn != nil || resp == nil || resp.StatusCode != http.StatusTooManyRequests {
			t.Fatalf("one too many: answered by %v", resp)
		}
		w.must(first.Close(websocket.StatusNormalClosure, ""))
		for deadline := time.Now().Add(patience); ; {
			if conn, _ := w.open(server, shopPage, offer); conn != nil {
				break
			}
			if time.Now().After(deadline) {
				t.Fatal("one that ended still counts")
			}
		}
	})
}

func TestSocketsEndWhenTheServerStops(t *testing.T) {
	t.Parallel()
	clients(t, func(t *testing.T, w *clientWorld) {
		server := httptest.NewUnstartedServer(w.door)
		lot := endpoint.NewLot(server.Listener)
		server.Listener, w.server.Lot = lot, lot
		server.Start()
		t.Cleanup(server.Close)
		conn, resp := w.open(server, shopPage, "x.authsignal.tenant."+shopTenant)
		if conn == nil {
			t.Fatalf("refused by %v", resp)
		}
		w.created(conn, "kiosk")
		w.must(lot.Drain(w.Context()))
		ctx, cancel := context.WithTimeout(w.Context(), patience)
		defer cancel()
		if _, _, err := conn.Read(ctx); websocket.CloseStatus(err) != websocket.StatusGoingAway {
			t.Errorf("ended by %v", err)
		}
	})
}
