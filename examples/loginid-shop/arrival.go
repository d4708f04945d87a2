package main

import (
	"errors"
	"net/http"
	"time"

	"github.com/twinseal/twinseal/client/loginid"
)

// startArrival makes a code for a device that has no passkey. It signs nobody in
// before the same person has typed it where they are signed in.
func (a *app) startArrival(w http.ResponseWriter, r *http.Request) {
	name, ok := clean(r.PostFormValue("username"))
	if !ok {
		a.problem(w, r, http.StatusBadRequest, badName)
		return
	}
	code, err := a.shop.GenerateCode(r.Context(), loginid.ByName(name), loginid.NewCode{
		Type: loginid.Short, Purpose: loginid.TemporaryAuthentication,
	})
	switch {
	case errors.Is(err, loginid.ErrUserNotFound):
		a.problem(w, r, http.StatusNotFound, "There is no account of that name.")
		return
	case errors.Is(err, loginid.ErrAccountDeactivated):
		a.problem(w, r, http.StatusForbidden, "This account is switched off.")
		return
	case errors.Is(err, loginid.ErrRateLimited):
		a.problem(w, r, http.StatusTooManyRequests, "That was too often. Please wait some minutes.")
		return
	case err != nil:
		a.unreachable(w, r, err)
		return
	}
	shown, err := a.store.addArrival(arrival{username: name, code: code}, time.Now())
	if err != nil {
		a.problem(w, r, http.StatusServiceUnavailable, "There are "+err.Error()+".")
		return
	}
	a.setCookie(w, deviceCookie, shown, time.Until(code.ExpiresAt)+tokenAge)
	http.Redirect(w, r, "/device", http.StatusSeeOther)
}

// showArrival shows the code. Its script waits at the LoginID server.
func (a *app) showArrival(w http.ResponseWriter, r *http.Request) {
	shown, ok := a.store.arrival(cookie(r, deviceCookie))
	if !ok {
		http.Redirect(w, r, "/", http.StatusSeeOther)
		return
	}
	left := time.Until(shown.code.ExpiresAt)
	a.show(w, r, http.StatusOK, "device", map[string]any{
		"Username": shown.username, "Code": string(shown.code.Text), "Left": int(left.Seconds()), "Expired": left <= 0,
	})
}

// allowDevice lets a code count that the customer has typed here, where they are
// signed in.
func (a *app) allowDevice(w http.ResponseWriter, r *http.Request, in session) {
	typed := digits(r.PostFormValue("code"))
	if typed == "" {
		a.problem(w, r, http.StatusBadRequest, "Please type the six digits that the other device shows.")
		return
	}
	_, err := a.shop.AuthorizeCode(r.Context(), loginid.ByID(in.user.ID), loginid.TemporaryAuthentication, loginid.TypedCode{Type: loginid.Short, Text: typed})
	switch {
	case errors.Is(err, loginid.ErrInvalidCode):
		a.problem(w, r, http.StatusForbidden, "This is not the code that a device of yours shows. Look at it again.")
	case errors.Is(err, loginid.ErrCodeExpired):
		a.problem(w, r, http.StatusForbidden, "This code is too old. The other device makes a new one.")
	case errors.Is(err, loginid.ErrRateLimited):
		a.problem(w, r, http.StatusTooManyRequests, "That were too many codes. Please wait some minutes.")
	case err != nil:
		a.unreachable(w, r, err)
	default:
		a.back(w, r, "The other device is signed in.")
	}
}

// digits leaves out what people put between them.
func digits(typed string) string {
	var found []byte
	for i := range len(typed) {
		if typed[i] >= '0' && typed[i] <= '9' {
			found = append(found, typed[i])
		}
	}
	return string(found)
}
