package authsignal

import (
	"context"
	"encoding/json"

	"github.com/twinseal/twinseal/internal/endpoint"
	"github.com/twinseal/twinseal/internal/mfa"
	"github.com/twinseal/twinseal/internal/mfa/shape"
)

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
		shape.Merge(theme, patch)
		s.Theme, err = shape.Theme(theme)
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
	return shape.Decode(body)
}

func storedTheme(stored json.RawMessage) (map[string]any, error) {
	theme, err := shape.Decode(stored)
	if err != nil {
		return nil, &mfa.Error{Code: mfa.Internal, Message: "the theme cannot be read", Cause: err}
	}
	return theme, nil
}
