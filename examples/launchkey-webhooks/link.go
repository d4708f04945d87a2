package main

import (
	"net/http"
	"net/url"
	"time"

	"github.com/twinseal/twinseal/client/launchkey"
)

// startLink makes a code for a person's phone. Without a password, the first who
// comes with a name gets it; afterwards only who is logged in may add a phone. A
// real application links after its own login.
func (a *app) startLink(w http.ResponseWriter, r *http.Request) {
	user, ok := a.userOf(w, r)
	if !ok {
		return
	}
	devices, err := a.directory.LinkedDevices(r.Context(), user)
	if err != nil {
		a.unreachable(w, err)
		return
	}
	s, in := a.store.session(cookie(r, sessionCookie), time.Now())
	if hasPhone(devices) && (!in || s.user != user) {
		a.problem(w, http.StatusForbidden, "That name has a phone already. Log in with it to link another one.")
		return
	}
	made, err := a.directory.LinkDevice(r.Context(), user, launchkey.LinkDeviceOptions{TTL: linkAge})
	if err != nil {
		a.unreachable(w, err)
		return
	}
	name, err := a.store.addLink(user, made, time.Now())
	if err != nil {
		a.problem(w, http.StatusServiceUnavailable, err.Error())
		return
	}
	a.setCookie(w, linkCookie, name, linkAge)
	http.Redirect(w, r, "/link", http.StatusSeeOther)
}

func hasPhone(devices []launchkey.Device) bool {
	for _, d := range devices {
		if d.Status.Active() {
			return true
		}
	}
	return false
}

func (a *app) showLink(w http.ResponseWriter, r *http.Request) {
	l, ok := a.store.link(cookie(r, linkCookie), time.Now())
	if !ok {
		http.Redirect(w, r, "/", http.StatusSeeOther)
		return
	}
	a.show(w, http.StatusOK, "link", originOf(l.made.QRCodeURL), map[string]any{
		"User": l.user, "State": string(l.state), "Code": l.made.Code, "Picture": l.made.QRCodeURL, "Wait": l.state == pending,
	})
}

// originOf is where the picture comes from, as a policy for the page writes it.
func originOf(picture string) string {
	parsed, err := url.Parse(picture)
	if err != nil || parsed.Host == "" || parsed.Scheme != "https" && parsed.Scheme != "http" {
		return ""
	}
	return " " + (&url.URL{Scheme: parsed.Scheme, Host: parsed.Host}).String()
}

func (a *app) linkState(w http.ResponseWriter, r *http.Request) {
	name := cookie(r, linkCookie)
	l, ok := a.store.link(name, time.Now())
	if !ok {
		a.problem(w, http.StatusNotFound, "There is no such code.")
		return
	}
	waitFor(w, r, l.changed, l.until, func() state {
		now, _ := a.store.link(name, time.Now())
		return now.state
	})
}
