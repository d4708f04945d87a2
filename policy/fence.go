package policy

import (
	"math"
	"slices"
)

// Location is where a device is: a point, and the territory around it as far
// as the device knows.
type Location struct {
	Latitude, Longitude       float64
	Country, Area, PostalCode string
}

// earthRadius is the mean radius of the Earth in metres (IUGG).
const earthRadius = 6371008.8

// Contains reports whether a place lies inside the fence. A territory that the
// device does not know it is in does not contain it.
func (f Fence) Contains(l Location) bool {
	switch f.Kind {
	case Circle:
		return distance(f.Latitude, f.Longitude, l.Latitude, l.Longitude) <= f.Radius
	case Territory:
		return f.Country == l.Country && (f.Area == "" || f.Area == l.Area) && (f.PostalCode == "" || f.PostalCode == l.PostalCode)
	}
	return false
}

// anyContains reports whether l lies in at least one of fences.
func anyContains(fences []Fence, l Location) bool {
	return slices.ContainsFunc(fences, func(f Fence) bool { return f.Contains(l) })
}

// distance is the great-circle distance in metres, by the haversine formula,
// which stays exact for points close together.
func distance(latA, lonA, latB, lonB float64) float64 {
	const degree = math.Pi / 180
	phiA, phiB := latA*degree, latB*degree
	north, east := math.Sin((phiB-phiA)/2), math.Sin((lonB-lonA)*degree/2)
	h := north*north + math.Cos(phiA)*math.Cos(phiB)*east*east
	return 2 * earthRadius * math.Asin(math.Min(1, math.Sqrt(h)))
}
