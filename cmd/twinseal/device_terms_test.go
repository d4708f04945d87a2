package main

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"github.com/twinseal/twinseal/client/clienttest"
	"github.com/twinseal/twinseal/client/launchkey/answerpackage"
	"github.com/twinseal/twinseal/policy"
	"github.com/twinseal/twinseal/receipt"
)

// demanding asks for two methods at the headquarters, on a device that is sound.
func demanding(q *receipt.Question) {
	q.Title = "Wire transfer"
	q.Policy = &policy.Policy{
		Methods: new(2), DenyRooted: true, DenyEmulator: true,
		Places: [][]policy.Fence{{
			{Kind: policy.Circle, Name: "HQ", Latitude: 36.1, Longitude: -115.1, Radius: 200},
			{Kind: policy.Territory, Country: "US", Area: "US-CA", PostalCode: "90210"},
		}},
	}
	q.Reasons = []receipt.DenialReason{{ID: "a", Text: "I don't approve"}, {ID: "b", Text: "This was not me", Fraud: true}}
}

func TestWhatIsDemandedIsShownAndMet(t *testing.T) {
	t.Parallel()
	p := newTerminal(t)
	p.link()
	id := p.server.Ask("Pay?", demanding, clienttest.Sealed(t))
	contains(t, p.must("show"), "  Wire transfer\n\n  Pay?\n", "- confirm with 2 different methods\n", "- be inside HQ (200 m around 36.1, -115.1) or US-CA 90210\n",
		"- use a device that is not rooted", "  b  This was not me (reported as fraud)\n")
	out := p.must("approve", "--methods", "pin_code,fingerprint", "--location", "36.1001,-115.1")
	contains(t, out, "Approved. This is", "Confirmed   by this device, pin_code, fingerprint", "Place       inside", "Sealed for  the application's key 3c:be:d4:29", "(device, pin, biometric)")
	if strings.Contains(out, "36.1001") {
		t.Errorf("the answer says where the device is:\n%s", out)
	}
	if got := clienttest.Opened(t, p.server.Packages(id)); !got.Authorized() || got.AuthRequest != id || len(got.ServicePins) != 1 {
		t.Errorf("sealed was %+v", got)
	}
}

func TestAnApprovalThatDoesNotSufficeIsAFailureAndFails(t *testing.T) {
	t.Parallel()
	cases := []struct {
		args []string
		want answerpackage.Reason
	}{
		{[]string{"--methods", "pin_code,face"}, answerpackage.Permission},
		{[]string{"--methods", "pin_code,face", "--location", "52.5,13.4,DE"}, answerpackage.Policy},
		{[]string{"--methods", "pin_code,face", "--location", "0,0,us,us-ca,90211"}, answerpackage.Policy},
		{[]string{"--methods", "pin_code", "--location", "0,0,us,us-ca,90210"}, answerpackage.Configuration},
		{[]string{"--methods", "pin_code", "--configured", "face", "--location", "36.1,-115.1"}, answerpackage.Authentication},
		{[]string{"--methods", "pin_code,face", "--location", "36.1,-115.1", "--rooted"}, answerpackage.Policy},
		{[]string{"--methods", "pin_code,face", "--location", "36.1,-115.1", "--emulator"}, answerpackage.Policy},
	}
	p := newTerminal(t)
	p.link()
	for _, c := range cases {
		id := p.server.Ask("Pay?", demanding, clienttest.Sealed(t))
		out, err := p.run("", append([]string{"approve"}, c.args...)...)
		if err == nil || !strings.Contains(err.Error(), "not approved") || !strings.Contains(err.Error(), "confirm with 2 different methods") {
			t.Errorf("%v: %v", c.args, err)
		}
		contains(t, out, "Not approved (failure: "+strings.ToLower(string(c.want))+")")
		if got := clienttest.Opened(t, p.server.Packages(id)); got.Type != answerpackage.Failed || got.Reason != c.want || p.server.State(id) != "denied" {
			t.Errorf("%v: sealed %s %s, it stands as %s", c.args, got.Type, got.Reason, p.server.State(id))
		}
	}
	contains(t, p.must("requests", "--all", "--json"), `"failure": "authentication"`)
}

func TestADenialNamesAnOfferedReason(t *testing.T) {
	t.Parallel()
	p := newTerminal(t)
	p.link()
	for _, c := range []struct {
		args []string
		want string
	}{
		{nil, "a"},
		{[]string{"--fraud"}, "b"},
		{[]string{"--denial-reason", "b"}, "b"},
		{[]string{"--reason", "I don't approve"}, "a"},
	} {
		id := p.server.Ask("Pay?", demanding, clienttest.Sealed(t))
		p.must(append([]string{"deny"}, c.args...)...)
		if got := clienttest.Opened(t, p.server.Packages(id)); got.DenialReason == nil || *got.DenialReason != c.want {
			t.Errorf("%v: %+v", c.args, got)
		}
	}
	p.server.Ask("Pay?", demanding)
	p.fails("a (I don't approve), b (This was not me)", "deny", "--denial-reason", "z")
	contains(t, p.must("deny", "--failure", "busy"), "Not approved (failure: busy)")
	p.server.Ask("Pay?")
	p.fails("offers no reasons", "deny", "--denial-reason", "a")
}

func TestPinsSurviveTheProgram(t *testing.T) {
	t.Parallel()
	p := newTerminal(t)
	p.link()
	var last []string
	for range 3 {
		id := p.server.Ask("Pay?", clienttest.Sealed(t))
		p.must("approve")
		pins := clienttest.Opened(t, p.server.Packages(id)).ServicePins
		if len(pins) != len(last)+1 || !slices.Equal(pins[:len(last)], last) {
			t.Fatalf("%q follow %q", pins, last)
		}
		last = pins
	}
}

func TestFlagsAboutTheDeviceAreUnderstoodOrExplained(t *testing.T) {
	t.Parallel()
	p := newTerminal(t)
	p.link()
	p.server.Ask("Pay?")
	p.fails("wearables, geofencing, locations, pin_code", "approve", "--methods", "telepathy")
	p.fails("circle_code", "approve", "--configured", "telepathy")
	for _, bad := range []string{"1", "x,1", "1,x", "91,0", "0,181", "NaN,0", "1,2,DE,DE-BE,10115,more"} {
		p.fails("LAT,LON[,COUNTRY", "approve", "--location", bad)
	}
	p.fails("busy, sensor", "deny", "--failure", "laziness")
	p.fails("denial-reason", "deny", "--denial-reason", "a", "--reason", "b")
}

func TestSessionsAreListedAndLeft(t *testing.T) {
	t.Parallel()
	p := newTerminal(t)
	p.link()
	contains(t, p.must("sessions"), "logged in nowhere")
	p.fails("logged in nowhere", "logout", "Shop")
	p.fails("name the application", "logout")
	p.server.Login("Shop")
	bank := p.server.Login("Bank")
	p.server.Login("Shop")
	contains(t, p.must("sessions"), "APPLICATION  SINCE             APPLICATION ID", "Bank         2026-03-01 09:30  app-")
	p.fails("you are at: Shop", "logout", "Gallery")
	p.fails("several applications", "logout", "shop")
	contains(t, p.must("logout", "bank"), "Logged out of Bank.")
	if slices.Contains(p.server.Sessions(), bank) || len(p.server.Sessions()) != 2 {
		t.Errorf("open are %q", p.server.Sessions())
	}
	var listed []ownedSession
	if err := json.Unmarshal([]byte(p.must("sessions", "--json")), &listed); err != nil || len(listed) != 2 {
		t.Fatalf("%+v, %v", listed, err)
	}
	p.must("logout", listed[0].Application.ID)
	p.must("logout", listed[1].ID)
	contains(t, p.must("sessions"), "logged in nowhere")
}
