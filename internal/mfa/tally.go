package mfa

import "time"

// Tally counts something of an application in one calendar month (UTC). Tallies are statistics: calls are
// counted in memory and written every few seconds, so a crash may lose the last of them.
type Tally struct {
	ApplicationID ApplicationID
	Month         time.Time // its first moment
	Name          string
	Count         int64
}

// TallyAPICalls counts the calls an application made; it grows while its month lasts. The others are what the
// log says of a month that is over, kept so that the log is not counted again.
const (
	TallyAPICalls = "api_calls"
	TallyAccepted = "accepted"
	TallySMS      = "sms"
	TallyCalls    = "calls"
	TallyUsers    = "users"
)

// TallyReader reads counts.
type TallyReader interface {
	// Tallies lists an application's since the month, oldest first.
	Tallies(application ApplicationID, since time.Time) ([]Tally, error)
}

// TallyWriter adds to counts.
type TallyWriter interface {
	// AddTally adds to the count of its month and name.
	AddTally(Tally) error
	// KeepTally stores a final count; where the month has one of that name it changes nothing, so that
	// however many count a finished month, it is kept once.
	KeepTally(Tally) error
}
