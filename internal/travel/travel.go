// Package travel compares two positions and the time between them. It is pure, and suspicious only of what the
// coarseness of positions cannot explain: those of IP addresses are of a town, or of where a provider has its office.
package travel

import (
	"math"
	"time"
)

// Point is a position in degrees, north and east positive.
type Point struct{ Latitude, Longitude float64 }

const (
	// FastestKmh is what no passenger exceeds: airliners fly at some 900 km/h, and a strong wind helps.
	FastestKmh = 1000
	// UncertaintyKm is how far two positions of IP addresses may be apart although nobody moved: databases place
	// most addresses within 50 km, and both may be wrong.
	UncertaintyKm = 100

	// earthKm is the mean radius. The ellipsoid differs by half a percent, far below the uncertainty.
	earthKm = 6371.0088
	// shortest is what less time counts as, so that speeds are finite when clocks disagree by a little.
	shortest = time.Minute
)

// Distance is the way between two points along the surface, in kilometres. Of what is no position it is 0.
func Distance(a, b Point) float64 {
	if !a.valid() || !b.valid() {
		return 0
	}
	north, east := radians(b.Latitude-a.Latitude), radians(b.Longitude-a.Longitude)
	h := square(math.Sin(north/2)) + math.Cos(radians(a.Latitude))*math.Cos(radians(b.Latitude))*square(math.Sin(east/2))
	return 2 * earthKm * math.Asin(math.Sqrt(min(1, h)))
}

// Journey is what somebody must have done who was at one point and then at another.
type Journey struct {
	Km, Kmh float64
	// Impossible: nobody is that fast, even if the positions are as wrong as they may be.
	Impossible bool
}

// Between compares two points that were reached so long after each other; the order does not matter.
func Between(from, to Point, took time.Duration) Journey {
	j := Journey{Km: Distance(from, to)}
	hours := max(took.Abs(), shortest).Hours()
	j.Kmh = j.Km / hours
	j.Impossible = j.Km > UncertaintyKm && (j.Km-UncertaintyKm)/hours > FastestKmh
	return j
}

func (p Point) valid() bool {
	return math.Abs(p.Latitude) <= 90 && math.Abs(p.Longitude) <= 180 // false for NaN too
}

func radians(degrees float64) float64 { return degrees * math.Pi / 180 }

func square(x float64) float64 { return x * x }
