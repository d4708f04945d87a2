package engine

import "time"

// Options tune an engine. The zero value is right for a server.
type Options struct {
	// Group is the largest number of Writes that share a transaction: more
	// gains nothing and makes the first of them wait for the last.
	// 0: 256 on SQLite, 128 on PostgreSQL.
	Group int

	// Readers is the size of the read pool. 0: on SQLite, where a read only
	// computes, the number of processors plus two, at least four; on PostgreSQL,
	// where it mostly waits, four for each processor, at least eight.
	Readers int

	// Writers is the number of connections that write on PostgreSQL. While one
	// waits for its commit, the next works. 0: 2. SQLite has one.
	Writers int

	// Busy is how long a statement waits for a lock that another process or
	// connection holds. 0: ten seconds.
	Busy time.Duration

	// Tries is how often a Write is begun that fails through no fault of its
	// own: serialization failure, deadlock, connection lost before the commit.
	// 0: 10.
	Tries int
}

// Defaults of Options, with the reasons given there.
const (
	sqliteGroup   = 256
	postgresGroup = 128
	writers       = 2
	minReaders    = 4
	busy          = 10 * time.Second
	tries         = 10
)

// withDefaults returns the options with every zero replaced.
func (o Options) withDefaults(group, readers int) Options {
	set(&o.Group, group)
	set(&o.Readers, readers)
	set(&o.Writers, writers)
	set(&o.Busy, busy)
	set(&o.Tries, tries)
	return o
}

func set[T int | time.Duration](value *T, fallback T) {
	if *value <= 0 {
		*value = fallback
	}
}
