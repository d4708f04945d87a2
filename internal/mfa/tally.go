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

// TallyAPICalls counts the calls an application made.
const TallyAPICalls = "api_calls"

// TallyReader reads counts.
type TallyReader interface {
	// Tallies lists an application's since the month, oldest first.
	Tallies(application ApplicationID, since time.Time) ([]Tally, error)
}

// TallyWriter adds to counts.
type TallyWriter interface {
	AddTally(Tally) error
}
