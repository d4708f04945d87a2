package launchkey

import (
	"context"
	"net/http"

	"rsc.io/qr"

	"github.com/twinseal/twinseal/internal/endpoint"
	"github.com/twinseal/twinseal/internal/mfa"
)

// pictures is where pictures of linking codes are.
const pictures = "/public/v3/qr/"

// picture draws a linking code. Any that could be one is drawn, whether it is good or not, so that the picture
// tells nobody which are.
func (d *Dialect) picture(_ context.Context, value string) (endpoint.Response, error) {
	if !mfa.IsLinkCode(value) {
		return endpoint.Response{}, mfa.Missing("picture")
	}
	code, err := qr.Encode(d.service.LinkURI(value), qr.M)
	if err != nil {
		return endpoint.Response{}, &mfa.Error{Code: mfa.Internal, Message: "a picture could not be drawn", Cause: err}
	}
	return endpoint.Bytes(http.StatusOK, "image/png", code.PNG()), nil
}
