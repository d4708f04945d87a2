// Package dialecttest helps to test any dialect: a world with the real service over a real store, a door
// that is asked without a network, and scenarios that say what a request must be answered with, which events
// it must leave and which messages it must send.
package dialecttest

import (
	"encoding/json"
	"net/http"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/twinseal/twinseal/internal/mfa"
	"github.com/twinseal/twinseal/internal/mfa/mfatest"
	"github.com/twinseal/twinseal/internal/mfa/provision"
	"github.com/twinseal/twinseal/internal/store"
	"github.com/twinseal/twinseal/receipt"
)

// Door is what a dialect gives to the program.
type Door struct {
	Handler  http.Handler
	Callback mfa.Callback     // nil for a dialect that calls nobody
	Invites  mfa.InviteReader // nil for one without
}

// World is one server with the dialect's door in front of it. Its Clock stands still until a test moves it.
type World struct {
	*mfatest.World

	Door Door
	tb   testing.TB
}

// New opens a world on a fresh embedded database, behind the door that open makes.
func New(tb testing.TB, open func(*mfa.Service) Door) *World {
	tb.Helper()
	w := &World{World: mfatest.New(tb, store.Options{SQLitePath: filepath.Join(tb.TempDir(), "test.db")}), tb: tb}
	w.Door = open(w.Service)
	var callbacks []mfa.Callback
	if w.Door.Callback != nil {
		callbacks = append(callbacks, w.Door.Callback)
	}
	var invites []mfa.InviteReader
	if w.Door.Invites != nil {
		invites = append(invites, w.Door.Invites)
	}
	w.Service.Use(callbacks, invites)
	return w
}

// Application describes an application of a test.
type Application struct {
	Organization string // "Acme" when empty
	Directory    string // "customers" when empty
	Name         string
	Number       int64
	Settings     func(*mfa.ApplicationSettings) // changes the defaults; may be nil
	Keys         []provision.PlannedKey
}

// Add makes an application and returns it as a caller.
func (w *World) Add(a Application) *mfa.Caller {
	w.tb.Helper()
	if a.Organization == "" {
		a.Organization = "Acme"
	}
	if a.Directory == "" {
		a.Directory = "customers"
	}
	settings := mfa.DefaultSettings()
	if a.Settings != nil {
		a.Settings(&settings)
	}
	_, err := w.Provision.Apply(w.Context(), provision.Plan{Organizations: []provision.PlannedOrganization{{
		Name: a.Organization, Directories: []provision.PlannedDirectory{{
			Name:         a.Directory,
			Applications: []provision.PlannedApplication{{Name: a.Name, Number: a.Number, Settings: settings, Keys: a.Keys}},
		}},
	}}})
	w.check(err)
	var made mfa.Application
	w.check(w.Store.Read(w.Context(), func(r mfa.Records) error {
		o, err := r.OrganizationByName(a.Organization)
		if err != nil {
			return err
		}
		d, err := r.DirectoryByName(o.ID, a.Directory)
		if err != nil {
			return err
		}
		made, err = r.ApplicationByName(d.ID, a.Name)
		return err
	}))
	caller, err := w.Service.CallerFor(w.Context(), made.ID)
	w.check(err)
	return caller
}

func (w *World) check(err error) {
	w.tb.Helper()
	if err != nil {
		w.tb.Fatal(err)
	}
}

// Events are the types of everything that happened at an application after the given event, oldest first,
// and the last one's id.
func (w *World) Events(a mfa.ApplicationID, after mfa.EventID) ([]mfa.EventType, mfa.EventID) {
	w.tb.Helper()
	var found []mfa.Event
	w.check(w.Store.Read(w.Context(), func(r mfa.Records) (err error) {
		found, err = r.Events(mfa.EventFilter{ApplicationID: a, After: after, Limit: 1000})
		return err
	}))
	var types []mfa.EventType
	for _, e := range found {
		types, after = append(types, e.Type), e.ID
	}
	return types, after
}

// outbox lists an application's waiting deliveries of a kind, oldest first.
func (w *World) outbox(a mfa.ApplicationID, kind mfa.DeliveryKind) []mfa.Delivery {
	w.tb.Helper()
	var found []mfa.Delivery
	w.check(w.Store.Read(w.Context(), func(r mfa.Records) (err error) {
		found, err = r.DeliveriesOf(a, mfa.DeliveryPending, 1000)
		return err
	}))
	slices.Reverse(found)
	return slices.DeleteFunc(found, func(d mfa.Delivery) bool { return d.Kind != kind })
}

// Messages are those to people that an application has caused so far, oldest first.
func (w *World) Messages(a mfa.ApplicationID) []mfa.Message {
	w.tb.Helper()
	var out []mfa.Message
	for _, d := range w.outbox(a, mfa.DeliveryMessage) {
		var m mfa.Message
		w.check(json.Unmarshal(d.Payload.Reveal(), &m))
		out = append(out, m)
	}
	return out
}

// DeliveryIDs are the ids of an application's waiting messages, oldest first.
func (w *World) DeliveryIDs(a mfa.ApplicationID) []mfa.DeliveryID {
	w.tb.Helper()
	var out []mfa.DeliveryID
	for _, d := range w.outbox(a, mfa.DeliveryMessage) {
		out = append(out, d.ID)
	}
	return out
}

// Callbacks are the requests that wait for an application, rendered now, oldest first. What nobody wants is
// left out, as the worker does.
func (w *World) Callbacks(a mfa.ApplicationID) []*http.Request {
	w.tb.Helper()
	var out []*http.Request
	for _, d := range w.outbox(a, mfa.DeliveryCallback) {
		var p mfa.CallbackPayload
		w.check(json.Unmarshal(d.Payload.Reveal(), &p))
		request, err := w.Door.Callback.Render(w.Context(), p)
		w.check(err)
		if request != nil {
			out = append(out, request)
		}
	}
	return out
}

// Person is somebody with a number in the world's directory.
func (w *World) Person(national string) *mfatest.Person {
	w.tb.Helper()
	return w.Register(national)
}

// Answer lets a device answer a challenge of its user.
func (w *World) Answer(d *mfatest.Device, id mfa.ChallengeID, decision receipt.Decision) {
	w.tb.Helper()
	asked, err := w.Service.ChallengeFor(w.Context(), d.Caller, id)
	w.check(err)
	_, err = w.Service.Answer(w.Context(), d.Caller, id, d.Statement(asked, decision, nil), nil)
	w.check(err)
}

// Later moves the clock.
func (w *World) Later(by time.Duration) { w.Clock.Advance(by) }
