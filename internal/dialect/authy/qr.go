package authy

import (
	"bytes"
	"context"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"net/http"
	"regexp"

	"rsc.io/qr"

	"github.com/twinseal/twinseal/internal/endpoint"
	"github.com/twinseal/twinseal/internal/mfa"
	"github.com/twinseal/twinseal/internal/mfa/seeds"
)

// userSecretAnswer carries the address of a picture, never the seed itself.
type userSecretAnswer struct {
	Label   string `json:"label"`
	Issuer  string `json:"issuer"`
	QRCode  string `json:"qr_code"`
	Success bool   `json:"success"`
}

// Sizes of a picture, in pixels.
const (
	minPicture     = 100
	maxPicture     = 1000
	defaultPicture = 300
)

func (d *Dialect) userSecret(ctx context.Context, c *call) (any, error) {
	size := c.params.integer("qr_size", defaultPicture)
	if size < minPicture || size > maxPicture {
		c.params.refuse("qr_size", fmt.Sprintf("is not a number of pixels from %d to %d", minPicture, maxPicture))
	}
	label := c.params.text("label")
	if label == "" {
		label = c.params.text("qr_label")
	}
	if err := c.params.failed(); err != nil {
		return nil, err
	}
	ref, err := c.user()
	if err != nil {
		return nil, err
	}
	seed, err := d.seeds.Show(ctx, seeds.Show{Caller: c.caller, User: ref, Label: label, Source: c.source})
	if err != nil {
		return nil, err
	}
	address := d.service.Options().PublicURL + "/qr/" + string(seed.Picture.Reveal()) + ".png"
	if size != defaultPicture {
		address += fmt.Sprintf("?size=%d", size)
	}
	return userSecretAnswer{Label: seed.Label, Issuer: seed.Issuer, QRCode: address, Success: true}, nil
}

// pictureName is the form of the unguessable names that the domain makes.
var pictureName = regexp.MustCompile(`^([0-9A-Z]{16,64})\.png$`)

// picture answers a browser without a key: the name is the secret. It is never to be kept.
func (d *Dialect) picture(ctx context.Context, c *call) (any, error) {
	name := pictureName.FindStringSubmatch(c.path["picture"])
	if name == nil {
		return nil, mfa.Missing("picture")
	}
	seed, err := d.seeds.Picture(ctx, mfa.SecretText(name[1]))
	if err != nil {
		return nil, err
	}
	size := c.params.integer("size", defaultPicture)
	if err := c.params.failed(); err != nil {
		return nil, err
	}
	drawn, err := draw(seed.URI(), min(max(size, minPicture), maxPicture))
	if err != nil {
		return nil, &mfa.Error{Code: mfa.Internal, Message: "a picture could not be drawn", Cause: err}
	}
	return endpoint.Response{Status: http.StatusOK, ContentType: "image/png", Header: http.Header{"Cache-Control": {"no-store"}}, Body: drawn}, nil
}

// quiet is the white border that scanners need, in modules (ISO 18004).
const quiet = 4

// draw makes a square picture of about size pixels. Modules have a whole number of pixels each, or scanners
// would see moiré; what is left over widens the border. A text too long for that size gets a larger picture.
func draw(text string, size int) ([]byte, error) {
	code, err := qr.Encode(text, qr.M)
	if err != nil {
		return nil, err
	}
	scale := max(1, size/(code.Size+2*quiet))
	size = max(size, scale*(code.Size+2*quiet))
	picture := image.NewPaletted(image.Rect(0, 0, size, size), color.Palette{color.White, color.Black})
	border := (size - scale*code.Size) / 2
	for y := range scale * code.Size {
		row := picture.Pix[picture.PixOffset(border, border+y):]
		for x := range scale * code.Size {
			if code.Black(x/scale, y/scale) {
				row[x] = 1
			}
		}
	}
	var out bytes.Buffer
	err = png.Encode(&out, picture)
	return out.Bytes(), err
}
