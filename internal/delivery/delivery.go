// Package delivery is what the providers share: how an HTTP provider is called, how its answer is judged,
// and what may be said about it.
//
// Nothing here, and nothing in a provider, lets a message's text, its code, a whole number or a credential
// into an error: errors are logged and kept with the delivery. A provider's own words are dropped, because
// they repeat what they were sent; its error number is kept, which says as much to whoever looks it up.
package delivery

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"time"

	"github.com/twinseal/twinseal/internal/mfa"
)

// maxAnswer bounds what is read of a provider's answer: a reference or an error number comes early.
const maxAnswer = 64 << 10

// Client is what providers are called with: TLS is verified, redirects are not followed, and nothing waits
// for ever even when the caller's context would.
func Client() *http.Client {
	return &http.Client{
		Timeout:       30 * time.Second,
		CheckRedirect: Stay,
		Transport: &http.Transport{
			Proxy:                  http.ProxyFromEnvironment,
			DialContext:            (&net.Dialer{Timeout: 5 * time.Second}).DialContext,
			TLSClientConfig:        &tls.Config{MinVersion: tls.VersionTLS12},
			TLSHandshakeTimeout:    5 * time.Second,
			ResponseHeaderTimeout:  15 * time.Second,
			MaxResponseHeaderBytes: 32 << 10,
			MaxIdleConnsPerHost:    16,
			IdleConnTimeout:        time.Minute,
			ForceAttemptHTTP2:      true,
		},
	}
}

// Stay is the policy of a client that follows no redirect: a message goes where it was meant to go.
func Stay(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }

// Call sends the request and reads the answer. Its errors name the provider and never the address, whose
// path or query may hold a key.
func Call(ctx context.Context, client *http.Client, provider string, r *http.Request) (status int, body []byte, err error) {
	response, err := client.Do(r.WithContext(ctx))
	if err != nil {
		return 0, nil, fmt.Errorf("%s could not be reached: %w", provider, WithoutAddress(err))
	}
	defer func() { _ = response.Body.Close() }()
	body, err = io.ReadAll(io.LimitReader(response.Body, maxAnswer))
	if err != nil {
		return 0, nil, fmt.Errorf("the answer of %s could not be read: %w", provider, WithoutAddress(err))
	}
	return response.StatusCode, body, nil
}

// WithoutAddress drops the URL from an error of net/http.
func WithoutAddress(err error) error {
	if e, ok := errors.AsType[*url.Error](err); ok {
		return e.Err
	}
	return err
}

// Refusal is the error for an answer other than success. Trying again mends overload and trouble of the
// provider's own; it does not mend a refusal. Number is the provider's error number, "" for none.
func Refusal(provider string, status int, number string) error {
	text := fmt.Sprintf("%s answered %d", provider, status)
	if number != "" {
		text += ", error " + number
	}
	if Temporary(status) {
		return errors.New(text)
	}
	return mfa.Permanent(errors.New(text))
}

// Temporary reports whether an HTTP status may be another one next time.
func Temporary(status int) bool {
	switch status {
	case http.StatusRequestTimeout, http.StatusTooEarly, http.StatusTooManyRequests:
		return true
	}
	return status >= http.StatusInternalServerError
}

// Unsuitable is the error for a message that the provider cannot carry at all.
func Unsuitable(provider, why string) error {
	return mfa.Permanent(fmt.Errorf("%s cannot send this message: %s", provider, why))
}

// CheckAddress refuses an address of a provider's that would send messages in the clear, except on this
// machine, and one that holds a password. Allow lifts the first.
func CheckAddress(setting, address string, allowPlain bool) error {
	u, err := url.Parse(address)
	switch {
	case err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http":
		return fmt.Errorf("%s must be an address that starts with https://", setting)
	case u.User != nil:
		return fmt.Errorf("%s must not hold a user name or password", setting)
	case u.Scheme == "http" && !allowPlain && !onThisMachine(u.Hostname()):
		return fmt.Errorf("%s must start with https://: messages hold codes", setting)
	}
	return nil
}

func onThisMachine(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}
