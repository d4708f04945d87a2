package main

import (
	"errors"
	"log/slog"
	"net/http"
	"time"

	"github.com/twinseal/twinseal/client/loginid"
)

// passkey is one line of the account page.
type passkey struct {
	ID   loginid.CredentialID
	Name string
	Made time.Time
	Last bool // the only one, which stays
}

func (a *app) account(w http.ResponseWriter, r *http.Request, in session) {
	found, err := a.passkeys(r, in)
	if err != nil {
		a.unreachable(w, r, err)
		return
	}
	a.show(w, r, http.StatusOK, "account", map[string]any{"Passkeys": found, "ByCode": in.byCode, "Since": in.started})
}

// passkeys are those that count.
func (a *app) passkeys(r *http.Request, in session) ([]passkey, error) {
	credentials, err := a.shop.Credentials(r.Context(), loginid.ByID(in.user.ID), loginid.CredentialActive)
	if err != nil {
		return nil, err
	}
	var found []passkey
	for _, c := range credentials {
		if c.Type == loginid.FIDO2 {
			found = append(found, passkey{ID: c.ID, Name: c.Name, Made: c.CreatedAt})
		}
	}
	if len(found) == 1 {
		found[0].Last = true
	}
	return found, nil
}

// back returns to the account page with a word about what was done.
func (a *app) back(w http.ResponseWriter, r *http.Request, word string) {
	a.store.greet(cookie(r, sessionCookie), word)
	http.Redirect(w, r, "/account", http.StatusSeeOther)
}

// startPasskey permits a page to add a passkey: by a code that counts already,
// because its customer is signed in, and a token for the one call that takes it.
func (a *app) startPasskey(w http.ResponseWriter, r *http.Request, in session) {
	code, err := a.shop.GenerateCode(r.Context(), in.user, loginid.NewCode{
		Type: loginid.Short, Purpose: loginid.AddCredential, Authorized: true,
	})
	var token loginid.Secret
	if err == nil {
		token, err = a.shop.ServiceToken(loginid.ScopeAddCredential, loginid.TokenOptions{User: in.user})
	}
	if err != nil {
		slog.Error("the LoginID server did not do it", "error", err)
		a.refuse(w, http.StatusBadGateway, "No passkey can be added right now. Please try again.")
		return
	}
	a.answer(w, http.StatusOK, map[string]string{"username": in.user.Username, "code": string(code.Text), "token": string(token)})
}

func (a *app) renamePasskey(w http.ResponseWriter, r *http.Request, in session) {
	name, ok := clean(r.PostFormValue("name"))
	if !ok {
		a.problem(w, r, http.StatusBadRequest, badName)
		return
	}
	_, err := a.shop.RenameCredential(r.Context(), loginid.ByID(in.user.ID), loginid.CredentialID(r.PathValue("id")), name)
	a.changed(w, r, err, "The passkey has its new name.")
}

// removePasskey ends a passkey. The last one stays: without it, its owner could
// not come back.
func (a *app) removePasskey(w http.ResponseWriter, r *http.Request, in session) {
	found, err := a.passkeys(r, in)
	if err == nil && len(found) < 2 {
		a.problem(w, r, http.StatusConflict, "This is your only passkey. Add another one first.")
		return
	}
	if err == nil {
		_, err = a.shop.RevokeCredential(r.Context(), loginid.ByID(in.user.ID), loginid.CredentialID(r.PathValue("id")))
	}
	a.changed(w, r, err, "The passkey does not open your account any more.")
}

func (a *app) changed(w http.ResponseWriter, r *http.Request, err error, word string) {
	switch {
	case errors.Is(err, loginid.ErrCredentialNotFound), errors.Is(err, loginid.ErrFormat):
		a.problem(w, r, http.StatusNotFound, "You have no such passkey.")
	case err != nil:
		a.unreachable(w, r, err)
	default:
		a.back(w, r, word)
	}
}
