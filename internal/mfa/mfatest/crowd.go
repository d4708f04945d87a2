package mfatest

import "sync"

// Crowd lets so many try something at the same time, and gives the errors of those who failed.
func Crowd(n int, try func() error) []error {
	var all sync.WaitGroup
	gate := make(chan struct{})
	failed := make(chan error, n)
	for range n {
		all.Go(func() {
			<-gate
			if err := try(); err != nil {
				failed <- err
			}
		})
	}
	close(gate)
	all.Wait()
	close(failed)
	var out []error
	for err := range failed {
		out = append(out, err)
	}
	return out
}
