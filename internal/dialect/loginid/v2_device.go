package loginid

import (
	"strings"

	"github.com/google/uuid"

	"github.com/twinseal/twinseal/internal/mfa"
)

// v2Device is a machine that a passkey was used on, as its browser called itself. It is shown to people and decides
// nothing.
type v2Device struct {
	ClientType    string `json:"clientType"`
	ClientName    string `json:"clientName,omitempty"`
	ClientVersion string `json:"clientVersion,omitempty"`
	OSName        string `json:"osName,omitempty"`
	OSVersion     string `json:"osVersion,omitempty"`
	LastUsedAt    string `json:"lastUsedAt,omitempty"`
}

// title is how a person knows the device.
func (d v2Device) title() string {
	if d.ClientName != "" && d.OSName != "" {
		return d.ClientName + " on " + d.OSName
	}
	return d.ClientName + d.OSName
}

// deviceID is the id that a client sends from its first answer on. It is the client's memory and nothing else: a
// client without one of ours gets a new one.
func deviceID(said string) string {
	id, err := mfa.ParseUUID("deviceId", said)
	if err != nil {
		return uuid.NewString()
	}
	return id
}

// mark finds a name by a piece of a User-Agent; the version, where there is one, follows the piece.
type mark struct{ piece, name string }

// Browsers name their ancestors too, so the descendants stand first.
var (
	clientMarks = []mark{
		{"Edg/", "Edge"},
		{"EdgA/", "Edge"},
		{"EdgiOS/", "Edge"},
		{"OPR/", "Opera"},
		{"SamsungBrowser/", "Samsung Internet"},
		{"FxiOS/", "Firefox"},
		{"Firefox/", "Firefox"},
		{"CriOS/", "Chrome"},
		{"HeadlessChrome/", "Chrome"},
		{"Chrome/", "Chrome"},
		{"Version/", "Safari"},
	}
	systemMarks = []mark{
		{"iPhone OS ", "iOS"},
		{"CPU OS ", "iPadOS"},
		{"Android ", "Android"},
		{"Windows NT ", "Windows"},
		{"Mac OS X ", "macOS"},
		{"CrOS ", "ChromeOS"},
		{"Linux", "Linux"},
	}
)

// agentOf reads the names of browser and system.
func agentOf(userAgent string) v2Device {
	d := v2Device{ClientType: "browser"}
	d.ClientName, d.ClientVersion = marked(userAgent, clientMarks)
	d.OSName, d.OSVersion = marked(userAgent, systemMarks)
	return d
}

func marked(userAgent string, marks []mark) (name, version string) {
	for _, m := range marks {
		if _, rest, ok := strings.Cut(userAgent, m.piece); ok {
			return m.name, versionAt(rest)
		}
	}
	return "", ""
}

// versionAt is the number that a text begins with, its parts joined by dots.
func versionAt(text string) string {
	end := strings.IndexFunc(text, func(r rune) bool { return (r < '0' || r > '9') && r != '.' && r != '_' })
	if end >= 0 {
		text = text[:end]
	}
	return strings.Trim(strings.ReplaceAll(text, "_", "."), ".")
}
