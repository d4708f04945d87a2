package screens

import (
	"maps"
	"slices"
	"strings"

	"github.com/twinseal/twinseal/internal/text"
)

// Version of the catalogue: it rises when names come or go.
const Version = 2

// Point is a text that an application may put its own words for.
type Point struct {
	ID     string // screen and role
	Screen string
	Role   string
	Values []string // that may stand in braces
	Ours   map[text.Locale]string
}

// Points lists every text by its name.
func Points() []Point {
	english := catalogue()[text.English]
	points := make([]Point, 0, len(english))
	for _, name := range slices.Sorted(maps.Keys(english)) {
		screen, role, _ := strings.Cut(name, ".")
		point := Point{ID: name, Screen: screen, Role: role, Values: values(english[name]), Ours: map[text.Locale]string{}}
		for _, locale := range text.Locales() {
			point.Ours[locale] = catalogue()[locale][name]
		}
		points = append(points, point)
	}
	return points
}
