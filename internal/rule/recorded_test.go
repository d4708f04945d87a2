package rule_test

import (
	"encoding/json"
	"slices"
	"testing"

	"github.com/twinseal/twinseal/internal/rule"
)

// witness is a scope whose programs ask for facts of every kind.
func witness(t testing.TB) (*rule.Scope, []*rule.Program) {
	t.Helper()
	s := compiler(t).Scope(points())
	var programs []*rule.Program
	for _, conditions := range []string{
		`{"==":[{"var":"custom.x"},"ab"]}`, `{"in":["a",{"var":"custom.x"}]}`, `{">":[{"var":"custom.x"},1]}`,
		`{"==":[{"var":"custom.flag"},true]}`, `{"!=":[{"var":"custom.odd name"},null]}`, `{"!!":[{"var":"custom.x"}]}`,
		`{"in":[{"var":"ip.countryCode"},{"var":"valueList.some"}]}`, `{"<":[{"var":"device.count"},3]}`,
	} {
		programs = append(programs, compile(t, s, conditions))
	}
	return s, programs
}

func verdicts(t testing.TB, k *rule.Known, programs []*rule.Program) []bool {
	t.Helper()
	var out []bool
	for _, p := range programs {
		ok, err := p.Matches(k)
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, ok)
	}
	return out
}

func TestRecordedFactsAreJudgedAsTheyWere(t *testing.T) {
	t.Parallel()
	s, programs := witness(t)
	lists := rule.Map{"valueList.some": rule.NewList([]string{"DE"})}
	loaded := s.Know(lists)
	for _, record := range []string{
		`{}`, ` { "custom.x" : "ab" , "device.count":2}`, `{"custom.x":"a\u0062","ip.countryCode":"DE"}`,
		`{"custom.x":["ab","a"],"custom.flag":true}`, `{"custom.x":-2.5e1,"custom.flag":"true","ip.countryCode":7}`,
		`{"custom.x":null,"custom.odd name":{"a":["}"]},"custom.odd\u0020name":1}`, `{"other":{"a":"\"}"},"custom.x":1e3}`,
	} {
		var facts rule.Map
		if err := json.Unmarshal([]byte(record), &facts); err != nil {
			t.Fatal(err)
		}
		facts["valueList.some"] = lists["valueList.some"]
		if err := loaded.Load([]byte(record)); err != nil {
			t.Fatal(record, err)
		}
		if got, want := verdicts(t, loaded, programs), verdicts(t, s.Know(facts), programs); !slices.Equal(got, want) {
			t.Errorf("%s: %v, want %v", record, got, want)
		}
	}
}

func TestWhatIsNoRecordIsRefused(t *testing.T) {
	t.Parallel()
	s, _ := witness(t)
	for _, record := range []string{
		``, `[]`, `{`, `{"a"`, `{"a":`, `{"a":1`, `{"a":1,}`, `{"a":[}`, `{"a":1} 2`, `{a:1}`, `{"custom.x":tru}`, `{"custom.x":"\q"}`, `{"a":"`,
	} {
		if s.Know(nil).Load([]byte(record)) == nil {
			t.Errorf("%s was taken", record)
		}
	}
}

func TestWhatWasMissingIsCounted(t *testing.T) {
	t.Parallel()
	s, programs := witness(t)
	k, counts := s.Know(rule.Map{}), make([]int, s.Len())
	for range 2 {
		if err := k.Load([]byte(`{"custom.x":1}`)); err != nil {
			t.Fatal(err)
		}
		verdicts(t, k, programs)
		k.CountMissing(counts)
	}
	for slot, n := range counts {
		want := 2
		if s.Name(slot) == "custom.x" || s.Name(slot) == "valueList.some" { // the latter is not asked for without a country
			want = 0
		}
		if n != want {
			t.Errorf("%s was missing %d times, want %d", s.Name(slot), n, want)
		}
	}
}

func FuzzLoad(f *testing.F) {
	for _, seed := range []string{`{}`, `{"custom.x":"ab","custom.flag":true}`, `{"custom.x":["a",1],"a":{"b":[{}]}}`, `{"custom.x":"\u0061"}`} {
		f.Add([]byte(seed))
	}
	s, programs := witness(f)
	f.Fuzz(func(t *testing.T, record []byte) {
		k := s.Know(rule.Map{})
		err := k.Load(record)
		var facts rule.Map
		if json.Unmarshal(record, &facts) != nil || facts == nil {
			return // what is not JSON need not be refused: this server wrote the records
		}
		if err != nil {
			return // numbers beyond a double's range are refused by one and not the other
		}
		if got, want := verdicts(t, k, programs), verdicts(t, s.Know(facts), programs); !slices.Equal(got, want) {
			t.Fatalf("%s: %v, want %v", record, got, want)
		}
	})
}
