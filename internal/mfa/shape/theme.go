package shape

import (
	"encoding/json"
	"maps"
	"strconv"
	"strings"

	"github.com/twinseal/twinseal/internal/mfa"
)

// Bounds of a theme. Sizes are CSS pixels; larger ones leave no room for the text on a phone.
const (
	maxTheme   = 64 << 10 // bytes: every challenge page reads it, and all of its members at their longest take half of it
	maxRadius  = 100
	maxWidth   = 20
	maxPadding = 100
	maxLogo    = 200
	maxFaces   = 6
	minWeight  = 1
	maxWeight  = 1000
)

// Theme checks a whole theme and writes it as it is kept, nil for one that says nothing.
func Theme(said map[string]any) (json.RawMessage, error) {
	checked, err := themed().Check("", said)
	if err != nil || len(checked) == 0 {
		return nil, err
	}
	out, err := json.Marshal(checked)
	if err != nil {
		return nil, &mfa.Error{Code: mfa.Internal, Message: "the theme cannot be written", Cause: err}
	}
	if len(out) > maxTheme {
		return nil, invalid("a theme takes at most 64 KiB")
	}
	return out, nil
}

// themed is everything that a theme may say.
func themed() Object {
	s := inBoth()
	s["name"] = Text
	s["typography"] = Inner(Object{"text": Inner(typeface()), "display": Inner(typeface()), "button": Inner(typeface())})
	s["links"] = Inner(Object{"underline": Bool})
	s["shadows"] = Inner(Object{"enabled": Bool})
	s["container"] = Inner(container(Object{"exitPosition": Word("top", "bottom")}))
	dark := inBoth()
	for _, name := range []string{"typography", "links", "shadows"} {
		dark[name] = notInTheDark
	}
	dark["container"] = Inner(container(Object{"exitPosition": notInTheDark}))
	s["darkMode"] = Inner(dark)
	return s
}

// inBoth is what light and dark have in common.
func inBoth() Object {
	colors := Object{}
	for _, name := range []string{
		"buttonPrimaryText", "buttonPrimaryBorder", "buttonSecondaryText", "buttonSecondaryBackground", "buttonSecondaryBorder",
		"cardBackground", "cardBorder", "inputBackground", "inputBorder", "link", "headingText", "bodyText", "containerBackground",
		"containerBorder", "divider", "icon", "loader", "positive", "critical", "information", "hover", "focus",
	} {
		colors[name] = Color
	}
	borders := Object{"containerBorderRadius": Size(maxRadius)}
	for _, name := range []string{"button", "card", "input"} {
		borders[name+"BorderRadius"], borders[name+"BorderWidth"] = Size(maxRadius), Size(maxWidth)
	}
	return Object{
		"logoUrl": Address, "watermarkUrl": Address, "faviconUrl": Address, "primaryColor": Color,
		"borders": Inner(borders), "colors": Inner(colors),
		"pageBackground": Inner(Object{"backgroundColor": Color, "backgroundImageUrl": Address}),
	}
}

func container(more Object) Object {
	s := Object{
		"contentAlignment": Word("left", "center", "right"), "position": PlainWord, "padding": Size(maxPadding), "logoAlignment": Word("left", "center", "right"),
		"logoPosition": Word("inside", "outside"), "logoHeight": Size(maxLogo),
	}
	maps.Copy(s, more)
	return s
}

func typeface() Object { return Object{"faces": faces, "fontUrl": Address} }

func notInTheDark(path string, _ any) (any, error) {
	return nil, invalid(path + " is the same in light and dark: set it outside of darkMode")
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
		kept, err := Object{"url": Address, "weight": weight}.Check(at, members)
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
