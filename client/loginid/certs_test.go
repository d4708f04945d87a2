package loginid

import (
	"testing"
	"time"
)

func TestMadeUpKeysDoNotKeepAKnownOneFromBeingLearnedAnew(t *testing.T) {
	t.Parallel()
	now := time.Now()
	c := newCerts()
	c.mayLookUp("", now) // opens the window
	c.add("ours", nil)
	for range maxMisses {
		c.miss("made up")
	}
	c.known["ours"] = cert{until: now.Add(-time.Second)}
	if c.find("ours") != nil || !c.mayLookUp("ours", now) {
		t.Error("a key that is to be learned anew cannot be")
	}
	if c.mayLookUp("made up", now) {
		t.Error("made-up keys are looked up without end")
	}
	c.miss("ours") // the server has withdrawn it
	if c.mayLookUp("ours", now) {
		t.Error("a key that was withdrawn is looked up without end")
	}
}
