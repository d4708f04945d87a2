package agent

import "strings"

// mark finds a name by a piece of a user agent; the version, where there is one, follows the piece.
type mark struct{ piece, name string }

// The first mark counts: browsers name their ancestors too, so the descendants stand first.
var (
	browsers = []mark{
		{"Edg/", "Edge"},
		{"EdgA/", "Edge"},
		{"EdgiOS/", "Edge"},
		{"Edge/", "Edge"},
		{"OPR/", "Opera"},
		{"OPiOS/", "Opera"},
		{"OPT/", "Opera"},
		{"Opera Mini/", "Opera"},
		{"Vivaldi/", "Vivaldi"},
		{"YaBrowser/", "Yandex Browser"},
		{"DuckDuckGo/", "DuckDuckGo"},
		{"HuaweiBrowser/", "Huawei Browser"},
		{"MiuiBrowser/", "Mi Browser"},
		{"UCBrowser/", "UC Browser"},
		{"SamsungBrowser/", "Samsung Internet"},
		{"FxiOS/", "Firefox"},
		{"Firefox/", "Firefox"},
		{"CriOS/", "Chrome"},
		{"HeadlessChrome/", "Chrome"},
		{"Chrome/", "Chrome"},
		{"Trident/", "Internet Explorer"},
		{"Version/", "Safari"},
	}
	systems = []mark{
		{"iPhone OS ", "iOS"},
		{"CPU OS ", "iPadOS"},
		{"Windows Phone ", "Windows Phone"},
		{"Android ", "Android"},
		{"OpenHarmony ", "HarmonyOS"},
		{"Windows NT ", "Windows"},
		{"Mac OS X ", "macOS"},
		{"CrOS ", "ChromeOS"},
		{"FreeBSD ", "FreeBSD"},
		{"Linux", "Linux"},
	}
)

// bots are words by which programs give themselves away, beside those that end in "bot". In lower case.
var bots = []string{
	"headlesschrome", "phantomjs", "selenium", "puppeteer", "playwright", "electron-prerender",
	"crawler", "spider", "slurp", "curl/", "wget/", "libwww-perl", "python-requests", "python-urllib", "aiohttp", "httpx/",
	"go-http-client", "java/", "apache-httpclient", "node-fetch", "axios/", "scrapy", "httpclient", "postmanruntime",
}

func isBot(text string) bool {
	text = strings.ToLower(text)
	for _, word := range bots {
		if strings.Contains(text, word) {
			return true
		}
	}
	return endsInBot(text)
}

// phones whose makers' names end in "bot".
const cubot = "cubot"

// endsInBot finds a word such as Googlebot or robot; a telephone's maker is none.
func endsInBot(text string) bool {
	for rest := text; ; {
		before, after, found := strings.Cut(rest, "bot")
		if !found {
			return false
		}
		letter := after != "" && after[0] >= 'a' && after[0] <= 'z'
		if !letter && !strings.HasSuffix(before+"bot", cubot) {
			return true
		}
		rest = after
	}
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
