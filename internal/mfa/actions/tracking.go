package actions

import (
	"context"
	"slices"

	"github.com/twinseal/twinseal/internal/mfa"
	"github.com/twinseal/twinseal/internal/mfa/facts"
	"github.com/twinseal/twinseal/internal/mfa/people"
	"github.com/twinseal/twinseal/internal/mfa/rulebook"
)

// Track tells of an action.
type Track struct {
	Caller  *mfa.Caller
	User    string // the application's id of who acts; added if there is nobody
	Code    string
	Key     string // "": one is made
	Request mfa.ActionRequest
	// Prompt is a challenge that began before anybody was known. The action is proved by it as soon as it is answered.
	Prompt mfa.PromptID
}

// Tracked is an action with what the application needs to go on.
type Tracked struct {
	Action  mfa.Action
	User    mfa.User
	Profile mfa.Profile
	// Enrolled is what the user has, Allowed what may prove this action or be enrolled for it, Default what is offered
	// first, "" for nothing.
	Enrolled []mfa.Method
	Allowed  []mfa.Method
	Default  mfa.Method
	// Again says that the action had been tracked before: it is as it stands now.
	Again bool
}

// tries bounds how often an action is tracked anew because somebody else tracked the same, or began the same count, in the
// same moment. Each try leaves one of them behind, and engines see to most of it themselves.
const tries = 5

// Track gathers what is known of an action, decides it by the rules and records it, in one write.
func (s *Service) Track(ctx context.Context, in Track) (Tracked, error) {
	if err := s.check(&in); err != nil {
		return Tracked{}, err
	}
	book, err := s.rules.Book(ctx, in.Caller)
	if err != nil {
		return Tracked{}, err
	}
	for left := tries; ; left-- {
		out, err := s.track(ctx, in, book)
		if mfa.IsCode(err, mfa.Conflict) && left > 1 {
			continue
		}
		return out, err
	}
}

func (s *Service) track(ctx context.Context, in Track, book *rulebook.Book) (Tracked, error) {
	code := configured{in.Caller.Application.ID, in.Code}
	due := s.noted.due(code, s.domain.Now())
	var out Tracked
	err := s.store.Write(ctx, func(w mfa.WriteRecords) error {
		t := tracking{Track: in, service: s, book: book, w: w, now: s.domain.Now()}
		if err := t.run(); err != nil {
			return err
		}
		out = t.out
		if out.Again || !due {
			return nil
		}
		return w.NoteAction(code.application, code.code, t.now)
	})
	if err == nil && due && !out.Again {
		s.noted.done(code, s.domain.Now())
	}
	return out, err
}

// run does the tracking in its write.
func (t *tracking) run() error {
	if err := t.who(); err != nil {
		return err
	}
	t.out.User, t.out.Profile = t.user, t.profile
	if t.Key != "" {
		a, err := t.w.ActionByKey(t.Caller.Application.ID, t.user.ID, t.Code, t.Key)
		switch {
		case err == nil && a.Request.BySignIn != t.Request.BySignIn:
			return errForeignKey
		case err == nil:
			t.out.Again = true
			return t.found(a)
		}
		if !mfa.IsCode(err, mfa.NotFound) {
			return err
		}
	}
	known, err := t.gather()
	if err != nil {
		return err
	}
	decision, err := t.book.Decide(t.Code, known)
	if err != nil {
		return err
	}
	return t.record(known, decision)
}

// errForeignKey keeps what somebody signed in to, under a key that they guessed, from being taken for what the application
// tells of under the same key, and the other way round: the rules have not heard the same of both.
var errForeignKey = &mfa.Error{Code: mfa.Invalid, Field: "idempotency_key", Message: "an action of that key began elsewhere; take another key"}

// found gives back an action that was tracked before.
func (t *tracking) found(a mfa.Action) error {
	t.out.Action = a
	t.out.Allowed, t.out.Default = t.choices(a.Decision)
	return t.inherit()
}

// who finds the user with everything that is kept of them. Whoever is new, or has something new, is locked and changed
// first; that is rare.
func (t *tracking) who() error {
	c := t.Caller
	found, err := t.w.TrackedUser(c.Application.ID, c.Directory.ID, t.User, t.Request.DeviceID)
	if mfa.IsCode(err, mfa.NotFound) || err == nil && !found.User.KnownTo(c.Application) {
		if _, err := t.service.people.Ensure(t.w, c, t.User, t.Request.IP); err != nil {
			return err
		}
		found, err = t.w.TrackedUser(c.Application.ID, c.Directory.ID, t.User, t.Request.DeviceID)
	}
	if err != nil {
		return err
	}
	if err := mfa.UsableBy(found.User, c); err != nil {
		return err
	}
	t.user, t.profile, t.device, t.devices = found.User, found.Profile, found.Device, found.Devices
	t.out.Enrolled = people.Methods(c, found.Held)
	if !t.news(&found.Profile) {
		return nil
	}
	if _, err := t.w.LockUser(c.Directory.ID, mfa.UserRef{ID: t.user.ID}); err != nil {
		return err
	}
	if t.profile, err = people.ProfileOf(t.w, t.user); err != nil {
		return err
	}
	t.news(&t.profile)
	return t.service.people.Keep(t.w, t.profile)
}

// news writes what the request tells into a profile, unless it is known to be verified otherwise, and reports whether
// that changed it.
func (t *tracking) news(p *mfa.Profile) bool {
	before := *p
	if in := t.Request.Email; in != "" && !p.EmailVerified {
		p.Email = in
	}
	if in := t.Request.Phone; in != "" && !p.PhoneVerified {
		p.Phone = in
	}
	if in := t.Request.Username; in != "" {
		p.Username = in
	}
	return p.Email != before.Email || p.Phone != before.Phone || p.Username != before.Username
}

// record writes the action down.
func (t *tracking) record(known *facts.Facts, decision mfa.Decision) error {
	recorded, err := known.Record()
	if err != nil {
		return err
	}
	c := t.Caller
	a := mfa.Action{
		ID: mfa.NewID[mfa.ActionID](), OrganizationID: c.Organization.ID, DirectoryID: c.Directory.ID, ApplicationID: c.Application.ID,
		UserID: t.user.ID, Code: t.Code, Key: t.Key, State: decision.Outcome.State(), StateAt: t.now, Decision: decision, Request: t.Request,
		Facts: recorded, CreatedAt: t.now, UpdatedAt: t.now, ExpiresAt: t.now.Add(c.Application.StepUpSettings().TokenLife()),
	}
	if a.Key == "" {
		a.Key = string(a.ID)
	}
	if err := t.w.AddAction(a); err != nil {
		return err
	}
	if err := t.service.note(t.w, c, mfa.EventActionTracked, a); err != nil {
		return err
	}
	return t.found(a)
}

// choices are the methods of an action: those that the decision names, or else all that the application has, and of those
// the one to be offered first.
func (t *tracking) choices(d mfa.Decision) (allowed []mfa.Method, first mfa.Method) {
	return Choices(t.Caller, d, t.profile, t.out.Enrolled)
}

// Choices are the methods that may prove an action, and the one to be offered first: that of the decision or else the
// user's own, if it may be used and is enrolled, or else the first enrolled one that may be used.
func Choices(c *mfa.Caller, d mfa.Decision, p mfa.Profile, enrolled []mfa.Method) (allowed []mfa.Method, first mfa.Method) {
	for _, m := range c.Application.ActiveMethods() {
		if m != mfa.MethodRecovery && (len(d.Methods) == 0 || slices.Contains(d.Methods, m)) {
			allowed = append(allowed, m)
		}
	}
	for _, m := range append([]mfa.Method{d.DefaultMethod, p.DefaultMethod}, enrolled...) {
		if m != "" && slices.Contains(allowed, m) && slices.Contains(enrolled, m) {
			return allowed, m
		}
	}
	if slices.Contains(allowed, d.DefaultMethod) {
		return allowed, d.DefaultMethod
	}
	return allowed, ""
}
