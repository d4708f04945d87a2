package hosted

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"strconv"
	"strings"

	"github.com/twinseal/twinseal/internal/endpoint"
	"github.com/twinseal/twinseal/internal/mfa"
)

// scheme is light or dark: what is beneath where a theme says nothing. The values are those of tokens.css.
type scheme struct {
	page, sheet, heading, text, accent, danger, wait colour
}

var (
	lightScheme = scheme{
		page: hex6(0xf6f4ee), sheet: hex6(0xfffefb), heading: hex6(0x14201b), text: hex6(0x4d5a53), accent: hex6(0x0d6b53),
		danger: hex6(0xa8321c), wait: hex6(0x7a4f00),
	}
	darkScheme = scheme{
		page: hex6(0x111614), sheet: hex6(0x1a211e), heading: hex6(0xeef2ee), text: hex6(0xa9b5ae), accent: hex6(0x63d2ae),
		danger: hex6(0xff9a82), wait: hex6(0xf0c063),
	}
)

func hex6(n int) colour {
	return colour{float64(n>>16&0xff) / 255, float64(n>>8&0xff) / 255, float64(n&0xff) / 255}
}

// stylesheet is what the theme sets, "" for nothing. Dark colours are the theme's where it has some, else ours with its
// main colour.
func (t theme) stylesheet() string {
	var css strings.Builder
	for _, f := range t.families() {
		for _, one := range f.faces {
			css.WriteString("@font-face { font-family: \"" + f.name + "\"; font-display: swap; font-weight: " + weight(one.Weight) + "; src: url(\"" + picture(one.URL) + "\") }\n")
		}
	}
	dark := t.night()
	var light, night []pair
	if t.colours() || dark.colours() {
		light, night = t.paint(lightScheme), dark.paint(darkScheme) // both, because the dark rules stand on the light ones
	}
	rule(&css, "", append(light, t.shape()...))
	rule(&css, "@media (prefers-color-scheme: dark)", append(night, dark.shape()...))
	return css.String()
}

// night is the theme in the dark.
func (t theme) night() theme {
	var dark theme
	if t.Dark != nil {
		dark = *t.Dark
	}
	dark.PrimaryColor = cmp.Or(dark.PrimaryColor, t.PrimaryColor)
	dark.Typography = typography{} // fonts have no dark
	return dark
}

// colours reports whether the theme says anything about them.
func (t theme) colours() bool {
	return t.PrimaryColor != "" || t.Colors != (colors{}) || t.Page != (background{})
}

func rule(css *strings.Builder, media string, set []pair) {
	if len(set) == 0 {
		return
	}
	if media != "" {
		css.WriteString(media + " {\n")
	}
	css.WriteString(":root {\n")
	for _, p := range set {
		css.WriteString("  --" + p.Name + ": " + p.Value + ";\n")
	}
	css.WriteString("}\n")
	if media != "" {
		css.WriteString("}\n")
	}
}

// paint sets the colours. Each is moved as far as it takes to be read on what is beneath it.
func (t theme) paint(s scheme) []pair {
	c := t.Colors
	take := func(text string, otherwise, ground colour) colour {
		if got, ok := parseColour(text, ground); ok {
			return got
		}
		return otherwise
	}
	page := take(t.Page.Color, s.page, white)
	sheet := take(c.Container, s.sheet, page)
	accent := take(t.PrimaryColor, s.accent, sheet)
	card, input := take(c.Card, sheet, sheet), take(c.Input, sheet, sheet)
	second := take(c.SecondBackground, sheet, sheet)
	mark := sheet.mix(accent, 0.12)
	danger := take(c.Critical, s.danger, sheet)
	dangerSoft, waitSoft := sheet.mix(danger, 0.1), sheet.mix(s.wait, 0.1)
	sunken := sheet.mix(take(c.Heading, s.heading, sheet), 0.06)
	heading := take(c.Heading, s.heading, sheet).legible(textContrast, sheet, card, sunken, dangerSoft, waitSoft, mark)
	text := take(c.Body, s.text, sheet).legible(textContrast, sheet, card, sunken)
	hover := accent.mix(black, 0.14)
	if contrast(white, accent) < contrast(black, accent) {
		hover = accent.mix(white, 0.18)
	}
	set := []pair{
		{"page", page.String()},
		{"page-text", s.text.legible(textContrast, page).String()},
		{"sheet", sheet.String()},
		{"heading", heading.String()},
		{"text", text.String()},
		{"card", card.String()},
		{"control", input.String()},
		{"control-text", s.heading.legible(textContrast, input).String()},
		{"control-line", take(c.InputBorder, heading.mix(input, 0.45), input).legible(markContrast, input).String()},
		{"button", accent.String()},
		{"button-hover", hover.String()},
		{"button-text", take(c.ButtonText, white, accent).legible(textContrast, accent, hover).String()},
		{"second", second.String()},
		{"second-text", take(c.SecondText, heading, second).legible(textContrast, second).String()},
		{"second-line", take(c.SecondBorder, heading.mix(sheet, 0.45), second).String()},
		{"link", take(c.Link, accent, sheet).legible(textContrast, sheet).String()},
		{"mark-ground", mark.String()},
		{"mark-ink", take(c.Icon, accent, sheet).legible(markContrast, mark, sheet).String()},
		{"good-ink", take(c.Positive, accent, sheet).legible(markContrast, mark, sheet).String()},
		{"danger", danger.legible(textContrast, sheet, dangerSoft).String()},
		{"danger-soft", dangerSoft.String()},
		{"wait", s.wait.legible(textContrast, sheet, waitSoft).String()},
		{"wait-soft", waitSoft.String()},
		{"ink", heading.String()},
		{"ink-soft", text.String()},
		{"surface", sheet.String()},
		{"sunken", sunken.String()},
		{"line", take(c.Divider, sheet.mix(heading, 0.14), sheet).String()},
		{"sheet-line", take(c.ContainerBorder, sheet.mix(heading, 0.12), page).String()},
		{"card-line", take(c.CardBorder, sheet.mix(heading, 0.16), sheet).String()},
		{"accent", accent.legible(textContrast, sheet, mark).String()},
		{"accent-soft", mark.String()},
		{"focus", take(c.Focus, accent, sheet).legible(markContrast, sheet).String()},
	}
	if border, ok := parseColour(c.ButtonBorder, accent); ok {
		set = append(set, pair{"button-line", border.String()})
	}
	if image := picture(t.Page.Image); image != "" {
		set = append(set, pair{"page-image", "url(\"" + image + "\")"})
	}
	return set
}

// Bounds of a theme's lengths, in pixels: beyond them a page is no longer one.
const (
	maxRadius  = 48
	maxBorder  = 6
	maxPadding = 64
	maxLogo    = 96
)

// shape sets lengths, alignment and fonts.
func (t theme) shape() []pair {
	var set []pair
	length := func(name string, value *int, most int) {
		if value != nil {
			set = append(set, pair{name, strconv.Itoa(min(max(*value, 0), most)) + "px"})
		}
	}
	length("button-radius", t.Borders.ButtonRadius, maxRadius)
	length("button-line-width", t.Borders.ButtonWidth, maxBorder)
	length("card-radius", t.Borders.CardRadius, maxRadius)
	length("card-line-width", t.Borders.CardWidth, maxBorder)
	length("control-radius", t.Borders.InputRadius, maxRadius)
	length("control-line-width", t.Borders.InputWidth, maxBorder)
	length("sheet-radius", t.Borders.ContainerRadius, maxRadius)
	length("sheet-padding", t.Container.Padding, maxPadding)
	length("logo-height", t.Container.LogoHeight, maxLogo)
	for _, side := range []pair{{"align", t.Container.Align}, {"logo-align", t.Container.LogoAlign}} {
		if side.Value == "left" || side.Value == "center" || side.Value == "right" {
			set = append(set, side)
		}
	}
	if t.Shadows.Enabled != nil && !*t.Shadows.Enabled {
		set = append(set, pair{"sheet-shadow", "none"})
	}
	if t.Links.Underline != nil && !*t.Links.Underline {
		set = append(set, pair{"link-line", "none"})
	}
	for _, f := range t.families() {
		set = append(set, pair{strings.TrimPrefix(f.name, "own-") + "-font", "\"" + f.name + "\", var(--sans)"})
	}
	return set
}

// themeAddress is where an application's style sheet is, "" where it has none. It changes with what it says.
func (h *Hosted) themeAddress(a mfa.Application, t theme) string {
	css := t.stylesheet()
	if css == "" {
		return ""
	}
	return root + "/theme/" + string(a.ID) + "/" + versionOf(css) + ".css"
}

func versionOf(css string) string {
	sum := sha256.Sum256([]byte(css))
	return hex.EncodeToString(sum[:8])
}

// theme answers with an application's style sheet, for good under the version of today.
func (h *Hosted) theme(ctx context.Context, r *endpoint.Request) (endpoint.Response, error) {
	c, err := h.Domain.CallerFor(ctx, mfa.ApplicationID(r.PathValue("application")))
	if err != nil {
		return endpoint.Response{}, mfa.Missing("style sheet")
	}
	css := themeOf(c.Application).stylesheet()
	keep := "no-cache"
	if r.PathValue("version") == versionOf(css)+".css" {
		keep = "public, max-age=31536000, immutable"
	}
	return endpoint.Response{
		ContentType: "text/css; charset=utf-8", Body: []byte(css),
		Header: http.Header{"Cache-Control": {keep}, "Cross-Origin-Resource-Policy": {"same-origin"}},
	}, nil
}
