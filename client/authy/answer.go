package authy

import (
	"encoding/json"
	"net/http"

	"github.com/twinseal/twinseal/client/internal/line"
)

// maxMessage bounds a server's sentence in an error.
const maxMessage = 500

// envelope is the part that every answer of the protocol has.
type envelope struct {
	Success *flag  `json:"success"`
	Message phrase `json:"message"`
	Code    phrase `json:"error_code"`
	Errors  fields `json:"errors"`
}

// decode reads a success into the target and turns everything else into an
// error. Success takes both: the status 200 and a true "success", as a boolean
// or as a string.
func (a *answer) decode(op string, into any) error {
	var e envelope
	if err := json.Unmarshal(a.body, &e); err != nil {
		if a.status == http.StatusOK {
			return unexpected(op, "it is not a JSON object of this protocol")
		}
		return a.refusal(op, envelope{})
	}
	switch {
	case a.status != http.StatusOK:
		return a.refusal(op, e)
	case e.Success == nil:
		return unexpected(op, "it does not say whether it is a success")
	case !bool(*e.Success):
		return a.refusal(op, e)
	}
	if into == nil {
		return nil
	}
	if err := json.Unmarshal(a.body, into); err != nil {
		return unexpected(op, "a field has another type than the protocol says")
	}
	return nil
}

func (a *answer) refusal(op string, e envelope) *Error {
	message := printable(string(e.Message))
	if message == "" {
		message = http.StatusText(a.status)
	}
	return &Error{
		Op: op, Status: a.status, Code: Code(printable(string(e.Code))), Message: message,
		Fields: e.Errors.texts, RetryAfter: a.retryAfter,
	}
}

// fields reads the object of an answer that names the wrong parameters. Whatever
// does not fit is dropped: it only explains a refusal that stands already.
type fields struct{ texts map[string]string }

func (f *fields) UnmarshalJSON(raw []byte) error {
	var members map[string]phrase
	if raw[0] != '{' {
		return nil
	}
	if err := json.Unmarshal(raw, &members); err != nil {
		return err
	}
	for name, value := range members {
		if name == "message" || value == "" {
			continue
		}
		if f.texts == nil {
			f.texts = map[string]string{}
		}
		f.texts[printable(name)] = printable(string(value))
	}
	return nil
}

// phrase reads a text, or a number as its literal, and drops anything else.
type phrase string

func (p *phrase) UnmarshalJSON(raw []byte) error {
	var t text
	if t.UnmarshalJSON(raw) == nil {
		*p = phrase(t)
	}
	return nil
}

// printable makes a server's text fit for one line of a log.
func printable(s string) string { return line.Printable(s, maxMessage) }
