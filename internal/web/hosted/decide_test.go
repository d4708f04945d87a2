package hosted

import (
	"testing"

	"github.com/twinseal/twinseal/internal/mfa"
	"github.com/twinseal/twinseal/internal/mfa/people"
	"github.com/twinseal/twinseal/internal/mfa/stepup"
)

// stand is where somebody stands: with a phone for codes and an app, before a proof.
func stand(change ...func(*look)) look {
	entry := func(id mfa.AuthenticatorID, m mfa.Method, address string) people.Entry {
		return people.Entry{Authenticator: mfa.Authenticator{ID: id}, Method: m, Address: address}
	}
	l := look{Passkeys: true, View: stepup.View{
		Action: mfa.Action{State: mfa.ActionChallengeRequired}, Provable: true, Recovery: true,
		Entries: []people.Entry{entry("1", mfa.MethodTOTP, ""), entry("2", mfa.MethodSMS, number)},
		Usable:  []mfa.Method{mfa.MethodTOTP, mfa.MethodSMS, mfa.MethodWhatsApp, mfa.MethodRecovery}, Default: mfa.MethodSMS,
	}}
	for _, c := range change {
		c(&l)
	}
	return l
}

const number = "+447700900123"

// bare is somebody who has nothing yet.
func bare(l *look) {
	l.Entries, l.Usable, l.Default, l.Recovery, l.CanAdd = nil, nil, "", false, true
	l.Enrollable = []mfa.Method{mfa.MethodPasskey, mfa.MethodTOTP, mfa.MethodEmailOTP, mfa.MethodSMS}
}

// proved has every right, as after a proof.
func proved(l *look) {
	l.Action.State, l.CanAdd, l.CanUpdate, l.CanRemove = mfa.ActionChallengeSucceeded, true, true, true
	l.Enrollable = []mfa.Method{mfa.MethodPasskey, mfa.MethodEmailOTP}
}

func toSettings(l *look) {
	l.Action.Request.ToSettings, l.Settings.AllowDeleting, l.Settings.AllowDisabling = true, true, true
}

func state(s mfa.ActionState) func(*look) { return func(l *look) { l.Action.State = s } }

func open(m mfa.Method, enrols bool) func(*look) {
	return func(l *look) { l.Open = append(l.Open, mfa.Prompt{ID: "p", Method: m, Enrols: enrols}) }
}

func TestTheStateDecidesThePage(t *testing.T) {
	t.Parallel()
	yes := true
	for name, c := range map[string]struct {
		look look
		ask  asked
		page page
		by   mfa.Method
	}{
		"blocked":                              {stand(state(mfa.ActionBlock)), asked{Step: stepDone}, pageBlocked, ""},
		"review":                               {stand(state(mfa.ActionReviewRequired)), asked{Method: mfa.MethodSMS}, pageReview, ""},
		"review failed":                        {stand(state(mfa.ActionReviewFailed)), asked{}, pageFailed, ""},
		"challenge failed":                     {stand(state(mfa.ActionChallengeFailed)), asked{}, pageFailed, ""},
		"no proof would count":                 {stand(func(l *look) { l.Provable = false }), asked{}, pageFailed, ""},
		"the default first":                    {stand(), asked{}, pageSend, mfa.MethodSMS},
		"the one that was sent":                {stand(open(mfa.MethodSMS, false)), asked{}, pageCode, mfa.MethodSMS},
		"the one under way before the default": {stand(open(mfa.MethodWhatsApp, false)), asked{}, pageCode, mfa.MethodWhatsApp},
		"the one that is asked for":            {stand(open(mfa.MethodSMS, false)), asked{Method: mfa.MethodTOTP}, pageTOTP, mfa.MethodTOTP},
		"not one that does not count":          {stand(), asked{Method: mfa.MethodPasskey}, pageSend, mfa.MethodSMS},
		"another way":                          {stand(), asked{Step: stepChoose}, pageChoose, ""},
		"a recovery code":                      {stand(), asked{Step: stepRecovery}, pageRecovery, mfa.MethodRecovery},
		"no recovery code where there is none": {stand(func(l *look) { l.Recovery = false }), asked{Step: stepRecovery}, pageSend, mfa.MethodSMS},
		"a link that waits":                    {stand(func(l *look) { l.Usable, l.Default = []mfa.Method{mfa.MethodMagicLink}, mfa.MethodMagicLink }, open(mfa.MethodMagicLink, false)), asked{}, pageLink, mfa.MethodMagicLink},
		"a phone that is asked":                {stand(func(l *look) { l.Usable = []mfa.Method{mfa.MethodPush} }, open(mfa.MethodPush, false)), asked{}, pagePush, mfa.MethodPush},
		"a picture whose code is known":        {stand(func(l *look) { l.Usable = []mfa.Method{mfa.MethodQRCode} }, open(mfa.MethodQRCode, false)), asked{Device: "d"}, pageQR, mfa.MethodQRCode},
		"a picture of another tab":             {stand(func(l *look) { l.Usable = []mfa.Method{mfa.MethodQRCode} }, open(mfa.MethodQRCode, false)), asked{}, pageSend, mfa.MethodQRCode},
		"passkeys of another site":             {stand(func(l *look) { l.Usable, l.Passkeys = []mfa.Method{mfa.MethodPasskey, mfa.MethodTOTP}, false }), asked{Method: mfa.MethodPasskey}, pageTOTP, mfa.MethodTOTP},
		"only passkeys, of another site":       {stand(func(l *look) { l.Usable, l.Passkeys = []mfa.Method{mfa.MethodPasskey}, false }), asked{}, pageRecovery, mfa.MethodRecovery},
		"nothing that works":                   {stand(func(l *look) { l.Usable, l.Recovery = nil, false }), asked{}, pageNone, ""},
		"nothing enrolled":                     {stand(bare), asked{}, pageEnrol, ""},
		"nothing enrolled, a wish":             {stand(bare), asked{Method: mfa.MethodTOTP}, pageSetup, mfa.MethodTOTP},
		"nothing enrolled, a passkey":          {stand(bare), asked{Method: mfa.MethodPasskey}, pageNewKey, mfa.MethodPasskey},
		"nothing enrolled, a phone":            {stand(bare), asked{Method: mfa.MethodSMS}, pageAddress, mfa.MethodSMS},
		"nothing enrolled, one way":            {stand(bare, func(l *look) { l.Enrollable = []mfa.Method{mfa.MethodSMS} }), asked{}, pageAddress, mfa.MethodSMS},
		"nothing enrolled, no way":             {stand(bare, func(l *look) { l.Enrollable = []mfa.Method{mfa.MethodPush} }), asked{}, pageNone, ""},
		"nothing enrolled, hidden": {stand(bare, func(l *look) {
			l.Settings.Methods = map[mfa.Method]mfa.MethodSettings{mfa.MethodSMS: {HiddenToUser: &yes}}
		}), asked{Method: mfa.MethodSMS}, pageEnrol, ""},
		"a known address":            {stand(bare, func(l *look) { l.Profile.Email = "a@b.example" }), asked{Method: mfa.MethodEmailOTP}, pageSend, mfa.MethodEmailOTP},
		"another than the known one": {stand(bare, func(l *look) { l.Profile.Email = "a@b.example" }), asked{Method: mfa.MethodEmailOTP, Step: stepAddress}, pageAddress, mfa.MethodEmailOTP},
		"a known one that is to be looked over": {stand(bare, func(l *look) {
			l.Profile.Email = "a@b.example"
			l.Settings.Methods = map[mfa.Method]mfa.MethodSettings{mfa.MethodEmailOTP: {Rest: []byte(`{"dontSkipEnrollmentInputScreen":true}`)}}
		}), asked{Method: mfa.MethodEmailOTP}, pageAddress, mfa.MethodEmailOTP},
		"an address that was sent to":         {stand(bare, open(mfa.MethodSMS, true)), asked{}, pageCode, mfa.MethodSMS},
		"an app that was begun":               {stand(bare, open(mfa.MethodTOTP, true)), asked{}, pageSetup, mfa.MethodTOTP},
		"another way of enrolling":            {stand(bare, open(mfa.MethodSMS, true)), asked{Step: stepChoose}, pageEnrol, ""},
		"allowed":                             {stand(state(mfa.ActionAllow)), asked{}, pageDone, ""},
		"allowed, nothing enrolled":           {stand(bare, state(mfa.ActionAllow)), asked{}, pageEnrol, ""},
		"allowed, not now":                    {stand(bare, state(mfa.ActionAllow)), asked{Step: stepDone}, pageDone, ""},
		"proved":                              {stand(proved), asked{}, pageDone, ""},
		"proved, a method is asked for":       {stand(proved), asked{Method: mfa.MethodSMS}, pageDone, ""},
		"proved, back to the choice":          {stand(proved), asked{Step: stepChoose}, pageDone, ""},
		"recovery codes after enrolling":      {stand(proved, func(l *look) { l.RecoveryDue = true }), asked{New: mfa.MethodSMS}, pageOffer, ""},
		"no recovery codes after a proof":     {stand(proved, func(l *look) { l.RecoveryDue = true }), asked{}, pageDone, ""},
		"a passkey suggested":                 {stand(proved, func(l *look) { l.Uplift = []mfa.Method{mfa.MethodPasskey} }), asked{}, pageUplift, mfa.MethodPasskey},
		"a passkey suggested after the codes": {stand(proved, func(l *look) { l.Uplift, l.RecoveryDue = []mfa.Method{mfa.MethodPasskey}, true }), asked{New: mfa.MethodSMS, Step: stepUplift}, pageUplift, mfa.MethodPasskey},
		"no passkey, not now":                 {stand(proved, func(l *look) { l.Uplift = []mfa.Method{mfa.MethodPasskey} }), asked{Step: stepDone}, pageDone, ""},
		"no passkey without the right to add": {stand(proved, func(l *look) { l.Uplift, l.CanAdd = []mfa.Method{mfa.MethodPasskey}, false }), asked{}, pageDone, ""},
		"settings":                            {stand(proved, toSettings), asked{}, pageSettings, ""},
		"no settings before the proof":        {stand(toSettings), asked{Step: stepRename, ID: "1"}, pageSend, mfa.MethodSMS},
		"no settings that nobody asked for":   {stand(proved), asked{Step: stepRename, ID: "1"}, pageDone, ""},
		"rename":                              {stand(proved, toSettings), asked{Step: stepRename, ID: "1"}, pageRename, ""},
		"rename somebody else's":              {stand(proved, toSettings), asked{Step: stepRename, ID: "9"}, pageSettings, ""},
		"rename without the right":            {stand(proved, toSettings, func(l *look) { l.CanUpdate = false }), asked{Step: stepRename, ID: "1"}, pageSettings, ""},
		"remove":                              {stand(proved, toSettings), asked{Step: stepRemove, ID: "2"}, pageRemove, ""},
		"remove where that is off":            {stand(proved, toSettings, func(l *look) { l.Settings.AllowDeleting = false }), asked{Step: stepRemove, ID: "2"}, pageSettings, ""},
		"turn all off":                        {stand(proved, toSettings), asked{Step: stepDisable}, pageDisable, ""},
		"turn all off where that is off":      {stand(proved, toSettings, func(l *look) { l.Settings.AllowDisabling = false }), asked{Step: stepDisable}, pageSettings, ""},
		"new recovery codes":                  {stand(proved, toSettings), asked{Step: stepRenew}, pageRenew, ""},
		"add to the others":                   {stand(proved, toSettings), asked{Step: stepAdd}, pageEnrol, ""},
		"add an address":                      {stand(proved, toSettings), asked{Step: stepAdd, Method: mfa.MethodEmailOTP}, pageAddress, mfa.MethodEmailOTP},
		"add an address that was sent to":     {stand(proved, toSettings, open(mfa.MethodEmailOTP, true)), asked{Step: stepAdd, Method: mfa.MethodEmailOTP}, pageCode, mfa.MethodEmailOTP},
		"add without the right":               {stand(proved, toSettings, func(l *look) { l.CanAdd = false }), asked{Step: stepAdd}, pageSettings, ""},
		"prove once more":                     {stand(state(mfa.ActionAllow), toSettings), asked{Step: stepProve}, pageSend, mfa.MethodSMS},
		"prove once more, by choice":          {stand(state(mfa.ActionAllow), toSettings), asked{Step: stepChoose}, pageChoose, ""},
	} {
		got := decide(c.look, c.ask)
		if got.Page != c.page || got.Method != c.by {
			t.Errorf("%s: %s by %q, want %s by %q", name, got.Page, got.Method, c.page, c.by)
		}
		if again := decide(c.look, c.ask); again.Page != got.Page || again.Method != got.Method {
			t.Errorf("%s: another page the second time", name)
		}
	}
}
