package authy

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/twinseal/twinseal/internal/endpoint"
	"github.com/twinseal/twinseal/internal/mfa"
)

// encode writes an answer in the format that the path names. JSON is compact, ASCII and in the order of the
// struct: clients search the raw bytes.
func encode(format string, status int, root string, v any) (endpoint.Response, error) {
	if format == formatXML {
		return encodeXML(status, root, v)
	}
	return endpoint.ASCIIJSON(status, v)
}

// The formats that a path may name.
const (
	formatJSON = "json"
	formatXML  = "xml"
)

// done is an answer that only says so.
type done struct {
	Message string `json:"message"`
	Success bool   `json:"success"`
}

// object is a JSON object whose members keep their order.
type object []property

type property struct {
	name  string
	value any
}

// MarshalJSON writes the members in order.
func (o object) MarshalJSON() ([]byte, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	b.WriteByte('{')
	for i, p := range o {
		if i > 0 {
			b.WriteByte(',')
		}
		if err := e.Encode(p.name); err != nil {
			return nil, err
		}
		b.Truncate(b.Len() - 1) // the newline that Encode ends with
		b.WriteByte(':')
		if err := e.Encode(p.value); err != nil {
			return nil, err
		}
		b.Truncate(b.Len() - 1)
	}
	b.WriteByte('}')
	return b.Bytes(), nil
}

// text is nil for "", which is null on the wire.
func text(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}

// epoch is a moment in seconds, and 0 for none.
func epoch(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.Unix()
}

// stamp is a moment as approval requests spell it.
func stamp(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05Z") }

// objectID is the 24 hexadecimal digits that stand for one of our ids where the protocol shows internal ids
// of its own: the first twelve bytes of the SHA-256 of the id's text. It never changes and says nothing.
func objectID[T ~string](id T) string {
	sum := sha256.Sum256([]byte(id))
	return hex.EncodeToString(sum[:12])
}

// sid is one of our UUIDs in the vendor's style: a prefix and 32 hexadecimal digits.
func sid[T ~string](prefix string, id T) string {
	return prefix + strings.ReplaceAll(string(id), "-", "")
}

// uuidOf reads a sid, or the plain UUID, back; "" when it is neither.
func uuidOf(prefix, text string) string {
	if rest, ok := strings.CutPrefix(text, prefix); ok && len(rest) == 32 {
		text = rest[:8] + "-" + rest[8:12] + "-" + rest[12:16] + "-" + rest[16:20] + "-" + rest[20:]
	}
	id, err := mfa.ParseUUID("id", text)
	if err != nil || id != text {
		return ""
	}
	return id
}

// maskedStatus is a number in the status of a user: the last four digits.
func maskedStatus(p mfa.Phone) string {
	if p.Empty() {
		return ""
	}
	return "XXX-XXX-" + p.National[max(0, len(p.National)-4):]
}

// maskedSent is a number in the answer to a sent code: the last two digits.
func maskedSent(p mfa.Phone) string {
	return "+" + strconv.Itoa(p.CountryCode) + "-XXX-XXX-XX" + p.National[max(0, len(p.National)-2):]
}

// spelled is a number as sentences say it: grouped from the right as four, three and the rest.
func spelled(p mfa.Phone) string {
	groups, rest := []string{}, p.National
	for _, size := range []int{4, 3} {
		if len(rest) <= size {
			break
		}
		groups = append([]string{rest[len(rest)-size:]}, groups...)
		rest = rest[:len(rest)-size]
	}
	groups = append([]string{rest}, groups...)
	return fmt.Sprintf("+%d %s", p.CountryCode, strings.Join(groups, "-"))
}

// placeholderDomain is reserved and never resolves (RFC 2606).
const placeholderDomain = "noreply.invalid"

// emailOf is a user's address, or one that looks like it: a strict client refuses answers without.
func emailOf(u mfa.User, number int64) string {
	if email := u.Email(); email != "" {
		return email
	}
	return fmt.Sprintf("user-%d@%s", number, placeholderDomain)
}

// operatingSystems are the words the protocol has for devices.
var operatingSystems = map[string]string{
	"android": "android", "ios": "ios", "iphone": "iphone", "ipad": "ipad", "android_tablet": "android_tablet", "authy_chrome": "authy_chrome",
}

func osType(a mfa.Authenticator) string {
	if word, ok := operatingSystems[a.Platform]; ok {
		return word
	}
	return "unknown"
}

// registrationMethods are the words the protocol has for how a device came. Linking by code or QR has none.
func registrationMethod(a mfa.Authenticator) *string {
	switch a.RegisteredBy {
	case "sms", "call", "push":
		return text(a.RegisteredBy)
	}
	return nil
}
