package main

import (
	"crypto/rand"
	"errors"
	"log/slog"
	"net/http"
	"time"

	"github.com/twinseal/twinseal/client/loginid"
)

// orderName is how many characters of a random text name an order.
const orderName = 8

// startOrder keeps what is to be paid, and announces exactly that text.
func (a *app) startOrder(w http.ResponseWriter, r *http.Request, in session) {
	wanted, ok := goodByID(r.PostFormValue("good"))
	if !ok {
		a.problem(w, r, http.StatusBadRequest, "We do not sell that.")
		return
	}
	o := &order{ID: rand.Text()[:orderName], user: in.user.ID, Good: wanted, Made: time.Now()}
	o.Payload = wanted.payload(o.ID)
	tx, err := a.shop.CreateTx(r.Context(), loginid.NewTx{Payload: o.Payload, Username: in.user.Username})
	if err != nil {
		a.unreachable(w, r, err)
		return
	}
	o.tx = tx
	if err := a.store.addOrder(o); err != nil {
		a.problem(w, r, http.StatusServiceUnavailable, "There are "+err.Error()+".")
		return
	}
	http.Redirect(w, r, "/orders/"+o.ID, http.StatusSeeOther)
}

func (a *app) showOrders(w http.ResponseWriter, r *http.Request, in session) {
	a.show(w, r, http.StatusOK, "orders", a.store.orderList(in.user.ID))
}

// showOrder shows what is to be paid or was paid. Its script has it confirmed.
func (a *app) showOrder(w http.ResponseWriter, r *http.Request, in session) {
	o, ok := a.store.order(r.PathValue("id"), in.user.ID)
	if !ok {
		a.problem(w, r, http.StatusNotFound, "You have no such order.")
		return
	}
	a.show(w, r, http.StatusOK, "order", map[string]any{
		"Order": o, "Tx": string(o.tx.ID), "Left": int(time.Until(o.Made.Add(orderAge)).Seconds()),
	})
}

// confirmOrder holds what the page brings to what the shop has kept: amount and
// payee, customer and order. The page has no say in any of them.
func (a *app) confirmOrder(w http.ResponseWriter, r *http.Request, in session) {
	o, ok := a.store.order(r.PathValue("id"), in.user.ID)
	if !ok {
		a.refuse(w, http.StatusNotFound, "You have no such order.")
		return
	}
	var sent struct {
		Token string `json:"token"`
	}
	if !a.read(w, r, &sent) {
		return
	}
	proof, err := a.shop.VerifyTransaction(r.Context(), sent.Token, o.Payload, loginid.Expected{User: in.user, Nonce: o.tx.Nonce})
	switch {
	case errors.Is(err, loginid.ErrUnverified):
		slog.Warn("a payment was not confirmed", "order", o.ID, "why", err)
		a.refuse(w, http.StatusForbidden, "What was signed is not this payment. Nothing was paid.")
	case err != nil:
		slog.Error("the LoginID server did not do it", "error", err)
		a.refuse(w, http.StatusBadGateway, "The signature cannot be checked right now. Please try again.")
	case a.store.settle(o.ID, proof) != nil:
		a.refuse(w, http.StatusConflict, "This order is paid already.")
	default:
		slog.Info("paid", "order", o.ID, "what", o.Payload, "hash", proof.Hash)
		a.answer(w, http.StatusOK, map[string]string{"to": "/orders/" + o.ID})
	}
}
