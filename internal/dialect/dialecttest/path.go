package dialecttest

import (
	"net/url"
	"strings"
)

// setPath gives a URL the escaped path as a server reads it from the wire: two slashes in front stay, and
// name no host.
func setPath(u *url.URL, escaped string) error {
	path, err := url.PathUnescape(escaped)
	if err != nil {
		return err
	}
	u.Path, u.RawPath = path, ""
	if u.EscapedPath() != escaped {
		u.RawPath = escaped
	}
	if !strings.HasPrefix(u.Path, "/") {
		u.Path = "/" + u.Path
	}
	return nil
}
