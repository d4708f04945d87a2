package loginid

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"errors"
	"strings"
	"time"

	"github.com/twinseal/twinseal/internal/endpoint"
	"github.com/twinseal/twinseal/internal/mfa"
)

// wireTime is written in UTC to the millisecond, with its zone: some clients read nothing else.
type wireTime time.Time

const timeLayout = "2006-01-02T15:04:05.000Z"

// MarshalJSON writes it.
func (t wireTime) MarshalJSON() ([]byte, error) {
	return []byte(`"` + time.Time(t).UTC().Format(timeLayout) + `"`), nil
}

// decode reads the body of a call. Clients leave out members, send null for them and add others: all of that is
// taken; a value of another type is not. A call that needs a body misses its members where there is none.
func (c *call) decode(into any) error {
	if len(bytes.TrimSpace(c.body)) == 0 {
		if c.needsBody() {
			return refuse(failNoBody, "the request has no body")
		}
		return nil
	}
	if endpoint.HoldsNull(c.body) {
		return refuse(failValidation, "the body holds a character that no text has")
	}
	err := json.Unmarshal(c.body, into)
	if wrong, ok := errors.AsType[*json.UnmarshalTypeError](err); ok && wrong.Field != "" {
		return invalidParameter(parameter(wrong.Field), "is of the wrong type")
	}
	if _, wrong := errors.AsType[base64.CorruptInputError](err); wrong {
		return refuse(failValidation, "the body holds bytes that are not in base64url")
	}
	if err != nil {
		return refuse(failRequest, "the body is not a JSON object")
	}
	return nil
}

// parameter is what clients call a member. What several bodies have in common is embedded, which shows in the names that
// the decoder tells.
func parameter(field string) string {
	for _, embedded := range []string{"base.", "userRef.", "txText."} {
		field = strings.TrimPrefix(field, embedded)
	}
	return field
}

// needsBody reports whether a call says anything in its body.
func (c *call) needsBody() bool {
	return c.route.method == "POST" && c.route.absent == nil
}

var errNoUser = refuse(failNoUser, "there is no such user")

// userID reads a UUID of the path or of a body; anything else names nobody.
func userID(text string) (mfa.UserID, error) {
	canonical, err := mfa.ParseUUID("user_id", text)
	if err != nil {
		return "", errNoUser
	}
	return mfa.UserID(canonical), nil
}
