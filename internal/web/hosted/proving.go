package hosted

import (
	"context"
	"html/template"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/twinseal/twinseal/internal/mfa"
)

// choose lists the ways to prove, or to enrol.
func (v *visit) choose(is shown) *screen {
	s := v.blank("choose", is.Page)
	s.Heading, s.Body = s.say("choose.heading"), s.say("choose.body")
	methods := v.look.ways(v.look.Usable)
	step := v.proveStep()
	if is.Enrols {
		methods, step = v.look.enrollable(), ""
		s.Icon, s.Heading, s.Body = "shield", s.say("enroll-choose.heading"), s.say("enroll-choose.body")
		if len(v.look.Entries) > 0 {
			step = stepAdd
			s.Icon, s.Heading, s.Body = "", s.say("add-choose.heading"), s.say("add-choose.body")
		}
	}
	for _, m := range methods {
		w := way{Method: m, Icon: m, Name: s.say("method." + string(m)), Hint: s.say("method." + string(m) + ".hint")}
		w.Address = v.to(func(a *asked) { a.Step, a.Method = step, m })
		if !is.Enrols {
			if to := v.address(m); to != "" {
				w.Hint = mask(to)
			}
			if waited(m) {
				w.Do = "send"
			}
		}
		s.Ways = append(s.Ways, w)
	}
	if !is.Enrols && v.look.Recovery {
		s.Ways = append(s.Ways, way{
			Method: mfa.MethodRecovery, Icon: mfa.MethodRecovery, Name: s.say("method.recovery_code"),
			Hint: s.say("method.recovery_code.hint"), Address: v.step(stepRecovery),
		})
	}
	return s
}

// address is where the method's messages go: what is enrolled, else what the application knows.
func (v *visit) address(m mfa.Method) string {
	for i := range v.look.Entries {
		if e := &v.look.Entries[i]; e.Address != "" && sameKind(e.Method, m) {
			return e.Address
		}
	}
	return v.look.told(m)
}

// sameKind reports whether two methods send to the same kind of address.
func sameKind(a, b mfa.Method) bool { return mail(a) && mail(b) || texted(a) && texted(b) }

func mail(m mfa.Method) bool { return m == mfa.MethodEmailOTP || m == mfa.MethodMagicLink }

func texted(m mfa.Method) bool { return m == mfa.MethodSMS || m == mfa.MethodWhatsApp }

// Bounds of what is typed, in characters: the longest address (RFC 5321 section 4.5.3.1), a number with its
// punctuation, a code with gaps.
const (
	maxMail   = 254
	maxNumber = 32
	maxCode   = 40
)

// addressPage asks for an address. What was typed before and refused stands in the field.
func (v *visit) addressPage(is shown, typed string) *screen {
	s := v.blank("address", pageAddress)
	s.Method, s.Icon = is.Method, string(is.Method)
	value := typed
	if value == "" && len(v.look.Entries) == 0 && v.asked.Step != stepAddress {
		value = v.look.told(is.Method)
	}
	if mail(is.Method) {
		s.Heading, s.Body = s.say("email-address.heading"), s.say("email-address.body")
		s.Address = &field{Label: s.say("email-address.label"), Type: "email", Value: value, Most: maxMail}
		return s
	}
	s.Heading, s.Body = s.say("sms-address.heading"), s.say("sms-address.body")
	s.Address = &field{Label: s.say("sms-address.label"), Hint: s.say("sms-address.hint"), Type: "tel", Value: value, Most: maxNumber}
	return s
}

// send has the button that sends something. With script the button presses itself, unless it failed before: nothing
// leaves because somebody looked at the address.
func (v *visit) send(is shown) *screen {
	s := v.blank("send", pageSend)
	s.Method, s.Icon = is.Method, string(is.Method)
	s.Eager = v.asked.Problem == ""
	to := mask(v.address(is.Method))
	switch is.Method {
	case mfa.MethodMagicLink:
		s.Heading, s.Body, s.Button = s.say("link-send.heading"), s.say("link-send.body", "address", to), s.say("link-send.button")
	case mfa.MethodPush:
		s.Heading, s.Body, s.Button = s.say("push-wait.heading"), s.say("push-wait.body"), s.say("push-send.button")
	case mfa.MethodQRCode:
		s.Heading, s.Body, s.Button = s.say("qr-wait.heading"), s.say("qr-wait.body"), s.say("qr-wait.button")
	default:
		s.Heading, s.Body, s.Button = s.say("code-send.heading"), s.say("code-send.body", "address", to), s.say("code-send.button")
	}
	if is.Enrols {
		s.Change = v.change(s, is.Method)
	}
	return s
}

// change leads to the field for another address.
func (v *visit) change(s *screen, m mfa.Method) *link {
	word := "number.change"
	if mail(m) {
		word = "address.change"
	}
	return &link{template.URL(v.to(func(a *asked) { a.Step, a.Method = stepAddress, m })), s.say(word)} //nolint:gosec // our own address
}

// screenOf is the name by which texts know the pages of a method.
var screenOf = map[mfa.Method]string{mfa.MethodSMS: "sms-code-entry", mfa.MethodWhatsApp: "whatsapp-code-entry", mfa.MethodEmailOTP: "email-code-entry"}

// code asks for a code that was sent.
func (v *visit) code(is shown) *screen {
	s := v.blank("code", pageCode)
	s.Do, s.Method, s.Icon = "code", is.Method, string(is.Method)
	name := screenOf[is.Method]
	s.Heading, s.Body = s.say(name+".heading"), s.say(name+".body", "address", v.sentTo(is))
	digits := v.settings.Method(is.Method).Digits()
	s.Code = &field{Label: s.say("code-entry.label", "digits", strconv.Itoa(digits)), Most: maxCode}
	if more(v.settings, is.Method).DeliveryWarning {
		s.Code.Hint = s.say("email-code-entry.delay")
	}
	s.Remember = v.remember(s)
	s.Resend = &resend{Do: "send", Method: is.Method, Label: s.say("code-entry.resend"), Wait: v.patience(is.Prompt)}
	if is.Enrols {
		s.Resend.Change = v.change(s, is.Method)
		return s
	}
	for _, channel := range []pair{{string(mfa.MethodSMS), "code-entry.sms"}, {string(mfa.MethodWhatsApp), "code-entry.whatsapp"}} {
		m := mfa.Method(channel.Name)
		if m != is.Method && !mail(is.Method) && slices.Contains(v.look.Usable, m) {
			s.Resend.Channels = append(s.Resend.Channels, resend{Do: "send", Method: m, Label: s.say(channel.Value)})
		}
	}
	return s
}

// sentTo is where a prompt went, masked: who holds the token is not yet who holds the address.
func (v *visit) sentTo(is shown) string {
	if is.Prompt != nil {
		if to := string(is.Prompt.To.Reveal()); to != "" {
			return mask(to)
		}
	}
	return mask(v.address(is.Method))
}

// resendAfter is how long people wait before the page offers another message: most arrive by then.
const resendAfter = 20 * time.Second

func (v *visit) patience(p *mfa.Prompt) int {
	if p == nil || p.SentAt.IsZero() {
		return 0
	}
	left := p.SentAt.Add(resendAfter).Sub(v.now())
	return max(0, int(math.Ceil(left.Seconds())))
}

// typed asks for a code that nobody sent.
func (v *visit) typed(is shown) *screen {
	s := v.blank("code", is.Page)
	s.Method, s.Icon = is.Method, string(is.Method)
	if is.Page == pageRecovery {
		s.Do, s.Heading, s.Body = "recovery", s.say("recovery-entry.heading"), s.say("recovery-entry.body")
		s.Code = &field{Label: s.say("recovery-entry.label"), Most: maxCode, Long: true}
		return s
	}
	s.Do, s.Heading, s.Body = "totp", s.say("totp-code-entry.heading"), s.say("totp-code-entry.body")
	s.Code = &field{Label: s.say("code-entry.label", "digits", "6"), Most: maxCode}
	s.Remember = v.remember(s)
	return s
}

// setup shows the seed of an authenticator app, the same one until its first code came.
func (v *visit) setup(ctx context.Context, is shown) (*screen, error) {
	s := v.blank("totp", pageSetup)
	s.Do, s.Method = "totp", is.Method
	s.Heading, s.Body = s.say("totp-setup.heading"), s.say("totp-setup.body")
	made, err := v.hosted.StepUp.BeginTOTP(ctx, v.pass)
	if err != nil {
		return nil, err
	}
	s.Seed, err = seedOf(made.Seed)
	return s, err
}

func seedOf(made mfa.Seed) (*seed, error) {
	picture, err := newSquare(made.URI())
	secret := base32Of(made.Secret)
	return &seed{Picture: picture, URI: template.URL(made.URI()), Secret: secret, Spaced: spaced(secret)}, err //nolint:gosec // an otpauth address of ours
}

// keyPage asks the person's device, by script alone.
func (v *visit) keyPage(is shown) *screen {
	s := v.blank("key", is.Page)
	s.Method, s.Icon = is.Method, string(is.Method)
	name, kind := "passkey", "use"
	if is.Method == mfa.MethodSecurityKey {
		name = "security-key"
	}
	if is.Enrols {
		kind = "create"
	}
	s.Key, s.Do = &keyPart{Kind: kind}, "key-"+kind
	name += "-" + kind
	s.Heading, s.Body, s.Button = s.say(name+".heading"), s.say(name+".body"), s.say(name+".button")
	if is.Page == pageUplift {
		s.Heading, s.Body = s.say("uplift.heading"), s.say("uplift.body")
		s.Key.Skip = v.to(func(a *asked) { a.Step, a.New = stepDone, v.asked.New })
	}
	if v.asked.Popup {
		tab := v.asked
		tab.Popup, tab.Problem = false, ""
		tab.Method = is.Method
		s.Key.NewTab = tab.address()
	}
	if !is.Enrols {
		s.Remember = v.remember(s)
	}
	return s
}

// refreshAfter is how often a page that waits reloads in browsers without script, in seconds.
const refreshAfter = 5

// waiting is the page while something is answered elsewhere.
func (v *visit) waiting(is shown) (*screen, error) {
	s := v.blank("wait", is.Page)
	s.Method, s.Icon, s.Refresh = is.Method, string(is.Method), refreshAfter
	name := string(is.Page) + "-wait"
	s.Wait = &waitPart{Method: is.Method, Prompt: is.Prompt.ID, Device: v.asked.Device, Word: s.say(name + ".waiting")}
	s.Heading, s.Body = s.say(name+".heading"), s.say(name+".body", "address", v.sentTo(is))
	s.Resend = &resend{Do: "send", Method: is.Method}
	switch is.Page {
	case pageQR:
		picture, err := newSquare(string(is.Prompt.ID))
		if err != nil {
			return nil, err
		}
		s.Icon, s.Resend = "", nil
		s.Wait.Picture, s.Wait.ClaimedWord = &picture, s.say("qr-wait.claimed")
		if is.Prompt.State == mfa.PromptClaimed {
			s.Wait.Word, s.Wait.Picture = s.Wait.ClaimedWord, nil
		}
	case pageLink:
		s.Resend.Label = s.say("link-wait.resend")
		if is.Enrols {
			s.Resend.Change = v.change(s, is.Method)
		}
	default:
		s.Resend.Label = s.say("push-wait.resend")
		s.Wait.Number, s.Wait.NumberWord = v.number, s.say("push-wait.number")
	}
	return s, nil
}

// offer has the button that makes recovery codes.
func (v *visit) offer() *screen {
	s := v.blank("offer", pageOffer)
	s.Icon, s.Do = string(mfa.MethodRecovery), "recovery-codes"
	if v.asked.New != "" {
		s.Carry = append(s.Carry, pair{paramNew, string(v.asked.New)})
	}
	s.Heading, s.Body, s.Button = s.say("recovery-offer.heading"), s.say("recovery-offer.body"), s.say("recovery-offer.button")
	s.Next = v.to(func(a *asked) { a.Step, a.New = stepUplift, v.asked.New })
	return s
}

// codes shows recovery codes, once.
func (v *visit) codes(made []string) *screen {
	s := v.blank("codes", pageOffer)
	s.Icon, s.Codes = string(mfa.MethodRecovery), made
	s.Heading, s.Body = s.say("recovery-codes.heading"), s.say("recovery-codes.body")
	s.Next = v.to(func(a *asked) { a.Step, a.New = stepUplift, v.asked.New })
	return s
}

func spaced(secret string) string {
	var out strings.Builder
	for i, r := range secret {
		if i > 0 && i%4 == 0 {
			out.WriteByte(' ')
		}
		out.WriteRune(r)
	}
	return out.String()
}
