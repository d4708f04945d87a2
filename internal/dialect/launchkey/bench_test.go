package launchkey_test

import (
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"testing"

	"github.com/twinseal/twinseal/internal/mfa/mfatest"
	"github.com/twinseal/twinseal/internal/store"
)

// BenchmarkSignedRequest is what a signed and sealed call costs that asks for nothing: the way in, the durable
// memory of its token, and the way out.
func BenchmarkSignedRequest(b *testing.B) {
	w := furnish(b, mfatest.New(b, store.Options{SQLitePath: filepath.Join(b.TempDir(), "test.db")}))
	requests := make([]*http.Request, b.N)
	for i := range requests {
		requests[i] = w.build(by(onOrg, http.MethodPost, directories+"/list", object{"directory_ids": []string{}}))
	}
	b.ReportAllocs()
	b.ResetTimer()
	for _, r := range requests {
		recorder := httptest.NewRecorder()
		if w.handler.ServeHTTP(recorder, r); recorder.Code != http.StatusOK {
			b.Fatal(recorder.Code)
		}
	}
}
