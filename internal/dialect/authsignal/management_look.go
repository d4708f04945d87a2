package authsignal

import (
	"encoding/json"
	"maps"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/twinseal/twinseal/internal/mfa"
)

// Bounds of a theme. Sizes are CSS pixels; larger ones leave no room for the text on a phone.
const (
	maxRadius  = 100
	maxWidth   = 20
	maxPadding = 100
	maxLogo    = 200
	maxFaces   = 6
	minWeight  = 1
	maxWeight  = 1000
)

// look checks one value of a theme and gives it as it is kept. Everything that is let through becomes part of a style
// sheet or an address: so colours are hexadecimal, sizes are numbers and addresses are https, without characters that
// end a text.
type look func(path string, said any) (any, error)

// shape is an object of a theme: its members by name. Others are left out.
type shape map[string]look

func (s shape) check(path string, said map[string]any) (map[string]any, error) {
	out := map[string]any{}
	for _, name := range slices.Sorted(maps.Keys(said)) {
		look, known := s[name]
		if !known {
			continue
		}
		kept, err := look(strings.TrimPrefix(path+"."+name, "."), said[name])
		if err != nil {
			return nil, err
		}
		out[name] = kept
	}
	return out, nil
}

// inner is a member that is an object.
func inner(s shape) look {
	return func(path string, said any) (any, error) {
		members, ok := said.(map[string]any)
		if !ok {
			return nil, invalid(path + " is an object")
		}
		return s.check(path, members)
	}
}

// themeShape is everything that a theme may say.
func themeShape() shape {
	s := darkShape()
	s["name"] = showable
	s["typography"] = inner(shape{"text": inner(typeface()), "display": inner(typeface()), "button": inner(typeface())})
	s["links"] = inner(shape{"underline": boolean})
	s["shadows"] = inner(shape{"enabled": boolean})
	s["container"] = inner(containerShape(shape{"exitPosition": word("top", "bottom")}))
	dark := darkShape()
	for _, name := range []string{"typography", "links", "shadows"} {
		dark[name] = notInTheDark
	}
	dark["container"] = inner(containerShape(shape{"exitPosition": notInTheDark}))
	s["darkMode"] = inner(dark)
	return s
}

// darkShape is what light and dark have in common.
func darkShape() shape {
	colors := shape{}
	for _, name := range []string{
		"buttonPrimaryText", "buttonPrimaryBorder", "buttonSecondaryText", "buttonSecondaryBackground", "buttonSecondaryBorder",
		"cardBackground", "cardBorder", "inputBackground", "inputBorder", "link", "headingText", "bodyText", "containerBackground",
		"containerBorder", "divider", "icon", "loader", "positive", "critical", "information", "hover", "focus",
	} {
		colors[name] = color
	}
	borders := shape{"containerBorderRadius": size(maxRadius)}
	for _, name := range []string{"button", "card", "input"} {
		borders[name+"BorderRadius"], borders[name+"BorderWidth"] = size(maxRadius), size(maxWidth)
	}
	return shape{
		"logoUrl": picture, "watermarkUrl": picture, "faviconUrl": picture, "primaryColor": color,
		"borders": inner(borders), "colors": inner(colors),
		"pageBackground": inner(shape{"backgroundColor": color, "backgroundImageUrl": picture}),
	}
}

func containerShape(more shape) shape {
	s := shape{
		"contentAlignment": word("left", "center", "right"), "position": plainWord, "padding": size(maxPadding), "logoAlignment": word("left", "center", "right"),
		"logoPosition": word("inside", "outside"), "logoHeight": size(maxLogo),
	}
	maps.Copy(s, more)
	return s
}

func typeface() shape { return shape{"faces": faces, "fontUrl": picture} }

func notInTheDark(path string, _ any) (any, error) {
	return nil, invalid(path + " is the same in light and dark: set it outside of darkMode")
}

func showable(path string, said any) (any, error) {
	text, ok := said.(string)
	if !ok || len(text) > mfa.MaxName || mfa.Showable(text) != text {
		return nil, invalid(path + " has at most 200 characters that can be shown")
	}
	return text, nil
}

var lettersOnly = regexp.MustCompile(`^[a-zA-Z_-]{1,30}$`)

// plainWord is one of words that this server does not know, because nothing here is done by them.
func plainWord(path string, said any) (any, error) {
	text, ok := said.(string)
	if !ok || !lettersOnly.MatchString(text) {
		return nil, invalid(path + " is a word of at most 30 letters")
	}
	return text, nil
}

func boolean(path string, said any) (any, error) {
	if _, ok := said.(bool); !ok {
		return nil, invalid(path + " is true or false")
	}
	return said, nil
}

var hexColor = regexp.MustCompile(`^#([0-9a-fA-F]{3}|[0-9a-fA-F]{6}|[0-9a-fA-F]{8})$`)

func color(path string, said any) (any, error) {
	text, ok := said.(string)
	if !ok || !hexColor.MatchString(text) {
		return nil, invalid(path + " is a colour such as #0d6b53")
	}
	return text, nil
}

func size(most int) look {
	return func(path string, said any) (any, error) {
		number, ok := said.(json.Number)
		n, err := strconv.Atoi(number.String())
		if !ok || err != nil || n < 0 || n > most {
			return nil, invalid(path + " is a whole number from 0 to " + strconv.Itoa(most))
		}
		return n, nil
	}
}

func word(known ...string) look {
	return func(path string, said any) (any, error) {
		text, ok := said.(string)
		if !ok || !slices.Contains(known, text) {
			return nil, invalid(path + " is one of " + strings.Join(known, ", "))
		}
		return text, nil
	}
}

// picture is the address of a picture or font.
func picture(path string, said any) (any, error) {
	text, ok := said.(string)
	if !ok || len(text) > maxURL {
		return nil, invalid(path + " is an https address of at most 2048 characters")
	}
	u, err := url.Parse(text)
	if err != nil || u.Scheme != "https" || u.Hostname() == "" || u.User != nil || strings.ContainsAny(text, "\"'()\\<>;{} \t\r\n") || !printable(text) {
		return nil, invalid(path + " is an https address, without quotes, brackets or spaces")
	}
	return text, nil
}

func printable(text string) bool {
	return !strings.ContainsFunc(text, func(r rune) bool { return r <= ' ' || r > '~' })
}

// faces are the files of a font.
func faces(path string, said any) (any, error) {
	list, ok := said.([]any)
	if !ok || len(list) > maxFaces {
		return nil, invalid(path + " is a list of at most six files")
	}
	out := make([]any, len(list))
	for i, one := range list {
		at := path + "[" + strconv.Itoa(i) + "]"
		members, ok := one.(map[string]any)
		if !ok {
			return nil, invalid(at + ` is written {"url":"https://…","weight":400}`)
		}
		kept, err := shape{"url": picture, "weight": weight}.check(at, members)
		if err != nil {
			return nil, err
		}
		if kept["url"] == nil {
			return nil, invalid(at + ".url is missing")
		}
		out[i] = kept
	}
	return out, nil
}

// weight is a number, or a range of them in a text, the lower one first.
func weight(path string, said any) (any, error) {
	wrong := invalid(path + ` is a number from 1 to 1000, or a range such as "100 900"`)
	text, ok := said.(string)
	if number, is := said.(json.Number); is {
		text, ok = number.String(), true
	}
	parts := strings.Fields(text)
	if !ok || len(parts) < 1 || len(parts) > 2 {
		return nil, wrong
	}
	var bounds [2]int
	for i, part := range parts {
		n, err := strconv.Atoi(part)
		if err != nil || n < minWeight || n > maxWeight {
			return nil, wrong
		}
		bounds[i] = n
	}
	if len(parts) == 1 {
		return bounds[0], nil
	}
	if bounds[0] >= bounds[1] {
		return nil, wrong
	}
	return strconv.Itoa(bounds[0]) + " " + strconv.Itoa(bounds[1]), nil
}
