package demo

import (
	"encoding/binary"
	"net/url"
	"strconv"
	"strings"
	"testing"
	"time"
	"unicode/utf8"
)

func FuzzForms(f *testing.F) {
	f.Add("email=jo%40example.com&country_code=%2B1&phone_number=405-342-5699")
	f.Add("email2=c%40d.co&acct=12345&amt=%24+1,250.00&expires_in=2")
	f.Add("amt=%00&email2=%ff&acct=..&expires_in=99999999999999999999")
	f.Fuzz(func(t *testing.T, body string) {
		form, err := url.ParseQuery(body)
		if err != nil {
			return
		}
		phone, wrong := readRegistration(form).check()
		if len(wrong) == 0 && (!isCallingCode(phone.CountryCode) || phone.Number == "") {
			t.Errorf("accepted %+v", phone)
		}
		o := readOrder(form)
		if o.Expiry < 0 || o.Expiry > DefaultExpiry {
			t.Errorf("expiry %v", o.Expiry)
		}
		if len(o.check()) > 0 {
			return
		}
		for _, text := range []string{o.To, o.Account, o.Amount} {
			if text == "" || len(text) > 200-len("Transfer Money to ") || !utf8.ValidString(text) || strings.ContainsAny(text, "\r\n\x00") {
				t.Errorf("accepted %q", text)
			}
		}
	})
}

func TestTheSessionIdleLongestMakesRoom(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 3, 1, 9, 30, 0, 0, time.UTC)
	s := newSessions(func() time.Time { return now }, &counter{})
	first, err := s.begin(session{email: "first"})
	if err != nil {
		t.Fatal(err)
	}
	now = now.Add(time.Second)
	second, err := s.begin(session{email: "second"})
	if err != nil {
		t.Fatal(err)
	}
	for range maxSessions - 1 {
		now = now.Add(time.Millisecond)
		if _, err := s.begin(session{}); err != nil {
			t.Fatal(err)
		}
	}
	if _, ok := s.find(first); ok {
		t.Error("the oldest is still there")
	}
	if found, ok := s.find(second); !ok || found.email != "second" {
		t.Error("the second oldest had to go")
	}
	if len(s.all) > maxSessions {
		t.Errorf("%d sessions", len(s.all))
	}
}

func TestABrowsersTransfersAreBounded(t *testing.T) {
	t.Parallel()
	s := newSessions(time.Now, &counter{})
	token, err := s.begin(session{})
	if err != nil {
		t.Fatal(err)
	}
	one, _ := s.find(token)
	for i := range maxTransfers + 5 {
		s.keep(one.key, transfer{ID: "id", To: "x", Account: strings.Repeat("i", i)})
		s.keep(one.key, transfer{ID: "other", Account: "y"})
	}
	one, _ = s.find(token)
	if len(one.transfers) != 2 || one.transfers[0].ID != "other" {
		t.Errorf("transfers %+v", one.transfers)
	}
	s.keep(sessionKey{}, transfer{ID: "of nobody"})
}

// counter is randomness that is different each time.
type counter struct{ n uint64 }

func (c *counter) Read(p []byte) (int, error) {
	c.n++
	return copy(p, binary.BigEndian.AppendUint64(make([]byte, tokenBytes-8), c.n)), nil
}

func TestACallingCodeSelectsOneCountry(t *testing.T) {
	t.Parallel()
	selected := map[string]int{}
	for _, c := range countries {
		code := strconv.Itoa(c.Code)
		selected[code] += 0
		if c.chosen(code) {
			selected[code]++
		}
	}
	for code, n := range selected {
		if n != 1 {
			t.Errorf("+%s selects %d lines", code, n)
		}
	}
}
