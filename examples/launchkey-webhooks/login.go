package main

import (
	"errors"
	"log/slog"
	"net/http"
	"time"

	"github.com/twinseal/twinseal/client/launchkey"
)

// home shows who is logged in, or the two forms.
func (a *app) home(w http.ResponseWriter, r *http.Request) {
	s, ok := a.store.session(cookie(r, sessionCookie), time.Now())
	data := map[string]any{"In": ok, "User": s.user, "Since": s.started.Format("15:04")}
	a.show(w, http.StatusOK, "home", "", data)
}

// sessionState lets the page notice that the person has logged out on the phone.
func (a *app) sessionState(w http.ResponseWriter, r *http.Request) {
	token := cookie(r, sessionCookie)
	s, ok := a.store.session(token, time.Now())
	if !ok {
		a.problem(w, http.StatusNotFound, "There is no such session.")
		return
	}
	waitFor(w, r, s.ended, s.started.Add(sessionAge), func() state {
		if _, ok := a.store.session(token, time.Now()); ok {
			return in
		}
		return out
	})
}

// startLogin asks the person's phone. Whether it is approved, a webhook tells.
func (a *app) startLogin(w http.ResponseWriter, r *http.Request) {
	user, ok := a.userOf(w, r)
	if !ok {
		return
	}
	request, err := a.service.CreateAuthorizationRequest(r.Context(), user, launchkey.NewAuthorization{
		Context: "Log in to the Reading Room", TTL: loginAge,
	})
	switch {
	case errors.Is(err, launchkey.ErrNotFound):
		a.problem(w, http.StatusNotFound, "There is no phone for that name. Link one first.")
		return
	case errors.Is(err, launchkey.ErrAuthorizationInProgress):
		a.problem(w, http.StatusConflict, "There is a question on that phone already. Answer it, or wait two minutes.")
		return
	case errors.Is(err, launchkey.ErrPolicyFailure):
		a.problem(w, http.StatusForbidden, "Nobody may log in at this hour.")
		return
	case err != nil:
		a.unreachable(w, err)
		return
	}
	name, err := a.store.addLogin(user, request.ID, time.Now())
	if err != nil {
		a.problem(w, http.StatusServiceUnavailable, err.Error())
		return
	}
	a.setCookie(w, loginCookie, name, 2*loginAge)
	http.Redirect(w, r, "/login", http.StatusSeeOther)
}

func (a *app) unreachable(w http.ResponseWriter, err error) {
	slog.Error("the LaunchKey server did not do it", "error", err)
	a.problem(w, http.StatusBadGateway, "The phone cannot be asked right now. Please try again.")
}

func (a *app) showLogin(w http.ResponseWriter, r *http.Request) {
	l, ok := a.store.login(cookie(r, loginCookie), time.Now())
	if !ok {
		http.Redirect(w, r, "/", http.StatusSeeOther)
		return
	}
	a.show(w, http.StatusOK, "login", "", map[string]any{"User": l.user, "State": string(l.state), "Fraud": l.fraud, "Wait": l.state == pending})
}

func (a *app) loginState(w http.ResponseWriter, r *http.Request) {
	name := cookie(r, loginCookie)
	l, ok := a.store.login(name, time.Now())
	if !ok {
		a.problem(w, http.StatusNotFound, "There is no such login.")
		return
	}
	waitFor(w, r, l.changed, l.until, func() state {
		now, _ := a.store.login(name, time.Now())
		return now.state
	})
}

// enter logs in the browser that asked, and tells the phone.
func (a *app) enter(w http.ResponseWriter, r *http.Request) {
	name := cookie(r, loginCookie)
	asked, _ := a.store.login(name, time.Now())
	started, token, err := a.store.enter(name, time.Now())
	if err != nil {
		a.problem(w, http.StatusForbidden, "This login was not approved.")
		return
	}
	if err := a.service.SessionStart(r.Context(), started.user, asked.request); err != nil {
		slog.Warn("the phone does not show the login", "error", err)
	}
	a.dropCookie(w, loginCookie)
	a.setCookie(w, sessionCookie, token, sessionAge)
	http.Redirect(w, r, "/", http.StatusSeeOther)
}

// logout ends the session in this browser, and on the phone.
func (a *app) logout(w http.ResponseWriter, r *http.Request) {
	token := cookie(r, sessionCookie)
	if s, ok := a.store.session(token, time.Now()); ok {
		a.store.leave(token)
		if err := a.service.SessionEnd(r.Context(), s.user); err != nil {
			slog.Warn("the phone still shows the login", "error", err)
		}
	}
	a.dropCookie(w, sessionCookie)
	http.Redirect(w, r, "/", http.StatusSeeOther)
}
