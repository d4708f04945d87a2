// Package bus carries the news that something changed, so that whoever waits for
// it need not look again and again.
//
// A wake-up is a hint and carries nothing: the tables are the truth, and a woken
// waiter reads them. Hints may come twice, come for nothing, or, when a node or
// the database stops at a bad moment, not come at all; who must not miss a change
// subscribes first, then reads, and looks by itself now and then.
//
// Local serves one process. Postgres serves several that share a database. Both
// have the same methods.
package bus

// topic is what is left of a topic's name: hints may be wrong, so two names that
// collide do no harm, and a fixed size keeps subscriptions small and lets one
// notification carry hundreds. All nodes must compute it alike.
type topic uint64

// topicOf is FNV-1a of 64 bits.
func topicOf(name string) topic {
	const offset, prime = 14695981039346656037, 1099511628211
	hash := uint64(offset)
	for i := range len(name) {
		hash = (hash ^ uint64(name[i])) * prime
	}
	return topic(hash)
}
