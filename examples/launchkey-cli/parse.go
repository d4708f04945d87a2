package main

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/twinseal/twinseal/client/launchkey"
)

func parseFactors(names []string) ([]launchkey.Factor, error) {
	var factors []launchkey.Factor
	for _, name := range names {
		factor, err := launchkey.ParseFactor(strings.TrimSpace(name))
		if err != nil {
			return nil, fmt.Errorf("%q is no factor: write inherence, knowledge or possession", name)
		}
		factors = append(factors, factor)
	}
	return factors, nil
}

// parseCircles reads LAT,LON,METRES[,NAME].
func parseCircles(all []string) ([]launchkey.Circle, error) {
	var circles []launchkey.Circle
	for _, text := range all {
		parts := strings.SplitN(text, ",", 4)
		if len(parts) < 3 {
			return nil, fmt.Errorf("circle %q: write LAT,LON,METRES or LAT,LON,METRES,NAME", text)
		}
		var numbers [3]float64
		for i := range numbers {
			n, err := strconv.ParseFloat(strings.TrimSpace(parts[i]), 64)
			if err != nil {
				return nil, fmt.Errorf("circle %q: %q is no number", text, parts[i])
			}
			numbers[i] = n
		}
		circle := launchkey.Circle{Latitude: numbers[0], Longitude: numbers[1], Radius: numbers[2]}
		if len(parts) == 4 {
			circle.Name = parts[3]
		}
		circles = append(circles, circle)
	}
	return circles, nil
}

// fencesOf puts circles and territories, COUNTRY[,AREA[,POSTAL]], together.
func fencesOf(circles []launchkey.Circle, territories []string) ([]launchkey.Fence, error) {
	var fences []launchkey.Fence
	for _, circle := range circles {
		fences = append(fences, circle)
	}
	for _, text := range territories {
		parts := strings.Split(text, ",")
		if len(parts) > 3 {
			return nil, fmt.Errorf("territory %q: write COUNTRY, COUNTRY,AREA or COUNTRY,AREA,POSTAL", text)
		}
		parts = append(parts, "", "")
		fences = append(fences, launchkey.Territory{Country: parts[0], AdministrativeArea: parts[1], PostalCode: parts[2]})
	}
	return fences, nil
}

// parseDemand reads a number of methods, or factors with commas between them.
func parseDemand(text string) (launchkey.Policy, error) {
	if methods, err := strconv.Atoi(text); err == nil {
		return launchkey.MethodAmountPolicy{Amount: methods}, nil
	}
	if text == "" {
		return nil, fmt.Errorf("say what is demanded --inside and --outside: a number of methods, or factors with commas")
	}
	factors, err := parseFactors(strings.Split(text, ","))
	return launchkey.FactorsPolicy{Factors: factors}, err
}

// parseTimeFence reads NAME/DAYS/FROM-TO/ZONE; the zone may have slashes.
func parseTimeFence(text string) (launchkey.TimeFence, error) {
	parts := strings.SplitN(text, "/", 4)
	if len(parts) != 4 {
		return launchkey.TimeFence{}, fmt.Errorf("time %q: write NAME/DAYS/FROM-TO/ZONE, as in Night/Mon,Tue/22:00-05:59/Europe/Berlin", text)
	}
	fence := launchkey.TimeFence{Name: parts[0], Zone: parts[3]}
	for name := range strings.SplitSeq(parts[1], ",") {
		day, err := parseDay(name)
		if err != nil {
			return fence, err
		}
		fence.Days = append(fence.Days, day)
	}
	from, to, _ := strings.Cut(parts[2], "-")
	var err error
	if fence.Start, err = parseTimeOfDay(from); err != nil {
		return fence, err
	}
	fence.End, err = parseTimeOfDay(to)
	return fence, err
}

func parseDay(name string) (time.Weekday, error) {
	for day := time.Sunday; day <= time.Saturday; day++ {
		full := strings.ToLower(day.String())
		if given := strings.ToLower(strings.TrimSpace(name)); given == full || given == full[:3] {
			return day, nil
		}
	}
	return 0, fmt.Errorf("%q is no day of the week: write Mon or Monday", name)
}

func parseTimeOfDay(text string) (launchkey.TimeOfDay, error) {
	at, err := time.Parse("15:04", text)
	if err != nil {
		return launchkey.TimeOfDay{}, fmt.Errorf("%q is no time of the day: write it as in 17:59", text)
	}
	return launchkey.TimeOfDay{Hour: at.Hour(), Minute: at.Minute()}, nil
}

// place describes a fence.
func place(fence launchkey.Fence) string {
	switch f := fence.(type) {
	case launchkey.Circle:
		text := fmt.Sprintf("%g m around %g, %g", f.Radius, f.Latitude, f.Longitude)
		return named(f.Name, text)
	case launchkey.Territory:
		parts := []string{f.Country}
		for _, part := range []string{f.AdministrativeArea, f.PostalCode} {
			if part != "" {
				parts = append(parts, part)
			}
		}
		return named(f.Name, strings.Join(parts, ", "))
	default:
		return ""
	}
}

func partOfWeek(f launchkey.TimeFence) string {
	var days []string
	for _, day := range f.Days {
		days = append(days, day.String()[:3])
	}
	return named(f.Name, fmt.Sprintf("%s %02d:%02d-%02d:%02d %s",
		strings.Join(days, ","), f.Start.Hour, f.Start.Minute, f.End.Hour, f.End.Minute, f.Zone))
}

func named(name, text string) string {
	if name == "" {
		return text
	}
	return name + " (" + text + ")"
}
