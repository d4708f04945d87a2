package travel_test

import (
	"math"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/twinseal/twinseal/internal/travel"
)

var (
	berlin   = travel.Point{Latitude: 52.52, Longitude: 13.405}
	paris    = travel.Point{Latitude: 48.8566, Longitude: 2.3522}
	potsdam  = travel.Point{Latitude: 52.3906, Longitude: 13.0645}
	sydney   = travel.Point{Latitude: -33.8688, Longitude: 151.2093}
	auckland = travel.Point{Latitude: -36.8485, Longitude: 174.7633}
	fiji     = travel.Point{Latitude: -17.7134, Longitude: 178.065}
	samoa    = travel.Point{Latitude: -13.759, Longitude: -172.1046}
)

func TestDistancesAreThoseOfTheMap(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		from, to travel.Point
		km       float64
	}{
		{berlin, paris, 878},
		{berlin, berlin, 0},
		{berlin, sydney, 16096},
		{sydney, auckland, 2156},
		{fiji, samoa, 1144}, // across the date line
		{travel.Point{Latitude: 90}, travel.Point{Latitude: -90}, 20015},
		{berlin, travel.Point{Latitude: math.NaN()}, 0},
		{travel.Point{Latitude: 91}, paris, 0},
	} {
		if got := travel.Distance(c.from, c.to); math.Abs(got-c.km) > 5 {
			t.Errorf("%v to %v is %.1f km, want %.0f", c.from, c.to, got, c.km)
		}
	}
}

func TestOnlyWhatCoarsePositionsCannotExplainIsImpossible(t *testing.T) {
	t.Parallel()
	for what, c := range map[string]struct {
		from, to travel.Point
		took     time.Duration
		want     bool
	}{
		"a flight":                           {berlin, paris, 2 * time.Hour, false},
		"as fast as the wind lets airliners": {berlin, paris, 48 * time.Minute, false},
		"faster than any":                    {berlin, paris, 40 * time.Minute, true},
		"at the same time in two towns near": {berlin, potsdam, 0, false},
		"at the same time far away":          {berlin, sydney, 0, true},
		"a clock that went back":             {berlin, sydney, -time.Hour, true},
		"a day around the world":             {berlin, sydney, 24 * time.Hour, false},
		"nowhere":                            {berlin, travel.Point{Latitude: 1000}, 0, false},
	} {
		if got := travel.Between(c.from, c.to, c.took); got.Impossible != c.want {
			t.Errorf("%s: %+v", what, got)
		}
	}
}

func TestSpeedsAreFiniteAndDirectionsAlike(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		point := func(name string) travel.Point {
			return travel.Point{Latitude: rapid.Float64().Draw(t, name), Longitude: rapid.Float64().Draw(t, name)}
		}
		from, to, took := point("from"), point("to"), time.Duration(rapid.Int64().Draw(t, "took"))
		there, back := travel.Between(from, to, took), travel.Between(to, from, took)
		if math.IsNaN(there.Kmh) || math.IsInf(there.Kmh, 0) || there.Km < 0 || there.Km > 20040 {
			t.Fatalf("%+v", there)
		}
		if math.Abs(there.Km-back.Km) > 1e-6 {
			t.Fatalf("there %+v, back %+v", there, back)
		}
	})
}
