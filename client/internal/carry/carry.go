// Package carry has what all ports of vendors' SDKs do alike with requests and
// answers of HTTP, and knows none of them.
package carry

import (
	"errors"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
)

// BaseURL reads the address of a server: scheme, host and, if it has one, path
// prefix. It gives the address without trailing slashes, or what is wrong with
// it, as a refusal of the port goes on after the name of the setting.
func BaseURL(text string) (base, problem string) {
	parsed, err := url.Parse(text)
	switch {
	case err != nil:
		return "", "cannot be parsed"
	case parsed.Scheme != "https" && parsed.Scheme != "http", parsed.Host == "":
		return "", "must start with https:// (or http://) and a host"
	case parsed.RawQuery != "" || parsed.Fragment != "" || parsed.User != nil:
		return "", "must not contain a query, a fragment or a password"
	}
	return strings.TrimRight(text, "/"), ""
}

// WithoutURL takes the address out of an error of the HTTP client, since it may
// name a user or hold a code that is still good.
func WithoutURL(err error) error {
	if located, ok := errors.AsType[*url.Error](err); ok {
		return located.Err
	}
	return err
}

// maxRetryAfter bounds the pause that a server can ask for.
const maxRetryAfter = time.Minute

// RetryAfter is the pause in seconds that a server asks for, a minute at most;
// none for anything else.
func RetryAfter(header http.Header) time.Duration {
	seconds, err := strconv.Atoi(header.Get("Retry-After"))
	if err != nil || seconds < 0 {
		return 0
	}
	return time.Duration(min(seconds, int(maxRetryAfter/time.Second))) * time.Second
}
