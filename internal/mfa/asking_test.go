package mfa_test

import (
	"strings"
	"testing"
	"time"

	"github.com/twinseal/twinseal/internal/mfa"
	"github.com/twinseal/twinseal/internal/mfa/mfatest"
	"github.com/twinseal/twinseal/internal/mfa/seeds"
	"github.com/twinseal/twinseal/receipt"
)

func TestAskingForApproval(t *testing.T) {
	t.Parallel()
	play(t, []scene{
		{"a person without a device cannot be asked", askedWithoutDevice},
		{"what cannot be shown is refused", askedUnshowable},
		{"requests are limited for each person and application", limitedApprovals},
		{"a question may stay open", openQuestion},
		{"every device that subscribed is pushed, once", pushedToDevices},
		{"another application knows nothing of it", foreignApproval},
		{"a device sees what waits, and that it was seen", seenByDevice},
	})
}

func ask(w *mfatest.World, p *mfatest.Person, change func(*mfa.AskApproval)) (mfa.Challenge, error) {
	in := mfa.AskApproval{Caller: w.Caller, User: p.Ref(), Message: "Log in?", Dialect: "test"}
	if change != nil {
		change(&in)
	}
	return w.Service.AskApproval(w.Context(), in)
}

func askedWithoutDevice(t *testing.T, w *mfatest.World) {
	ann := w.Register("4055551701")
	_, err := ask(w, ann, nil)
	want(t, "without a device", err, mfa.Invalid, mfa.ReasonNoDevice)
	_, err = ask(w, ann, func(in *mfa.AskApproval) { in.User = mfa.UserRef{Number: 99} })
	want(t, "of nobody", err, mfa.NotFound, "")
}

func askedUnshowable(t *testing.T, w *mfatest.World) {
	ann := w.Register("4055551702")
	ann.Link()
	for what, spoil := range map[string]func(*mfa.AskApproval){
		"no message":           func(in *mfa.AskApproval) { in.Message = "" },
		"an invisible message": func(in *mfa.AskApproval) { in.Message = "\u200b \u202e\n" },
		"too many details":     func(in *mfa.AskApproval) { in.Details = make([]mfa.Detail, w.Service.Limits().Details+1) },
		"too many hidden ones": func(in *mfa.AskApproval) { in.HiddenDetails = make([]mfa.Detail, w.Service.Limits().Details+1) },
		"too many logos":       func(in *mfa.AskApproval) { in.Logos = make([]mfa.Logo, 11) },
		"a logo of a script":   func(in *mfa.AskApproval) { in.Logos = []mfa.Logo{{Resolution: "default", URL: "javascript:alert(1)"}} },
		"a logo of nowhere":    func(in *mfa.AskApproval) { in.Logos = []mfa.Logo{{Resolution: "default"}} },
		"a logo's long address": func(in *mfa.AskApproval) {
			in.Logos = []mfa.Logo{{Resolution: "default", URL: "https://x.example/" + strings.Repeat("x", 2048)}}
		},
		"an amount that is none": func(in *mfa.AskApproval) { in.Amount = &mfa.Amount{Value: "much", Currency: "EUR"} },
	} {
		_, err := ask(w, ann, spoil)
		want(t, what, err, mfa.Invalid, "")
	}
	if n := len(ann.Events(mfa.EventChallengeCreated)); n != 0 {
		t.Errorf("%d requests were made", n)
	}
}

func limitedApprovals(t *testing.T, w *mfatest.World) {
	ann := w.Register("4055551703")
	phone := ann.Link()
	limit := w.Service.Limits().Approvals
	for range limit.Burst {
		if _, err := ask(w, ann, nil); err != nil {
			t.Fatal(err)
		}
	}
	_, err := ask(w, ann, nil)
	want(t, "one more", err, mfa.Limited, "")
	pending, err := w.Service.PendingFor(t.Context(), phone.Caller)
	if err != nil || len(pending) != w.Service.Limits().PendingPerUser {
		t.Errorf("%d are listed at once, %v", len(pending), err)
	}
	w.Clock.Advance(limit.Per)
	if _, err := ask(w, ann, nil); err != nil {
		t.Errorf("after the window: %v", err)
	}
}

func openQuestion(t *testing.T, w *mfatest.World) {
	ann := w.Register("4055551704")
	phone := ann.Link()
	asked, err := ask(w, ann, func(in *mfa.AskApproval) { in.Life = -1 })
	if err != nil || !asked.ExpiresAt.IsZero() || !strings.Contains(string(asked.Question), `"expires_at":null`) {
		t.Fatalf("%+v, %v", asked, err)
	}
	short, err := ask(w, ann, func(in *mfa.AskApproval) { in.Life = time.Minute })
	if err != nil || !short.ExpiresAt.Equal(w.Clock.Now().Add(time.Minute)) {
		t.Fatalf("%+v, %v", short, err)
	}
	w.Clock.Advance(365 * 24 * time.Hour)
	if _, err := w.Service.ExpireDue(t.Context(), 1000); err != nil {
		t.Fatal(err)
	}
	if _, err := w.Service.Answer(t.Context(), phone.Caller, asked.ID, phone.Statement(asked, receipt.Approved, nil), nil); err != nil {
		t.Errorf("after a year: %v", err)
	}
}

func pushedToDevices(t *testing.T, w *mfatest.World) {
	ann := w.Register("4055551705")
	first, second, silent := ann.Link(), ann.Link(), ann.Link()
	for name, d := range map[string]*mfatest.Device{"first": first, "second": second} {
		if err := w.Service.SetPush(t.Context(), d.Caller, subscription(name)); err != nil {
			t.Fatal(err)
		}
	}
	asked, err := ask(w, ann, func(in *mfa.AskApproval) { in.Message = "Pay 5?" })
	if err != nil {
		t.Fatal(err)
	}
	for d, n := range map[*mfatest.Device]int{first: 1, second: 1, silent: 0} {
		if got := sentTo(w, string(d.Caller.Device.ID)); len(got) != n || n > 0 && !strings.Contains(got[0].Text, "Pay 5?") {
			t.Errorf("%d pushes, want %d: %+v", len(got), n, got)
		}
	}
	for _, d := range w.Outbox(w.Caller) {
		if d.ChallengeID == asked.ID && !d.GiveUpAt.Equal(asked.ExpiresAt) {
			t.Errorf("a push is tried until %s, the question lives until %s", d.GiveUpAt, asked.ExpiresAt)
		}
	}
}

func foreignApproval(t *testing.T, w *mfatest.World) {
	ann := w.Register("4055551706")
	phone := ann.Link()
	asked := ann.Ask("Log in?")
	if _, err := w.Service.Answer(t.Context(), phone.Caller, asked.ID, phone.Statement(asked, receipt.Approved, nil), nil); err != nil {
		t.Fatal(err)
	}
	foreign := *w.Caller
	foreign.Application.ID = "00000000-0000-4000-8000-000000000001"
	_, err := w.Service.ApprovalFor(t.Context(), &foreign, asked.ID)
	want(t, "the request", err, mfa.NotFound, "")
	_, err = w.Service.ReceiptFor(t.Context(), &foreign, asked.ID)
	want(t, "its receipt", err, mfa.NotFound, "")
}

func seenByDevice(t *testing.T, w *mfatest.World) {
	ann := w.Register("4055551707")
	phone := ann.Link()
	asked := ann.Ask("Log in?")
	seen := func() time.Time {
		got, err := w.Service.ApprovalFor(t.Context(), w.Caller, asked.ID)
		if err != nil {
			t.Fatal(err)
		}
		return got.Challenge.NotifiedAt
	}
	if !seen().IsZero() {
		t.Error("it was seen before anybody looked")
	}
	if _, err := w.Service.PendingFor(t.Context(), phone.Caller); err != nil {
		t.Fatal(err)
	}
	first := w.Clock.Now()
	w.Clock.Advance(time.Minute)
	if _, err := w.Service.PendingFor(t.Context(), phone.Caller); err != nil || !seen().Equal(first) {
		t.Errorf("it was seen at %s, want %s, %v", seen(), first, err)
	}
}

func TestSeedsAndTestTokens(t *testing.T) {
	t.Parallel()
	play(t, []scene{
		{"a seed's picture dies and names nobody else", seedPictures},
		{"the test token works in the sandbox's test mode alone", testTokens},
		{"the attempt that fills a window is told once", windowTold},
		{"an application reports what arrived of its own", reportedArrival},
	})
}

func seedPictures(t *testing.T, w *mfatest.World) {
	ann := w.Register("4055551801")
	show := func(label string) mfa.Seed {
		seed, err := seeds.New(w.Service).Show(t.Context(), seeds.Show{Caller: w.Caller, User: ann.Ref(), Label: label})
		if err != nil {
			t.Fatal(err)
		}
		return seed
	}
	first := show("")
	if !strings.HasPrefix(first.URI(), "otpauth://totp/Bank:ann%40example.com?secret=") {
		t.Errorf("the address is %s", first.URI())
	}
	again := show("Ann's seed")
	if !again.Secret.Equal(first.Secret) || again.Label != "Ann's seed" || again.Picture.Equal(first.Picture) {
		t.Errorf("shown again it is %+v", again)
	}
	if got, err := seeds.New(w.Service).Picture(t.Context(), again.Picture); err != nil || !got.Secret.Equal(first.Secret) || got.Label != "Ann's seed" {
		t.Errorf("the picture shows %+v, %v", got, err)
	}
	_, err := seeds.New(w.Service).Show(t.Context(), seeds.Show{Caller: w.Caller, User: ann.Ref(), Label: strings.Repeat("x", 201)})
	want(t, "a long label", err, mfa.Invalid, "")
	_, err = seeds.New(w.Service).Picture(t.Context(), mfa.SecretText("nonsense"))
	want(t, "a name that never was", err, mfa.NotFound, "")
	w.Clock.Advance(w.Service.Limits().PictureLife)
	_, err = seeds.New(w.Service).Picture(t.Context(), again.Picture)
	want(t, "an old picture", err, mfa.NotFound, "")
}

func testTokens(t *testing.T, w *mfatest.World) {
	ann := w.Register("4055551802")
	tests := with(w, func(s *mfa.ApplicationSettings) { s.TestMode = true })
	for _, c := range []struct {
		what    string
		service *mfa.Service
		caller  *mfa.Caller
		want    mfa.TokenOutcome
	}{
		{"without test mode", w.Service, w.Caller, mfa.TokenWrong},
		{"outside of the sandbox", w.Beside(mfa.Options{}), tests, mfa.TokenWrong},
		{"in both", w.Service, tests, mfa.TokenAccepted},
	} {
		r, err := c.service.CheckToken(t.Context(), mfa.TokenCheck{Caller: c.caller, User: ann.Ref(), Token: mfa.TestToken, Force: true})
		if err != nil || r.Outcome != c.want {
			t.Errorf("%s the test token is %s, %v, want %s", c.what, r.Outcome, err, c.want)
		}
	}
}

func windowTold(t *testing.T, w *mfatest.World) {
	ann := w.Register("4055551803")
	ann.Link()
	for range w.Service.Limits().WrongTokens.Burst + 5 {
		ann.Check("1234", "203.0.113.80")
	}
	if n := len(ann.Events(mfa.EventTokenLimited)); n != 1 {
		t.Errorf("%d events, want 1", n)
	}
	if n := len(ann.Events(mfa.EventTokenRefused)); n != w.Service.Limits().WrongTokens.Burst {
		t.Errorf("%d attempts were looked at", n)
	}
}

func reportedArrival(t *testing.T, w *mfatest.World) {
	ann := w.Register("4055551804")
	sent, err := send(w, ann, nil)
	if err != nil {
		t.Fatal(err)
	}
	if err := w.Service.ReportArrival(t.Context(), w.Caller, sent.MessageID, true); err != nil {
		t.Error(err)
	}
	foreign := *w.Caller
	foreign.Application.ID = "00000000-0000-4000-8000-000000000001"
	want(t, "another's message", w.Service.ReportArrival(t.Context(), &foreign, sent.MessageID, true), mfa.NotFound, "")
	want(t, "a message that never was", w.Service.ReportArrival(t.Context(), w.Caller, "nonsense", true), mfa.NotFound, "")
	if n := len(ann.Events(mfa.EventDeliveryReported)); n != 1 {
		t.Errorf("%d reports, want 1", n)
	}
}
