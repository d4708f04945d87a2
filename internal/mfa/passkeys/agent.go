package passkeys

import (
	"strings"

	"github.com/twinseal/twinseal/internal/mfa"
)

// Agent is a browser and the system under it, as browsers call themselves. It is for people to recognise and decides
// nothing.
type Agent struct{ Client, ClientVersion, System, SystemVersion string }

// mark finds a name by a piece of a user agent; the version, where there is one, follows the piece.
type mark struct{ piece, name string }

// The first mark counts: browsers name their ancestors too, so the descendants stand first.
var (
	clients = []mark{
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
	systems = []mark{
		{"iPhone OS ", "iOS"},
		{"CPU OS ", "iPadOS"},
		{"Android ", "Android"},
		{"Windows NT ", "Windows"},
		{"Mac OS X ", "macOS"},
		{"CrOS ", "ChromeOS"},
		{"Linux", "Linux"},
	}
)

// AgentOf reads a user agent; what it does not know is "".
func AgentOf(text string) (a Agent) {
	a.Client, a.ClientVersion = find(clients, text)
	a.System, a.SystemVersion = find(systems, text)
	return a
}

// Title is how a person knows the two, "" if neither is known.
func (a Agent) Title() string {
	if a.Client != "" && a.System != "" {
		return a.Client + " on " + a.System
	}
	return a.Client + a.System
}

func find(marks []mark, text string) (name, version string) {
	for _, m := range marks {
		if _, rest, ok := strings.Cut(text, m.piece); ok {
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

// nameOf makes a name for a passkey that nobody has named: what registered it, where that can be told.
func nameOf(agent string, data mfa.PasskeyData) string {
	switch title := AgentOf(agent).Title(); {
	case title != "":
		return title
	case data.BackupEligible:
		return "Passkey"
	}
	return "Security key"
}
