package hosted

import (
	"encoding/json"
	"net/url"
	"slices"
	"strings"

	"github.com/twinseal/twinseal/internal/mfa"
)

// theme is how an application wants its pages to look, in the words of the protocol. Whoever writes it checks it; here
// only what is safe in a style sheet is taken, and the rest left out.
type theme struct {
	LogoURL      string     `json:"logoUrl"`
	PrimaryColor string     `json:"primaryColor"`
	Borders      borders    `json:"borders"`
	Colors       colors     `json:"colors"`
	Container    container  `json:"container"`
	Page         background `json:"pageBackground"`
	Typography   typography `json:"typography"`
	Links        struct {
		Underline *bool `json:"underline"`
	} `json:"links"`
	Shadows struct {
		Enabled *bool `json:"enabled"`
	} `json:"shadows"`
	Dark *theme `json:"darkMode"`

	origins []string // the application's own, from which fonts may come
}

type borders struct {
	ButtonRadius    *int `json:"buttonBorderRadius"`
	ButtonWidth     *int `json:"buttonBorderWidth"`
	CardRadius      *int `json:"cardBorderRadius"`
	CardWidth       *int `json:"cardBorderWidth"`
	InputRadius     *int `json:"inputBorderRadius"`
	InputWidth      *int `json:"inputBorderWidth"`
	ContainerRadius *int `json:"containerBorderRadius"`
}

type colors struct {
	ButtonText       string `json:"buttonPrimaryText"`
	ButtonBorder     string `json:"buttonPrimaryBorder"`
	SecondText       string `json:"buttonSecondaryText"`
	SecondBackground string `json:"buttonSecondaryBackground"`
	SecondBorder     string `json:"buttonSecondaryBorder"`
	Card             string `json:"cardBackground"`
	CardBorder       string `json:"cardBorder"`
	Input            string `json:"inputBackground"`
	InputBorder      string `json:"inputBorder"`
	Link             string `json:"link"`
	Heading          string `json:"headingText"`
	Body             string `json:"bodyText"`
	Container        string `json:"containerBackground"`
	ContainerBorder  string `json:"containerBorder"`
	Divider          string `json:"divider"`
	Icon             string `json:"icon"`
	Loader           string `json:"loader"`
	Positive         string `json:"positive"`
	Critical         string `json:"critical"`
	Focus            string `json:"focus"`
}

type container struct {
	Align      string `json:"contentAlignment"`
	LogoAlign  string `json:"logoAlignment"`
	Padding    *int   `json:"padding"`
	LogoHeight *int   `json:"logoHeight"`
}

type background struct {
	Color string `json:"backgroundColor"`
	Image string `json:"backgroundImageUrl"`
}

type typography struct {
	Text    typeface `json:"text"`
	Display typeface `json:"display"`
	Button  typeface `json:"button"`
}

type typeface struct {
	Faces []face `json:"faces"`
}

type face struct {
	URL    string          `json:"url"`
	Weight json.RawMessage `json:"weight"` // a number, or a text such as "100 900"
}

// themeOf reads an application's; one that cannot be read is none.
func themeOf(a mfa.Application) theme {
	var t theme
	if raw := a.StepUpSettings().Theme; len(raw) > 0 && json.Unmarshal(raw, &t) != nil {
		t = theme{}
	}
	if t.LogoURL == "" {
		t.LogoURL = a.Settings.LogoURL
	}
	t.origins = slices.Concat(frames(a), a.Settings.RelyingParty.AllOrigins())
	return t
}

// logo is the picture's address, where it is one that a page may load.
func (t theme) logo() string { return picture(t.LogoURL) }

// images are the origins of the theme's pictures.
func (t theme) images() []string {
	addresses := []string{t.logo(), picture(t.Page.Image)}
	if t.Dark != nil {
		addresses = append(addresses, picture(t.Dark.Page.Image))
	}
	return originsOf(addresses)
}

// fonts are the origins of the theme's fonts.
func (t theme) fonts() []string {
	var addresses []string
	for _, family := range t.families() {
		for _, f := range family.faces {
			addresses = append(addresses, f.URL)
		}
	}
	return originsOf(addresses)
}

func originsOf(addresses []string) []string {
	var out []string
	for _, address := range addresses {
		if origin := webOrigin(address); origin != "" && !slices.Contains(out, origin) {
			out = append(out, origin)
		}
	}
	return out
}

// picture lets the address of a picture through: https, and nothing that could end a text of a style sheet.
func picture(address string) string {
	u, err := url.Parse(address)
	if err != nil || u.Scheme != "https" || webOrigin(address) == "" || len(address) > maxAddress {
		return ""
	}
	clean := u.String()
	if strings.ContainsAny(clean, "\"'()\\<>\n\r\t ") {
		return ""
	}
	return clean
}

// maxAddress bounds the address of a picture or font, as browsers bound addresses in practice.
const maxAddress = 2048

// family is a font with the files that may be loaded.
type family struct {
	name  string
	faces []face
}

// maxFaces is how many files of one font are taken, as the protocol has it.
const maxFaces = 6

// families are the fonts of a theme that come from the application's own origins: a font is told by its server who
// reads the page, so nobody else's is loaded.
func (t theme) families() []family {
	var out []family
	for _, f := range []struct {
		name string
		typeface
	}{{"own-text", t.Typography.Text}, {"own-display", t.Typography.Display}, {"own-button", t.Typography.Button}} {
		var faces []face
		for _, one := range f.Faces {
			if picture(one.URL) != "" && slices.Contains(t.origins, webOrigin(one.URL)) && weight(one.Weight) != "" && len(faces) < maxFaces {
				faces = append(faces, one)
			}
		}
		if len(faces) > 0 {
			out = append(out, family{f.name, faces})
		}
	}
	return out
}

// weight writes one or two numbers as a style sheet has them, "" for anything else.
func weight(raw json.RawMessage) string {
	text := strings.Trim(string(raw), `"`)
	if text == "" || len(text) > len("1000 1000") || strings.Trim(text, "0123456789 ") != "" {
		return ""
	}
	return text
}
