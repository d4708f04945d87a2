package launchkey_test

import (
	"net/http"
	"net/http/httptest"
	"sync"
	"sync/atomic"
	"testing"
)

func TestATokenThatComesManyTimesAtOnceCountsOnce(t *testing.T) {
	t.Parallel()
	engines(t, func(t *testing.T, w *world) {
		for range 3 {
			const crowd = 50
			sent := w.build(request{Key: "service", Issuer: onSvc, Subject: onSvc, Method: http.MethodGet, Path: auths + "/" + unknown})
			start := make(chan struct{})
			var group sync.WaitGroup
			var counted atomic.Int32
			for range crowd {
				group.Go(func() {
					<-start
					recorder := httptest.NewRecorder()
					w.handler.ServeHTTP(recorder, sent.Clone(w.Context()))
					switch recorder.Code {
					case http.StatusNoContent:
						counted.Add(1)
					case http.StatusUnauthorized:
					default:
						t.Errorf("answered with %d", recorder.Code)
					}
				})
			}
			close(start)
			group.Wait()
			if n := counted.Load(); n != 1 {
				t.Errorf("%d of %d counted", n, crowd)
			}
		}
	})
}
