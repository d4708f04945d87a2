// Package picture makes pictures of strangers harmless: they are decoded within bounds, made small and encoded anew, so
// that nothing of the file but its pixels survives.
package picture

import (
	"bytes"
	"errors"
	"fmt"
	"image"
	"image/draw"
	"image/jpeg"
	"image/png"
)

// MaxBytes bounds the file of a picture: what is shown at the size of a thumb needs a tenth.
const MaxBytes = 256 << 10

// Bounds of what is decoded. A small file may describe a huge picture, or go over one very often.
const (
	maxSide   = 4096    // of a picture, in pixels
	maxPixels = 4 << 20 // four bytes each, and up to four times that on the way
	maxScans  = 64      // of a JPEG; progressive ones of usual programs have ten
)

// Format is a file format that is read. Others have decoders that a small file keeps busy for long.
type Format struct {
	magic  string
	config func([]byte) (image.Config, error)
	decode func([]byte) (image.Image, error)
}

func formats() []Format {
	return []Format{
		{
			"\x89PNG\r\n\x1a\n",
			func(b []byte) (image.Config, error) { return png.DecodeConfig(bytes.NewReader(b)) },
			func(b []byte) (image.Image, error) { return png.Decode(bytes.NewReader(b)) },
		},
		{
			"\xff\xd8\xff",
			func(b []byte) (image.Config, error) { return jpeg.DecodeConfig(bytes.NewReader(b)) },
			func(b []byte) (image.Image, error) {
				if bytes.Count(b, []byte{0xff, 0xda}) > maxScans {
					return nil, errors.New("a JPEG with so many scans is not read")
				}
				return jpeg.Decode(bytes.NewReader(b))
			},
		},
	}
}

// Small gives a PNG of a PNG or JPEG, in which no side is longer than side. Small pictures keep their size.
func Small(file []byte, side int) ([]byte, error) {
	decoded, err := decode(file)
	if err != nil {
		return nil, err
	}
	var out bytes.Buffer
	if err := png.Encode(&out, shrink(decoded, side)); err != nil {
		return nil, fmt.Errorf("a picture cannot be written: %w", err)
	}
	return out.Bytes(), nil
}

func decode(file []byte) (image.Image, error) {
	if len(file) > MaxBytes {
		return nil, fmt.Errorf("a picture has at most %d KiB", MaxBytes>>10)
	}
	for _, f := range formats() {
		if !bytes.HasPrefix(file, []byte(f.magic)) {
			continue
		}
		size, err := f.config(file)
		if err != nil {
			return nil, fmt.Errorf("the picture cannot be read: %w", err)
		}
		if size.Width < 1 || size.Height < 1 || size.Width > maxSide || size.Height > maxSide || size.Width*size.Height > maxPixels {
			return nil, fmt.Errorf("a picture has at most %d pixels on a side and %d in all", maxSide, maxPixels)
		}
		decoded, err := f.decode(file)
		if err != nil {
			return nil, fmt.Errorf("the picture cannot be read: %w", err)
		}
		return decoded, nil
	}
	return nil, errors.New("a picture is a PNG or a JPEG")
}

// shrink gives every pixel the average of those that it stands for.
func shrink(from image.Image, side int) image.Image {
	at := from.Bounds()
	source := image.NewRGBA(image.Rect(0, 0, at.Dx(), at.Dy()))
	draw.Draw(source, source.Bounds(), from, at.Min, draw.Src)
	longest := max(at.Dx(), at.Dy())
	if longest <= side {
		return source
	}
	out := image.NewRGBA(image.Rect(0, 0, max(1, at.Dx()*side/longest), max(1, at.Dy()*side/longest)))
	for y := range out.Rect.Dy() {
		for x := range out.Rect.Dx() {
			average(out.Pix[out.PixOffset(x, y):], source, box(x, y, out.Rect, source.Rect))
		}
	}
	return out
}

// box is the part of the source that one pixel stands for: at least one pixel.
func box(x, y int, small, large image.Rectangle) image.Rectangle {
	r := image.Rect(x*large.Dx()/small.Dx(), y*large.Dy()/small.Dy(), (x+1)*large.Dx()/small.Dx(), (y+1)*large.Dy()/small.Dy())
	r.Max.X, r.Max.Y = max(r.Max.X, r.Min.X+1), max(r.Max.Y, r.Min.Y+1)
	return r
}

// channels of a pixel: red, green, blue, each multiplied by the last, opacity.
const channels = 4

func average(to []uint8, from *image.RGBA, r image.Rectangle) {
	var sum [channels]int
	for y := r.Min.Y; y < r.Max.Y; y++ {
		row := from.Pix[from.PixOffset(r.Min.X, y) : from.PixOffset(r.Max.X-1, y)+channels]
		for i, v := range row {
			sum[i%channels] += int(v)
		}
	}
	n := r.Dx() * r.Dy()
	for i := range sum {
		to[i] = uint8(sum[i] / n) //nolint:gosec // an average of bytes is one
	}
}
