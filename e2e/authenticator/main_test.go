// Package authenticator tells the stories of the authenticator's web app in a real browser against the built program on
// both engines: it is installed and linked, it answers, shows codes, is locked, lost, stolen, moved and unlinked.
//
// The stories share one browser, in which each person has a profile of its own, and one server per engine. With
// TWINSEAL_E2E_SHOTS=docs/pictures/authenticator in the environment the gallery keeps a picture of every screen there.
package authenticator

import (
	"slices"
	"testing"

	"github.com/chromedp/chromedp"

	"github.com/twinseal/twinseal/e2e/harness"
)

func TestMain(m *testing.M) { harness.Main(m) }

// tale is a story and the rule that it shows.
type tale struct {
	rule string
	tell func(*story)
	// once tells it on the embedded engine alone: it looks at the page, and nothing in it depends on how records are kept.
	once bool
}

// TestTheAuthenticator tells all stories.
func TestTheAuthenticator(t *testing.T) {
	t.Parallel()
	camera := harness.NewCamera(t)
	browser := harness.Launch(t, append(camera.Options(), chromedp.IgnoreCertErrors)...)
	harness.Each(t, func(t *testing.T, engine harness.Engine) {
		w := newWorld(t, engine)
		w.browser, w.camera = browser, camera
		t.Run("together", func(t *testing.T) {
			for _, one := range tales() {
				// pictures are drawn once
				if (one.once || harness.Shooting()) && engine != harness.SQLite {
					continue
				}
				t.Run(one.rule, func(t *testing.T) {
					t.Parallel()
					one.tell(&story{world: w, t: t})
				})
			}
		})
		// what moves the server's clock comes last, alone
		for _, one := range latecomers() {
			t.Run(one.rule, func(t *testing.T) { one.tell(&story{world: w, t: t}) })
		}
	})
}

func tales() []tale {
	return slices.Concat(installing, linking, answering, codes, locks, devices, pushes, waking, galleries)
}

var installing = []tale{
	{rule: "the app can be installed", tell: theAppCanBeInstalled},
	{rule: "the app starts offline and shows codes", tell: theAppStartsOffline},
	{rule: "the app stays small and asks nobody else", tell: theAppStaysSmall, once: true},
}

var linking = []tale{
	{rule: "linking by a typed code", tell: linkingByCode},
	{rule: "linking by the picture of the server", tell: linkingByPicture},
	{rule: "linking through the camera", tell: linkingByCamera},
	{rule: "linking by phone number", tell: linkingByPhone},
	{rule: "recovering with a code", tell: recoveringWithACode},
	{rule: "one app for several services", tell: oneAppForSeveralServices},
	{rule: "accounts of another server", tell: accountsOfAnotherServer},
	{rule: "a directory looks as its owner wants", tell: aDirectoryHasItsLooks},
}

var answering = []tale{
	{rule: "holding approves what is shown", tell: holdingApproves},
	{rule: "approving is out of reach until all was seen", tell: approvingIsOutOfReach},
	{rule: "keys approve", tell: keysApprove},
	{rule: "a denial says why", tell: denyingSaysWhy},
	{rule: "a denial chooses among the reasons offered", tell: denyingChooses},
	{rule: "the right number approves", tell: theRightNumberApproves},
	{rule: "the wrong number ends the request", tell: theWrongNumberEndsIt},
	{rule: "the typed number approves", tell: theTypedNumberApproves},
	{rule: "a denial is followed by numbers", tell: aDenialIsFollowedByNumbers},
	{rule: "the first answer wins and clears the other device", tell: theFirstAnswerWins},
	{rule: "logging out of the shop", tell: loggingOutOfTheShop},
}

var codes = []tale{
	{rule: "importing codes of other apps", tell: importingCodes},
}

var locks = []tale{
	{rule: "a PIN locks", tell: aPINLocks},
	{rule: "a PIN meets a demand", tell: aPINMeetsADemand},
	{rule: "wrong PINs are an answer", tell: wrongPINsAreAnAnswer},
	{rule: "ten wrong PINs wipe", tell: tenWrongPINsWipe},
	{rule: "a passkey locks and counts", tell: aPasskeyLocks},
	{rule: "a stolen copy is useless", tell: aStolenCopyIsUseless},
}

var devices = []tale{
	{rule: "moving to a new phone", tell: movingToANewPhone},
	{rule: "adding a second phone", tell: addingASecondPhone},
	{rule: "unlinking at the server wipes", tell: unlinkingAtTheServerWipes},
	{rule: "unlinking here", tell: unlinkingHere},
	{rule: "unlinking the other device", tell: unlinkingTheOther},
}

var pushes = []tale{
	{rule: "pushes are shown when the app is closed", tell: pushesAreShownWhenTheAppIsClosed},
	{rule: "floods are damped", tell: floodsAreDamped},
}

func latecomers() []tale {
	return []tale{{rule: "a request expires while somebody looks at it", tell: expiringWhileLooking}}
}
