package hosted

import (
	"strconv"
	"strings"

	"rsc.io/qr"
)

// square is a QR code as a path: a page may hold a drawing where its policy would refuse a made-up picture.
type square struct {
	Size int // with the quiet zone
	Path string
}

// quiet is the width of the empty border, as readers want it.
const quiet = 4

func newSquare(text string) (square, error) {
	code, err := qr.Encode(text, qr.M)
	if err != nil {
		return square{}, err
	}
	var path strings.Builder
	for y := range code.Size {
		for x := 0; x < code.Size; x++ {
			run := 0
			for x+run < code.Size && code.Black(x+run, y) {
				run++
			}
			if run > 0 {
				n := strconv.Itoa(run)
				path.WriteString("M" + strconv.Itoa(x+quiet) + " " + strconv.Itoa(y+quiet) + "h" + n + "v1h-" + n + "z")
				x += run
			}
		}
	}
	return square{Size: code.Size + 2*quiet, Path: path.String()}, nil
}
