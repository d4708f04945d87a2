package native

import (
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/twinseal/twinseal/internal/endpoint"
	"github.com/twinseal/twinseal/internal/mfa/mfatest"
	"github.com/twinseal/twinseal/internal/store"
)

// The protocol promises a heartbeat at least every 30 seconds, which no test waits for.
func TestAStreamBeatsAsThePageSays(t *testing.T) {
	t.Parallel()
	w := mfatest.New(t, store.Options{SQLitePath: filepath.Join(t.TempDir(), "test.db")})
	phone := w.Register("4155550601").Link()
	resp, err := New(w.Service, Options{}).stream(t.Context(), nil, phone.Caller, nil)
	if err != nil || resp.Wait == nil {
		t.Fatal(err)
	}
	defer resp.Wait.Close()
	if resp.Wait.Every <= 0 || resp.Wait.Every > 30*time.Second || !resp.Wait.Stream || resp.Wait.For != 0 {
		t.Errorf("the stream waits as %+v", resp.Wait)
	}
	beat, done, err := resp.Wait.Next(t.Context(), endpoint.Beat)
	if err != nil || done || !strings.HasPrefix(string(beat.Body), ":") || !strings.HasSuffix(string(beat.Body), "\n\n") {
		t.Errorf("a beat is %q, %v, %v", beat.Body, done, err)
	}
}
