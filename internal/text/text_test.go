package text_test

import (
	"strings"
	"testing"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/twinseal/twinseal/internal/text"
)

var (
	english = text.For("en", text.Hints{})
	code    = text.Code{App: "Acme", Code: "1234567"}
	payment = text.Code{App: "Acme", Code: "1234567", ActionMessage: "Send 100 EUR to Bob"}
	link    = text.Link{App: "Acme", Code: "AB12-CD34", URL: "https://mfa.example.com/authenticator"}
)

func TestEnglishTexts(t *testing.T) {
	t.Parallel()
	cases := map[string]struct{ got, want string }{
		"verification SMS":  {english.VerificationSMS(code), "Your Acme verification code is: 1234567"},
		"verification call": {english.VerificationVoice(code).Text, "Your Acme verification code is: 1234567"},
		"verification speech": {
			english.VerificationVoice(code).Speech,
			"Your Acme verification code is: 1, 2, 3, 4, 5, 6, 7. Once again: 1, 2, 3, 4, 5, 6, 7.",
		},
		"code SMS":             {english.CodeSMS(code), "Your Acme security code is 1234567"},
		"code SMS with action": {english.CodeSMS(payment), "Your Acme security code is 1234567. Purpose: Send 100 EUR to Bob"},
		"code speech with action": {
			english.CodeVoice(payment).Speech,
			"Purpose: Send 100 EUR to Bob. Your Acme security code is: 1, 2, 3, 4, 5, 6, 7. Once again: 1, 2, 3, 4, 5, 6, 7.",
		},
		"code mail subject":   {english.CodeMail(code).Subject, "Your Acme security code"},
		"link SMS":            {english.LinkSMS(link), "Your Acme linking code is AB12-CD34. Enter it at https://mfa.example.com/authenticator"},
		"install SMS":         {english.InstallSMS(text.Install{App: "Acme", URL: link.URL}), "Get the authenticator for Acme: https://mfa.example.com/authenticator"},
		"approval title":      {english.ApprovalPush(text.Approval{App: "Acme", Message: "Send 100 EUR?"}).Subject, "Acme: approval request"},
		"approval body":       {english.ApprovalPush(text.Approval{App: "Acme", Message: "Send 100 EUR?"}).Text, "Send 100 EUR?"},
		"approval of nothing": {english.ApprovalPush(text.Approval{App: "Acme"}).Text, "Open the authenticator to approve or deny it."},
		"open app title":      {english.OpenAppPush("Acme").Subject, "Acme"},
		"many requests":       {english.ManyRequestsPush("Acme").Text, "Many requests wait for you. If you did not start them, deny them all; no more notices are sent for a while."},
		"open app body":       {english.OpenAppPush("Acme").Text, "Open the authenticator to see your security code."},
		"device linked": {
			english.DeviceLinked(text.Notice{App: "Acme", Device: "Jo's phone"}).Text,
			"A new device, Jo's phone, was linked to your Acme account. If it was not you, tell Acme at once.",
		},
		"device removed": {
			english.DeviceRemoved(text.Notice{App: "Acme"}).Text,
			"A device was removed from your Acme account. If it was not you, tell Acme at once.",
		},
		"text sent":           {english.TextSent("+1 987-654-3210"), "Text message sent to +1 987-654-3210."},
		"call started":        {english.CallStarted("+1 987-654-3210"), "Call to +1 987-654-3210 initiated."},
		"zero wording":        {text.Wording{}.CodeSMS(code), "Your Acme security code is 1234567"},
		"nameless":            {english.CodeSMS(text.Code{App: "\n", Code: "1"}), "Your Twinseal security code is 1"},
		"zero wording locale": {string(text.Wording{}.Locale()), "en"},
	}
	for name, c := range cases {
		if c.got != c.want {
			t.Errorf("%s:\n got %q\nwant %q", name, c.got, c.want)
		}
	}
}

func TestSpanishCallSentence(t *testing.T) {
	t.Parallel()
	if got, want := text.For("es", text.Hints{}).CallStarted("+1 987-654-3210"), "Llamada a +1 987-654-3210 fue iniciada."; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

// wordings gives every locale.
func wordings() []text.Wording {
	var all []text.Wording
	for _, locale := range text.Locales() {
		all = append(all, text.For(string(locale), text.Hints{}))
	}
	return all
}

func TestEveryMessageCarriesItsCodeInEveryLocale(t *testing.T) {
	t.Parallel()
	for _, w := range wordings() {
		for name, got := range map[string]string{
			"verification SMS": w.VerificationSMS(code), "verification call": w.VerificationVoice(code).Text,
			"code SMS": w.CodeSMS(payment), "code call": w.CodeVoice(payment).Text,
			"code mail": w.CodeMail(payment).Text, "code HTML": w.CodeMail(payment).HTML,
		} {
			if strings.Count(got, "1234567") != 1 {
				t.Errorf("%s %s: the code is not there once: %s", w.Locale(), name, got)
			}
		}
		for name, speech := range map[string]string{"verification": w.VerificationVoice(code).Speech, "code": w.CodeVoice(payment).Speech} {
			if strings.Count(speech, "1, 2, 3, 4, 5, 6, 7") != 2 || strings.Contains(speech, "12") {
				t.Errorf("%s %s: not read out twice, digit by digit: %s", w.Locale(), name, speech)
			}
		}
		if strings.Contains(w.CodeMail(code).Subject, code.Code) {
			t.Errorf("%s: the subject shows the code", w.Locale())
		}
		magic := text.MagicLink{App: "Acme", URL: "https://mfa.example.com/challenge/link?link=abc"}
		if m := w.MagicLinkMail(magic); !strings.Contains(m.Text, magic.URL) || !strings.Contains(m.HTML, `<a href="`+magic.URL+`">`) || strings.Contains(m.Subject, "abc") {
			t.Errorf("%s: mail with a link: %+v", w.Locale(), m)
		}
		if m := w.LinkMail(link); !strings.Contains(m.Text, link.Code) || !strings.Contains(m.Text, link.URL) {
			t.Errorf("%s: linking mail: %s", w.Locale(), m.Text)
		}
		for name, got := range map[string]string{"SMS": w.CodeSMS(payment), "mail": w.CodeMail(payment).Text, "speech": w.CodeVoice(payment).Speech} {
			if !strings.Contains(got, payment.ActionMessage) {
				t.Errorf("%s %s: the action is missing: %s", w.Locale(), name, got)
			}
		}
	}
}

// gsm7 are the letters that a text message carries at seven bits; those of the
// extension take two places.
const (
	gsm7     = "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
	gsm7More = "^{}\\[~]|€"
)

// segments says how many text messages it takes to carry s.
func segments(s string) int {
	places, single, several := 0, 160, 153
	for _, r := range s {
		switch {
		case strings.ContainsRune(gsm7, r):
			places++
		case strings.ContainsRune(gsm7More, r):
			places += 2
		default:
			places, single, several = len(utf16.Encode([]rune(s))), 70, 67
		}
		if single == 70 {
			break
		}
	}
	if places <= single {
		return 1
	}
	return (places + several - 1) / several
}

func TestTextMessagesStayShort(t *testing.T) {
	t.Parallel()
	bank := text.Code{App: "Example Bank", Code: "1234567890"}
	action := text.Code{App: "Example Bank", Code: "1234567", ActionMessage: "Transfer 100 EUR to Bob"}
	notice := text.Notice{App: "Example Bank", Device: "Pixel 9"}
	messages := map[string]struct {
		say  func(text.Wording) string
		most int
	}{
		"verification":     {func(w text.Wording) string { return w.VerificationSMS(bank) }, 1},
		"code":             {func(w text.Wording) string { return w.CodeSMS(bank) }, 1},
		"code with action": {func(w text.Wording) string { return w.CodeSMS(action) }, 2},
		"link":             {func(w text.Wording) string { return w.LinkSMS(link) }, 2},
		"install":          {func(w text.Wording) string { return w.InstallSMS(text.Install{App: bank.App, URL: link.URL}) }, 2},
		"device linked":    {func(w text.Wording) string { return w.DeviceLinked(notice).Text }, 2},
		"device removed":   {func(w text.Wording) string { return w.DeviceRemoved(notice).Text }, 2},
	}
	for name, m := range messages {
		if s := m.say(english); segments(s) != 1 || strings.ContainsFunc(s, func(r rune) bool { return !strings.ContainsRune(gsm7, r) }) {
			t.Errorf("%s does not fit one text message in English: %s", name, s)
		}
		for _, w := range wordings() {
			if s := m.say(w); segments(s) > m.most {
				t.Errorf("%s %s takes %d text messages, want %d at most: %s", w.Locale(), name, segments(s), m.most, s)
			}
		}
	}
}

func TestTenantsValuesAreMadeHarmless(t *testing.T) {
	t.Parallel()
	cases := map[string]struct{ app, want string }{
		"line breaks":         {"Acme\r\n\r\nBcc: x@example.com", "Acme Bcc: x@example.com"},
		"separators":          {"Acme\u2028\u2029Bank", "Acme Bank"},
		"control characters":  {"\x00Ac\x1bme\x7f", "Ac me"},
		"backwards writing":   {"\u202eemcA\u2066\u200f", "emcA"},
		"invisible marks":     {"\ufeffAc\u200bme", "Acme"},
		"broken bytes":        {"Ac\xff\xfeme", "Acme"},
		"place-holders":       {"{code} [x] {app}", "{code} [x] {app}"},
		"spaces":              {"  Acme \t  Bank  ", "Acme Bank"},
		"emoji with joiner":   {"👩\u200d💻 Bank", "👩\u200d💻 Bank"},
		"too long":            {strings.Repeat("ä", 1000), strings.Repeat("ä", text.MaxApp)},
		"cut at a space":      {strings.Repeat("a", text.MaxApp-1) + " bcd", strings.Repeat("a", text.MaxApp-1)},
		"enormous whitespace": {strings.Repeat(" ", 1<<20) + "Acme", "Twinseal"},
	}
	for name, c := range cases {
		want := "Your " + c.want + " security code is 1"
		if got := english.CodeSMS(text.Code{App: c.app, Code: "1"}); got != want {
			t.Errorf("%s:\n got %q\nwant %q", name, got, want)
		}
	}
}

func TestOnlyWholeWebAddressesAreShown(t *testing.T) {
	t.Parallel()
	for _, url := range []string{"", "javascript:alert(1)", "https://x.example/a b", "https://x.example/\n", "ftp://x", "https://x.example/" + strings.Repeat("a", text.MaxURL)} {
		if got, want := english.LinkSMS(text.Link{App: "Acme", Code: "1", URL: url}), "Your Acme linking code is 1"; got != want {
			t.Errorf("%.40q: got %.80q", url, got)
		}
	}
}

func TestHTMLIsEscaped(t *testing.T) {
	t.Parallel()
	evil := `<script>alert("x")</script>&'`
	for _, w := range wordings() {
		pages := []string{
			w.CodeMail(text.Code{App: evil, Code: evil, ActionMessage: evil}).HTML,
			w.LinkMail(text.Link{App: evil, Code: evil, URL: `https://x.example/"><script>`}).HTML,
			w.DeviceLinked(text.Notice{App: evil, Device: evil}).HTML,
			w.DeviceRemoved(text.Notice{App: evil, Device: evil}).HTML,
		}
		for _, page := range pages {
			if strings.Contains(page, "<script") || strings.Contains(page, `"x"`) || !strings.Contains(page, "&lt;script") {
				t.Errorf("%s: not escaped: %s", w.Locale(), page)
			}
			if !strings.HasPrefix(page, `<!doctype html><html lang="`+string(w.Locale())+`">`) {
				t.Errorf("%s: page begins %.60q", w.Locale(), page)
			}
		}
	}
}

func TestMailIsTheSameInBothBodies(t *testing.T) {
	t.Parallel()
	m := english.CodeMail(code)
	want := "Your Acme security code is:\n\n1234567\n\n" +
		"The code works once and for a short time. Give it to nobody, not even to Acme.\n\n" +
		"If you did not ask for it, you need not do anything."
	if m.Text != want {
		t.Errorf("got %q", m.Text)
	}
	for line := range strings.SplitSeq(want, "\n\n") {
		if !strings.Contains(m.HTML, ">"+line+"<") {
			t.Errorf("HTML lacks %q: %s", line, m.HTML)
		}
	}
}

func FuzzMessages(f *testing.F) {
	f.Add("pt-BR", "Acme", "123456", "Send 100 EUR", "https://mfa.example.com")
	f.Add("de_CH", "\u202e", "12 34", "{code}", "http://x")
	f.Add("zh", "", "", "\r\n", "")
	f.Fuzz(func(t *testing.T, tag, app, secret, action, url string) {
		w := text.For(tag, text.Hints{})
		c := text.Code{App: app, Code: secret, ActionMessage: action}
		for _, s := range []string{
			w.CodeSMS(c), w.CodeVoice(c).Speech, w.CodeMail(c).Subject, w.CodeMail(c).HTML,
			w.LinkSMS(text.Link{App: app, Code: secret, URL: url}), w.TextSent(secret),
			w.ApprovalPush(text.Approval{App: app, Message: action}).Text,
		} {
			if s == "" || !utf8.ValidString(s) || strings.ContainsAny(s, "\r\n\u2028\u2029\u202e\x00") {
				t.Fatalf("bad text %q", s)
			}
		}
	})
}
