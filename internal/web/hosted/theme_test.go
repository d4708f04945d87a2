package hosted

import (
	"encoding/json"
	"regexp"
	"strings"
	"testing"

	"github.com/twinseal/twinseal/internal/mfa"
)

func themed(raw string) mfa.Application {
	return mfa.Application{Settings: mfa.ApplicationSettings{
		RelyingParty: &mfa.RelyingParty{ID: "shop.example", Origins: []string{"https://shop.example"}},
		StepUp:       &mfa.StepUp{Theme: json.RawMessage(raw)},
	}}
}

func TestAThemeTakesWhatIsSafe(t *testing.T) {
	t.Parallel()
	css := themeOf(themed(`{
		"primaryColor": "#0b5fff", "borders": {"buttonBorderRadius": 6, "inputBorderRadius": 9999, "cardBorderRadius": -3}, "colors": {"bodyText": "#333"},
		"container": {"contentAlignment": "left", "logoAlignment": "red;}", "padding": 24}, "links": {"underline": false},
		"pageBackground": {"backgroundColor": "#eef", "backgroundImageUrl": "https://cdn.example/a.png"},
		"typography": {"text": {"faces": [{"url": "https://shop.example/a.woff2", "weight": 400}, {"url": "https://fonts.example/b.woff2", "weight": 700}, {"url": "https://shop.example/c.woff2", "weight": "100 900"}]}},
		"darkMode": {"primaryColor": "#9cf"}}`)).stylesheet()
	for _, want := range []string{
		"--button: #0b5fff;", "--button-radius: 6px;", "--control-radius: 48px;", "--card-radius: 0px;", "--align: left;", "--sheet-padding: 24px;", "--link-line: none;",
		"--page: #eeeeff;", `--page-image: url("https://cdn.example/a.png");`, `src: url("https://shop.example/a.woff2")`, "font-weight: 100 900", "prefers-color-scheme: dark", "--button: #99ccff;",
	} {
		if !strings.Contains(css, want) {
			t.Errorf("no %s in\n%s", want, css)
		}
	}
	for _, unwanted := range []string{"fonts.example", "red"} {
		if strings.Contains(css, unwanted) {
			t.Errorf("%s in\n%s", unwanted, css)
		}
	}
	if css := themeOf(themed(`{"name":"x","darkMode":{}}`)).stylesheet(); css != "" {
		t.Errorf("an empty theme says %s", css)
	}
	if css := themeOf(themed(`[`)).stylesheet(); css != "" {
		t.Errorf("a broken theme says %s", css)
	}
}

func TestAThemesPicturesAndFontsAreAllTheyMayLoad(t *testing.T) {
	t.Parallel()
	app := themed(`{"logoUrl":"https://cdn.example/logo.svg","pageBackground":{"backgroundImageUrl":"https://img.example/a b\").png"},
		"typography":{"text":{"faces":[{"url":"https://shop.example/a.woff2","weight":400}]}},"darkMode":{"pageBackground":{"backgroundImageUrl":"https://dark.example/x.png"}}}`)
	policy := header(app, themeOf(app)).Get("Content-Security-Policy")
	if !strings.Contains(policy, "img-src 'self' https://cdn.example https://img.example https://dark.example;") && !strings.Contains(policy, "img-src 'self' https://cdn.example https://dark.example;") {
		t.Error(policy)
	}
	if !strings.Contains(policy, "font-src 'self' https://shop.example;") {
		t.Error(policy)
	}
	for _, address := range []string{"http://a.example/x.png", "javascript:alert(1)", "//a.example/x.png", "data:image/png;base64,AA", `https://a.example/x.png");} body{display:none`, "https://a.example; script-src *"} {
		if got := picture(address); strings.ContainsAny(got, `"'()\ `) || got != "" && !strings.HasPrefix(got, "https://a.example/") {
			t.Errorf("%s is taken as %s", address, got)
		}
	}
}

func TestColoursAreMovedUntilTheyCanBeRead(t *testing.T) {
	t.Parallel()
	for _, ground := range []string{"#ffffff", "#000000", "#777777", "#ffd400", "#0b5fff", "#d01"} {
		g, ok := parseColour(ground, white)
		if !ok {
			t.Fatal(ground)
		}
		for _, text := range []string{"#ffffff", "#000000", "#808080", "#ffd400", "#0b5fff80"} {
			c, ok := parseColour(text, g)
			if got := c.legible(textContrast, g); !ok || contrast(got, g) < textContrast {
				t.Errorf("%s on %s becomes %s: %.2f", text, ground, got, contrast(got, g))
			}
		}
	}
	if black.legible(textContrast, white) != black {
		t.Error("what can be read is moved")
	}
	for _, none := range []string{"", "red", "#12", "#12345", "#gggggg", "rgb(1,2,3)", "#fff;}", "#fffffffff"} {
		if _, ok := parseColour(none, white); ok {
			t.Errorf("%q is a colour", none)
		}
	}
}

// plainSheet is all that a theme's style sheet may be made of.
var plainSheet = regexp.MustCompile(`^(?:@font-face \{ [^{}<>]* \}\n|(?:@media \(prefers-color-scheme: dark\) \{\n)?:root \{\n(?:  --[a-z-]+: (?:#[0-9a-f]{6}|[0-9]+px|none|left|center|right|"own-[a-z]+", var\(--sans\)|url\("https://[^"\\()<>\s]*"\));\n)+\}\n(?:\}\n)?)*$`)

func FuzzTheme(f *testing.F) {
	f.Add([]byte(`{"primaryColor":"#fff","colors":{"link":"#0f0;}"},"darkMode":{"borders":{"buttonBorderRadius":1}}}`))
	f.Add([]byte(`{"pageBackground":{"backgroundImageUrl":"https://a.example/\");}x"},"typography":{"text":{"faces":[{"url":"https://shop.example/a\"b","weight":"100 900"}]}}}`))
	f.Fuzz(func(t *testing.T, raw []byte) {
		app := themed(string(raw))
		if css := themeOf(app).stylesheet(); !plainSheet.MatchString(css) {
			t.Fatalf("%s becomes\n%s", raw, css)
		}
		if policy := header(app, themeOf(app)).Get("Content-Security-Policy"); strings.Count(policy, ";") != 8 {
			t.Fatalf("%s becomes %s", raw, policy)
		}
	})
}
