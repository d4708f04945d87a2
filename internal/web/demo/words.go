package demo

import (
	"fmt"
	"html/template"
	"strconv"
	"time"
)

// funcs are the words that templates need besides their own.
func funcs(name string, sandbox bool) template.FuncMap {
	hint := "Without the country code."
	if sandbox {
		hint += " In a sandbox nobody is called or texted."
	}
	return template.FuncMap{
		"phoneHint": func() string { return hint },
		"bank":      func() string { return name },
		"countries": func() []country { return countries },
		"chosen":    country.chosen,
		"clock":     clockFace,
		"seconds":   func(d time.Duration) int { return int(d / time.Second) },
		"field":     newField,
	}
}

// clockFace writes what is left as minutes and seconds.
func clockFace(d time.Duration) string {
	left := int(d.Round(time.Second) / time.Second)
	return fmt.Sprintf("%d:%02d", left/60, left%60)
}

// formField is what the template of one field of a form needs.
type formField struct {
	Name, Label, Type, Value, Hint, Placeholder, Complete, Mode, Error string
}

func newField(name, label, kind, value, placeholder, complete, mode, hint string, wrong problems) formField {
	return formField{
		Name: name, Label: label, Type: kind, Value: value, Placeholder: placeholder,
		Complete: complete, Mode: mode, Hint: hint, Error: wrong[name],
	}
}

// Email is the person's address.
func (s session) Email() string { return s.email }

// Phone is their number as people write it, with the calling code apart.
func (s session) Phone() string {
	return "+" + strconv.Itoa(s.phone.CountryCode) + " " + s.phone.Number
}
