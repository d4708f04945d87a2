package store

import (
	"hash/fnv"
	"strconv"

	"github.com/twinseal/twinseal/internal/mfa"
	"github.com/twinseal/twinseal/internal/store/engine"
)

// lockRow locks one of the rows that the first migration made for that.
var lockRow = &engine.Statement{SQL: `SELECT name FROM locks WHERE name = ? /*lock*/`, Key: 1, Lock: true}

// phoneLocks is how many rows stand for phones. Two phones may share one and then
// wait for each other without need, which is rare among the few that verify at
// the same moment; in return the table neither grows nor needs a purge.
const phoneLocks = 256

func (r *records) lock(name string) error {
	found := false
	err := r.query(lockRow, func(engine.Row) error {
		found = true
		return nil
	}, name)
	if err == nil && !found {
		return &mfa.Error{Code: mfa.Internal, Message: "the lock " + name + " is missing in the database"}
	}
	return err
}

// lockNames makes looking for a name and making it one step, in a Write.
func (r *records) lockNames() error {
	if !r.writing {
		return nil
	}
	return r.lock("names")
}

// LockConfiguration keeps other Writes that change what an operator sets up waiting.
func (w *writeRecords) LockConfiguration() error { return w.lockNames() }

// LockPhone keeps other Writes that lock the number for the application waiting.
func (w *writeRecords) LockPhone(application mfa.ApplicationID, phone mfa.Phone) error {
	sum := fnv.New32a()
	_, _ = sum.Write([]byte(string(application) + phone.E164())) // never fails
	return w.lock("phone:" + strconv.Itoa(int(sum.Sum32()%phoneLocks)))
}
