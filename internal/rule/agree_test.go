package rule_test

import (
	"encoding/json"
	"fmt"
	"testing"

	"github.com/twinseal/twinseal/internal/rule"
	"pgregory.net/rapid"
)

// The vocabulary of made-up conditions: few names and values, so that they meet.
var (
	boolNames   = []string{"ip.isAnonymous", "device.isNew", "custom.flag"}
	numberNames = []string{"device.count", "velocity.user.1h", "custom.size"}
	textNames   = []string{"ip.countryCode", "user.email", "ip.address"}
	listNames   = []string{"authenticators", "valueList.some", "custom.picks"}
	looseNames  = []string{"custom.x", "custom.odd name", "custom.in"}
)

// points declares some custom points; the loose ones stay undeclared.
func points() map[string]rule.Kind {
	return map[string]rule.Kind{"flag": rule.Bool, "size": rule.Number, "picks": rule.Many}
}

type object = map[string]any

func variable(names ...[]string) *rapid.Generator[any] {
	var all []string
	for _, n := range names {
		all = append(all, n...)
	}
	return rapid.Map(rapid.SampledFrom(all), func(name string) any { return object{"var": name} })
}

func scalar() *rapid.Generator[any] {
	return rapid.OneOf(aNumber(), aText(), rapid.Map(rapid.Bool(), func(b bool) any { return b }))
}

func aNumber() *rapid.Generator[any] {
	return rapid.Map(rapid.SampledFrom([]float64{-1, 0, 1, 2.5, 1e300}), func(n float64) any { return n })
}

func aText() *rapid.Generator[any] {
	return rapid.Map(rapid.SampledFrom([]string{"", "a", "ab", "1", "\"\x7f", "192.0.2.7", "10.0.0.0/8"}), func(s string) any { return s })
}

// aList is short or long, because long ones are kept differently.
func aList() *rapid.Generator[any] {
	return rapid.Map(rapid.SliceOfN(scalar(), 0, 12), func(items []any) any { return items })
}

// aFact is anything that may come, in its kind or not.
func aFact() *rapid.Generator[any] {
	return rapid.OneOf(scalar(), aList(), rapid.Just(any(nil)), rapid.Just(any(object{"a": 1})),
		rapid.Map(rapid.SliceOfN(rapid.SampledFrom([]string{"a", "ab", "10.0.0.0/8", "192.0.2.0/24"}), 0, 12), func(s []string) any { return rule.NewList(s) }))
}

func someFacts(t *rapid.T) rule.Map {
	facts := rule.Map{}
	for _, names := range [][]string{boolNames, numberNames, textNames, listNames, looseNames} {
		for _, name := range names {
			if rapid.IntRange(0, 3).Draw(t, "known") > 0 {
				facts[name] = aFact().Draw(t, name)
			}
		}
	}
	return facts
}

// condition makes one up. Some are refused, as those of people are.
func condition(depth int) *rapid.Generator[any] {
	leaves := []*rapid.Generator[any]{
		pair([]string{"==", "!="}, variable(boolNames, looseNames), rapid.Map(rapid.Bool(), func(b bool) any { return b })),
		pair([]string{"==", "!=", "<", "<=", ">", ">="}, variable(numberNames, looseNames), aNumber()),
		pair([]string{"==", "!=", "<", "<=", ">", ">="}, variable(textNames, looseNames), aText()),
		pair([]string{"==", "!=", "<", ">="}, variable(numberNames, looseNames), variable(looseNames)),
		pair([]string{"==", "!="}, variable(boolNames, looseNames, textNames), rapid.Just(any(nil))),
		pair([]string{"in"}, variable(boolNames, numberNames, textNames, looseNames), rapid.OneOf(aList(), variable(listNames, looseNames))),
		pair([]string{"in"}, rapid.OneOf(aText(), variable(looseNames)), variable(textNames, looseNames, listNames)),
		pair([]string{"cidr"}, variable(textNames, looseNames), variable(listNames, looseNames)),
		rapid.Custom(func(t *rapid.T) any {
			low, x, high := aNumber().Draw(t, "low"), variable(numberNames, looseNames).Draw(t, "x"), aNumber().Draw(t, "high")
			return object{rapid.SampledFrom([]string{"<", "<="}).Draw(t, "op"): []any{low, x, high}}
		}),
		rapid.Custom(func(t *rapid.T) any {
			name := rapid.SampledFrom(append(looseNames, "custom.absent")).Draw(t, "name")
			return object{"==": []any{object{"var": []any{name, scalar().Draw(t, "default")}}, scalar().Draw(t, "other")}}
		}),
		variable(boolNames, numberNames, textNames, listNames, looseNames),
	}
	if depth == 0 {
		return rapid.OneOf(leaves...)
	}
	inner := condition(depth - 1)
	return rapid.OneOf(append(leaves,
		rapid.Map(rapid.SliceOfN(inner, 1, 4), func(of []any) any { return object{"and": of} }),
		rapid.Map(rapid.SliceOfN(inner, 1, 4), func(of []any) any { return object{"or": of} }),
		rapid.Map(inner, func(of any) any { return object{"!": []any{of}} }),
		rapid.Map(inner, func(of any) any { return object{"!!": of} }),
		pair([]string{"==", "!="}, inner, rapid.Map(rapid.Bool(), func(b bool) any { return b })),
	)...)
}

func pair(ops []string, x, y *rapid.Generator[any]) *rapid.Generator[any] {
	return rapid.Custom(func(t *rapid.T) any {
		return object{rapid.SampledFrom(ops).Draw(t, "op"): []any{x.Draw(t, "x"), y.Draw(t, "y")}}
	})
}

func TestTheInterpreterAgreesWithCEL(t *testing.T) {
	t.Parallel()
	c := compiler(t)
	rapid.Check(t, func(t *rapid.T) {
		s, facts := c.Scope(points()), someFacts(t)
		for range conditionsEach {
			conditions, err := json.Marshal(condition(3).Draw(t, "conditions"))
			if err != nil {
				t.Fatal(err)
			}
			p, err := s.Compile(conditions)
			if err != nil {
				continue // refused, as those of people are
			}
			if complaint := disagree(s, p, facts); complaint != "" {
				t.Fatalf("%s\n%s\n%v: %s", conditions, p.Source(), facts, complaint)
			}
		}
	})
}

// conditionsEach is how many are judged by the same facts, which makes them many for little time.
const conditionsEach = 10

// disagree judges by both and says how they differ.
func disagree(s *rule.Scope, p *rule.Program, facts rule.Facts) string {
	ours, err := p.Matches(s.Know(facts))
	if err != nil {
		return err.Error()
	}
	cel, err := p.AskCEL(s.Know(facts))
	if err != nil {
		return err.Error()
	}
	if ours != cel {
		return fmt.Sprintf("we say %v, CEL says %v", ours, cel)
	}
	return ""
}

func FuzzCompile(f *testing.F) {
	for _, seed := range []string{
		``, `{}`, `{"and":[{"==":[{"var":"ip.isAnonymous"},false]}]}`, `{"<=":[1,{"var":"custom.x"},3]}`,
		`{"some":[{"var":"custom.x"},{"in":[{"var":""},["a","b"]]}]}`, `{"!":{"in":["a",{"var":"valueList.some"}]}}`,
		`{"or":[{"==":[{"var":["custom.odd name","\u0000"]},null]},{"!!":[{"var":"device.count"}]}]}`,
		`{"cidr":[{"var":"ip.address"},["10.0.0.0/8"]]}`, `{"in":["\u2028",{"var":"custom.x"}]}`,
	} {
		f.Add([]byte(seed))
	}
	c := compiler(f)
	f.Fuzz(func(t *testing.T, conditions []byte) {
		s := c.Scope(points())
		p, err := s.Compile(conditions)
		if err != nil {
			return
		}
		facts := rule.Map{
			"custom.x": "ab", "custom.flag": true, "device.count": 2.0, "ip.isAnonymous": false, "ip.address": "192.0.2.7",
			"valueList.some": rule.NewList([]string{"a"}), "custom.odd name": []any{"a", 1.0},
		}
		if complaint := disagree(s, p, facts); complaint != "" && complaint != rule.ErrTooSlow.Error() {
			t.Fatalf("%s: %s", p.Source(), complaint)
		}
	})
}
