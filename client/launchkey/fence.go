package launchkey

import (
	"encoding/json"
	"fmt"
	"strings"
	"time"
)

// Fence is a place that the user's device has to be in: a [Circle] or a
// [Territory].
type Fence interface {
	fence() fenceWire
	check() error
}

// Circle is the surroundings of a point.
type Circle struct {
	Name      string // optional
	Latitude  float64
	Longitude float64
	Radius    float64 // metres
}

// Territory is a country, or a part of one.
type Territory struct {
	Name               string // optional
	Country            string // ISO 3166-1, two capital letters
	AdministrativeArea string // ISO 3166-2, such as "US-NV"; optional
	PostalCode         string // optional
}

const (
	kindCircle    = "GEO_CIRCLE"
	kindTerritory = "TERRITORY"
)

// fenceWire is a fence of one of the new policies.
type fenceWire struct {
	Type               string   `json:"type"`
	Name               string   `json:"name,omitempty"`
	Latitude           *float64 `json:"latitude,omitempty"`
	Longitude          *float64 `json:"longitude,omitempty"`
	Radius             *float64 `json:"radius,omitempty"`
	Country            string   `json:"country,omitempty"`
	AdministrativeArea string   `json:"administrative_area,omitempty"`
	PostalCode         string   `json:"postal_code,omitempty"`
}

func (c Circle) fence() fenceWire {
	return fenceWire{Type: kindCircle, Name: c.Name, Latitude: &c.Latitude, Longitude: &c.Longitude, Radius: &c.Radius}
}

func (t Territory) fence() fenceWire {
	return fenceWire{
		Type: kindTerritory, Name: t.Name, Country: t.Country, AdministrativeArea: t.AdministrativeArea, PostalCode: t.PostalCode,
	}
}

func (c Circle) check() error {
	// Written so that what is no number fails too.
	switch {
	case !(c.Latitude >= -90 && c.Latitude <= 90): //nolint:staticcheck // NaN
		return &FormatError{Field: "latitude", Reason: "must be between -90 and 90"}
	case !(c.Longitude >= -180 && c.Longitude <= 180): //nolint:staticcheck // NaN
		return &FormatError{Field: "longitude", Reason: "must be between -180 and 180"}
	case !(c.Radius > 0 && c.Radius <= maxRadius): //nolint:staticcheck // NaN
		return &FormatError{Field: "radius", Reason: "must be a positive number of metres"}
	}
	return nil
}

// maxRadius is half way around the earth and more: a larger circle says nothing.
const maxRadius = 25_000_000

func (t Territory) check() error {
	area := t.AdministrativeArea
	switch {
	case len(t.Country) != 2 || !capitals(t.Country):
		return &FormatError{Field: "country", Reason: "must be two capital letters of ISO 3166-1, such as US"}
	case area != "" && (len(area) < 5 || len(area) > 6 || area[:3] != t.Country+"-" || !capitals(area[3:])):
		return &FormatError{Field: "administrative area", Reason: "must be a code of ISO 3166-2 in the country, such as US-NV"}
	}
	return nil
}

func capitals(s string) bool { return strings.Trim(s, "ABCDEFGHIJKLMNOPQRSTUVWXYZ") == "" }

// checkFences checks each, and that no name is used twice.
func checkFences[F Fence](fences []F) error {
	names := map[string]bool{}
	for _, f := range fences {
		if err := f.check(); err != nil {
			return err
		}
		if err := once(names, f.fence().Name, "fence"); err != nil {
			return err
		}
	}
	return nil
}

// once refuses a name that is used already; names differ by more than case.
func once(used map[string]bool, name, what string) error {
	folded := strings.ToLower(name)
	if name != "" && used[folded] {
		return &FormatError{Field: what, Reason: "must not have the name of another one"}
	}
	used[folded] = true
	return nil
}

func fencesWire(fences []Fence) []fenceWire {
	wire := make([]fenceWire, 0, len(fences))
	for _, f := range fences {
		wire = append(wire, f.fence())
	}
	return wire
}

func (w fenceWire) read() (Fence, error) {
	switch w.Type {
	case kindCircle:
		if w.Latitude == nil || w.Longitude == nil || w.Radius == nil {
			return nil, fmt.Errorf("%w: a fence lacks a number", ErrUnexpectedAnswer)
		}
		return Circle{Name: w.Name, Latitude: *w.Latitude, Longitude: *w.Longitude, Radius: *w.Radius}, nil
	case kindTerritory:
		if w.Country == "" {
			return nil, fmt.Errorf("%w: a fence lacks the country", ErrUnexpectedAnswer)
		}
		return Territory{
			Name: w.Name, Country: w.Country, AdministrativeArea: w.AdministrativeArea, PostalCode: w.PostalCode,
		}, nil
	default:
		return nil, fmt.Errorf("%w: a fence is of an unknown type", ErrUnexpectedAnswer)
	}
}

func readFences(wire []fenceWire) ([]Fence, error) {
	var fences []Fence
	for _, w := range wire {
		read, err := w.read()
		if err != nil {
			return nil, err
		}
		fences = append(fences, read)
	}
	return fences, nil
}

// TimeOfDay is a minute of the day.
type TimeOfDay struct{ Hour, Minute int }

// TimeFence is a part of the week in which a service may ask. One that ends
// before it starts runs over midnight and belongs to the day it starts on.
type TimeFence struct {
	Name  string // not optional
	Days  []time.Weekday
	Start TimeOfDay
	End   TimeOfDay // the minute itself belongs to it
	Zone  string    // IANA name, such as "America/Los_Angeles"; empty for UTC
}

type timeFenceWire struct {
	Name        string    `json:"name"`
	Days        []weekday `json:"days"`
	StartHour   int       `json:"start hour"`
	StartMinute int       `json:"start minute"`
	EndHour     int       `json:"end hour"`
	EndMinute   int       `json:"end minute"`
	Zone        string    `json:"timezone"`
}

// weekday is written as its English name.
type weekday time.Weekday

func (d weekday) MarshalJSON() ([]byte, error) { return json.Marshal(time.Weekday(d).String()) }

func (d *weekday) UnmarshalJSON(raw []byte) error {
	var name string
	if err := json.Unmarshal(raw, &name); err != nil {
		return err
	}
	for day := time.Sunday; day <= time.Saturday; day++ {
		if day.String() == name {
			*d = weekday(day)
			return nil
		}
	}
	return fmt.Errorf("%w: a day of the week is unknown", ErrUnexpectedAnswer)
}

func (f TimeFence) wire() timeFenceWire {
	w := timeFenceWire{
		Name: f.Name, Days: []weekday{}, Zone: f.Zone,
		StartHour: f.Start.Hour, StartMinute: f.Start.Minute, EndHour: f.End.Hour, EndMinute: f.End.Minute,
	}
	if w.Zone == "" {
		w.Zone = "UTC"
	}
	for _, day := range f.Days {
		w.Days = append(w.Days, weekday(day))
	}
	return w
}

func (w timeFenceWire) read() TimeFence {
	f := TimeFence{
		Name: w.Name, Zone: w.Zone,
		Start: TimeOfDay{w.StartHour, w.StartMinute}, End: TimeOfDay{w.EndHour, w.EndMinute},
	}
	for _, day := range w.Days {
		f.Days = append(f.Days, time.Weekday(day))
	}
	return f
}

func (t TimeOfDay) valid() bool {
	return t.Hour >= 0 && t.Hour <= 23 && t.Minute >= 0 && t.Minute <= 59
}

func (f TimeFence) check() error {
	switch {
	case f.Name == "":
		return &FormatError{Field: "time fence", Reason: "must have a name"}
	case len(f.Days) == 0:
		return &FormatError{Field: "time fence", Reason: "must have a day of the week at least"}
	case !f.Start.valid() || !f.End.valid():
		return &FormatError{Field: "time fence", Reason: "must start and end between 0:00 and 23:59"}
	}
	for _, day := range f.Days {
		if day < time.Sunday || day > time.Saturday {
			return &FormatError{Field: "time fence", Reason: "has a day that is not one of the week"}
		}
	}
	return nil
}

func checkTimeFences(fences []TimeFence) error {
	names := map[string]bool{}
	for _, f := range fences {
		if err := f.check(); err != nil {
			return err
		}
		if err := once(names, f.Name, "time fence"); err != nil {
			return err
		}
	}
	return nil
}
