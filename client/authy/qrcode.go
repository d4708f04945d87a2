package authy

import (
	"context"
	"net/url"
)

// QROptions are the optional parts of [Client.UserQRCode].
type QROptions struct {
	Size  int    // in pixels; the server's default when zero
	Label string // shown by the authenticator app
}

// QRCode enrolls a generic authenticator app when scanned.
type QRCode struct {
	// URL is the address of a picture for the person's browser. Whoever sees
	// the picture can make the person's codes.
	URL    string
	Label  string
	Issuer string
}

// UserQRCode makes a secret for a generic authenticator app and returns the
// picture that carries it. The codes are checked with [Client.VerifyToken].
func (c *Client) UserQRCode(ctx context.Context, id UserID, options QROptions) (*QRCode, error) {
	const op = "user QR code"
	if err := id.check(); err != nil {
		return nil, err
	}
	if options.Size < 0 {
		return nil, &FormatError{Field: "QR size", Reason: "must not be negative"}
	}
	body := struct {
		Size  int    `json:"qr_size,omitempty"`
		Label string `json:"label,omitempty"`
	}{options.Size, options.Label}
	var wire struct {
		URL    text `json:"qr_code"`
		Label  text `json:"label"`
		Issuer text `json:"issuer"`
	}
	if err := c.post(ctx, op, "/protected/json/users/"+id.String()+"/secret", body, &wire); err != nil {
		return nil, err
	}
	address, err := url.Parse(string(wire.URL))
	if err != nil || address.Host == "" || (address.Scheme != "https" && address.Scheme != "http") {
		return nil, unexpected(op, "it has no address of a picture")
	}
	return &QRCode{URL: string(wire.URL), Label: string(wire.Label), Issuer: string(wire.Issuer)}, nil
}
