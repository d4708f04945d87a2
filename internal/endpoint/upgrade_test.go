package endpoint_test

import (
	"bufio"
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/twinseal/twinseal/internal/endpoint"
)

func TestAConnectionIsHandedOver(t *testing.T) {
	t.Parallel()
	d := newDesk()
	server := httptest.NewServer(d.Route("GET /socket", func(ctx context.Context, r *endpoint.Request) (endpoint.Response, error) {
		if r.Header.Get("Upgrade") == "" {
			return endpoint.Text(http.StatusUpgradeRequired, "upgrade"), nil
		}
		return endpoint.Response{Upgrade: func(_ context.Context, w http.ResponseWriter, _ *http.Request) error {
			w.WriteHeader(http.StatusSwitchingProtocols)
			conn, buffered, err := http.NewResponseController(w).Hijack()
			if err != nil {
				return err
			}
			endpoint.Record(ctx).Set("noted", "yes")
			line, err := buffered.ReadString('\n')
			_, _ = io.WriteString(conn, strings.ToUpper(line))
			return errors.Join(err, conn.Close())
		}}, nil
	}))
	conn, err := net.Dial("tcp", server.Listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	_, _ = io.WriteString(conn, "GET /socket HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: test\r\n\r\n")
	answer := bufio.NewReader(conn)
	resp, err := http.ReadResponse(answer, nil)
	if err != nil || resp.StatusCode != http.StatusSwitchingProtocols {
		t.Fatalf("answered by %v, %v", resp, err)
	}
	_, _ = io.WriteString(conn, "hello\n")
	if line, err := answer.ReadString('\n'); line != "HELLO\n" {
		t.Errorf("heard %q, %v", line, err)
	}
	if _, err := answer.ReadByte(); err == nil {
		t.Error("the connection stayed open")
	}
	_ = conn.Close()
	server.Close()
}

func TestTheErrorOfAnUpgradeIsLogged(t *testing.T) {
	t.Parallel()
	d := newDesk()
	serve(d.Route("r", func(context.Context, *endpoint.Request) (endpoint.Response, error) {
		return endpoint.Response{Upgrade: func(_ context.Context, w http.ResponseWriter, _ *http.Request) error {
			w.WriteHeader(http.StatusSwitchingProtocols)
			return errors.New("cut")
		}}, nil
	}), httptest.NewRequest(http.MethodGet, "/", nil))
	if line := d.line(t); line["error"] != "cut" || line["status"] != float64(http.StatusSwitchingProtocols) {
		t.Errorf("log line %v", line)
	}
}

func TestAPanicInAnUpgradeEndsTheConnection(t *testing.T) {
	t.Parallel()
	d := newDesk()
	h := d.Route("r", func(context.Context, *endpoint.Request) (endpoint.Response, error) {
		return endpoint.Response{Upgrade: func(context.Context, http.ResponseWriter, *http.Request) error { panic("the inside") }}, nil
	})
	func() {
		defer func() {
			if p, ok := recover().(error); !ok || !errors.Is(p, http.ErrAbortHandler) {
				t.Errorf("recovered %v", p)
			}
		}()
		serve(h, httptest.NewRequest(http.MethodGet, "/", nil))
	}()
	if line := d.line(t); line["stack"] == nil || line["level"] != "ERROR" {
		t.Errorf("log line %v", line)
	}
}
