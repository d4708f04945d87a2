package facts

import (
	"bytes"
	"encoding/json"
	"strconv"
	"strings"

	"github.com/twinseal/twinseal/internal/mfa"
)

// reader goes through facts as Record writes them, once and without the general decoder, which takes as long as judging
// them by twenty rules. Whatever it does not expect it leaves to that: see [Parse].
type reader struct {
	rest []byte
	odd  bool // something unexpected was met; what was read does not count
}

// read fills the facts, and reports false where the general decoder has to.
func (f *Facts) read(recorded []byte) bool {
	r := &reader{rest: recorded}
	r.object(func(name []byte) {
		switch string(name) {
		case "ip":
			f.Address = &Address{}
			f.Address.read(r)
		case "device":
			f.Device = &Device{}
			f.Device.read(r)
		case "agent":
			f.Agent = &Agent{}
			f.Agent.read(r)
		case "user":
			f.User.read(r)
		case "time":
			f.Time.read(r)
		case "velocity":
			f.Counts.read(r)
		case "custom":
			f.Custom = r.nested()
		case "user_custom":
			f.OfUser = r.nested()
		default:
			r.odd = true
		}
	})
	return !r.odd && len(r.rest) == 0
}

func (a *Address) read(r *reader) {
	r.object(func(name []byte) {
		switch string(name) {
		case "address":
			a.Address = r.text()
		case "country":
			a.Country = r.text()
		case "city":
			a.City = r.text()
		case "network":
			a.Network = r.text()
		case "lists":
			a.Lists = texts[string](r)
		case "anonymous":
			a.Anonymous = r.truth()
		case "embargoed":
			a.Embargoed = r.truth()
		case "unrecognized":
			a.Unrecognized = r.truth()
		case "travel":
			a.Travel = &Travel{}
			a.Travel.read(r)
		default:
			r.odd = true
		}
	})
}

func (t *Travel) read(r *reader) {
	r.object(func(name []byte) {
		switch string(name) {
		case "distance_km":
			t.DistanceKm = r.number()
		case "speed_kmh":
			t.SpeedKmh = r.number()
		case "impossible":
			t.Impossible = r.truth()
		case "atypical":
			t.Atypical = r.truth()
		default:
			r.odd = true
		}
	})
}

func (d *Device) read(r *reader) {
	r.object(func(name []byte) {
		switch string(name) {
		case "id":
			d.ID = r.text()
		case "new":
			d.New = r.truth()
		case "remembered":
			d.Remembered = r.truth()
		default:
			r.odd = true
		}
	})
}

func (a *Agent) read(r *reader) {
	r.object(func(name []byte) {
		switch string(name) {
		case "browser":
			a.Browser = r.text()
		case "os":
			a.OS = r.text()
		case "device":
			a.Device = r.text()
		case "bot":
			a.Bot = r.truth()
		default:
			r.odd = true
		}
	})
}

func (u *User) read(r *reader) {
	r.object(func(name []byte) {
		switch string(name) {
		case "alias":
			u.Alias = r.text()
		case "email":
			u.Email = r.text()
		case "phone":
			u.Phone = r.text()
		case "methods":
			u.Methods = texts[mfa.Method](r)
		case "verified":
			u.Verified = r.truth()
		case "age_days":
			u.AgeDays = r.integer()
		case "devices":
			u.Devices = r.integer()
		default:
			r.odd = true
		}
	})
}

func (t *Time) read(r *reader) {
	r.object(func(name []byte) {
		switch string(name) {
		case "hour":
			t.Hour = int(r.integer())
		case "weekday":
			t.Weekday = int(r.integer())
		default:
			r.odd = true
		}
	})
}

func (c *Counts) read(r *reader) {
	r.object(func(name []byte) {
		var to **mfa.Velocity
		switch string(name) {
		case "user":
			to = &c.User
		case "user_action":
			to = &c.UserAction
		case "ip":
			to = &c.IP
		case "device":
			to = &c.Device
		default:
			r.odd = true
			return
		}
		*to = r.velocity()
	})
}

func (r *reader) velocity() *mfa.Velocity {
	var v mfa.Velocity
	r.want('[')
	for i := range v {
		if i > 0 {
			r.want(',')
		}
		v[i] = r.integer()
	}
	r.want(']')
	return &v
}

// want takes one sign; Record writes no blanks.
func (r *reader) want(sign byte) {
	if len(r.rest) == 0 || r.rest[0] != sign {
		r.odd, r.rest = true, nil
		return
	}
	r.rest = r.rest[1:]
}

func (r *reader) next(sign byte) bool { return len(r.rest) > 0 && r.rest[0] == sign }

// object reads one, member by member.
func (r *reader) object(member func(name []byte)) {
	r.want('{')
	for first := true; !r.odd && !r.next('}'); first = false {
		if !first {
			r.want(',')
		}
		name := r.quoted()
		r.want(':')
		member(name)
	}
	r.want('}')
}

// quoted takes a text without escapes, which nearly all are.
func (r *reader) quoted() []byte {
	r.want('"')
	end := bytes.IndexByte(r.rest, '"')
	if end < 0 || bytes.IndexByte(r.rest[:end], '\\') >= 0 {
		r.odd, r.rest = true, nil
		return nil
	}
	out := r.rest[:end]
	r.rest = r.rest[end+1:]
	return out
}

func (r *reader) text() string { return string(r.quoted()) }

func texts[T ~string](r *reader) []T {
	r.want('[')
	out := []T{}
	for !r.odd && !r.next(']') {
		if len(out) > 0 {
			r.want(',')
		}
		out = append(out, T(r.text()))
	}
	r.want(']')
	return out
}

func (r *reader) truth() bool {
	const yes, no = "true", "false"
	switch {
	case len(r.rest) >= len(yes) && string(r.rest[:len(yes)]) == yes:
		r.rest = r.rest[len(yes):]
		return true
	case len(r.rest) >= len(no) && string(r.rest[:len(no)]) == no:
		r.rest = r.rest[len(no):]
		return false
	}
	r.odd, r.rest = true, nil
	return false
}

// digits takes what a number is made of.
func (r *reader) digits() string {
	n := 0
	for n < len(r.rest) && (r.rest[n] >= '0' && r.rest[n] <= '9' || strings.IndexByte("+-.eE", r.rest[n]) >= 0) {
		n++
	}
	out := string(r.rest[:n])
	r.rest = r.rest[n:]
	return out
}

func (r *reader) integer() int64 {
	n, err := strconv.ParseInt(r.digits(), 10, 64)
	r.odd = r.odd || err != nil
	return n
}

func (r *reader) number() float64 {
	n, err := strconv.ParseFloat(r.digits(), 64)
	r.odd = r.odd || err != nil
	return n
}

// nested takes an object as it stands, by counting brackets outside of texts. It is read by the general decoder when it
// is asked for.
func (r *reader) nested() json.RawMessage {
	if !r.next('{') {
		r.odd = true
		return nil
	}
	depth, inText := 0, false
	for i := 0; i < len(r.rest); i++ {
		switch c := r.rest[i]; {
		case inText && c == '\\':
			i++
		case c == '"':
			inText = !inText
		case inText:
		case c == '{' || c == '[':
			depth++
		case c == '}' || c == ']':
			depth--
		}
		if depth == 0 {
			out := r.rest[: i+1 : i+1]
			r.rest = r.rest[i+1:]
			return out
		}
	}
	r.odd, r.rest = true, nil
	return nil
}
