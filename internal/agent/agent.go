// Package agent reads user agents: which browser, which system under it, which device, and whether it is a program
// that calls itself one. All of it is hearsay, good for people to recognise and for rules to be careful with: whoever
// wants to lie writes another text.
package agent

import (
	"strings"
	"unicode/utf8"

	"github.com/mileusna/useragent"
)

// maxText is how much of a user agent is read. Those of browsers have some 150 bytes; what comes after is made up.
const maxText = 512

// Form is what is in front of the person.
type Form string

// The forms that user agents tell apart.
const (
	FormUnknown Form = ""
	FormDesktop Form = "desktop"
	FormMobile  Form = "mobile"
	FormTablet  Form = "tablet"
)

// Agent is what a user agent says. What it does not say, or says in a way that is not known, is "".
type Agent struct {
	Browser, BrowserVersion string
	System, SystemVersion   string
	Device                  string // the model, as Pixel 8 or iPhone
	Form                    Form
	Bot                     bool // it calls itself a crawler, a script or a browser without a screen
}

// Of reads a user agent.
func Of(text string) (a Agent) {
	text = bounded(text)
	a.Browser, a.BrowserVersion = find(browsers, text)
	a.System, a.SystemVersion = find(systems, text)
	read := useragent.Parse(text)
	a.Device = read.Device
	a.Bot = read.Bot || isBot(text)
	switch {
	case read.Tablet:
		a.Form = FormTablet
	case read.Mobile:
		a.Form = FormMobile
	case read.Desktop || a.System == "ChromeOS":
		a.Form = FormDesktop
	}
	return a
}

// Title is how a person knows browser and system, "" if neither is known.
func (a Agent) Title() string { return title(a.Browser, a.System) }

// TitleOf is the title of a user agent, for who needs nothing else of it.
func TitleOf(text string) string {
	text = bounded(text)
	browser, _ := find(browsers, text)
	system, _ := find(systems, text)
	return title(browser, system)
}

func title(browser, system string) string {
	if browser != "" && system != "" {
		return browser + " on " + system
	}
	return browser + system
}

// bounded cuts between characters, and puts spaces for what is no text.
func bounded(text string) string {
	if len(text) > maxText {
		text = text[:maxText]
		for len(text) > 0 && !utf8.RuneStart(text[len(text)-1]) {
			text = text[:len(text)-1]
		}
	}
	return strings.ToValidUTF8(text, " ")
}
