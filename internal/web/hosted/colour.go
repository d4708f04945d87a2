package hosted

import (
	"fmt"
	"math"
	"strconv"
	"strings"
)

// colour is red, green and blue, each from 0 to 1.
type colour [3]float64

var (
	black = colour{0, 0, 0}
	white = colour{1, 1, 1}
)

// parseColour reads #rgb, #rrggbb and #rrggbbaa, the last as it looks on a ground. Anything else is no colour: a theme's
// text goes into a style sheet.
func parseColour(text string, ground colour) (c colour, ok bool) {
	digits, found := strings.CutPrefix(text, "#")
	if len(digits) == 3 {
		digits = string([]byte{digits[0], digits[0], digits[1], digits[1], digits[2], digits[2]})
	}
	if !found || len(digits) != 6 && len(digits) != 8 {
		return c, false
	}
	n, err := strconv.ParseUint(digits, 16, 32)
	if err != nil {
		return c, false
	}
	alpha := 1.0
	if len(digits) == 8 {
		alpha, n = float64(n&0xff)/255, n>>8
	}
	c = colour{float64(n>>16&0xff) / 255, float64(n>>8&0xff) / 255, float64(n&0xff) / 255}
	return ground.mix(c, alpha), true
}

func (c colour) String() string {
	part := func(v float64) int { return int(math.Round(255 * min(max(v, 0), 1))) }
	return fmt.Sprintf("#%02x%02x%02x", part(c[0]), part(c[1]), part(c[2]))
}

// mix is a share of another colour on this one.
func (c colour) mix(other colour, share float64) colour {
	for i := range c {
		c[i] += (other[i] - c[i]) * share
	}
	return c
}

// luminance is that of WCAG 2.2.
func (c colour) luminance() float64 {
	linear := func(v float64) float64 {
		if v <= 0.04045 {
			return v / 12.92
		}
		return math.Pow((v+0.055)/1.055, 2.4)
	}
	return 0.2126*linear(c[0]) + 0.7152*linear(c[1]) + 0.0722*linear(c[2])
}

func contrast(a, b colour) float64 {
	low, high := a.luminance(), b.luminance()
	if low > high {
		low, high = high, low
	}
	return (high + 0.05) / (low + 0.05)
}

// What WCAG 2.2 AA asks of text, and of what is no text but tells something.
const (
	textContrast = 4.5
	markContrast = 3
)

// legible is the colour, or the nearest one towards black or white that can be read on the grounds. Whoever picks
// colours in a console sees them on their own screen; the pages are for everybody.
func (c colour) legible(least float64, grounds ...colour) colour {
	readable := func(try colour) bool {
		for _, ground := range grounds {
			if contrast(try, ground) < least {
				return false
			}
		}
		return true
	}
	toward := black
	if contrast(white, grounds[0]) > contrast(black, grounds[0]) {
		toward = white
	}
	const steps = 20
	for i := range steps {
		if try := c.mix(toward, float64(i)/steps); readable(try) {
			return try
		}
	}
	return toward
}
