// Package storetest is the contract of mfa.Store as tests: what every noun's
// reader and writer promise, that races have one winner, that transactions are
// whole. Any store passes it, on any database, at that database's own isolation.
package storetest

import (
	"context"
	"reflect"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/twinseal/twinseal/internal/mfa"
)

// Opener opens one database, as often as it is called: what two of its stores
// keep, each sees. Announce hears what is announced; nil means nobody does.
type Opener func(announce func(topics ...string)) mfa.Store

// scene is one rule of the contract. Scenes share a database, each with an
// organization, directory and application of its own; those that look at whole
// tables are alone in theirs.
type scene struct {
	name  string
	alone bool
	play  func(*world)
}

// Run plays all scenes. Fresh makes an empty database, which goes with the test.
func Run(t *testing.T, fresh func(testing.TB) Opener) {
	t.Helper()
	open := fresh(t)
	shared := open(nil)
	for _, noun := range []struct {
		name   string
		scenes []scene
	}{
		{"organization", organizationScenes},
		{"directory", directoryScenes},
		{"application", applicationScenes},
		{"key", keyScenes},
		{"public key", publicKeyScenes},
		{"user", userScenes},
		{"authenticator", authenticatorScenes},
		{"step", stepScenes},
		{"together", togetherScenes},
		{"enrollment", enrollmentScenes},
		{"challenge", challengeScenes},
		{"receipt", receiptScenes},
		{"session", sessionScenes},
		{"code", codeScenes},
		{"event", eventScenes},
		{"delivery", deliveryScenes},
		{"webhook", webhookScenes},
		{"limit", limitScenes},
		{"tally", tallyScenes},
		{"inbox", inboxScenes},
		{"server", serverScenes},
		{"proof", proofScenes},
		{"passkey", passkeyScenes},
		{"ceremony", ceremonyScenes},
		{"confirmation", confirmationScenes},
		{"handoff", handoffScenes},
		{"transaction", transactionScenes},
		{"action", actionScenes},
		{"velocity", velocityScenes},
		{"rule", ruleScenes},
		{"profile", profileScenes},
		{"prompt", promptScenes},
		{"grant", grantScenes},
	} {
		for _, s := range noun.scenes {
			t.Run(noun.name+"/"+s.name, func(t *testing.T) {
				t.Parallel()
				w := &world{T: t, open: open, store: shared}
				if s.alone {
					w.open = fresh(t)
					w.store = w.open(nil)
				}
				w.furnish()
				s.play(w)
			})
		}
	}
}

// world is where a scene plays.
type world struct {
	*testing.T
	open  Opener
	store mfa.Store
	org   mfa.Organization
	dir   mfa.Directory
	app   mfa.Application
}

// start is the present of all scenes. It is far from the machine's, because the
// store's times are the callers' and no others.
var start = time.Date(2031, 3, 14, 15, 9, 26, 535897000, time.UTC)

// after is a moment that many seconds later.
func after(seconds int) time.Time { return start.Add(time.Duration(seconds) * time.Second) }

func (w *world) furnish() {
	w.Helper()
	w.org = mfa.Organization{ID: newID[mfa.OrganizationID](), Name: newID[string](), CreatedAt: start}
	w.dir = mfa.Directory{ID: newID[mfa.DirectoryID](), OrganizationID: w.org.ID, Name: "customers", CreatedAt: start}
	w.app = mfa.Application{
		ID: newID[mfa.ApplicationID](), OrganizationID: w.org.ID, DirectoryID: w.dir.ID, Name: "Bank", CreatedAt: start, UpdatedAt: start,
	}
	w.write(func(r mfa.WriteRecords) (err error) {
		if err = r.PutOrganization(w.org); err != nil {
			return err
		}
		if err = r.PutDirectory(w.dir); err != nil {
			return err
		}
		w.app, err = r.PutApplication(w.app)
		return err
	})
}

// newID makes an id of version 7, as the domain does.
func newID[T ~string]() T { return T(uuid.Must(uuid.NewV7()).String()) }

func (w *world) write(f func(mfa.WriteRecords) error) {
	w.Helper()
	if err := w.store.Write(w.Context(), f); err != nil {
		w.Fatal(err)
	}
}

// read asks one question.
func read[T any](w *world, f func(mfa.Records) (T, error)) T {
	w.Helper()
	got, err := tryRead(w, f)
	if err != nil {
		w.Fatal(err)
	}
	return got
}

func tryRead[T any](w *world, f func(mfa.Records) (T, error)) (got T, err error) {
	err = w.store.Read(w.Context(), func(r mfa.Records) (err error) {
		got, err = f(r)
		return err
	})
	return got, err
}

// change makes one change and returns what it says.
func change[T any](w *world, f func(mfa.WriteRecords) (T, error)) T {
	w.Helper()
	got, err := tryChange(w.Context(), w.store, f)
	if err != nil {
		w.Fatal(err)
	}
	return got
}

func tryChange[T any](ctx context.Context, s mfa.Store, f func(mfa.WriteRecords) (T, error)) (got T, err error) {
	err = s.Write(ctx, func(r mfa.WriteRecords) (err error) {
		got, err = f(r)
		return err
	})
	return got, err
}

// same compares whole values.
func same[T any](w *world, what string, got, want T) {
	w.Helper()
	if !equal(reflect.ValueOf(&got).Elem(), reflect.ValueOf(&want).Elem()) {
		w.Errorf("%s:\n got %+v\nwant %+v", what, got, want)
	}
}

// refused wants a Write to end with the code and field, having changed nothing.
func (w *world) refused(code mfa.Code, field string, f func(mfa.WriteRecords) error) {
	w.Helper()
	err := w.store.Write(w.Context(), f)
	w.isError(err, code, field)
}

func (w *world) isError(err error, code mfa.Code, field string) {
	w.Helper()
	if !mfa.IsCode(err, code) {
		w.Errorf("got error %v, want code %s", err, code)
		return
	}
	if e, ok := err.(*mfa.Error); ok && e.Field != field { //nolint:errorlint // the store returns its refusals unwrapped
		w.Errorf("the refusal names field %q, want %q", e.Field, field)
	}
}

// missing wants a look-up to find nothing.
func missing[T any](w *world, f func(mfa.Records) (T, error)) {
	w.Helper()
	_, err := tryRead(w, f)
	w.isError(err, mfa.NotFound, "")
}

// ids lists the ids of values, for comparing orders.
func ids[T any, ID ~string](values []T, id func(T) ID) []ID {
	var all []ID
	for _, v := range values {
		all = append(all, id(v))
	}
	return all
}
