package agent_test

import (
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/twinseal/twinseal/internal/agent"
)

func TestBrowsersAreKnownBySystemAndDevice(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]agent.Agent{
		"Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.5 Mobile/15E148 Safari/604.1": {
			Browser: "Safari", BrowserVersion: "17.5", System: "iOS", SystemVersion: "17.5", Device: "iPhone", Form: agent.FormMobile,
		},
		"Mozilla/5.0 (iPad; CPU OS 16_3 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) CriOS/131.0.0.0 Mobile/15E148 Safari/604.1": {
			Browser: "Chrome", BrowserVersion: "131.0.0.0", System: "iPadOS", SystemVersion: "16.3", Device: "iPad", Form: agent.FormTablet,
		},
		"Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/130.0.0.0 Safari/537.36 Edg/130.0.0.0": {
			Browser: "Edge", BrowserVersion: "130.0.0.0", System: "Windows", SystemVersion: "10.0", Form: agent.FormDesktop,
		},
		"Mozilla/5.0 (Macintosh; Intel Mac OS X 10.15; rv:132.0) Gecko/20100101 Firefox/132.0": {
			Browser: "Firefox", BrowserVersion: "132.0", System: "macOS", SystemVersion: "10.15", Form: agent.FormDesktop,
		},
		"Mozilla/5.0 (Linux; Android 14; Pixel 8) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 Mobile Safari/537.36": {
			Browser: "Chrome", BrowserVersion: "131.0.0.0", System: "Android", SystemVersion: "14", Device: "Pixel 8", Form: agent.FormMobile,
		},
		"Mozilla/5.0 (X11; CrOS x86_64 14541.0.0) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 Safari/537.36": {
			Browser: "Chrome", BrowserVersion: "131.0.0.0", System: "ChromeOS", Form: agent.FormDesktop,
		},
		"Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) HeadlessChrome/131.0.0.0 Safari/537.36": {
			Browser: "Chrome", BrowserVersion: "131.0.0.0", System: "Linux", Form: agent.FormDesktop, Bot: true,
		},
		"Mozilla/5.0 (Linux; Android 13; CUBOT NOTE 20) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/120.0.0.0 Mobile Safari/537.36": {
			Browser: "Chrome", BrowserVersion: "120.0.0.0", System: "Android", SystemVersion: "13", Device: "CUBOT NOTE 20", Form: agent.FormMobile,
		},
		"": {},
	} {
		if got := agent.Of(text); got != want {
			t.Errorf("%q\n is %+v\n want %+v", text, got, want)
		}
	}
}

func TestProgramsThatSaySoAreBots(t *testing.T) {
	t.Parallel()
	for _, text := range []string{
		"Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)",
		"Mozilla/5.0 (compatible; bingbot/2.0; +http://www.bing.com/bingbot.htm)",
		"curl/8.5.0", "python-requests/2.32.3", "Go-http-client/2.0", "Scrapy/2.11 (+https://scrapy.org)", "robot", "facebookexternalhit/1.1",
		"Mozilla/5.0 (Linux; Android 13; CUBOT NOTE 20; SeekportBot)",
	} {
		if !agent.Of(text).Bot {
			t.Errorf("%q is no bot", text)
		}
	}
	for _, text := range []string{"okhttp/4.12.0", "Mozilla/5.0 (Windows NT 10.0) Chrome/99.0.0.0 Bothell/1", "Mozilla/5.0 (Linux; Android 12; Cubot X50) Chrome/99.0.0.0 Mobile"} {
		if agent.Of(text).Bot {
			t.Errorf("%q is a bot", text)
		}
	}
}

func TestTheTitleIsForPeople(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"Mozilla/5.0 (Windows NT 10.0; Win64; x64) Chrome/130.0.0.0 Safari/537.36": "Chrome on Windows",
		"Linux":         "Linux",
		"okhttp/4.12.0": "",
		"\x7f\u202e":    "",
	} {
		if got := agent.TitleOf(text); got != want || agent.Of(text).Title() != want {
			t.Errorf("%q is %q, want %q", text, got, want)
		}
	}
}

func TestALongTextCostsNoMoreThanAShortOne(t *testing.T) {
	t.Parallel()
	const linux = "Mozilla/5.0 (X11; Linux x86_64; rv:132.0) Gecko/20100101 Firefox/132.0"
	if got := agent.Of(linux + strings.Repeat(" Googlebot/2.1", 1<<16)); got.Browser != "Firefox" {
		t.Errorf("%+v", got)
	}
	if got := agent.Of(strings.Repeat("ü", 400) + "Firefox/1"); got.Browser != "" {
		t.Errorf("what stands behind the end is read: %+v", got)
	}
}

func FuzzOf(f *testing.F) {
	f.Add("Mozilla/5.0 (Linux; Android 14; Pixel 8) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 Mobile Safari/537.36")
	f.Add("Mozilla/5.0 (Linux; Android")
	f.Add("\xff(;;)[/:]http://;(Android 1;")
	f.Fuzz(func(t *testing.T, text string) {
		a := agent.Of(text)
		for _, part := range []string{a.Browser, a.BrowserVersion, a.System, a.SystemVersion, a.Device} {
			if !utf8.ValidString(part) || len(part) > 600 {
				t.Fatalf("%q gives %q", text, part)
			}
		}
		if a.Title() != agent.TitleOf(text) {
			t.Fatalf("%q has two titles", text)
		}
	})
}

func BenchmarkOf(b *testing.B) {
	const text = "Mozilla/5.0 (Linux; Android 14; Pixel 8) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 Mobile Safari/537.36"
	for b.Loop() {
		agent.Of(text)
	}
}
