package rulebook_test

import (
	"context"
	"encoding/json"
	"errors"
	"runtime"
	"testing"
	"time"

	"github.com/twinseal/twinseal/internal/mfa"
	"github.com/twinseal/twinseal/internal/mfa/rulebook"
	"github.com/twinseal/twinseal/internal/rule"
)

func TestABookIsMadeOnceForAsLongAsNothingChanges(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	s.book.KeepBooks(time.Hour)
	first, err := s.book.Book(s.Context(), s.Caller)
	s.must(err)
	second, err := s.book.Book(s.Context(), s.Caller)
	s.must(err)
	if first != second {
		t.Error("a book is made for every action")
	}
	s.must(s.Store.Write(s.Context(), func(w mfa.WriteRecords) error {
		return w.NoteAction(s.Caller.Application.ID, "withdraw", s.Clock.Now())
	}))
	s.want("a change that is none", s.book.RemoveValueList(s.Context(), s.Caller, "none"), mfa.NotFound, "") // makes books stale
	if again, err := s.book.Book(s.Context(), s.Caller); err != nil || again != first {
		t.Errorf("the same rules were made ready again (%v)", err)
	}
}

func TestAnotherNodeSeesAChangeWhenItIsAnnounced(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	other, err := rulebook.New(rulebook.Config{Domain: s.Service, Store: s.Store})
	s.must(err)
	other.KeepBooks(time.Hour) // nothing but the announcement ends it
	ctx, stop := context.WithCancel(s.Context())
	ended := make(chan error, 1)
	go func() { ended <- other.Run(ctx) }()
	before, err := other.Book(s.Context(), s.Caller)
	s.must(err)
	s.rule(0, mfa.OutcomeBlock, `{}`)
	for { // the other begins to listen at some moment
		s.must(s.Store.Write(s.Context(), func(w mfa.WriteRecords) error {
			w.Announce(mfa.TopicConfiguration)
			return nil
		}))
		book, err := other.Book(s.Context(), s.Caller)
		s.must(err)
		if book != before {
			d, err := book.Decide("withdraw", rule.Map{})
			if err != nil || d.Outcome != mfa.OutcomeBlock {
				t.Errorf("%+v, %v", d, err)
			}
			break
		}
		runtime.Gosched()
	}
	stop()
	if err := <-ended; err != nil {
		t.Error(err)
	}
}

func TestAnActionWhoseDataMakeARuleTooSlowIsRefused(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	s.rule(0, mfa.OutcomeBlock, `{"some":[{"var":"custom.tags"},{"==":[{"var":""},"no"]}]}`)
	book, err := s.book.Book(s.Context(), s.Caller)
	s.must(err)
	_, err = book.Decide("withdraw", rule.Map{"custom.tags": make([]string, rule.MaxCost)})
	if !errors.Is(err, rule.ErrTooSlow) || !mfa.IsCode(err, mfa.Invalid) {
		t.Errorf("%v", err)
	}
}

func TestARuleThatCannotBeReadAnyMoreStopsDecisionsUntilItIsMended(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	r := s.rule(0, mfa.OutcomeBlock, `{}`)
	r.Conditions = json.RawMessage(`{"var":"ip.forgotten"}`)
	s.must(s.Store.Write(s.Context(), func(w mfa.WriteRecords) error {
		w.Announce(mfa.TopicConfiguration)
		return w.PutRule(r)
	}))
	fresh, err := rulebook.New(rulebook.Config{Domain: s.Service, Store: s.Store})
	s.must(err)
	_, err = fresh.Book(s.Context(), s.Caller)
	s.want("deciding", err, mfa.Internal, "")
	_, err = fresh.UpdateRule(s.Context(), s.Caller, "withdraw", r.ID, func(r *mfa.Rule) error {
		r.Conditions = nil
		return nil
	})
	s.must(err)
	_, err = fresh.Book(s.Context(), s.Caller)
	s.must(err)
}
