package harness

import (
	"bytes"
	"image"
	"image/png"
	"testing"

	"rsc.io/qr/coding"
)

// QRText reads the text in a picture of a QR code that has just been drawn: upright, black on white, without dirt.
// It therefore needs no error correction, and refuses pictures that do.
func QRText(t testing.TB, picture []byte) string {
	t.Helper()
	img, err := png.Decode(bytes.NewReader(picture))
	if err != nil {
		t.Fatalf("the picture is no PNG: %v", err)
	}
	grid := modules(t, img)
	for level := coding.L; level <= coding.H; level++ {
		for mask := range coding.Mask(8) {
			plan, err := coding.NewPlan(coding.Version((len(grid)-17)/4), level, mask)
			if err != nil {
				t.Fatalf("a QR code of %d modules: %v", len(grid), err)
			}
			if drawnBy(plan, grid) {
				return text(t, plan, grid)
			}
		}
	}
	t.Fatal("the picture is no QR code")
	return ""
}

func black(img image.Image, x, y int) bool {
	r, g, b, _ := img.At(x, y).RGBA()
	return r+g+b < 3*0x8000
}

// modules cuts the picture into the squares of the code.
func modules(t testing.TB, img image.Image) [][]bool {
	t.Helper()
	area := inked(img)
	// The first row begins with the seven black modules of the upper left corner.
	run := 0
	for black(img, area.Min.X+run, area.Min.Y) {
		run++
	}
	size := run / 7
	if size == 0 || area.Dx()%size != 0 || area.Dx() != area.Dy() {
		t.Fatalf("the picture is no QR code: %v with modules of %d", area, size)
	}
	count := area.Dx() / size
	grid := make([][]bool, count)
	for y := range grid {
		grid[y] = make([]bool, count)
		for x := range grid[y] {
			grid[y][x] = black(img, area.Min.X+x*size+size/2, area.Min.Y+y*size+size/2)
		}
	}
	return grid
}

// inked is the smallest rectangle around everything black.
func inked(img image.Image) image.Rectangle {
	var area image.Rectangle
	for y := img.Bounds().Min.Y; y < img.Bounds().Max.Y; y++ {
		for x := img.Bounds().Min.X; x < img.Bounds().Max.X; x++ {
			if black(img, x, y) {
				area = area.Union(image.Rect(x, y, x+1, y+1))
			}
		}
	}
	return area
}

// drawnBy reports whether everything in the grid that is no data looks as the plan says.
func drawnBy(plan *coding.Plan, grid [][]bool) bool {
	for y, row := range plan.Pixel {
		for x, p := range row {
			switch p.Role() {
			case coding.Position, coding.Alignment, coding.Timing, coding.Format, coding.PVersion:
				if grid[y][x] != (p&coding.Black != 0) {
					return false
				}
			}
		}
	}
	return true
}

// text takes the data out of the grid and reads its one segment of bytes.
func text(t testing.TB, plan *coding.Plan, grid [][]bool) string {
	t.Helper()
	data := make([]byte, plan.DataBytes+plan.CheckBytes)
	for y, row := range plan.Pixel {
		for x, p := range row {
			// A black pixel of the plan is one that the mask turns around.
			if p.Role() != coding.Data && p.Role() != coding.Check || grid[y][x] == (p&coding.Black != 0) {
				continue
			}
			data[p.Offset()/8] |= 1 << (7 - p.Offset()%8)
		}
	}
	const modeBytes = 4
	if data[0]>>4 != modeBytes {
		t.Fatalf("the QR code holds mode %d, not bytes", data[0]>>4)
	}
	bits := func(from int) byte { return data[from/8]<<(from%8) | byte(uint16(data[from/8+1])>>(8-from%8)) }
	length, start := int(bits(4)), 12
	if plan.Version >= 10 { // larger codes count in sixteen bits
		length, start = length<<8|int(bits(12)), 20
	}
	out := make([]byte, length)
	for i := range out {
		out[i] = bits(start + 8*i)
	}
	return string(out)
}
