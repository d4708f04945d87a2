package policy

import (
	"errors"
	"fmt"
	"slices"
	"time"
)

// TimeOfDay counts the minutes since midnight.
type TimeOfDay int

// Clock gives the time of day with that hour and minute.
func Clock(hour, minute int) TimeOfDay { return TimeOfDay(hour*60 + minute) }

// dayMinutes is the first minute that is no time of day.
const dayMinutes TimeOfDay = 24 * 60

// clockLayout is how a time of day is written.
const clockLayout = "15:04"

// String writes a time of day as 08:30.
func (t TimeOfDay) String() string { return fmt.Sprintf("%02d:%02d", int(t)/60, int(t)%60) }

// ParseTimeOfDay reads what String writes.
func ParseTimeOfDay(text string) (TimeOfDay, error) {
	at, err := time.Parse(clockLayout, text)
	if err != nil || Clock(at.Hour(), at.Minute()).String() != text {
		return 0, errors.New("a time of day is not written as 08:30")
	}
	return Clock(at.Hour(), at.Minute()), nil
}

// LoadZone finds a zone by its IANA name. The machine's own zone has no name
// that another machine would understand.
func LoadZone(name string) (*time.Location, error) {
	if name == "" || name == "Local" {
		return nil, errors.New("a time zone needs a name such as Europe/Berlin or UTC")
	}
	zone, err := time.LoadLocation(name)
	if err != nil {
		return nil, errors.New("there is no such time zone")
	}
	return zone, nil
}

// OpenAt reports whether t falls into at least one window of every group. A
// window whose zone is not known here is closed.
func (p Policy) OpenAt(t time.Time) bool {
	for _, group := range p.Times {
		if !slices.ContainsFunc(group, func(w Window) bool { return w.openAt(t) }) {
			return false
		}
	}
	return true
}

func (w Window) openAt(t time.Time) bool {
	zone, err := LoadZone(w.Zone)
	if err != nil {
		return false
	}
	local := t.In(zone)
	now, today := Clock(local.Hour(), local.Minute()), local.Weekday()
	if w.Start <= w.End {
		return w.on(today) && w.Start <= now && now <= w.End
	}
	yesterday := (today + 6) % 7
	return w.on(today) && now >= w.Start || w.on(yesterday) && now <= w.End
}

func (w Window) on(day time.Weekday) bool { return slices.Contains(w.Days, day) }
