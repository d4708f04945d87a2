package endpoint_test

import (
	"testing"

	"github.com/twinseal/twinseal/internal/endpoint"
)

func TestTheOldestOfTooManyGivesWay(t *testing.T) {
	t.Parallel()
	var held endpoint.Held[string]
	gone := func(end <-chan struct{}) bool {
		select {
		case <-end:
			return true
		default:
			return false
		}
	}
	const most = 2
	oldest, leaveOldest := held.Enter("ann", most)
	newer, leaveNewer := held.Enter("ann", most)
	theirs, _ := held.Enter("bob", most)
	_, leaveNewest := held.Enter("ann", most)
	if !gone(oldest) || gone(newer) || gone(theirs) {
		t.Errorf("oldest %v, newer %v, another's %v", gone(oldest), gone(newer), gone(theirs))
	}
	leaveOldest()
	leaveNewest()
	if _, leave := held.Enter("ann", most); gone(newer) {
		t.Error("one gave way though another had left")
	} else {
		leave()
	}
	leaveNewer()
}
