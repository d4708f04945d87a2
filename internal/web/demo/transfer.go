package demo

import (
	"context"
	"net/http"
	"net/url"

	"github.com/twinseal/twinseal/client/authy"
	"github.com/twinseal/twinseal/internal/endpoint"
)

type transferPage struct {
	Person    session
	Form      order
	Wrong     problems
	Linked    bool
	Transfers []transfer
	Sandbox   bool
}

func (d *Demo) transferPage(s session, linked bool) transferPage {
	return transferPage{Person: s, Linked: linked, Transfers: s.transfers, Sandbox: d.options.Sandbox}
}

func (d *Demo) transaction(ctx context.Context, _ *endpoint.Request, s session) (endpoint.Response, error) {
	linked, err := d.linked(ctx, s)
	page := d.transferPage(s, linked)
	status := http.StatusOK
	if err != nil {
		status, page.Wrong = d.explain(ctx, err)
		page.Linked = true // unknown: the transfer will tell
	}
	return d.site.Page(status, "transfer", page)
}

// linked asks whether the person has a device that could approve.
func (d *Demo) linked(ctx context.Context, s session) (bool, error) {
	ctx, cancel := context.WithTimeout(ctx, callTime)
	defer cancel()
	status, err := d.options.Client.UserStatus(ctx, s.user)
	return err == nil && status.Registered, err
}

// process asks for the approval and sends the browser to wait for it.
func (d *Demo) process(ctx context.Context, r *endpoint.Request, s session) (endpoint.Response, error) {
	body, err := formOf(r)
	if err != nil {
		return endpoint.Response{}, err
	}
	form := readOrder(body)
	if wrong := form.check(); len(wrong) > 0 {
		return d.refused(http.StatusUnprocessableEntity, s, form, wrong)
	}
	made, err := d.ask(ctx, s, form)
	if err != nil {
		status, wrong := d.explain(ctx, err)
		return d.refused(status, s, form, wrong)
	}
	d.sessions.keep(s.key, made)
	return endpoint.Redirect("/demo/waiting?id=" + url.QueryEscape(string(made.ID))), nil
}

func (d *Demo) refused(status int, s session, form order, wrong problems) (endpoint.Response, error) {
	page := d.transferPage(s, wrong[noDevice] == "")
	page.Form, page.Wrong = form, wrong
	return d.site.Page(status, "transfer", page)
}

// ask is the one call that puts a person between an order and the money.
func (d *Demo) ask(ctx context.Context, s session, form order) (transfer, error) {
	ctx, cancel := context.WithTimeout(ctx, callTime)
	defer cancel()
	t := transfer{
		Status: authy.Pending, From: s.email, To: form.To, Account: form.Account, Amount: "$ " + form.Amount,
		AskedFor: d.options.Expiry,
	}
	if d.options.Sandbox && form.Expiry > 0 {
		t.AskedFor = form.Expiry
	}
	asked, err := d.options.Client.AskApproval(ctx, s.user, authy.NewApproval{
		Message: "Transfer Money to " + t.To,
		Details: authy.Details{
			{Key: "From", Value: t.From},
			{Key: "To", Value: t.To},
			{Key: "Account Number", Value: t.Account},
			{Key: "US Dollar Amount", Value: t.Amount},
		},
		ExpiresIn: t.AskedFor, NumberMatching: form.matching(),
	})
	t.ID, t.Number, t.ExpiresAt = asked.ID, asked.Number, d.options.Now().Add(t.AskedFor)
	return t, err
}
