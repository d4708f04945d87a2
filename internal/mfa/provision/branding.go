package provision

import (
	"crypto/sha256"
	"encoding/hex"

	"github.com/twinseal/twinseal/internal/mfa"
)

// into writes how the directory should look, but for the picture, which stands apart.
func (b *PlannedBranding) into(d *mfa.Directory) {
	if b == nil {
		return
	}
	d.Branding = mfa.Branding{Name: b.Name, Color: b.Color}
	if len(b.Logo) > 0 {
		sum := sha256.Sum256(b.Logo)
		d.Branding.Logo = hex.EncodeToString(sum[:])
	}
}

// logo keeps the directory's picture, or none.
func (r *applying) logo(d mfa.Directory, png []byte) error {
	if d.Branding.Logo == "" {
		return r.w.RemoveDirectoryLogo(d.ID)
	}
	return r.w.PutDirectoryLogo(mfa.DirectoryLogo{DirectoryID: d.ID, Digest: d.Branding.Logo, PNG: png})
}
