package authsignal

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/twinseal/twinseal/internal/endpoint"
	"github.com/twinseal/twinseal/internal/mfa"
	"github.com/twinseal/twinseal/internal/text"
	"github.com/twinseal/twinseal/internal/text/screens"
)

// maxWords bounds all words of an application: every text of the pages in all languages, twice as long as ours.
const maxWords = 256 << 10

type wordsView struct {
	Overrides json.RawMessage `json:"messageOverrides"`
}

func showWords(a *mfa.Application) (endpoint.Response, error) {
	view := wordsView{a.StepUpSettings().Words}
	if len(view.Overrides) == 0 {
		view.Overrides = json.RawMessage(`{}`)
	}
	return ok(view)
}

func (d *Dialect) getWords(ctx context.Context, c *call) (endpoint.Response, error) {
	a, err := d.fresh(ctx, c)
	if err != nil {
		return endpoint.Response{}, err
	}
	return showWords(&a)
}

// updateWords replaces all words at once, as the vendor does.
func (d *Dialect) updateWords(ctx context.Context, c *call, e *edit) (endpoint.Response, error) {
	raw, said := e.in["messageOverrides"]
	if !said {
		return endpoint.Response{}, invalid("messageOverrides is missing")
	}
	words, err := readWords(raw)
	if err != nil {
		return endpoint.Response{}, err
	}
	a, err := d.reconfigure(ctx, c, func(_ *mfa.Application, s *mfa.StepUp) error {
		s.Words = words
		return nil
	})
	if err != nil {
		return endpoint.Response{}, err
	}
	return showWords(&a)
}

// readWords checks what pages will show. It is text to them, never markup.
func readWords(raw json.RawMessage) (json.RawMessage, error) {
	if isNull(raw) {
		return nil, nil
	}
	if len(raw) > maxWords {
		return nil, invalid("messageOverrides takes at most 256 KiB")
	}
	var own screens.Overrides
	if json.Unmarshal(raw, &own) != nil {
		return nil, invalid(`messageOverrides is written {"en":{"sms-code-entry.heading":"…"}}`)
	}
	if err := own.Check(); err != nil {
		return nil, invalid("messageOverrides: " + err.Error())
	}
	for locale, words := range own {
		for name, said := range words {
			if mfa.Showable(said) != said {
				return nil, invalid(fmt.Sprintf("messageOverrides: %s in %s holds characters that cannot be shown", name, locale))
			}
		}
	}
	if len(own) == 0 {
		return nil, nil
	}
	return raw, nil
}

type screenView struct {
	ID     string `json:"id"`
	Label  string `json:"label"`
	Family string `json:"family"`
}

type pointOfWordsView struct {
	ID           string                 `json:"publicId"`
	Screen       string                 `json:"screen"`
	Role         string                 `json:"role"`
	Item         string                 `json:"item"`
	Label        string                 `json:"label"`
	Products     []string               `json:"products"`
	MaxLength    int                    `json:"maxLength"`
	Placeholders []string               `json:"allowedPlaceholders"`
	Tags         []string               `json:"allowedTags"`
	Ours         map[text.Locale]string `json:"defaultCopy"`
}

type catalogView struct {
	Version int                `json:"catalogVersion"`
	Screens []screenView       `json:"screens"`
	Points  []pointOfWordsView `json:"points"`
}

// getCatalog lists every text that may be overridden, with our own.
func (d *Dialect) getCatalog(context.Context, *call) (endpoint.Response, error) {
	out := catalogView{Version: screens.Version, Screens: []screenView{}, Points: []pointOfWordsView{}}
	for _, p := range screens.Points() {
		if last := len(out.Screens) - 1; last < 0 || out.Screens[last].ID != p.Screen {
			family, _, _ := strings.Cut(p.Screen, "-")
			out.Screens = append(out.Screens, screenView{p.Screen, label(p.Screen), family})
		}
		placeholders := p.Values
		if placeholders == nil {
			placeholders = []string{}
		}
		out.Points = append(out.Points, pointOfWordsView{
			ID: p.ID, Screen: p.Screen, Role: p.Role, Item: p.Role, Label: label(p.Screen) + ": " + label(p.Role), Products: []string{"pre-built-ui"},
			MaxLength: screens.MaxText, Placeholders: placeholders, Tags: []string{}, Ours: p.Ours,
		})
	}
	return ok(out)
}

// label makes a heading of an id: sms-code-entry becomes "Sms code entry".
func label(id string) string {
	words := strings.ReplaceAll(id, "-", " ")
	if words == "" {
		return ""
	}
	return strings.ToUpper(words[:1]) + words[1:]
}
