package native_test

import (
	"context"
	"testing"

	"github.com/twinseal/twinseal/api"
	"github.com/twinseal/twinseal/internal/mfa/mfatest"
)

func TestADeviceHoldsSoManyRequestsAndTheOldestGivesWay(t *testing.T) {
	t.Parallel()
	const most = 8
	everyWay(t, func(t *testing.T, s *live) {
		ann := s.Register("4155550508")
		phone, other := ann.Link(), ann.Link()
		ctx, cancel := context.WithTimeout(t.Context(), patience)
		defer cancel()
		hold := func(by *mfatest.Device) func() (api.ChallengeList, bool) {
			resp, err := s.open(ctx, by, api.PathStream)
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { _ = resp.Body.Close() })
			<-s.waiting
			next := events(t, resp.Body)
			if _, ok := next(); !ok {
				t.Fatal("a stream said nothing")
			}
			return next
		}
		theirs := hold(other)
		oldest := hold(phone)
		var newer []func() (api.ChallengeList, bool)
		for range most {
			newer = append(newer, hold(phone))
		}
		if list, ok := oldest(); ok || ctx.Err() != nil {
			t.Errorf("the oldest goes on with %+v, %v", list, ctx.Err())
		}
		ann.Ask("Log in?")
		for i, next := range append(newer, theirs) {
			if list, ok := next(); !ok || len(list.Challenges) != 1 {
				t.Errorf("stream %d was told %+v", i, list)
			}
		}
	})
}
