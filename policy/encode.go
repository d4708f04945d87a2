package policy

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/gowebpki/jcs"
)

// MaxJSON bounds a policy's JSON in bytes, so that a question leaves room for
// what it asks: a hundred fences with names of usual length fit.
const MaxJSON = 32 << 10

// Canonical gives the one byte string that stands for p (RFC 8785), or the
// reason why there is none. A zone need not be known here: what was signed
// must stay readable where the list of zones is another one.
func (p Policy) Canonical() ([]byte, error) {
	if err := p.wellFormed(); err != nil {
		return nil, err
	}
	data, err := json.Marshal(p)
	if err != nil {
		return nil, fmt.Errorf("policy: %w", err)
	}
	out, err := jcs.Transform(data)
	if err == nil && len(out) > MaxJSON {
		err = fmt.Errorf("policy: longer than %d bytes", MaxJSON)
	}
	return out, err
}

// Parse reads a policy in any member order and spacing, but strictly: what was
// understood, written down again, is the same document.
func Parse(data []byte) (Policy, error) {
	if len(data) > MaxJSON {
		return Policy{}, fmt.Errorf("policy: longer than %d bytes", MaxJSON)
	}
	var p Policy
	reader := json.NewDecoder(bytes.NewReader(data))
	reader.DisallowUnknownFields()
	if err := reader.Decode(&p); err != nil {
		return Policy{}, fmt.Errorf("policy: not understood: %w", err)
	}
	if _, err := reader.Token(); !errors.Is(err, io.EOF) {
		return Policy{}, errors.New("policy: something follows it")
	}
	again, err := p.Canonical()
	if err != nil {
		return Policy{}, err
	}
	form, err := jcs.Transform(data)
	if err != nil || !bytes.Equal(form, again) {
		return Policy{}, errors.New("policy: members are missing, null, repeated or misspelt, or a number is not in its shortest form")
	}
	return p, nil
}

// fenceJSON is a fence as it is written: the members of its kind alone.
type fenceJSON struct {
	Kind       FenceKind `json:"kind"`
	Name       string    `json:"name,omitempty"`
	Latitude   decimal   `json:"latitude,omitempty"`
	Longitude  decimal   `json:"longitude,omitempty"`
	Radius     decimal   `json:"radius,omitempty"`
	Country    string    `json:"country,omitempty"`
	Area       string    `json:"area,omitempty"`
	PostalCode string    `json:"postal_code,omitempty"`
}

// decimal is a number as text without an exponent, in its shortest form; "" is
// none.
type decimal string

func newDecimal(f float64) decimal {
	if f == 0 {
		f = 0 // there is one zero
	}
	return decimal(strconv.FormatFloat(f, 'f', -1, 64))
}

func (d decimal) float() (float64, error) {
	if d == "" {
		return 0, nil
	}
	f, err := strconv.ParseFloat(string(d), 64)
	if err != nil || math.IsInf(f, 0) || newDecimal(f) != d {
		return 0, errors.New("not a decimal number in its shortest form")
	}
	return f, nil
}

// MarshalJSON writes the members of the fence's kind.
func (f Fence) MarshalJSON() ([]byte, error) {
	out := fenceJSON{Kind: f.Kind, Name: f.Name, Country: f.Country, Area: f.Area, PostalCode: f.PostalCode}
	if f.Kind == Circle {
		out.Latitude, out.Longitude, out.Radius = newDecimal(f.Latitude), newDecimal(f.Longitude), newDecimal(f.Radius)
	}
	return json.Marshal(out)
}

// UnmarshalJSON reads what MarshalJSON writes.
func (f *Fence) UnmarshalJSON(data []byte) error {
	var in fenceJSON
	if err := json.Unmarshal(data, &in); err != nil {
		return err
	}
	var errs [3]error
	*f = Fence{Kind: in.Kind, Name: in.Name, Country: in.Country, Area: in.Area, PostalCode: in.PostalCode}
	f.Latitude, errs[0] = in.Latitude.float()
	f.Longitude, errs[1] = in.Longitude.float()
	f.Radius, errs[2] = in.Radius.float()
	return errors.Join(errs[:]...)
}

// windowJSON is a window as it is written.
type windowJSON struct {
	Name  string   `json:"name,omitempty"`
	Days  []string `json:"days"`
	Start string   `json:"start"`
	End   string   `json:"end"`
	Zone  string   `json:"zone"`
}

// MarshalJSON writes days in lower case and times as 08:30.
func (w Window) MarshalJSON() ([]byte, error) {
	out := windowJSON{Name: w.Name, Days: make([]string, 0, len(w.Days)), Start: w.Start.String(), End: w.End.String(), Zone: w.Zone}
	for _, d := range w.Days {
		out.Days = append(out.Days, dayName(d))
	}
	return json.Marshal(out)
}

// UnmarshalJSON reads what MarshalJSON writes.
func (w *Window) UnmarshalJSON(data []byte) error {
	var in windowJSON
	if err := json.Unmarshal(data, &in); err != nil {
		return err
	}
	*w = Window{Name: in.Name, Zone: in.Zone}
	for _, name := range in.Days {
		day, err := parseDay(name)
		if err != nil {
			return err
		}
		w.Days = append(w.Days, day)
	}
	var errStart, errEnd error
	w.Start, errStart = ParseTimeOfDay(in.Start)
	w.End, errEnd = ParseTimeOfDay(in.End)
	return errors.Join(errStart, errEnd)
}

func dayName(d time.Weekday) string { return strings.ToLower(d.String()) }

func parseDay(name string) (time.Weekday, error) {
	days := []time.Weekday{time.Sunday, time.Monday, time.Tuesday, time.Wednesday, time.Thursday, time.Friday, time.Saturday}
	i := slices.IndexFunc(days, func(d time.Weekday) bool { return dayName(d) == name })
	if i < 0 {
		return 0, errors.New("a day is not a lower-case English name such as monday")
	}
	return days[i], nil
}
