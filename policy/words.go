package policy

import (
	"fmt"
	"strings"
)

// Explain says in plain English what p demands of the person and the device,
// one demand a line; none for the zero value.
func (p Policy) Explain() []string {
	out := Requirement{p.Methods, p.Factors}.explain()
	for _, group := range p.Places {
		out = append(out, "be inside "+explainFences(group))
	}
	for _, c := range p.Conditionals {
		where := explainFences(c.Fences)
		for _, line := range c.Inside.explain() {
			out = append(out, "inside "+where+": "+line)
		}
		for _, line := range c.Outside.explain() {
			out = append(out, "outside of "+where+": "+line)
		}
	}
	for _, group := range p.Times {
		out = append(out, "answer "+explainWindows(group))
	}
	if p.DenyRooted {
		out = append(out, "use a device that is not rooted or jailbroken")
	}
	if p.DenyEmulator {
		out = append(out, "use a real device, not an emulated one")
	}
	if p.DenySynced {
		out = append(out, "use a passkey, if you use one, that stays on its device")
	}
	return append(out, p.Match.explain()...)
}

func (r Requirement) explain() []string {
	var out []string
	switch {
	case r.Methods != nil && *r.Methods == 1:
		out = append(out, "confirm with 1 method")
	case r.Methods != nil && *r.Methods > 1:
		out = append(out, fmt.Sprintf("confirm with %d different methods", *r.Methods))
	}
	words := map[Factor]string{
		Inherence:  "confirm with your fingerprint or face",
		Knowledge:  "confirm with a code that you know",
		Possession: "confirm with something that you have near you, or with your location",
	}
	for _, f := range r.Factors {
		out = append(out, words[f])
	}
	return out
}

func explainFences(fences []Fence) string {
	names := make([]string, len(fences))
	for i, f := range fences {
		names[i] = f.explain()
	}
	return strings.Join(names, " or ")
}

func (f Fence) explain() string {
	place := string(newDecimal(f.Radius)) + " m around " + string(newDecimal(f.Latitude)) + ", " + string(newDecimal(f.Longitude))
	if f.Kind == Territory {
		place = strings.TrimSpace(f.Area + " " + f.PostalCode)
		if f.Area == "" {
			place = strings.TrimSpace(f.Country + " " + f.PostalCode)
		}
	}
	if f.Name == "" {
		return place
	}
	return f.Name + " (" + place + ")"
}

func explainWindows(windows []Window) string {
	times := make([]string, len(windows))
	for i, w := range windows {
		days := make([]string, len(w.Days))
		for j, d := range w.Days {
			days[j] = d.String()
		}
		times[i] = fmt.Sprintf("%s from %s to %s (%s)", strings.Join(days, ", "), w.Start, w.End, w.Zone)
	}
	return strings.Join(times, " or ")
}
