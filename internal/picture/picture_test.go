package picture_test

import (
	"bytes"
	"image"
	"image/color"
	"image/gif"
	"image/jpeg"
	"image/png"
	"slices"
	"strings"
	"testing"

	"github.com/twinseal/twinseal/internal/picture"
)

const side = 64

func painted(width, height int, at func(x, y int) color.Color) image.Image {
	out := image.NewNRGBA(image.Rect(0, 0, width, height))
	for y := range height {
		for x := range width {
			out.Set(x, y, at(x, y))
		}
	}
	return out
}

func plain(int, int) color.Color { return color.NRGBA{R: 10, G: 61, B: 98, A: 255} }

func asPNG(tb testing.TB, m image.Image) []byte {
	tb.Helper()
	var out bytes.Buffer
	if err := png.Encode(&out, m); err != nil {
		tb.Fatal(err)
	}
	return out.Bytes()
}

func asJPEG(tb testing.TB, m image.Image) []byte {
	tb.Helper()
	var out bytes.Buffer
	if err := jpeg.Encode(&out, m, nil); err != nil {
		tb.Fatal(err)
	}
	return out.Bytes()
}

func small(t *testing.T, file []byte) image.Image {
	t.Helper()
	out, err := picture.Small(file, side)
	if err != nil {
		t.Fatal(err)
	}
	m, err := png.Decode(bytes.NewReader(out))
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func TestPicturesAreMadeSmallInTheirOwnShape(t *testing.T) {
	t.Parallel()
	for what, c := range map[string]struct {
		file []byte
		want image.Point
	}{
		"small":      {asPNG(t, painted(20, 10, plain)), image.Pt(20, 10)},
		"square":     {asPNG(t, painted(640, 640, plain)), image.Pt(64, 64)},
		"wide":       {asJPEG(t, painted(1000, 10, plain)), image.Pt(64, 1)},
		"tall":       {asPNG(t, painted(100, 200, plain)), image.Pt(32, 64)},
		"just above": {asPNG(t, painted(65, 65, plain)), image.Pt(64, 64)},
	} {
		if got := small(t, c.file).Bounds().Size(); got != c.want {
			t.Errorf("%s: %v, want %v", what, got, c.want)
		}
	}
}

func TestPixelsAreAverages(t *testing.T) {
	t.Parallel()
	chess := painted(128, 128, func(x, y int) color.Color {
		if (x+y)%2 == 0 {
			return color.NRGBA{R: 255, G: 255, B: 255, A: 255}
		}
		return color.NRGBA{A: 255}
	})
	if got := color.NRGBAModel.Convert(small(t, asPNG(t, chess)).At(30, 30)); got != (color.NRGBA{R: 127, G: 127, B: 127, A: 255}) {
		t.Errorf("black and white make %v", got)
	}
	half := painted(128, 128, func(x, _ int) color.Color { return color.NRGBA{R: 200, A: uint8(255 * (x % 2))} })
	if got, ok := color.NRGBAModel.Convert(small(t, asPNG(t, half)).At(5, 5)).(color.NRGBA); !ok || got.A != 127 || got.R < 198 || got.R > 202 {
		t.Errorf("red and nothing make %v", got)
	}
}

func TestNothingButPixelsSurvives(t *testing.T) {
	t.Parallel()
	const hidden = "<script>alert(1)</script>"
	file := append(asPNG(t, painted(8, 8, plain)), hidden...)
	out, err := picture.Small(file, side)
	if err != nil || bytes.Contains(out, []byte(hidden)) {
		t.Errorf("%v, %d bytes", err, len(out))
	}
	again, err := picture.Small(out, side)
	if err != nil || !bytes.Equal(again, out) {
		t.Errorf("made again it is another one: %v", err)
	}
}

func TestWhatIsNoUsefulPictureIsRefused(t *testing.T) {
	t.Parallel()
	var moving bytes.Buffer
	if err := gif.Encode(&moving, painted(8, 8, plain), nil); err != nil {
		t.Fatal(err)
	}
	good := asPNG(t, painted(8, 8, plain))
	scans := slices.Concat(asJPEG(t, painted(8, 8, plain)), bytes.Repeat([]byte{0xff, 0xda}, 100))
	for what, c := range map[string]struct {
		file []byte
		want string
	}{
		"nothing":          {nil, "a picture is a PNG or a JPEG"},
		"a page":           {[]byte("<svg xmlns='http://www.w3.org/2000/svg'/>"), "a picture is a PNG or a JPEG"},
		"a GIF":            {moving.Bytes(), "a picture is a PNG or a JPEG"},
		"half":             {good[:len(good)/2], "the picture cannot be read"},
		"a head":           {good[:8], "the picture cannot be read"},
		"too large a file": {append(good, make([]byte, picture.MaxBytes)...), "at most 256 KiB"},
		"too long":         {asPNG(t, painted(4097, 1, plain)), "at most 4096 pixels on a side"},
		"too many pixels":  {asPNG(t, image.NewGray(image.Rect(0, 0, 4096, 1025))), "at most 4096 pixels on a side and 4194304 in all"},
		"too many scans":   {scans, "so many scans"},
	} {
		if _, err := picture.Small(c.file, side); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want %s", what, err, c.want)
		}
	}
}

func FuzzSmall(f *testing.F) {
	f.Add(asPNG(f, painted(3, 5, plain)))
	f.Add(asPNG(f, painted(200, 100, plain)))
	f.Add(asPNG(f, image.NewPaletted(image.Rect(0, 0, 9, 9), color.Palette{color.Black, color.Transparent})))
	f.Add(asJPEG(f, painted(70, 30, plain)))
	f.Add([]byte("\x89PNG\r\n\x1a\n"))
	f.Fuzz(func(t *testing.T, file []byte) {
		out, err := picture.Small(file, side)
		if err != nil {
			return
		}
		m, err := png.Decode(bytes.NewReader(out))
		if err != nil || m.Bounds().Dx() > side || m.Bounds().Dy() > side || m.Bounds().Empty() {
			t.Errorf("%v, %v", m, err)
		}
	})
}
