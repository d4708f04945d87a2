package demo

import (
	"context"
	"errors"
	"net/http"

	"github.com/twinseal/twinseal/client/authy"
	"github.com/twinseal/twinseal/internal/endpoint"
)

// fieldsOf joins the protocol's names of parameters with those of the form.
var fieldsOf = map[string]string{"cellphone": "phone_number", "phone_number": "phone_number", "email": "email", "country_code": "country_code"}

var wordsOf = map[string]string{
	"phone_number": "This is not a phone number of the chosen country.",
	"email":        "This e-mail address was not accepted.",
	"country_code": "This country is not supported.",
}

// noDevice is the field that stands for "link a phone first".
const noDevice = "device"

// explain gives a failed call a status and words that say what to do next. The
// log gets the error itself.
func (d *Demo) explain(ctx context.Context, err error) (int, problems) {
	endpoint.Record(ctx).Set("authy", err.Error())
	switch {
	case errors.Is(err, authy.ErrNoDevice):
		return http.StatusConflict, problems{noDevice: "No phone is linked to this account yet."}
	case errors.Is(err, authy.ErrRateLimited):
		return http.StatusTooManyRequests, problems{"": "That was too often in a short time. Wait a few minutes and try again."}
	case errors.Is(err, authy.ErrUserNotFound):
		return http.StatusConflict, problems{"": "The second factor no longer knows this account. Register again."}
	case errors.Is(err, authy.ErrSuspended):
		return http.StatusForbidden, problems{"": "This account is suspended. Ask whoever runs the server."}
	case errors.Is(err, authy.ErrDisabled):
		return http.StatusConflict, problems{"": "Approvals are switched off for the bank's application. Switch them on in its settings."}
	case errors.Is(err, authy.ErrInvalidKey):
		return http.StatusBadGateway, problems{"": "The bank's API key was refused. Give the demo the key of its application."}
	case errors.Is(err, authy.ErrInvalidInput), errors.Is(err, authy.ErrFormat):
		return http.StatusUnprocessableEntity, fieldProblems(err)
	}
	return http.StatusBadGateway, problems{"": "The server of the second factor did not answer. Nothing was sent; try again in a moment."}
}

func fieldProblems(err error) problems {
	wrong := problems{}
	if refusal, ok := errors.AsType[*authy.Error](err); ok {
		for name := range refusal.Fields {
			if own, known := fieldsOf[name]; known {
				wrong[own] = wordsOf[own]
			}
		}
	}
	if len(wrong) == 0 {
		wrong[""] = "Something in this form was not accepted. Check it and try again."
	}
	return wrong
}
