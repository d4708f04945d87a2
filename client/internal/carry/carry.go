// Package carry has what all ports of vendors' SDKs do alike with requests and
// answers of HTTP, and knows none of them.
package carry

import (
	"errors"
	"net/http"
	"net/url"
	"strconv"
	"time"
)

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
