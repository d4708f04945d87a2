package authy_test

import (
	"testing"
)

// BenchmarkAppDetails is what a call costs around the work of the domain: it reads nothing from the store.
func BenchmarkAppDetails(b *testing.B) {
	w := newWorld(b)
	r := get("/protected/json/app/details?user_ip=192.0.2.1")
	b.ReportAllocs()
	for b.Loop() {
		if a := w.Do(r); a.Status != 200 {
			b.Fatal(a.Body)
		}
	}
}
