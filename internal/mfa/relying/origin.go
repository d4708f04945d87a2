package relying

import (
	"encoding/base64"
	"errors"
	"net/netip"
	"net/url"
	"strconv"
	"strings"
)

// androidPrefix begins the origins of apps, which end in a digest of the certificate that signed them.
const (
	androidPrefix = "android:apk-key-hash:"
	androidDigest = 32
)

func isAndroid(origin string) bool {
	digest, err := base64.RawURLEncoding.DecodeString(strings.TrimPrefix(origin, androidPrefix))
	return err == nil && len(digest) == androidDigest
}

var (
	errNoSite   = errors.New("this is not the address of a website, such as https://shop.example.com")
	errNoOrigin = errors.New("an origin is a scheme, a host and perhaps a port, such as https://shop.example.com, without a path")
	errInsecure = errors.New("passkeys need https; http is for localhost alone")
	errNumbered = errors.New("passkeys need the name of a host, not its number; for tests on one machine there is localhost")
	errForeign  = errors.New("write the host in ASCII, as browsers do in origins (xn--…), and in small letters")
)

// parseSite takes the origin out of a website's address.
func parseSite(address string) (origin, host string, err error) {
	u, err := url.Parse(address)
	if err != nil || len(address) > maxSite || u.User != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http" {
		return "", "", errNoSite
	}
	return originOf(u)
}

// maxSite bounds the address of a website, as browsers bound them in practice.
const maxSite = 2048

// parseOrigin reads an origin and writes it as browsers do.
func parseOrigin(text string) (origin, host string, err error) {
	u, err := url.Parse(text)
	if err != nil || len(text) > maxOrigin || u.User != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http" ||
		u.Path != "" && u.Path != "/" || u.RawQuery != "" || u.ForceQuery || u.Fragment != "" || strings.Contains(text, "#") {
		return "", "", errNoOrigin
	}
	return originOf(u)
}

func originOf(u *url.URL) (origin, host string, err error) {
	host = strings.ToLower(u.Hostname())
	local := host == "localhost" || strings.HasSuffix(host, ".localhost")
	switch _, numbered := netip.ParseAddr(host); {
	case numbered == nil:
		return "", "", errNumbered
	case !isHost(host):
		return "", "", errForeign
	case u.Scheme == "http" && !local:
		return "", "", errInsecure
	}
	origin = u.Scheme + "://" + host
	port, usual := u.Port(), map[string]string{"https": "443", "http": "80"}[u.Scheme]
	if strings.HasSuffix(u.Host, ":") || port != "" && !isPort(port) {
		return "", "", errNoOrigin
	}
	if port != "" && port != usual {
		origin += ":" + port
	}
	return origin, host, nil
}

func isPort(text string) bool {
	n, err := strconv.ParseUint(text, 10, 16)
	return err == nil && n > 0 && strconv.FormatUint(n, 10) == text
}

// Bounds of the names of hosts (RFC 1035 section 2.3.4).
const (
	maxHost  = 253
	maxLabel = 63
)

// isHost reports whether the text is a domain or localhost, in the small ASCII letters in which browsers write them.
func isHost(text string) bool {
	if _, err := netip.ParseAddr(text); err == nil || len(text) > maxHost {
		return false
	}
	labels := strings.Split(text, ".")
	for _, label := range labels {
		if label == "" || len(label) > maxLabel || label[0] == '-' || label[len(label)-1] == '-' ||
			strings.Trim(label, "abcdefghijklmnopqrstuvwxyz0123456789-") != "" {
			return false
		}
	}
	return len(labels) > 1 || text == "localhost"
}
