package demo

import (
	"context"
	"net/http"

	"github.com/twinseal/twinseal/client/authy"
	"github.com/twinseal/twinseal/internal/endpoint"
)

// defaultCountry is the calling code that the form begins with.
const defaultCountry = "1"

type welcomePage struct {
	Form   registration
	Wrong  problems
	First  bool // sent here by a page that needs a registration
	Person *session
}

func (d *Demo) welcome(_ context.Context, r *endpoint.Request) (endpoint.Response, error) {
	page := welcomePage{Form: registration{Country: defaultCountry}, First: r.URL.Query().Has("first")}
	if s, ok := d.session(r); ok {
		page.Person = &s
	}
	return d.site.Page(http.StatusOK, "register", page)
}

// register makes the person known to the server of the second factor and
// remembers the id it gives, which is all an application ever stores.
func (d *Demo) register(ctx context.Context, r *endpoint.Request) (endpoint.Response, error) {
	body, err := formOf(r)
	if err != nil {
		return endpoint.Response{}, err
	}
	form := readRegistration(body)
	phone, wrong := form.check()
	if len(wrong) > 0 {
		return d.site.Page(http.StatusUnprocessableEntity, "register", welcomePage{Form: form, Wrong: wrong})
	}
	ctx, cancel := context.WithTimeout(ctx, callTime)
	defer cancel()
	id, err := d.options.Client.CreateUser(ctx, authy.NewUser{
		Email: form.Email, Phone: phone, SendInstallLink: true, UserIP: r.Client,
	})
	if err != nil {
		status, wrong := d.explain(ctx, err)
		return d.site.Page(status, "register", welcomePage{Form: form, Wrong: wrong})
	}
	token, err := d.sessions.begin(session{email: form.Email, phone: phone, user: id})
	if err != nil {
		return endpoint.Response{}, err
	}
	resp := endpoint.Redirect("/demo/transaction")
	resp.Header.Set("Set-Cookie", d.cookie(r, token))
	return resp, nil
}
