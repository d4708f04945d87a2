package mfa

import "time"

// VelocityKind is by what actions are counted.
type VelocityKind string

const (
	VelocityUser       VelocityKind = "user"
	VelocityUserAction VelocityKind = "userAction" // one user's of one code
	VelocityIP         VelocityKind = "ip"
	VelocityDevice     VelocityKind = "device"
)

// VelocityKey is whose actions of an application are counted together.
type VelocityKey struct {
	Kind  VelocityKind
	Value string // stored as a keyed digest
}

// VelocityWindow is a span of time that ends now.
type VelocityWindow struct {
	Name string
	Span time.Duration
}

// VelocityWindows lists the windows of a count, the shortest first.
func VelocityWindows() [VelocitySpans]VelocityWindow {
	const day = 24 * time.Hour
	return [VelocitySpans]VelocityWindow{
		{"1m", time.Minute},
		{"5m", 5 * time.Minute},
		{"15m", 15 * time.Minute},
		{"1h", time.Hour},
		{"6h", 6 * time.Hour},
		{"24h", day},
		{"7d", 7 * day},
		{"30d", 30 * day},
	}
}

// VelocitySpans is how many windows there are.
const VelocitySpans = 8

// MaxVelocityKeys is by how many keys one action is counted: one of each kind.
const MaxVelocityKeys = 4

// Velocity is how many actions there were in each of [VelocityWindows]. Counts are exact; when an action leaves a
// window is so to a twelfth of the window's length.
type Velocity [VelocitySpans]int64

// VelocityWriter counts.
type VelocityWriter interface {
	// CountActions adds one action of the application to the count of each key, MaxVelocityKeys different ones at most, and
	// returns the counts, that action included. Other Writes that count for one of the keys wait until this one ends.
	// Where two begin a key's count at the same moment, one of them is a Conflict as a whole and may be tried again.
	CountActions(application ApplicationID, keys []VelocityKey, at time.Time) ([]Velocity, error)
	// PurgeVelocity deletes up to limit counts whose last action was before the time.
	PurgeVelocity(before time.Time, limit int) (int, error)
}
