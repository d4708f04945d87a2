package loginid

import (
	"context"
	"net/http"

	"github.com/twinseal/twinseal/internal/endpoint"
	"github.com/twinseal/twinseal/internal/maker"
	"github.com/twinseal/twinseal/internal/mfa"
)

type makerView struct {
	ID        string `json:"id"`
	Name      string `json:"name"`
	IconLight string `json:"iconLight"` // for a light background
	IconDark  string `json:"iconDark"`
}

// v2Maker tells who makes authenticators of a model.
func (d *Dialect) v2Maker(_ context.Context, c *v2Call) (endpoint.Response, error) {
	id, err := mfa.ParseUUID("aaguid", c.param())
	if err != nil {
		return endpoint.Response{}, err
	}
	name := maker.Of(id)
	if name == "" {
		return endpoint.Response{}, mfa.Missing("authenticator model")
	}
	light, dark := maker.Icons()
	return endpoint.JSON(http.StatusOK, makerView{id, name, light, dark})
}
