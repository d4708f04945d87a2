package rulebook

import (
	"context"
	"errors"
	"time"

	"github.com/twinseal/twinseal/internal/mfa"
	"github.com/twinseal/twinseal/internal/mfa/facts"
	"github.com/twinseal/twinseal/internal/rule"
)

const (
	// replayPage is how many decisions are held at a time: some megabytes.
	replayPage = 1000
	// maxExamples is how many differences a report shows; all are counted.
	maxExamples = 1000
)

// Replay says which recorded decisions are made again.
type Replay struct {
	Code     string    // "": of all actions
	From, To time.Time // To is exclusive; zero: no such end
	// Progress is told how many decisions were looked at so far, and when the last of them was made; nil is told nothing.
	Progress func(done int, at time.Time)
}

// Turn is a change of what becomes of an action.
type Turn struct{ Was, Now mfa.ActionOutcome }

// Difference is an action that would have been treated differently.
type Difference struct {
	Turn

	ActionID mfa.ActionID
	UserID   mfa.UserID
	Code     string
	At       time.Time
	WasBy    mfa.RuleID // "": by no rule
	NowBy    mfa.RuleID
}

// Report is what a replay found.
type Report struct {
	Replayed int
	Same     int
	// Turns counts the differences by kind.
	Turns map[Turn]int
	// Decided counts how often each rule of the changed book decides, under "" no rule.
	Decided map[mfa.RuleID]int
	// Missing counts how often a rule asked for a fact that was not recorded.
	Missing map[string]int
	// Refused counts actions that would be refused, because their data make a rule too slow.
	Refused int
	// Unreadable counts decisions whose facts cannot be read.
	Unreadable int
	// Examples are the first differences.
	Examples []Difference
}

// Different is how many would have been treated differently.
func (r *Report) Different() int { return r.Replayed - r.Same - r.Refused - r.Unreadable }

// Replay makes recorded decisions of the application again, by a changed book. What was recorded is read in pages, so
// that its number costs time alone. Nothing is changed.
func (s *Service) Replay(ctx context.Context, c *mfa.Caller, book *Book, in Replay) (Report, error) {
	b := newBench(book)
	filter := mfa.DecisionFilter{ApplicationID: c.Application.ID, Code: in.Code, From: in.From, To: in.To, Limit: replayPage}
	for {
		var decisions []mfa.Decided
		err := s.store.Read(ctx, func(r mfa.Records) (err error) {
			decisions, err = r.Decisions(filter)
			return err
		})
		if err != nil {
			return Report{}, err
		}
		for i := range decisions {
			b.again(&decisions[i])
		}
		if len(decisions) == 0 {
			return b.finish(), nil
		}
		last := &decisions[len(decisions)-1]
		if in.Progress != nil {
			in.Progress(b.report.Replayed, last.CreatedAt)
		}
		if len(decisions) < replayPage {
			return b.finish(), nil
		}
		filter.From, filter.After = last.CreatedAt, last.ID
	}
}

// bench is a replay under way.
type bench struct {
	book   *Book
	known  *rule.Known
	missed []int
	report Report
}

func newBench(book *Book) *bench {
	return &bench{
		book: book, known: book.scope.Know(nil), missed: make([]int, book.scope.Len()),
		report: Report{Turns: map[Turn]int{}, Decided: map[mfa.RuleID]int{}, Missing: map[string]int{}},
	}
}

// again makes one decision again and compares.
func (b *bench) again(d *mfa.Decided) {
	b.report.Replayed++
	recorded, err := facts.Parse(d.Facts)
	if err != nil {
		b.report.Unreadable++
		return
	}
	b.known.Reset(knowing{recorded, b.book})
	verdict, err := b.book.verdict(d.Code, b.known)
	if errors.Is(err, rule.ErrTooSlow) {
		b.report.Refused++
		return
	}
	b.known.CountMissing(b.missed)
	b.report.Decided[verdict.by]++
	if verdict.outcome == d.Outcome {
		b.report.Same++
		return
	}
	turn := Turn{Was: d.Outcome, Now: verdict.outcome}
	b.report.Turns[turn]++
	if len(b.report.Examples) < maxExamples {
		b.report.Examples = append(b.report.Examples, Difference{
			Turn: turn, ActionID: d.ID, UserID: d.UserID, Code: d.Code, At: d.CreatedAt, WasBy: d.DecidedBy, NowBy: verdict.by,
		})
	}
}

func (b *bench) finish() Report {
	for slot, n := range b.missed {
		if n > 0 {
			b.report.Missing[b.book.scope.Name(slot)] = n
		}
	}
	return b.report
}
