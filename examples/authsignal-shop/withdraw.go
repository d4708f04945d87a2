package main

import (
	"errors"
	"log/slog"
	"net"
	"net/http"
	"net/url"

	"github.com/twinseal/twinseal/client/authsignal"
)

// withdrawing is what sellers do as the Authsignal server knows it. Whether they
// must prove themselves is decided there, by its rules.
const withdrawing authsignal.ActionCode = "withdraw"

// withdraw begins a withdrawal and asks about it.
func (a *app) withdraw(w http.ResponseWriter, r *http.Request, in session) {
	amount, ok := cents(r.PostFormValue("amount"))
	if !ok {
		a.refuse(w, r, http.StatusBadRequest, "Please type an amount such as 12.50.")
		return
	}
	begun, err := a.store.add(in.seller, amount, a.now())
	switch {
	case errors.Is(err, errBalance):
		a.refuse(w, r, http.StatusConflict, "There is not that much in your till.")
	case err != nil:
		a.refuse(w, r, http.StatusServiceUnavailable, "There are "+err.Error()+".")
	default:
		a.ask(w, r, in, begun)
	}
}

// again asks about a withdrawal once more, of a seller who left the challenge or
// lost the way back.
func (a *app) again(w http.ResponseWriter, r *http.Request, in session) {
	found, ok := a.store.find(r.PathValue("id"), in.seller)
	switch {
	case !ok:
		a.refuse(w, r, http.StatusNotFound, "You have no such withdrawal.")
	case found.State != stateOpen || found.expired(a.now()):
		a.refuse(w, r, http.StatusConflict, "This withdrawal is over. Please begin another one.")
	default:
		a.ask(w, r, in, found)
	}
}

// ask tells the server what is about to happen and does what it says. The
// withdrawal's id names the action, so asking twice is asking about the same.
func (a *app) ask(w http.ResponseWriter, r *http.Request, in session, about withdrawal) {
	asked, err := a.server.Track(r.Context(), in.seller.ID, withdrawing, authsignal.Attributes{
		IdempotencyKey: authsignal.IdempotencyKey(about.ID), RedirectURL: a.public + "/withdrawals/" + about.ID + "/back",
		IPAddress: address(r), UserAgent: r.UserAgent(), DeviceID: authsignal.DeviceID(a.device(w, r)),
		Username: in.seller.Name, Custom: map[string]any{"amount": float64(about.Cents) / 100},
	})
	if err != nil {
		slog.Error("the Authsignal server was not asked", "error", err)
		a.refuse(w, r, http.StatusBadGateway, "This does not work right now. Nothing was withdrawn.")
		return
	}
	here := "/withdrawals/" + about.ID
	switch {
	case asked.MustProve() && !a.isPage(asked.URL):
		slog.Error("the challenge is not at the pages that are known; set --pages", "pages", a.pagesAt)
		a.refuse(w, r, http.StatusBadGateway, "This does not work right now. Nothing was withdrawn.")
	case asked.MustProve() && wantsFrame(r):
		a.answer(w, http.StatusOK, map[string]string{"frame": asked.PopupURL(), "proof": here + "/proof", "here": here})
	case asked.MustProve():
		a.leadTo(w, r, asked.URL)
	case asked.MayGoOn():
		a.settle(about.ID, "")
		a.leadTo(w, r, here)
	case asked.State == authsignal.ReviewRequired:
		a.store.move(about.ID, stateReview)
		a.leadTo(w, r, here)
	default:
		a.store.move(about.ID, stateRefused)
		a.leadTo(w, r, here)
	}
}

// isPage holds the challenge's address to the pages that the till knows, because
// people are sent there and the frame's messages are believed.
func (a *app) isPage(address string) bool {
	u, err := url.Parse(address)
	return err == nil && u.Scheme+"://"+u.Host == a.pagesAt
}

// address is whom the request came from. Behind a proxy it would be what the proxy
// says.
func address(r *http.Request) string {
	host, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		return ""
	}
	return host
}

// back is where the challenge page sends the browser. The token is in the address,
// so the page that is shown has another one.
func (a *app) back(w http.ResponseWriter, r *http.Request, in session) {
	found, ok := a.store.find(r.PathValue("id"), in.seller)
	if !ok {
		a.refuse(w, r, http.StatusNotFound, "You have no such withdrawal.")
		return
	}
	if status, problem := a.prove(r, in, found, r.URL.Query().Get("token")); problem != "" {
		a.refuse(w, r, status, problem)
		return
	}
	http.Redirect(w, r, "/withdrawals/"+found.ID, http.StatusSeeOther)
}

// proof is what the script brings from the frame.
func (a *app) proof(w http.ResponseWriter, r *http.Request, in session) {
	found, ok := a.store.find(r.PathValue("id"), in.seller)
	if !ok {
		a.refuse(w, r, http.StatusNotFound, "You have no such withdrawal.")
		return
	}
	if status, problem := a.prove(r, in, found, r.PostFormValue("token")); problem != "" {
		a.refuse(w, r, status, problem)
		return
	}
	a.answer(w, http.StatusOK, map[string]string{"to": "/withdrawals/" + found.ID})
}

// prove pays if the token proves that this seller passed the challenge of this
// withdrawal. The browser has no say in any of them. One that proves nothing, as
// when somebody went back, leaves the withdrawal open.
func (a *app) prove(r *http.Request, in session, about withdrawal, token string) (status int, problem string) {
	if about.State != stateOpen {
		return 0, ""
	}
	if token == "" {
		return 0, ""
	}
	proved, err := a.server.RequireChallenge(r.Context(), authsignal.Secret(token), authsignal.Expected{
		UserID: in.seller.ID, Action: withdrawing, IdempotencyKey: authsignal.IdempotencyKey(about.ID),
	})
	switch {
	case err == nil:
		a.settle(about.ID, proved.Method)
		return 0, ""
	case errors.Is(err, authsignal.ErrNotPassed), errors.Is(err, authsignal.ErrExpiredToken),
		errors.Is(err, authsignal.ErrInvalidToken), errors.Is(err, authsignal.ErrFormat):
		slog.Warn("a withdrawal was not proved", "withdrawal", about.ID, "why", err)
		return 0, ""
	}
	slog.Error("the Authsignal server did not check a proof", "error", err)
	return http.StatusBadGateway, "Your proof cannot be checked right now. Nothing was withdrawn; please try again."
}

func (a *app) settle(id string, by authsignal.Method) {
	if err := a.store.pay(id, by); err != nil {
		slog.Warn("a withdrawal was not paid", "withdrawal", id, "why", err)
		return
	}
	slog.Info("paid", "withdrawal", id, "proved_by", string(by))
}

// look shows a withdrawal. One that somebody reviews is asked after.
func (a *app) look(w http.ResponseWriter, r *http.Request, in session) {
	found, ok := a.store.find(r.PathValue("id"), in.seller)
	if !ok {
		a.refuse(w, r, http.StatusNotFound, "You have no such withdrawal.")
		return
	}
	if found.State == stateReview {
		a.review(r, in, found)
		found, _ = a.store.find(found.ID, in.seller)
	}
	a.show(w, r, http.StatusOK, "withdrawal", map[string]any{"Withdrawal": found, "Expired": found.expired(a.now())})
}

func (a *app) review(r *http.Request, in session, about withdrawal) {
	action, err := a.server.GetAction(r.Context(), in.seller.ID, withdrawing, authsignal.IdempotencyKey(about.ID))
	switch {
	case err != nil:
		slog.Error("the Authsignal server was not asked", "error", err)
	case action.State == authsignal.ReviewSucceeded:
		a.settle(about.ID, "")
	case action.State == authsignal.ReviewFailed || action.State == authsignal.Block:
		a.store.move(about.ID, stateRefused)
	}
}
