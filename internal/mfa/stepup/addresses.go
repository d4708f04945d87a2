package stepup

import (
	"slices"
	"strconv"
	"strings"

	"github.com/twinseal/twinseal/internal/mfa"
	"github.com/twinseal/twinseal/internal/mfa/people"
)

// kindOf is what a method's codes and links are sent to; "" for methods that send none.
func kindOf(m mfa.Method) mfa.Kind {
	switch m {
	case mfa.MethodSMS, mfa.MethodWhatsApp:
		return mfa.KindPhone
	case mfa.MethodEmailOTP, mfa.MethodMagicLink:
		return mfa.KindEmail
	}
	return ""
}

// channelOf is how they travel.
func channelOf(m mfa.Method, settings mfa.MethodSettings) mfa.Channel {
	switch {
	case m == mfa.MethodWhatsApp, m == mfa.MethodSMS && settings.Channel == channelWhatsApp:
		return mfa.ChannelWhatsApp
	case m == mfa.MethodSMS:
		return mfa.ChannelSMS
	}
	return mfa.ChannelEmail
}

// channelWhatsApp is the value of [mfa.MethodSettings.Channel] by which codes of SMS travel otherwise.
const channelWhatsApp = "WHATSAPP"

// serves reports whether a code of the method may go to what the user has: one number is as good for SMS as for
// WhatsApp, one address for codes as for links.
func serves(e people.Entry, m mfa.Method) bool { return e.Kind == kindOf(m) && e.Address != "" }

// addressOf finds what a method's codes go to: what was enrolled for the method before what was for its sibling.
func addressOf(mine []people.Entry, m mfa.Method) (out people.Entry, found bool) {
	for _, e := range mine {
		if serves(e, m) && (!found || e.Method == m && out.Method != m) {
			out, found = e, true
		}
	}
	return out, found
}

// parseAddress brings an address to the one form in which it is kept and compared.
func parseAddress(c *mfa.Caller, m mfa.Method, text string) (string, error) {
	switch kindOf(m) {
	case mfa.KindEmail:
		return mfa.ParseEmail(text)
	case mfa.KindPhone:
		phone, err := mfa.ParseE164(text)
		if err != nil {
			return "", err
		}
		if m == mfa.MethodSMS && phone.Line() == mfa.LineLandline {
			return "", errLandline
		}
		if !served(phone, c.Application.StepUpSettings().Method(m).Countries) {
			return "", errCountry
		}
		return phone.E164(), nil
	}
	return "", errMethodOff
}

// served reports whether messages go to a number's country: named by its code, such as NZ, or by what is dialled for it,
// such as 64.
func served(phone mfa.Phone, countries []string) bool {
	return len(countries) == 0 || slices.ContainsFunc(countries, func(c string) bool {
		c = strings.TrimPrefix(strings.TrimSpace(c), "+")
		return strings.EqualFold(c, phone.Region()) || c == strconv.Itoa(phone.CountryCode)
	})
}
