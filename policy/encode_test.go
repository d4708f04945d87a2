package policy_test

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/twinseal/twinseal/policy"
)

// full uses every member there is.
func full() policy.Policy {
	return policy.Policy{
		Methods: new(2),
		Factors: []policy.Factor{policy.Inherence, policy.Knowledge},
		Places: [][]policy.Fence{{
			{Kind: policy.Circle, Name: "HQ", Latitude: 36.1, Longitude: -115.125, Radius: 200},
			{Kind: policy.Territory, Country: "US", Area: "US-NV", PostalCode: "89120"},
		}},
		Times: [][]policy.Window{{{
			Name: "Night", Days: []time.Weekday{time.Monday, time.Sunday},
			Start: policy.Clock(22, 30), End: policy.Clock(6, 0), Zone: "America/Los_Angeles",
		}}},
		Conditionals: []policy.Conditional{{
			Fences:  []policy.Fence{{Kind: policy.Circle, Radius: 1}},
			Inside:  policy.Requirement{Methods: new(0)},
			Outside: policy.Requirement{Factors: []policy.Factor{policy.Possession}},
		}},
		DenyRooted: true, DenyEmulator: true, Match: policy.MatchType,
	}
}

const fullJSON = `{"conditionals":[{"fences":[{"kind":"circle","latitude":"0","longitude":"0","radius":"1"}],"inside":{"methods":"0"},"outside":{"factors":["possession"]}}],` +
	`"deny_emulator":true,"deny_rooted":true,"factors":["inherence","knowledge"],"match":"type","methods":"2",` +
	`"places":[[{"kind":"circle","latitude":"36.1","longitude":"-115.125","name":"HQ","radius":"200"},{"area":"US-NV","country":"US","kind":"territory","postal_code":"89120"}]],` +
	`"times":[[{"days":["monday","sunday"],"end":"06:00","name":"Night","start":"22:30","zone":"America/Los_Angeles"}]]}`

func TestThereIsOneCanonicalFormWithoutNumbers(t *testing.T) {
	t.Parallel()
	got, err := full().Canonical()
	if err != nil {
		t.Fatal(err)
	}
	if string(got) != fullJSON {
		t.Errorf("got  %s\nwant %s", got, fullJSON)
	}
	if empty, err := (policy.Policy{}).Canonical(); err != nil || string(empty) != "{}" {
		t.Errorf("the policy that demands nothing is %s, %v", empty, err)
	}
}

func TestWhatWasWrittenIsRead(t *testing.T) {
	t.Parallel()
	loose := strings.ReplaceAll(strings.Replace(fullJSON, `"deny_rooted":true,`, ``, 1), `{"conditionals"`, `{ "deny_rooted" : true, "conditionals"`)
	for _, text := range []string{fullJSON, loose} {
		p, err := policy.Parse([]byte(text))
		if err != nil {
			t.Fatal(err)
		}
		again, err := p.Canonical()
		if err != nil || string(again) != fullJSON {
			t.Errorf("%s, %v", again, err)
		}
	}
}

func TestReadingIsStrict(t *testing.T) {
	t.Parallel()
	cases := map[string]string{
		"nothing":              ``,
		"no object":            `[]`,
		"null":                 `null`,
		"unknown member":       `{"mehtods":"2"}`,
		"other letter case":    `{"Methods":"2"}`,
		"repeated":             `{"methods":"2","methods":"2"}`,
		"a number":             `{"methods":2}`,
		"leading zero":         `{"methods":"02"}`,
		"a null":               `{"methods":null}`,
		"a quoted null":        `{"methods":"null"}`,
		"too many methods":     `{"methods":"8"}`,
		"negative":             `{"methods":"-1"}`,
		"text after it":        `{} {}`,
		"false written":        `{"deny_rooted":false}`,
		"no match written":     `{"match":""}`,
		"an unknown match":     `{"match":"guess"}`,
		"empty list":           `{"factors":[]}`,
		"other order":          `{"factors":["knowledge","inherence"]}`,
		"repeated factor":      `{"factors":["knowledge","knowledge"]}`,
		"unknown factor":       `{"factors":["luck"]}`,
		"empty group":          `{"places":[[]]}`,
		"unknown kind":         `{"places":[[{"kind":"square"}]]}`,
		"exponent":             `{"places":[[{"kind":"circle","latitude":"1e1","longitude":"0","radius":"1"}]]}`,
		"longer than needed":   `{"places":[[{"kind":"circle","latitude":"1.0","longitude":"0","radius":"1"}]]}`,
		"minus zero":           `{"places":[[{"kind":"circle","latitude":"-0","longitude":"0","radius":"1"}]]}`,
		"not a number":         `{"places":[[{"kind":"circle","latitude":"NaN","longitude":"0","radius":"1"}]]}`,
		"off the globe":        `{"places":[[{"kind":"circle","latitude":"90.5","longitude":"0","radius":"1"}]]}`,
		"no radius":            `{"places":[[{"kind":"circle","latitude":"1","longitude":"0"}]]}`,
		"radius of nothing":    `{"places":[[{"kind":"circle","latitude":"1","longitude":"0","radius":"0"}]]}`,
		"circle with country":  `{"places":[[{"kind":"circle","country":"US","latitude":"1","longitude":"0","radius":"1"}]]}`,
		"member inside":        `{"places":[[{"kind":"circle","latitude":"1","longitude":"0","radius":"1","extra":"x"}]]}`,
		"small country":        `{"places":[[{"kind":"territory","country":"us"}]]}`,
		"area alone":           `{"places":[[{"kind":"territory","area":"US-NV"}]]}`,
		"wrong area":           `{"places":[[{"area":"Nevada","country":"US","kind":"territory"}]]}`,
		"territory with point": `{"places":[[{"country":"US","kind":"territory","latitude":"1"}]]}`,
		"day in capitals":      `{"times":[[{"days":["Monday"],"end":"06:00","start":"22:30","zone":"UTC"}]]}`,
		"no day":               `{"times":[[{"days":[],"end":"06:00","start":"22:30","zone":"UTC"}]]}`,
		"day twice":            `{"times":[[{"days":["monday","monday"],"end":"06:00","start":"22:30","zone":"UTC"}]]}`,
		"hour 24":              `{"times":[[{"days":["monday"],"end":"24:00","start":"22:30","zone":"UTC"}]]}`,
		"short hour":           `{"times":[[{"days":["monday"],"end":"6:00","start":"22:30","zone":"UTC"}]]}`,
		"no zone":              `{"times":[[{"days":["monday"],"end":"06:00","start":"22:30","zone":""}]]}`,
		"a file for a zone":    `{"times":[[{"days":["monday"],"end":"06:00","start":"22:30","zone":"../zone"}]]}`,
		"no fences":            `{"conditionals":[{"fences":[],"inside":{},"outside":{}}]}`,
		"no outside":           `{"conditionals":[{"fences":[{"country":"US","kind":"territory"}],"inside":{}}]}`,
		"long name":            `{"places":[[{"country":"US","kind":"territory","name":"` + strings.Repeat("x", policy.MaxName+1) + `"}]]}`,
		"too many fences":      `{"places":[[` + strings.Repeat(`{"country":"US","kind":"territory"},`, policy.MaxFences) + `{"country":"US","kind":"territory"}]]}`,
		"too long":             strings.Repeat(" ", policy.MaxJSON) + `{}`,
	}
	for name, text := range cases {
		if p, err := policy.Parse([]byte(text)); err == nil {
			t.Errorf("%s: read as %+v", name, p)
		} else if len(err.Error()) > 300 {
			t.Errorf("%s: the error repeats too much: %s", name, err)
		}
	}
}

func TestAZoneThatIsNotKnownIsReadAndNotSetUp(t *testing.T) {
	t.Parallel()
	for _, zone := range []string{"Mars/Base", "Local"} {
		p, err := policy.Parse([]byte(`{"times":[[{"days":["monday"],"end":"06:00","start":"22:30","zone":"` + zone + `"}]]}`))
		if err != nil {
			t.Fatal(err)
		}
		if err := p.Validate(); err == nil {
			t.Errorf("%s was set up", zone)
		}
	}
}

func FuzzParse(f *testing.F) {
	f.Add([]byte(fullJSON))
	f.Add([]byte(`{}`))
	f.Add([]byte(`{"methods":"1","places":[[{"kind":"circle","latitude":"-90","longitude":"180","radius":"0.5"}]]}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		p, err := policy.Parse(data)
		if err != nil {
			return
		}
		form, err := p.Canonical()
		if err != nil {
			t.Fatalf("read, but not written: %v", err)
		}
		again, err := policy.Parse(form)
		if err != nil {
			t.Fatalf("%s: %v", form, err)
		}
		if second, err := again.Canonical(); err != nil || !bytes.Equal(form, second) {
			t.Fatalf("%s became %s, %v", form, second, err)
		}
		if bytes.ContainsAny(bytes.Join(quoted(t, form), nil), "0123456789") {
			t.Fatalf("%s holds a number", form)
		}
	})
}

// quoted gives what of a document lies outside of texts.
func quoted(t *testing.T, data []byte) [][]byte {
	t.Helper()
	var out [][]byte
	d := json.NewDecoder(bytes.NewReader(data))
	d.UseNumber()
	for {
		token, err := d.Token()
		if err != nil {
			return out
		}
		if n, ok := token.(json.Number); ok {
			out = append(out, []byte(n))
		}
	}
}
