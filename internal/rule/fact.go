package rule

import (
	"maps"
	"slices"
	"strings"
)

// Facts answers what is known of the matter at hand. Values are true or false,
// any number, text, a list of those, or a [*List]; anything else counts as not
// known. A name is asked for when a verdict depends on it, and once per [Known].
type Facts interface {
	Fact(name string) (value any, known bool)
}

// Map is Facts that are all at hand.
type Map map[string]any

// Fact implements [Facts].
func (m Map) Fact(name string) (any, bool) {
	v, ok := m[name]
	return v, ok
}

// Kind is what a fact can be.
type Kind uint8

// The kinds. Any is that of points nobody declared.
const (
	Any Kind = iota
	Bool
	Number
	Text
	Many
)

func (k Kind) String() string {
	return [...]string{"anything", "true or false", "a number", "a text", "a list"}[k]
}

// The groups whose members are named by those who use them.
const (
	customGroup   = "custom"
	listGroup     = "valueList"
	velocityGroup = "velocity"
	// CustomPrefix and ListPrefix begin the names of custom points and value lists.
	CustomPrefix = customGroup + "."
	ListPrefix   = listGroup + "."
)

// authenticators is the one fact without a group. In CEL it is shown as one of the user's.
const authenticators = "authenticators"

// Velocities are the subjects whose actions are counted, and Windows the spans of time: the facts are
// velocity.<subject>.<window>.
func Velocities() []string { return []string{"user", "ip", "device", "userAction"} }

// Windows lists them from short to long.
func Windows() []string { return []string{"1m", "5m", "15m", "1h", "6h", "24h", "7d", "30d"} }

// catalogue is every fact the server can know by itself.
func catalogue() map[string]Kind {
	known := map[string]Kind{
		"ip.address": Text, "ip.countryCode": Text, "ip.city": Text, "ip.network": Text, "ip.lists": Many,
		"ip.isAnonymous": Bool, "ip.countryCodeInOfacList": Bool, "ip.isUnrecognized": Bool,
		"ip.impossibleTravel": Bool, "ip.atypicalTravel": Bool,
		"device.id": Text, "device.count": Number,
		"device.isNew": Bool, "device.isBot": Bool, "device.isRemembered": Bool,
		"userAgent.browser": Text, "userAgent.os": Text, "userAgent.device": Text,
		"user.userId": Text, "user.email": Text, "user.phoneNumber": Text,
		"user.isEnrolled": Bool, "user.hasPreviouslyVerified": Bool, "user.ageDays": Number,
		authenticators:    Many,
		"time.hour":       Number,
		"time.weekday":    Number,
		"travel.speedKmh": Number, "travel.distanceKm": Number,
	}
	for _, subject := range Velocities() {
		for _, window := range Windows() {
			known[velocityGroup+"."+subject+"."+window] = Number
		}
	}
	return known
}

// Names lists every fact that needs no declaration, in order.
func Names() []string {
	return slices.Sorted(maps.Keys(catalogue()))
}

// split takes a name apart into CEL's variable and what is asked of it.
func split(name string) (group, member string) {
	if name == authenticators {
		return "user", authenticators
	}
	group, member, _ = strings.Cut(name, ".")
	return group, member
}

// groups are CEL's variables.
func groups() []string {
	return []string{"ip", "device", "userAgent", "user", "time", "travel", velocityGroup, customGroup, listGroup}
}
