package harness

import (
	"bytes"
	"image"
	"image/color"
	"image/draw"
	"image/jpeg"
	"image/png"
	"os"
	"path/filepath"
	"sync"
	"testing"

	"github.com/chromedp/chromedp"
	"rsc.io/qr"
)

// Camera is what a browser sees through its camera: a picture that a test holds before it.
type Camera struct {
	mu   sync.Mutex
	path string
}

// NewCamera is one that sees nothing yet.
func NewCamera(t testing.TB) *Camera {
	t.Helper()
	c := &Camera{path: filepath.Join(t.TempDir(), "camera.mjpeg")}
	c.film(t, image.White)
	return c
}

// Options have a browser use the camera.
func (c *Camera) Options() []chromedp.ExecAllocatorOption {
	return []chromedp.ExecAllocatorOption{
		chromedp.Flag("use-fake-device-for-media-stream", true), chromedp.Flag("use-file-for-fake-video-capture", c.path),
	}
}

// Show holds a picture before the camera while something is done. Cameras that are opened meanwhile see it, and nobody else
// gets the camera.
func (c *Camera) Show(t testing.TB, picture []byte, while func()) {
	t.Helper()
	img, err := png.Decode(bytes.NewReader(picture))
	if err != nil {
		t.Fatal(err)
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.film(t, img)
	while()
	c.film(t, image.White)
}

// The camera's frames. Several make a film, which the browser plays again and again.
const (
	frameWidth, frameHeight = 640, 480
	frames                  = 3
)

// film replaces the film as a whole, because a browser may be reading it.
func (c *Camera) film(t testing.TB, img image.Image) {
	t.Helper()
	frame := image.NewGray(image.Rect(0, 0, frameWidth, frameHeight))
	draw.Draw(frame, frame.Bounds(), image.NewUniform(color.White), image.Point{}, draw.Src)
	if b := img.Bounds(); b.Dx() <= frameHeight {
		scale := max(1, (frameHeight-2)/b.Dx())
		left, top := (frameWidth-scale*b.Dx())/2, (frameHeight-scale*b.Dy())/2
		for y := range b.Dy() * scale {
			for x := range b.Dx() * scale {
				frame.Set(left+x, top+y, img.At(b.Min.X+x/scale, b.Min.Y+y/scale))
			}
		}
	}
	var film bytes.Buffer
	for range frames {
		if err := jpeg.Encode(&film, frame, nil); err != nil {
			t.Fatal(err)
		}
	}
	Write(t, c.path+".new", film.String())
	if err := os.Rename(c.path+".new", c.path); err != nil {
		t.Fatal(err)
	}
}

// QRPicture draws a text as a QR code.
func QRPicture(t testing.TB, text string) []byte {
	t.Helper()
	code, err := qr.Encode(text, qr.M)
	if err != nil {
		t.Fatal(err)
	}
	return code.PNG()
}
