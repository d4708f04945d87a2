package facts_test

import (
	"encoding/json"
	"reflect"
	"testing"

	"github.com/twinseal/twinseal/internal/mfa"
	"github.com/twinseal/twinseal/internal/mfa/facts"
	"pgregory.net/rapid"
)

// parsed reads facts by the general decoder.
func parsed(t *testing.T, recorded []byte) (*facts.Facts, bool) {
	t.Helper()
	var f facts.Facts
	return &f, json.Unmarshal(recorded, &f) == nil
}

func TestWhatWasRecordedIsReadAsTheGeneralDecoderReadsIt(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(r *rapid.T) {
		f := rapid.Make[facts.Facts]().Draw(r, "facts")
		f.Custom, f.OfUser = nil, nil
		if rapid.Bool().Draw(r, "custom") {
			f.Custom = json.RawMessage(`{"note":"} \" {","amount":1.5,"tags":["a",{"b":[]}],"none":null}`)
		}
		recorded, err := f.Record()
		if err != nil {
			r.Skip("it cannot be written")
		}
		want, ok := parsed(t, recorded)
		got, err := facts.Parse(recorded)
		if !ok || err != nil {
			r.Fatalf("%s: %v", recorded, err)
		}
		if !reflect.DeepEqual(got, want) {
			r.Fatalf("%s was read as %+v, want %+v", recorded, got, want)
		}
	})
}

func FuzzParse(f *testing.F) {
	counts := mfa.Velocity{1, 2, 3}
	whole := facts.Facts{
		Address: &facts.Address{Address: "192.0.2.7", Lists: []string{"a", "b"}, Anonymous: true, Travel: &facts.Travel{SpeedKmh: 1.5e3}},
		Device:  &facts.Device{ID: "d"}, Agent: &facts.Agent{Bot: true}, Counts: facts.Counts{User: &counts}, Custom: json.RawMessage(`{"a":[1,"]"]}`),
	}
	recorded, err := whole.Record()
	if err != nil {
		f.Fatal(err)
	}
	f.Add([]byte(recorded))
	f.Add([]byte(`{"user":{"alias":"a\u0062"},"time":{"hour":1,"weekday":2},"velocity":{}}`))
	f.Add([]byte(`{ "unknown": 1 }`))
	f.Fuzz(func(t *testing.T, recorded []byte) {
		want, ok := parsed(t, recorded)
		if !ok {
			return // nothing else than records is ever read
		}
		if _, err := facts.Parse(recorded); err != nil {
			t.Fatalf("%s: %v", recorded, err)
		}
		written, err := want.Record()
		if err != nil {
			return
		}
		canonical, err := facts.Parse(written)
		if err != nil {
			t.Fatalf("%s: %v", written, err)
		}
		if again, err := canonical.Record(); err != nil || string(again) != string(written) {
			t.Fatalf("%s became %s (%v)", written, again, err)
		}
	})
}
