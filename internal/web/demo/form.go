package demo

import (
	"net/mail"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/twinseal/twinseal/client/authy"
	"github.com/twinseal/twinseal/internal/endpoint"
	"github.com/twinseal/twinseal/internal/mfa"
)

// problems are what is wrong with a form, by field. The field "" is the form.
type problems map[string]string

// formOf reads a posted form.
func formOf(r *endpoint.Request) (url.Values, error) {
	body, err := r.Bytes()
	if err != nil {
		return nil, err
	}
	form, err := url.ParseQuery(string(body))
	if err != nil {
		return nil, &mfa.Error{Code: mfa.Invalid, Message: "the form cannot be read", Cause: err}
	}
	return form, nil
}

// field gives a value as it is shown again: one line, without what is around it.
func field(form url.Values, name string) string {
	return strings.TrimSpace(strings.ToValidUTF8(form.Get(name), ""))
}

// registration is the first form.
type registration struct {
	Email, Country, Phone string
}

func readRegistration(form url.Values) registration {
	return registration{
		Email:   field(form, "email"),
		Country: strings.TrimPrefix(field(form, "country_code"), "+"),
		Phone:   field(form, "phone_number"),
	}
}

// maxNumber is longer than any phone number with its separators.
const maxNumber = 32

var phoneText = regexp.MustCompile(`^[0-9][0-9 .()/-]*$`)

// check finds what the bank itself can see; the rest is for the server to say.
func (f registration) check() (authy.Phone, problems) {
	wrong := problems{}
	if !isEmail(f.Email) {
		wrong["email"] = "Enter an e-mail address such as jo@example.com."
	}
	code, err := strconv.Atoi(f.Country)
	if err != nil || !isCallingCode(code) {
		wrong["country_code"] = "Choose a country from the list."
	}
	if len(f.Phone) > maxNumber || !phoneText.MatchString(strings.TrimPrefix(f.Phone, "(")) {
		wrong["phone_number"] = "Enter the number without the country code, such as 405-342-5699."
	}
	return authy.Phone{CountryCode: code, Number: f.Phone}, wrong
}

// maxEmail keeps "Transfer Money to …" within the 200 characters that a
// message may have.
const maxEmail = 180

func isEmail(text string) bool {
	parsed, err := mail.ParseAddress(text)
	return err == nil && parsed.Address == text && len(text) <= maxEmail
}

// order is the second form.
type order struct {
	To, Account, Amount string
	Expiry              time.Duration // zero for the bank's own
}

func readOrder(form url.Values) order {
	o := order{
		To: field(form, "email2"), Account: field(form, "acct"),
		Amount: strings.TrimSpace(strings.TrimPrefix(field(form, "amt"), "$")),
	}
	if seconds, err := strconv.Atoi(form.Get("expires_in")); err == nil && seconds > 0 {
		o.Expiry = time.Duration(min(seconds, int(DefaultExpiry/time.Second))) * time.Second
	}
	return o
}

// largeAmount is from how many dollars on a transfer is approved with a number
// that the person brings over from this page.
const largeAmount = 1000

// matching is when the phone asks for the number: always for much money, else
// for a while after the person denied a request.
func (o order) matching() authy.NumberMatching {
	dollars, _, _ := strings.Cut(strings.ReplaceAll(o.Amount, ",", ""), ".")
	if n, err := strconv.ParseInt(dollars, 10, 64); err == nil && n >= largeAmount {
		return authy.MatchPick
	}
	return authy.MatchAfterDenial
}

var (
	accountText = regexp.MustCompile(`^[0-9A-Za-z][0-9A-Za-z ./-]{0,39}$`)
	amountText  = regexp.MustCompile(`^([0-9]{1,12}|[0-9]{1,3}(,[0-9]{3}){1,3})(\.[0-9]{1,2})?$`)
)

func (o order) check() problems {
	wrong := problems{}
	if !isEmail(o.To) {
		wrong["email2"] = "Enter the recipient's e-mail address, such as c@d.co."
	}
	if !accountText.MatchString(o.Account) {
		wrong["acct"] = "Enter an account number: letters, digits, spaces and dashes."
	}
	if !amountText.MatchString(o.Amount) || strings.Trim(o.Amount, "0.,") == "" {
		wrong["amt"] = "Enter an amount in dollars, such as 50 or 1,250.00."
	}
	return wrong
}
