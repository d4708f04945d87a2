package authsignal

import (
	"bytes"
	"context"
	"encoding/json"

	"github.com/twinseal/twinseal/internal/endpoint"
	"github.com/twinseal/twinseal/internal/mfa"
)

// maxTheme bounds a theme, which every challenge page reads. All of its members at their longest take half of it.
const maxTheme = 64 << 10

func (d *Dialect) getTheme(ctx context.Context, c *call) (endpoint.Response, error) {
	a, err := d.fresh(ctx, c)
	if err != nil {
		return endpoint.Response{}, err
	}
	return showTheme(&a)
}

// showTheme shows what is set. A name and the dark mode are always there, because clients decode an empty theme by them.
func showTheme(a *mfa.Application) (endpoint.Response, error) {
	theme, err := storedTheme(a.StepUpSettings().Theme)
	if err != nil {
		return endpoint.Response{}, err
	}
	if theme["name"] == nil {
		theme["name"] = a.Name
	}
	if theme["darkMode"] == nil {
		theme["darkMode"] = map[string]any{}
	}
	return ok(theme)
}

// updateTheme merges what is said into what is set: at every depth, what is left out stays and null clears.
func (d *Dialect) updateTheme(ctx context.Context, c *call) (endpoint.Response, error) {
	patch, err := decodeTheme(c.body)
	if err != nil {
		return endpoint.Response{}, err
	}
	a, err := d.reconfigure(ctx, c, func(_ *mfa.Application, s *mfa.StepUp) error {
		theme, err := storedTheme(s.Theme)
		if err != nil {
			return err
		}
		merge(theme, patch)
		s.Theme, err = writeTheme(theme)
		return err
	})
	if err != nil {
		return endpoint.Response{}, err
	}
	return showTheme(&a)
}

func decodeTheme(body []byte) (map[string]any, error) {
	if err := decode(body, new(map[string]json.RawMessage)); err != nil {
		return nil, err
	}
	return readTheme(body)
}

func storedTheme(stored json.RawMessage) (map[string]any, error) {
	theme, err := readTheme(stored)
	if err != nil {
		return nil, &mfa.Error{Code: mfa.Internal, Message: "the theme cannot be read", Cause: err}
	}
	return theme, nil
}

func readTheme(text []byte) (map[string]any, error) {
	theme := map[string]any{}
	if len(bytes.TrimSpace(text)) == 0 {
		return theme, nil
	}
	d := json.NewDecoder(bytes.NewReader(text))
	d.UseNumber()
	if err := d.Decode(&theme); err != nil || theme == nil {
		return map[string]any{}, err
	}
	return theme, nil
}

// merge is a JSON merge patch.
func merge(into, patch map[string]any) {
	for name, said := range patch {
		below, object := said.(map[string]any)
		switch {
		case said == nil:
			delete(into, name)
		case object:
			have, there := into[name].(map[string]any)
			if !there {
				have = map[string]any{}
				into[name] = have
			}
			merge(have, below)
		default:
			into[name] = said
		}
	}
}

// writeTheme checks a whole theme. What this server does not know is left out: nothing that was not looked at reaches a
// page.
func writeTheme(theme map[string]any) (json.RawMessage, error) {
	checked, err := themeShape().check("", theme)
	if err != nil {
		return nil, err
	}
	if len(checked) == 0 {
		return nil, nil
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
