package apply

import (
	"errors"
	"io"
	"io/fs"
	"regexp"
	"strings"

	"github.com/twinseal/twinseal/internal/mfa"
	"github.com/twinseal/twinseal/internal/mfa/provision"
	"github.com/twinseal/twinseal/internal/picture"
)

// logoSide is the longest side of a directory's logo in pixels: it is shown as large as a hand is wide at most.
const logoSide = 256

// aColor is a colour as style sheets write it, and nothing else of theirs.
var aColor = regexp.MustCompile(`^#[0-9a-f]{6}$`)

// plan judges how a directory should look. Whoever writes the file may be a tenant of the server, and others look at
// what comes of it: a colour is six digits, and of a picture only the pixels go on.
func (b *branding) plan(path string, side fs.FS) (*provision.PlannedBranding, error) {
	if b == nil {
		return nil, nil //nolint:nilnil // nothing is planned
	}
	out := &provision.PlannedBranding{Name: b.Name, Color: strings.ToLower(b.Color)}
	if b.Name != "" {
		if err := checkedName(path, b.Name); err != nil {
			return nil, err
		}
	}
	if b.Color != "" && !aColor.MatchString(out.Color) {
		return nil, refuse(path+".color", "a colour is written as #0a3d62")
	}
	if b.Logo == "" {
		return out, nil
	}
	file, err := readBeside(side, b.Logo)
	if err == nil {
		out.Logo, err = picture.Small(file, logoSide)
	}
	if err != nil {
		return nil, &mfa.Error{Code: mfa.Invalid, Field: path + ".logo", Message: err.Error()}
	}
	return out, nil
}

// readBeside reads a file in or below the directory of this one.
func readBeside(side fs.FS, name string) ([]byte, error) {
	if side == nil {
		return nil, errors.New("pictures are read from beside the apply file, and this one has no place; apply it from a file")
	}
	if !fs.ValidPath(name) {
		return nil, errors.New("the picture must stand beside the apply file or below it, such as logos/acme.png")
	}
	file, err := side.Open(name)
	if err != nil {
		return nil, errors.New("there is no such picture beside the apply file")
	}
	defer file.Close() //nolint:errcheck // it was only read
	data, err := io.ReadAll(io.LimitReader(file, picture.MaxBytes+1))
	if err != nil {
		return nil, errors.New("the picture beside the apply file cannot be read")
	}
	return data, nil
}
