package passkeys

import (
	"cmp"
	"strings"

	"github.com/twinseal/twinseal/internal/mfa"
)

// word is what a name is made of, and the mark by which it is found in a user agent.
type word struct{ mark, name string }

// The first mark counts: browsers and systems name others beside themselves.
var (
	browsers = []word{{"Edg/", "Edge"}, {"OPR/", "Opera"}, {"SamsungBrowser/", "Samsung Internet"}, {"Firefox/", "Firefox"}, {"FxiOS/", "Firefox"}, {"CriOS/", "Chrome"}, {"Chrome/", "Chrome"}, {"Safari/", "Safari"}}
	systems  = []word{{"iPhone", "iPhone"}, {"iPad", "iPad"}, {"Android", "Android"}, {"Windows", "Windows"}, {"Mac OS X", "macOS"}, {"CrOS", "ChromeOS"}, {"Linux", "Linux"}}
)

// nameOf makes a name for a passkey that nobody has named: what registered it, where that can be told.
func nameOf(agent string, data mfa.PasskeyData) string {
	browser, system := find(browsers, agent), find(systems, agent)
	switch {
	case browser != "" && system != "":
		return browser + " on " + system
	case browser != "" || system != "":
		return cmp.Or(browser, system)
	case data.BackupEligible:
		return "Passkey"
	}
	return "Security key"
}

func find(words []word, agent string) string {
	for _, w := range words {
		if strings.Contains(agent, w.mark) {
			return w.name
		}
	}
	return ""
}
