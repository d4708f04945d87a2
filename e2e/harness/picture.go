package harness

import (
	"bytes"
	"cmp"
	"context"
	"image"
	"image/color"
	"image/png"
	"maps"
	"os"
	"path/filepath"
	"slices"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
)

// envShots names a directory for pictures of pages, from the top of the tree; none are made without it.
const envShots = "TWINSEAL_E2E_SHOTS"

// Look is a size of window and a scheme of colours.
type Look struct {
	Name, Scheme  string
	Width, Height int64
}

// Looks are a phone and a desktop, by day and by night.
func Looks() []Look {
	return []Look{
		{"phone-light", "light", 390, 844},
		{"phone-dark", "dark", 390, 844},
		{"desktop-light", "light", 1280, 900},
		{"desktop-dark", "dark", 1280, 900},
	}
}

// Use gives the tab a look. Nothing moves in it, so that pictures are the same again.
func (b *Tab) Use(l Look) {
	b.t.Helper()
	b.Do(chromedp.EmulateViewport(l.Width, l.Height), chromedp.Func(func(ctx context.Context, target *chromedp.Target) error {
		features := []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: l.Scheme}, {Name: "prefers-reduced-motion", Value: "reduce"}}
		_, err := cdp.Call(ctx, target, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Features: features})
		return err
	}))
}

// Fits holds the page to its window: nothing is wider.
func (b *Tab) Fits(name string) {
	b.t.Helper()
	if over := b.Evaluate(`String(document.documentElement.scrollWidth - document.documentElement.clientWidth)`); over != "0" {
		b.t.Errorf("%s is %s pixels too wide", name, over)
	}
}

// Shooting reports whether pictures are wanted.
func Shooting() bool { return os.Getenv(envShots) != "" }

// Shoot keeps a picture of what the window shows, small enough for a repository.
func (b *Tab) Shoot(name string) {
	b.t.Helper()
	dir := os.Getenv(envShots)
	if dir == "" {
		return
	}
	if !filepath.IsAbs(dir) {
		root, err := Root()
		if err != nil {
			b.t.Fatal(err)
		}
		dir = filepath.Join(root, dir)
	}
	shot, err := chromedp.Run(b.Context, chromedp.CaptureScreenshot())
	if err != nil {
		b.t.Fatal(err)
	}
	small, err := shrink(shot)
	if err == nil {
		err = os.WriteFile(filepath.Join(dir, name+".png"), small, 0o644) //nolint:gosec // it is for everybody
	}
	if err != nil {
		b.t.Fatal(err)
	}
}

// paletteSize is how many colours pages of few colours need, with the edges of their letters.
const paletteSize = 32

// shrink draws a picture again with the colours that it has most of, and packs it as well as it can be.
func shrink(picture []byte) ([]byte, error) {
	img, err := png.Decode(bytes.NewReader(picture))
	if err != nil {
		return nil, err
	}
	counts := map[color.RGBA]int{}
	b := img.Bounds()
	for y := b.Min.Y; y < b.Max.Y; y++ {
		for x := b.Min.X; x < b.Max.X; x++ {
			counts[rgba(img, x, y)]++
		}
	}
	common := slices.SortedFunc(maps.Keys(counts), func(one, other color.RGBA) int {
		return cmp.Or(counts[other]-counts[one], int(one.R)-int(other.R), int(one.G)-int(other.G), int(one.B)-int(other.B))
	})
	palette := make(color.Palette, 0, paletteSize)
	index := make(map[color.RGBA]uint8, len(common))
	for i, c := range common {
		if i < paletteSize {
			palette = append(palette, c)
		}
		index[c] = uint8(palette.Index(c)) //nolint:gosec // a palette has no more
	}
	drawn := image.NewPaletted(b, palette)
	for y := b.Min.Y; y < b.Max.Y; y++ {
		for x := b.Min.X; x < b.Max.X; x++ {
			drawn.SetColorIndex(x, y, index[rgba(img, x, y)])
		}
	}
	var out bytes.Buffer
	err = (&png.Encoder{CompressionLevel: png.BestCompression}).Encode(&out, drawn)
	return out.Bytes(), err
}

func rgba(img image.Image, x, y int) color.RGBA {
	r, g, b, a := img.At(x, y).RGBA()
	const high = 8 // of sixteen bits, the byte that counts
	return color.RGBA{uint8(r >> high), uint8(g >> high), uint8(b >> high), uint8(a >> high)}
}
