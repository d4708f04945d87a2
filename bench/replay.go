package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"time"

	"github.com/jackc/pgx/v5"
	"golang.org/x/sync/errgroup"

	"github.com/twinseal/twinseal/internal/app"
	"github.com/twinseal/twinseal/internal/mfa"
	"github.com/twinseal/twinseal/internal/mfa/facts"
	"github.com/twinseal/twinseal/internal/mfa/rulebook"
)

const (
	// recordedPage is how many decisions one transaction of the preparation stores.
	recordedPage = 2000
	// evaluations is how often twenty rules are judged alone.
	evaluations = 100_000
)

// replay measures how long recorded decisions take to be made again by twenty changed rules, and what judging twenty
// rules costs alone. Both run in this process, as the command does; the server is idle meanwhile.
func (w *world) replay(ctx context.Context, _, server *process) error {
	a, err := app.Open(ctx, w.config(), io.Discard)
	if err != nil {
		return err
	}
	defer func() { _ = a.Close() }()
	c, err := a.Service.Authenticate(ctx, mfa.KeyAuthsignalSecret, mfa.SecretText(actsSecret))
	if err != nil {
		return err
	}
	begin := time.Now()
	if err := w.record(ctx, a, c); err != nil {
		return fmt.Errorf("record: %w", err)
	}
	fmt.Fprintf(w.out, "replay: recorded %d decisions in %.0f s\n", w.decisions, time.Since(begin).Seconds())
	if err := w.analyze(ctx); err != nil {
		return err
	}
	book, err := changedBook(ctx, a, c)
	if err != nil {
		return err
	}
	if err := w.judge(book); err != nil {
		return err
	}
	return w.replayAll(ctx, a, c, book, server)
}

// happened is a withdrawal as tracking records it.
func happened(person *person, n int) *facts.Facts {
	counts := mfa.Velocity{1, 1, 2, 3, 3, 5, 9, 12}
	return &facts.Facts{
		Address: &facts.Address{
			Address: fmt.Sprintf("10.%d.%d.%d", n>>16&255, n>>8&255, n&255), Country: "DE", City: "Bonn", Network: "Example Networks",
			Travel: &facts.Travel{DistanceKm: 12.5, SpeedKmh: 3.25},
		},
		Device: &facts.Device{ID: fmt.Sprintf("device-%d", n)}, Agent: &facts.Agent{Browser: "Chrome 131", OS: "Windows", Device: "desktop"},
		User:   facts.User{Alias: fmt.Sprintf("person-%d", person.number), Email: "person@shop.example", Methods: []mfa.Method{mfa.MethodTOTP}, Verified: true, AgeDays: 40, Devices: 1},
		Time:   facts.Time{Hour: n % 24, Weekday: n % 7},
		Counts: facts.Counts{User: &counts, UserAction: &counts, IP: &counts, Device: &counts},
		Custom: fmt.Appendf(nil, `{"amount":%d,"currency":"EUR"}`, 250+n%100),
	}
}

// record stores decisions as tracking does, a second apart.
func (w *world) record(ctx context.Context, a *app.App, c *mfa.Caller) error {
	began := a.Now().Add(-time.Duration(w.decisions) * time.Second)
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(2) // one prepares while the other stores
	for from := 0; from < w.decisions; from += recordedPage {
		group.Go(func() error {
			return a.Store().Write(ctx, func(r mfa.WriteRecords) error {
				for n := from; n < min(from+recordedPage, w.decisions); n++ {
					if err := w.recordOne(r, c, n, began.Add(time.Duration(n)*time.Second)); err != nil {
						return err
					}
				}
				return nil
			})
		})
	}
	return group.Wait()
}

func (w *world) recordOne(r mfa.WriteRecords, c *mfa.Caller, n int, at time.Time) error {
	person := w.persons[n%len(w.persons)]
	recorded, err := happened(person, n).Record()
	if err != nil {
		return err
	}
	return r.AddAction(mfa.Action{
		ID: mfa.NewID[mfa.ActionID](), OrganizationID: c.Organization.ID, DirectoryID: c.Directory.ID, ApplicationID: c.Application.ID,
		UserID: person.id, Code: actsCode, Key: fmt.Sprint("replay-", n), State: mfa.ActionChallengeRequired, StateAt: at,
		Decision: mfa.Decision{Outcome: mfa.OutcomeChallenge}, Request: mfa.ActionRequest{IP: "10.1.2.3", UserAgent: browserText, DeviceID: "device"},
		Facts: recorded, CreatedAt: at, UpdatedAt: at, ExpiresAt: at.Add(mfa.DefaultTokenLife),
	})
}

// analyze has PostgreSQL look at what was recorded, as it does by itself within a minute of so many new rows.
func (w *world) analyze(ctx context.Context) error {
	if w.database == "" {
		return nil
	}
	c, err := pgx.Connect(ctx, w.database)
	if err != nil {
		return err
	}
	_, err = c.Exec(ctx, "ANALYZE actions")
	return errors.Join(err, c.Close(ctx))
}

// changedBook is the rules in force with one of them changed, so that a tenth of the decisions come out differently.
func changedBook(ctx context.Context, a *app.App, c *mfa.Caller) (*rulebook.Book, error) {
	draft, err := a.Rulebook().Draft(ctx, c)
	if err != nil {
		return nil, err
	}
	for i := range draft.Rules {
		if draft.Rules[i].Priority == actsRules-1 {
			draft.Rules[i].Conditions = json.RawMessage(`{">=":[{"var":"custom.amount"},340]}`)
		}
	}
	return a.Rulebook().Compile(draft)
}

// judge measures twenty rules on facts that are at hand.
func (w *world) judge(book *rulebook.Book) error {
	person := &person{number: 1}
	own := cpuOf(os.Getpid())
	for n := range evaluations {
		if _, err := book.Decide(actsCode, happened(person, n)); err != nil {
			return err
		}
	}
	with := cpuOf(os.Getpid()) - own
	own = cpuOf(os.Getpid())
	for n := range evaluations {
		if happened(person, n) == nil {
			return fmt.Errorf("no facts")
		}
	}
	spent := with - (cpuOf(os.Getpid()) - own)
	fmt.Fprintf(w.out, "rules: %d judged in %.1f µs CPU\n", actsRules, float64(spent.Nanoseconds())/1000/evaluations)
	return nil
}

func (w *world) replayAll(ctx context.Context, a *app.App, c *mfa.Caller, book *rulebook.Book, server *process) error {
	_, helped := server.cpu()
	own, begin := cpuOf(os.Getpid()), time.Now()
	report, err := a.Rulebook().Replay(ctx, c, book, rulebook.Replay{Code: actsCode})
	if err != nil {
		return err
	}
	took := time.Since(begin)
	_, helpedAfter := server.cpu()
	cpu, helpers := cpuOf(os.Getpid())-own, helpedAfter-helped
	if report.Replayed < w.decisions || report.Different() < w.decisions/20 {
		return fmt.Errorf("replayed %d, of which %d came out differently", report.Replayed, report.Different())
	}
	million := 1e6 / float64(report.Replayed)
	fmt.Fprintf(w.out, "replay: a million decisions by %d rules in %.1f s CPU, %.1f of it the database server's; %.1f s on the clock (%d replayed, %d different; %.0f MB resident)\n",
		actsRules, (cpu+helpers).Seconds()*million, helpers.Seconds()*million, took.Seconds()*million, report.Replayed, report.Different(),
		(&process{pid: os.Getpid()}).residentMB())
	return nil
}
