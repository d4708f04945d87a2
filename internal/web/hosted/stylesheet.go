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

// take is a theme's colour as it looks on a ground, else another one.
func take(text string, otherwise, ground colour) colour {
	if got, ok := parseColour(text, ground); ok {
		return got
	}
	return otherwise
}

// palette are the colours that others stand on or are mixed from.
type palette struct {
	page, sheet, card, input, second, mark, sunken, dangerSoft, waitSoft colour // grounds
	accent, hover, heading, text, danger                                 colour
}

// palette picks them. Text is moved as far as it takes to be read on whatever may be beneath it.
func (t theme) palette(s scheme) palette {
	c := t.Colors
	p := palette{page: take(t.Page.Color, s.page, white)}
	p.sheet = take(c.Container, s.sheet, p.page)
	p.accent = take(t.PrimaryColor, s.accent, p.sheet)
	p.card, p.input, p.second = take(c.Card, p.sheet, p.sheet), take(c.Input, p.sheet, p.sheet), take(c.SecondBackground, p.sheet, p.sheet)
	p.danger = take(c.Critical, s.danger, p.sheet)
	p.heading = take(c.Heading, s.heading, p.sheet)
	p.mark, p.sunken = p.sheet.mix(p.accent, 0.12), p.sheet.mix(p.heading, 0.06)
	p.dangerSoft, p.waitSoft = p.sheet.mix(p.danger, 0.1), p.sheet.mix(s.wait, 0.1)
	p.heading = p.heading.legible(textContrast, p.sheet, p.card, p.sunken, p.dangerSoft, p.waitSoft, p.mark)
	p.text = take(c.Body, s.text, p.sheet).legible(textContrast, p.sheet, p.card, p.sunken)
	p.hover = p.accent.mix(black, 0.14)
	if contrast(white, p.accent) < contrast(black, p.accent) {
		p.hover = p.accent.mix(white, 0.18)
	}
	return p
}

// paint sets the colours.
func (t theme) paint(s scheme) []pair {
	c, p := t.Colors, t.palette(s)
	set := []pair{
		{"page", p.page.String()},
		{"page-text", s.text.legible(textContrast, p.page).String()},
		{"sheet", p.sheet.String()},
		{"surface", p.sheet.String()},
		{"sunken", p.sunken.String()},
		{"card", p.card.String()},
		{"heading", p.heading.String()},
		{"ink", p.heading.String()},
		{"text", p.text.String()},
		{"ink-soft", p.text.String()},
		{"link", take(c.Link, p.accent, p.sheet).legible(textContrast, p.sheet).String()},
		{"accent", p.accent.legible(textContrast, p.sheet, p.mark).String()},
		{"accent-soft", p.mark.String()},
		{"mark-ground", p.mark.String()},
		{"mark-ink", take(c.Icon, p.accent, p.sheet).legible(markContrast, p.mark, p.sheet).String()},
		{"good-ink", take(c.Positive, p.accent, p.sheet).legible(markContrast, p.mark, p.sheet).String()},
		{"danger", p.danger.legible(textContrast, p.sheet, p.dangerSoft).String()},
		{"danger-soft", p.dangerSoft.String()},
		{"wait", s.wait.legible(textContrast, p.sheet, p.waitSoft).String()},
		{"wait-soft", p.waitSoft.String()},
		{"line", take(c.Divider, p.sheet.mix(p.heading, 0.14), p.sheet).String()},
		{"sheet-line", take(c.ContainerBorder, p.sheet.mix(p.heading, 0.12), p.page).String()},
		{"card-line", take(c.CardBorder, p.sheet.mix(p.heading, 0.16), p.sheet).String()},
		{"focus", take(c.Focus, p.accent, p.sheet).legible(markContrast, p.sheet).String()},
	}
	if image := picture(t.Page.Image); image != "" {
		set = append(set, pair{"page-image", "url(\"" + image + "\")"})
	}
	return append(set, t.controls(s, p)...)
}

// controls sets the colours of buttons and fields.
func (t theme) controls(s scheme, p palette) []pair {
	c := t.Colors
	set := []pair{
		{"control", p.input.String()},
		{"control-text", s.heading.legible(textContrast, p.input).String()},
		{"control-line", take(c.InputBorder, p.heading.mix(p.input, 0.45), p.input).legible(markContrast, p.input).String()},
		{"button", p.accent.String()},
		{"button-hover", p.hover.String()},
		{"button-text", take(c.ButtonText, white, p.accent).legible(textContrast, p.accent, p.hover).String()},
		{"second", p.second.String()},
		{"second-text", take(c.SecondText, p.heading, p.second).legible(textContrast, p.second).String()},
		{"second-line", take(c.SecondBorder, p.heading.mix(p.sheet, 0.45), p.second).String()},
	}
	if border, ok := parseColour(c.ButtonBorder, p.accent); ok {
		set = append(set, pair{"button-line", border.String()})
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
