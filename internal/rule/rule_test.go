package rule_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/twinseal/twinseal/internal/rule"
)

func compiler(t testing.TB) *rule.Compiler {
	t.Helper()
	c, err := rule.NewCompiler()
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func compile(t testing.TB, s *rule.Scope, conditions string) *rule.Program {
	t.Helper()
	p, err := s.Compile([]byte(conditions))
	if err != nil {
		t.Fatalf("%s: %v", conditions, err)
	}
	return p
}

// facts are a German phone on a known device, trying for the third time.
func facts() rule.Map {
	return rule.Map{
		"ip.isAnonymous": false, "ip.countryCode": "DE", "ip.address": "192.0.2.7", "ip.lists": []string{"office"},
		"device.isNew": true, "device.count": 2, "user.email": "ann@shop.example", "time.hour": 23.0,
		"authenticators": []string{"sms", "passkey"}, "velocity.user.1h": 3, "custom.amount": 250.5,
		"custom.tags": []any{"gift", "express"}, "custom.note": "", "custom.strange": map[string]any{},
		"custom.none": []any{}, "custom.my point": "x",
		"valueList.risky": rule.NewList([]string{"KP", "DE", "192.0.2.0/24"}), "custom.nothing": nil,
	}
}

func TestConditionsMatchWhatTheySay(t *testing.T) {
	t.Parallel()
	for conditions, want := range map[string]bool{
		``: true, `null`: true, ` { } `: true,
		`{"and":[{"==":[{"var":"ip.isAnonymous"},false]}]}`:                                        true,
		`{"==":[{"var":"ip.isAnonymous"},true]}`:                                                   false,
		`{"===":[{"var":"ip.countryCode"},"DE"]}`:                                                  true,
		`{"!==":[{"var":["ip.countryCode"]},"DE"]}`:                                                false,
		`{"var":"device.isNew"}`:                                                                   true,
		`{"!":{"var":"device.isNew"}}`:                                                             false,
		`{"!":[{"var":"ip.isAnonymous"}]}`:                                                         true,
		`{"!!":[{"var":"custom.tags"}]}`:                                                           true,
		`{"!!":{"var":"custom.note"}}`:                                                             false,
		`{"!!":{"var":"custom.none"}}`:                                                             false,
		`{">":[{"var":"custom.amount"},250]}`:                                                      true,
		`{"<":[250.5,{"var":"custom.amount"}]}`:                                                    false,
		`{"<=":[250,{"var":"custom.amount"},251]}`:                                                 true,
		`{"<":[250,{"var":"custom.amount"},250.5]}`:                                                false,
		`{">=":[{"var":"velocity.user.1h"},3]}`:                                                    true,
		`{"in":[{"var":"ip.countryCode"},["AT","DE"]]}`:                                            true,
		`{"!":[{"in":[{"var":"ip.countryCode"},["AT","CH"]]}]}`:                                    true,
		`{"in":[{"var":"ip.countryCode"},{"var":"valueList.risky"}]}`:                              true,
		`{"in":["@shop.example",{"var":"user.email"}]}`:                                            true,
		`{"in":["if",{"var":"custom.tags"}]}`:                                                      false,
		`{"in":["gift",{"var":"custom.tags"}]}`:                                                    true,
		`{"in":["passkey",{"var":"authenticators"}]}`:                                              true,
		`{"in":["office",{"var":"ip.lists"}]}`:                                                     true,
		`{"cidr":[{"var":"ip.address"},["198.51.100.0/24","192.0.2.7"]]}`:                          true,
		`{"cidr":[{"var":"ip.address"},{"var":"valueList.risky"}]}`:                                true,
		`{"some":[{"var":"custom.tags"},{"in":[{"var":""},["gift","fragile"]]}]}`:                  true,
		`{"all":[{"var":"custom.tags"},{"in":[{"var":""},["gift","fragile"]]}]}`:                   false,
		`{"all":[{"var":"custom.none"},{"==":[{"var":""},"gift"]}]}`:                               false,
		`{"none":[{"var":"custom.tags"},{"==":[{"var":""},"fragile"]}]}`:                           true,
		`{"none":[{"var":"custom.none"},{"==":[{"var":""},"fragile"]}]}`:                           true,
		`{"==":[{"var":"custom.my point"},"x"]}`:                                                   true,
		`{"or":[{"==":[{"var":"custom.absent"},1]},{"var":"device.isNew"}]}`:                       true,
		`{"and":[{"or":[{"var":"ip.isAnonymous"},{">":[{"var":"time.hour"},22]}]},{"!":[false]}]}`: true,
	} {
		s := compiler(t).Scope(nil)
		got, err := compile(t, s, conditions).Matches(s.Know(facts()))
		if err != nil || got != want {
			t.Errorf("%s: %v, %v, want %v", conditions, got, err, want)
		}
	}
}

func TestWhatIsNotKnownDoesNotMatchHoweverItIsNegated(t *testing.T) {
	t.Parallel()
	unknown := map[string]string{
		"absent":          `{"==":[{"var":"custom.absent"},1]}`,
		"null":            `{"==":[{"var":"custom.nothing"},1]}`,
		"an object":       `{"==":[{"var":"custom.strange"},1]}`,
		"no order":        `{">":[{"var":"custom.tags"},1]}`,
		"text and number": `{"<":[{"var":"custom.note"},1]}`,
		"no container":    `{"in":["a",{"var":"custom.amount"}]}`,
		"no list":         `{"some":[{"var":"custom.amount"},{"var":""}]}`,
		"no value list":   `{"in":["a",{"var":"valueList.absent"}]}`,
		"no address":      `{"cidr":[{"var":"user.email"},["192.0.2.0/24"]]}`,
		"wrong kind":      `{"==":[{"var":"custom.typed"},1]}`,
		"truth of it":     `{"!!":[{"var":"custom.absent"}]}`,
	}
	for name, c := range unknown {
		for form, want := range map[string]bool{
			c: false, `{"!":[` + c + `]}`: false, `{"!":[{"!":[` + c + `]}]}`: false,
			`{"or":[` + c + `,true]}`: true, `{"or":[` + c + `,false]}`: false,
			`{"and":[` + c + `,true]}`: false, `{"!":[{"and":[` + c + `,false]}]}`: true,
			`{"!":[{"or":[` + c + `,false]}]}`: false,
		} {
			s := compiler(t).Scope(map[string]rule.Kind{"typed": rule.Number})
			known := facts()
			known["custom.typed"] = "1"
			if got, err := compile(t, s, form).Matches(s.Know(known)); err != nil || got != want {
				t.Errorf("%s: %s: %v, %v, want %v", name, form, got, err, want)
			}
		}
	}
}

func TestDefaultsAndNullSpeakOfMissingFacts(t *testing.T) {
	t.Parallel()
	for conditions, want := range map[string]bool{
		`{"==":[{"var":["custom.absent",7]},7]}`:       true,
		`{"!":[{"var":["device.isBot",false]}]}`:       true,
		`{"==":[{"var":["custom.my other","y"]},"y"]}`: true,
		`{"==":[{"var":["custom.amount",7]},7]}`:       false,
		`{"==":[{"var":"custom.absent"},null]}`:        true,
		`{"!=":[null,{"var":"custom.absent"}]}`:        false,
		`{"!=":[{"var":"custom.amount"},null]}`:        true,
		`{"==":[{"var":"custom.my other"},null]}`:      true,
		`{"==":[{"var":"custom.nothing"},null]}`:       true,
		`{"!":[{"==":[{"var":"ip.city"},null]}]}`:      false,
	} {
		s := compiler(t).Scope(nil)
		p := compile(t, s, conditions)
		got, err := p.Matches(s.Know(facts()))
		cel, celErr := p.AskCEL(s.Know(facts()))
		if err != nil || celErr != nil || got != want || cel != want {
			t.Errorf("%s: %v and by CEL %v, want %v (%v, %v)", conditions, got, cel, want, err, celErr)
		}
	}
}

func TestConditionsAreRefusedInAClearSentence(t *testing.T) {
	t.Parallel()
	deep := strings.Repeat(`{"!":[`, rule.MaxDepth+1) + `true` + strings.Repeat(`]}`, rule.MaxDepth+1)
	slow := `{"some":[{"var":"custom.tags"},{"in":[{"var":""},["` + strings.Repeat(`a","`, 900) + `a"]]}]}`
	long := `{"in":[{"var":"custom.x"},[` + strings.Repeat(`1,`, rule.MaxItems) + `1]]}`
	for conditions, want := range map[string]struct {
		reason rule.Reason
		says   string
	}{
		`{"and":`:                              {rule.Malformed, "not JSON"},
		`{} {}`:                                {rule.Malformed, "not JSON"},
		`[]`:                                   {rule.Malformed, "an object such as"},
		`true`:                                 {rule.Malformed, "an object such as"},
		"{\"!\":[\"\xff\"]}":                   {rule.Malformed, "UTF-8"},
		`{"!":[{}]}`:                           {rule.Malformed, "no operator"},
		`{"!":[true],"and":[true]}`:            {rule.Malformed, "one operator"},
		`{"!":[true],"!":[true]}`:              {rule.Malformed, "one operator"},
		`{"and":[]}`:                           {rule.Malformed, "without operands"},
		`{"+":[1,2]}`:                          {rule.Malformed, `no operator "+"`},
		`{"==":[1]}`:                           {rule.Malformed, "two operands"},
		`{"<":[1,2,3,4]}`:                      {rule.Malformed, "two or three operands"},
		`{"!":[true,true]}`:                    {rule.Malformed, "one operand"},
		`{"!":[null]}`:                         {rule.Malformed, "null stands only"},
		`{"==":[null,null]}`:                   {rule.Malformed, "says nothing"},
		`{"==":[{"var":["custom.a",1]},null]}`: {rule.Malformed, "without a default"},
		`{"var":"ip.isAnonimous"}`:             {rule.Malformed, "no fact called"},
		`{"var":"custom."}`:                    {rule.Malformed, "no fact called"},
		`{"var":3}`:                            {rule.Malformed, "names a fact"},
		`{"var":""}`:                           {rule.Malformed, "element of a list"},
		`{"==":[{"var":"ip.isAnonymous"},"yes"]}`:                      {rule.Malformed, `the text "yes"`},
		`{">":[{"var":"device.isNew"},1]}`:                             {rule.Malformed, "numbers or texts"},
		`{"==":[{"var":"authenticators"},"sms"]}`:                      {rule.Malformed, "does not compare lists"},
		`{"var":["device.isNew","no"]}`:                                {rule.Malformed, "the default of"},
		`{"in":[{"var":"custom.a"},5]}`:                                {rule.Malformed, "into a list or a text"},
		`{"in":[5,{"var":"user.email"}]}`:                              {rule.Malformed, "a text in a text"},
		`{"in":[["a"],{"var":"custom.a"}]}`:                            {rule.Malformed, "one item"},
		`{"in":[{"var":"custom.a"},[["a"]]]}`:                          {rule.Malformed, "lists of lists"},
		`{"in":[{"var":"custom.a"},[{"!":[true]}]]}`:                   {rule.Malformed, "nothing else"},
		`{"cidr":[{"var":"ip.address"},["office"]]}`:                   {rule.Malformed, "is no network"},
		`{"cidr":[{"var":"ip.address"},"office"]}`:                     {rule.Malformed, "a list of networks"},
		`{"some":[{"var":"user.email"},true]}`:                         {rule.Malformed, "goes through a list"},
		`{"some":[{"var":"custom.a"},{"var":"custom.b"}]}`:             {rule.Malformed, "only the element"},
		`{"some":[{"var":"custom.a"},{"all":[{"var":"custom.a"},1]}]}`: {rule.Malformed, "another loop"},
		`{"==":[{"var":"custom.a"},1e999]}`:                            {rule.Malformed, "out of the range"},
		`{"var":"custom.` + strings.Repeat("a", rule.MaxName) + `"}`:   {rule.Malformed, "at most 128 bytes"},
		`{"!":[` + strings.Repeat(" ", rule.MaxBytes) + `]}`:           {rule.TooLarge, "at most 32768 bytes"},
		long: {rule.TooLarge, "at most 1000 items"},
		deep: {rule.TooDeep, "at most 32 deep"},
		slow: {rule.TooSlow, "steps"},
	} {
		_, err := compiler(t).Scope(nil).Compile([]byte(conditions))
		var refusal *rule.Refusal
		if !errors.As(err, &refusal) || refusal.Reason != want.reason || !strings.Contains(refusal.Sentence, want.says) {
			t.Errorf("%.80s: %v, want %s: …%s…", conditions, err, want.reason, want.says)
		}
	}
}

func TestCELShowsWhatConditionsSay(t *testing.T) {
	t.Parallel()
	for conditions, want := range map[string]string{
		`{}`: `true`,
		`{"and":[{"==":[{"var":"ip.isAnonymous"},false]},{"or":[{"var":"device.isNew"},{">":[{"var":"custom.amount"},100]}]}]}`: `ip.isAnonymous == false && (device.isNew || custom.amount > 100.0)`,
		`{"<=":[8,{"var":"time.hour"},18]}`:                            `8.0 <= time.hour && time.hour <= 18.0`,
		`{"!":[{"in":[{"var":"ip.countryCode"},["DE"]]}]}`:             `!(ip.countryCode in ["DE"])`,
		`{">":[{"var":"velocity.user.1h"},3]}`:                         `velocity["user.1h"] > 3.0`,
		`{"in":[{"var":"user.userId"},{"var":"valueList.staff-ids"}]}`: `user.userId in valueList["staff-ids"]`,
		`{"none":[{"var":"custom.tags"},{"==":[{"var":""},"gift"]}]}`:  `!custom.tags.exists(e, e == "gift")`,
		`{"==":[{"var":["custom.in","no"]},"a\"b"]}`:                   `(("in" in custom) ? custom["in"] : "no") == "a\"b"`,
		`{"!":[{"or":[{"==":[{"var":"custom.a"},1]}]}]}`:               `!(custom.a == 1.0)`,
		`{"!":[{"==":[{"var":"authenticators"},null]}]}`:               `!!has(user.authenticators)`,
	} {
		if got := compile(t, compiler(t).Scope(nil), conditions).Source(); got != want {
			t.Errorf("%s\nbecame %s\nwant   %s", conditions, got, want)
		}
	}
}

// asking counts how often each fact is asked for.
type asking struct {
	facts rule.Map
	count map[string]int
}

func (a asking) Fact(name string) (any, bool) {
	a.count[name]++
	return a.facts.Fact(name)
}

func TestFactsAreAskedForOnceAndOnlyWhenTheyDecide(t *testing.T) {
	t.Parallel()
	s := compiler(t).Scope(nil)
	first := compile(t, s, `{"or":[{"in":[{"var":"custom.a"},["x","y"]]},{"var":"device.isNew"}]}`)
	second := compile(t, s, `{"and":[{"var":"device.isNew"},{"==":[{"var":"custom.absent"},1]}]}`)
	a := asking{facts(), map[string]int{}}
	known := s.Know(a)
	if ok, err := first.Matches(known); !ok || err != nil {
		t.Fatal(ok, err)
	}
	if ok, err := second.Matches(known); ok || err != nil {
		t.Fatal(ok, err)
	}
	if a.count["custom.a"] != 0 || a.count["device.isNew"] != 1 || a.count["custom.absent"] != 1 {
		t.Errorf("asked %v", a.count)
	}
	if got := known.Missing(); len(got) != 1 || got[0] != "custom.absent" {
		t.Errorf("missing %v", got)
	}
	known.Reset(rule.Map{"device.isNew": false, "custom.a": "z"})
	if ok, err := first.Matches(known); ok || err != nil {
		t.Errorf("after a reset the old facts still count")
	}
}

func TestLoopsOverUnforeseenListsStop(t *testing.T) {
	t.Parallel()
	s := compiler(t).Scope(nil)
	p := compile(t, s, `{"some":[{"var":"custom.tags"},{"==":[{"var":""},"no"]}]}`)
	huge := make([]string, rule.MaxCost)
	ok, err := p.Matches(s.Know(rule.Map{"custom.tags": huge}))
	if ok || !errors.Is(err, rule.ErrTooSlow) {
		t.Errorf("%v, %v", ok, err)
	}
}
