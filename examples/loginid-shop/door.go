package main

import (
	"errors"
	"log/slog"
	"net/http"
	"time"

	"github.com/twinseal/twinseal/client/loginid"
)

// home shows the goods, or the ways in.
func (a *app) home(w http.ResponseWriter, r *http.Request) {
	if _, ok := a.session(r); !ok {
		a.show(w, r, http.StatusOK, "door", nil)
		return
	}
	a.show(w, r, http.StatusOK, "shop", goods)
}

// scopes are what a page of somebody who is not signed in may do.
var scopes = map[string]loginid.Scope{
	"register": loginid.ScopeRegister, "login": loginid.ScopeLogin, "wait": loginid.ScopeTemporary,
}

// token permits a page one call of the LoginID server, for one name. A real shop
// says here who may register.
func (a *app) token(w http.ResponseWriter, r *http.Request) {
	scope, ok := scopes[r.PathValue("what")]
	if !ok {
		a.refuse(w, http.StatusNotFound, "There is nothing at this address.")
		return
	}
	var sent struct {
		Username string `json:"username"`
	}
	if !a.read(w, r, &sent) {
		return
	}
	name, ok := clean(sent.Username)
	if !ok {
		a.refuse(w, http.StatusBadRequest, badName)
		return
	}
	token, err := a.shop.ServiceToken(scope, loginid.TokenOptions{User: loginid.ByName(name)})
	if err != nil {
		slog.Error("no token for a page", "error", err)
		a.refuse(w, http.StatusInternalServerError, "This does not work right now.")
		return
	}
	a.answer(w, http.StatusOK, map[string]string{"token": string(token), "username": name})
}

// enter proves what a page brings after a ceremony, and lets its user in.
func (a *app) enter(w http.ResponseWriter, r *http.Request) {
	var sent struct {
		Username string `json:"username"`
		Token    string `json:"token"`
	}
	if !a.read(w, r, &sent) {
		return
	}
	name, ok := clean(sent.Username)
	if !ok {
		a.refuse(w, http.StatusBadRequest, badName)
		return
	}
	claims, err := a.shop.VerifyToken(r.Context(), sent.Token, name)
	switch {
	case errors.Is(err, loginid.ErrUnverified):
		slog.Warn("somebody was not let in", "why", err)
		a.refuse(w, http.StatusForbidden, "This sign-in could not be proved. Please try again.")
		return
	case err != nil:
		slog.Error("the LoginID server did not do it", "error", err)
		a.refuse(w, http.StatusBadGateway, "The sign-in cannot be checked right now. Please try again.")
		return
	}
	byCode := claims.Action == string(loginid.TemporaryAuthentication)
	session, err := a.store.enter(claims, byCode, time.Now())
	if err != nil {
		a.refuse(w, http.StatusConflict, "Not now: "+err.Error()+".")
		return
	}
	a.setCookie(w, sessionCookie, session, sessionAge)
	to := "/"
	if byCode {
		a.store.removeArrival(cookie(r, deviceCookie))
		a.dropCookie(w, deviceCookie)
		a.store.greet(session, "You are signed in on this device. Add a passkey here, and next time you need no code.")
		to = "/account"
	}
	a.answer(w, http.StatusOK, map[string]string{"to": to})
}

func (a *app) leave(w http.ResponseWriter, r *http.Request) {
	a.store.leave(cookie(r, sessionCookie))
	a.dropCookie(w, sessionCookie)
	http.Redirect(w, r, "/", http.StatusSeeOther)
}
