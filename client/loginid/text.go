package loginid

import (
	"encoding/json"
	"errors"
	"time"

	"github.com/twinseal/twinseal/client/internal/line"
)

// maxSentence bounds what an error repeats of a server's words, so that a log
// line stays one.
const maxSentence = 500

// printable makes a server's text fit for one line of a log.
func printable(s string) string { return line.Printable(s, maxSentence) }

// instant is a time on the wire; null and absent are the zero time.
type instant struct{ time.Time }

func (i *instant) UnmarshalJSON(raw []byte) error {
	var text string
	if err := json.Unmarshal(raw, &text); err != nil || text == "" {
		i.Time = time.Time{}
		return err
	}
	at, err := time.Parse(time.RFC3339, text)
	if err != nil {
		return errors.New("a time is not in the form of RFC 3339")
	}
	i.Time = at.UTC()
	return nil
}
