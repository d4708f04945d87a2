package worker

import (
	"context"
	"crypto/tls"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"time"

	"github.com/twinseal/twinseal/internal/mfa"
)

// answerRead is how much of an answer is read, only so that its connection can be used again.
const answerRead = 16 << 10

// NewClient is the client for callbacks: TLS is verified, connections are kept for the next one. It speaks
// HTTP/1.1 alone, because some receivers look headers up by their capitals, which HTTP/2 does not keep.
func NewClient() *http.Client {
	var plain http.Protocols
	plain.SetHTTP1(true)
	return &http.Client{Transport: &http.Transport{
		Proxy:                  http.ProxyFromEnvironment,
		TLSClientConfig:        &tls.Config{MinVersion: tls.VersionTLS12},
		TLSHandshakeTimeout:    5 * time.Second,
		ResponseHeaderTimeout:  10 * time.Second,
		MaxResponseHeaderBytes: 16 << 10,
		MaxIdleConnsPerHost:    hostHands,
		MaxIdleConns:           hands,
		IdleConnTimeout:        time.Minute,
		Protocols:              &plain,
	}}
}

// client is the configured one, which never follows a redirect: the address that was asked for is the one
// that the application's owner named.
func (w *Worker) client() *http.Client {
	client := w.HTTP
	if client == nil {
		client = NewClient()
	}
	still := *client
	still.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	return &still
}

func (r *run) callback(d mfa.Delivery) result {
	dialect := r.Callbacks[d.Dialect]
	if dialect == nil {
		return failed(mfa.Permanent(fmt.Errorf("dialect %q sends no callbacks", d.Dialect)))
	}
	var payload mfa.CallbackPayload
	if err := json.Unmarshal(d.Payload.Reveal(), &payload); err != nil {
		return failed(mfa.Permanent(errPayload))
	}
	request, err := r.render(dialect, payload)
	if err != nil {
		return failed(fmt.Errorf("render the callback: %w", err))
	}
	if request == nil {
		return result{outcome: OutcomeUnwanted, reference: "nobody wants it any more"}
	}
	if err := checkAddress(request.URL); err != nil {
		return failed(mfa.Permanent(err))
	}
	return r.callHost(request)
}

func (r *run) render(dialect mfa.Callback, p mfa.CallbackPayload) (*http.Request, error) {
	ctx, cancel := context.WithTimeout(r.trying, tryTimeout)
	defer cancel()
	return dialect.Render(ctx, p)
}

func checkAddress(u *url.URL) error {
	if u == nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http" {
		return errors.New("the callback address is not an http or https one")
	}
	return nil
}

// callHost sends the request once its host has a hand free.
func (r *run) callHost(request *http.Request) result {
	host := request.URL.Host
	if !r.hosts.enter(r.trying, host) {
		return result{outcome: OutcomeDeferred}
	}
	defer r.hosts.leave(host)
	ctx, cancel := context.WithTimeout(r.trying, tryTimeout)
	defer cancel()
	if request.Header.Get("User-Agent") == "" {
		request.Header.Set("User-Agent", "Twinseal")
	}
	response, err := r.client.Do(request.WithContext(ctx)) //nolint:bodyclose // closed by drain
	if err != nil {
		return failed(fmt.Errorf("call %s: %w", host, withoutURL(err)))
	}
	drain(response.Body)
	if response.StatusCode < 200 || response.StatusCode > 299 {
		return failed(fmt.Errorf("%s answered %d", host, response.StatusCode))
	}
	return result{outcome: OutcomeSent, reference: fmt.Sprintf("status %d", response.StatusCode)}
}

func drain(body io.ReadCloser) {
	_, _ = io.CopyN(io.Discard, body, answerRead)
	_ = body.Close()
}

// withoutURL drops the address from an error of net/http: its query may carry what was asked and answered.
func withoutURL(err error) error {
	if e, ok := errors.AsType[*url.Error](err); ok {
		return e.Err
	}
	return err
}
