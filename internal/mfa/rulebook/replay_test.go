package rulebook_test

import (
	"encoding/json"
	"fmt"
	"testing"
	"time"

	"github.com/twinseal/twinseal/internal/mfa"
	"github.com/twinseal/twinseal/internal/mfa/facts"
	"github.com/twinseal/twinseal/internal/mfa/rulebook"
	"github.com/twinseal/twinseal/internal/rule"
)

// everything is facts in which nothing is missing.
func everything() *facts.Facts {
	var counts mfa.Velocity
	return &facts.Facts{
		Address: &facts.Address{Address: "192.0.2.7", Country: "DE", City: "Bonn", Network: "example", Lists: []string{"office"}, Travel: &facts.Travel{}},
		Device:  &facts.Device{ID: "d"}, Agent: &facts.Agent{Browser: "Firefox", OS: "Linux", Device: "desktop"},
		User:   facts.User{Alias: "ann", Email: "ann@shop.example", Phone: "+15550100", Methods: []mfa.Method{mfa.MethodSMS}},
		Counts: facts.Counts{User: &counts, UserAction: &counts, IP: &counts, Device: &counts},
	}
}

func TestEveryFactOfTheCatalogueIsGathered(t *testing.T) {
	t.Parallel()
	c, err := rule.NewCompiler()
	if err != nil {
		t.Fatal(err)
	}
	scope := c.Scope(nil)
	programs := map[string]*rule.Program{}
	for _, name := range rule.Names() {
		if programs[name], err = scope.Compile(fmt.Appendf(nil, `{"!=":[{"var":%q},null]}`, name)); err != nil {
			t.Fatal(err)
		}
	}
	known := scope.Know(everything())
	for name, p := range programs {
		if ok, err := p.Matches(known); !ok || err != nil {
			t.Errorf("%s is not known, or of another kind than the catalogue says (%v)", name, err)
		}
	}
}

// record stores decisions as tracking does: so many withdrawals, of 1, 2, 3 and on.
func (s *scene) record(n int) {
	s.Helper()
	ann := s.Register("4055550101")
	s.must(s.Store.Write(s.Context(), func(w mfa.WriteRecords) error {
		for i := range n {
			f := everything()
			f.Custom = fmt.Appendf(nil, `{"amount":%d}`, i+1)
			recorded, err := f.Record()
			if err != nil {
				return err
			}
			at := s.Clock.Now().Add(time.Duration(i/2) * time.Second) // two of each moment
			err = w.AddAction(mfa.Action{
				ID: mfa.NewID[mfa.ActionID](), OrganizationID: s.Caller.Application.OrganizationID, DirectoryID: ann.User.DirectoryID,
				ApplicationID: s.Caller.Application.ID, UserID: ann.User.ID, Code: "withdraw", Key: fmt.Sprint(i),
				State: mfa.ActionAllow, StateAt: at, Decision: mfa.Decision{Outcome: mfa.OutcomeAllow}, Facts: recorded,
				CreatedAt: at, UpdatedAt: at, ExpiresAt: at.Add(time.Hour),
			})
			if err != nil {
				return err
			}
		}
		return nil
	}))
}

func TestAReplayShowsWhoWouldHaveBeenTreatedDifferently(t *testing.T) {
	t.Parallel()
	onBoth(t, func(s *scene) {
		const n = 2100 // three pages
		s.record(n)
		draft, err := s.book.Draft(s.Context(), s.Caller)
		s.must(err)
		draft.Rules = []mfa.Rule{
			{ID: "large", ActionCode: "withdraw", Name: "Large", Active: true, Outcome: mfa.OutcomeChallenge, Conditions: json.RawMessage(`{">":[{"var":"custom.amount"},2000]}`)},
			{ID: "none", ActionCode: "withdraw", Name: "None", Active: true, Priority: 1, Outcome: mfa.OutcomeBlock, Conditions: json.RawMessage(`{"==":[{"var":"custom.iban"},"x"]}`)},
		}
		changed, err := s.book.Compile(draft)
		s.must(err)
		var told []int
		report, err := s.book.Replay(s.Context(), s.Caller, changed, rulebook.Replay{Progress: func(done int, _ time.Time) { told = append(told, done) }})
		s.must(err)
		turn := rulebook.Turn{Was: mfa.OutcomeAllow, Now: mfa.OutcomeChallenge}
		if report.Replayed != n || report.Same != 2000 || report.Different() != 100 || report.Turns[turn] != 100 || len(report.Examples) != 100 {
			s.Errorf("replayed %d, same %d, turned %v, %d examples", report.Replayed, report.Same, report.Turns, len(report.Examples))
		}
		if report.Decided["large"] != 100 || report.Decided[""] != 2000 || report.Missing["custom.iban"] != 2000 {
			s.Errorf("decided %v, missing %v", report.Decided, report.Missing)
		}
		if e := report.Examples[0]; e.NowBy != "large" || e.Code != "withdraw" || e.UserID == "" {
			s.Errorf("the first example is %+v", e)
		}
		if len(told) != 3 || told[2] != n {
			s.Errorf("progress was told %v", told)
		}
		if d := s.decide("withdraw", rule.Map{"custom.amount": 5000}); d.Outcome != mfa.OutcomeAllow {
			s.Errorf("a replay put the changed rules in force")
		}
	})
}

func TestAReplayKeepsToItsWindowAndAction(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	begin := s.Clock.Now()
	s.record(10)
	draft, err := s.book.Draft(s.Context(), s.Caller)
	s.must(err)
	book, err := s.book.Compile(draft)
	s.must(err)
	for want, in := range map[int]rulebook.Replay{
		10: {Code: "withdraw"},
		0:  {Code: "sign-in"},
		4:  {From: begin.Add(time.Second), To: begin.Add(3 * time.Second)},
	} {
		report, err := s.book.Replay(s.Context(), s.Caller, book, in)
		s.must(err)
		if report.Replayed != want || report.Same != want {
			t.Errorf("%+v: %d, want %d", in, report.Replayed, want)
		}
	}
}
