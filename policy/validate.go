package policy

import (
	"errors"
	"fmt"
	"math"
	"regexp"
	"slices"
	"time"
	"unicode/utf8"
)

// Bounds of a policy. They are far above what people set up; they exist so
// that a question with its policy fits into a signed statement.
const (
	// MaxMethods bounds the number that a policy demands: nobody has more ways at
	// hand, the passkey that stands for several of them apart.
	MaxMethods = 7
	// MaxFences bounds the fences of a policy in all, MaxWindows its windows.
	MaxFences  = 100
	MaxWindows = 50
	// MaxConditionals bounds what merging brings together.
	MaxConditionals = 8
	// MaxName bounds the names of fences and windows in bytes, and postal
	// codes too.
	MaxName = 200
)

var (
	countryPattern = regexp.MustCompile(`^[A-Z]{2}$`)
	zonePattern    = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9_+/-]{0,63}$`)
	areaPattern    = regexp.MustCompile(`^[A-Z]{2}-[A-Z0-9]{1,3}$`)
)

// Validate reports the first thing that makes p useless or impossible to write
// down, unknown time zones included. Whoever sets a policy up asks it.
func (p Policy) Validate() error {
	for i, group := range p.Times {
		for j, w := range group {
			if _, err := LoadZone(w.Zone); err != nil {
				return fmt.Errorf("times[%d]: window %d: %w", i, j, err)
			}
		}
	}
	_, err := p.Canonical()
	return err
}

// wellFormed reports the first thing that no policy may say.
func (p Policy) wellFormed() error {
	if err := (Requirement{p.Methods, p.Factors}).validate("policy"); err != nil {
		return err
	}
	if err := p.validateSizes(); err != nil {
		return err
	}
	if !p.Match.Valid() {
		return errors.New("policy: match is neither pick nor type")
	}
	for i, group := range p.Places {
		if err := validateFences(fmt.Sprintf("places[%d]", i), group); err != nil {
			return err
		}
	}
	for i, group := range p.Times {
		if err := validateWindows(fmt.Sprintf("times[%d]", i), group); err != nil {
			return err
		}
	}
	for i, c := range p.Conditionals {
		field := fmt.Sprintf("conditionals[%d]", i)
		if err := errors.Join(validateFences(field, c.Fences), c.Inside.validate(field+".inside"), c.Outside.validate(field+".outside")); err != nil {
			return err
		}
	}
	return nil
}

func (p Policy) validateSizes() error {
	fences, windows := 0, 0
	for _, group := range p.Places {
		fences += len(group)
	}
	for _, c := range p.Conditionals {
		fences += len(c.Fences)
	}
	for _, group := range p.Times {
		windows += len(group)
	}
	if fences > MaxFences || windows > MaxWindows || len(p.Conditionals) > MaxConditionals {
		return fmt.Errorf("policy: more than %d fences, %d windows or %d conditionals", MaxFences, MaxWindows, MaxConditionals)
	}
	return nil
}

func (r Requirement) validate(field string) error {
	if r.Methods != nil && (*r.Methods < 0 || *r.Methods > MaxMethods) {
		return fmt.Errorf("%s: methods must be 0 to %d", field, MaxMethods)
	}
	if !slices.Equal(r.Factors, inOrder(Factors(), r.Factors)) {
		return fmt.Errorf("%s: factors must be of inherence, knowledge and possession, once each and in this order", field)
	}
	return nil
}

func validateFences(field string, fences []Fence) error {
	if len(fences) == 0 {
		return fmt.Errorf("%s: a group of fences is empty", field)
	}
	for i, f := range fences {
		if err := f.validate(); err != nil {
			return fmt.Errorf("%s: fence %d: %w", field, i, err)
		}
	}
	return nil
}

func (f Fence) validate() error {
	if err := validName(f.Name); err != nil {
		return err
	}
	switch f.Kind {
	case Circle:
		return f.validateCircle()
	case Territory:
		return f.validateTerritory()
	}
	return errors.New("its kind is neither circle nor territory")
}

func (f Fence) validateCircle() error {
	switch {
	case f.Country != "" || f.Area != "" || f.PostalCode != "":
		return errors.New("a circle has no country, area or postal code")
	case !within(f.Latitude, -90, 90) || !within(f.Longitude, -180, 180):
		return errors.New("latitude must be -90 to 90 and longitude -180 to 180")
	case !within(f.Radius, math.SmallestNonzeroFloat64, math.MaxFloat32):
		return errors.New("radius must be metres above 0")
	}
	return nil
}

// within is false for what is not a number.
func within(f, least, most float64) bool { return f >= least && f <= most }

func (f Fence) validateTerritory() error {
	switch {
	case f.Latitude != 0 || f.Longitude != 0 || f.Radius != 0:
		return errors.New("a territory has no latitude, longitude or radius")
	case !countryPattern.MatchString(f.Country):
		return errors.New("country must be two capital letters such as US")
	case f.Area != "" && !areaPattern.MatchString(f.Area):
		return errors.New("area must be written as US-NV")
	}
	return validName(f.PostalCode)
}

func validateWindows(field string, windows []Window) error {
	if len(windows) == 0 {
		return fmt.Errorf("%s: a group of windows is empty", field)
	}
	for i, w := range windows {
		if err := w.validate(); err != nil {
			return fmt.Errorf("%s: window %d: %w", field, i, err)
		}
	}
	return nil
}

func (w Window) validate() error {
	if w.Start < 0 || w.Start >= dayMinutes || w.End < 0 || w.End >= dayMinutes {
		return errors.New("start and end must be 00:00 to 23:59")
	}
	for i, d := range w.Days {
		if d < time.Sunday || d > time.Saturday || slices.Contains(w.Days[:i], d) {
			return errors.New("a day is repeated or none of the week")
		}
	}
	if len(w.Days) == 0 {
		return errors.New("it has no days")
	}
	if !zonePattern.MatchString(w.Zone) {
		return errors.New("zone must be a name such as Europe/Berlin or UTC")
	}
	return validName(w.Name)
}

func validName(name string) error {
	if len(name) > MaxName || !utf8.ValidString(name) {
		return fmt.Errorf("a name is longer than %d bytes or not valid UTF-8", MaxName)
	}
	return nil
}

// Validate reports the first thing that no evidence may say.
func (e Evidence) Validate() error {
	if e.Methods == nil || !slices.Equal(e.Methods, passed(e.Methods)) {
		return errors.New("evidence: methods must be known, once each and in their order")
	}
	if len(e.Places) > MaxFences || len(e.Conditionals) > MaxConditionals {
		return errors.New("evidence: there are more verdicts than a policy has places")
	}
	for _, s := range slices.Concat(e.Places, e.Conditionals) {
		if s != Inside && s != Outside {
			return errors.New("evidence: a verdict is neither inside nor outside")
		}
	}
	return nil
}
