package store_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/twinseal/twinseal/internal/mfa"
	"github.com/twinseal/twinseal/internal/store"
)

// hidden is part of every secret that these tests store.
const hidden = "HIDDEN-9d41c6"

// epoch is when the tests' rows were made.
var epoch = time.Date(2031, 3, 14, 0, 0, 0, 0, time.UTC)

// fill stores something in every table that takes secrets, and more.
func fill(w mfa.WriteRecords) error {
	secret := func(what string) mfa.Secret { return mfa.SecretText(hidden + what) }
	phone := mfa.Phone{CountryCode: 44, National: "7911123456"}
	if _, err := w.KeepServerSecret("seal", secret("server")); err != nil {
		return err
	}
	if err := w.PutOrganization(mfa.Organization{ID: "org", Name: "Acme", CreatedAt: epoch}); err != nil {
		return err
	}
	if err := w.PutDirectory(mfa.Directory{ID: "dir", OrganizationID: "org", Name: "customers", Private: secret("private"), Branding: mfa.Branding{Name: "Acme", Logo: "digest"}, CreatedAt: epoch}); err != nil {
		return err
	}
	if err := w.PutDirectoryLogo(mfa.DirectoryLogo{DirectoryID: "dir", Digest: "digest", PNG: []byte("picture")}); err != nil {
		return err
	}
	if _, err := w.PutApplication(mfa.Application{ID: "app", OrganizationID: "org", DirectoryID: "dir", Name: "Bank", CreatedAt: epoch}); err != nil {
		return err
	}
	for i := range 50 {
		id := fmt.Sprint(i)
		user := mfa.User{ID: mfa.UserID("user" + id), DirectoryID: "dir", Number: int64(i) + 1, State: mfa.UserActive, CreatedAt: epoch}
		if i == 0 {
			user.Phone, user.Emails = phone, []string{"ann@example.com"}
		}
		if err := w.AddUser(user); err != nil {
			return err
		}
		_, err := w.AddAuthenticator(mfa.Authenticator{
			ID: mfa.AuthenticatorID("auth" + id), UserID: user.ID, DirectoryID: "dir", Kind: mfa.KindTOTP, State: mfa.AuthenticatorActive,
			Secret: secret("seed" + id), CreatedAt: epoch,
		})
		if err != nil {
			return err
		}
		challenge := mfa.Challenge{ID: mfa.ChallengeID("challenge" + id), UserID: user.ID, ApplicationID: "app", State: mfa.ChallengePending, Number: secret("number"), CreatedAt: epoch}
		if err := w.AddChallenge(challenge); err != nil {
			return err
		}
	}
	_, err := w.AddDelivery(mfa.Delivery{ID: "delivery", ApplicationID: "app", State: mfa.DeliveryPending, Payload: secret("text"), CreatedAt: epoch}, epoch)
	if err != nil {
		return err
	}
	return firstError(
		w.AddKey(mfa.Key{ID: "key", Kind: mfa.KeyAuthyAPI, ApplicationID: "app", Secret: secret("key"), CreatedAt: epoch}),
		w.AddPublicKey(mfa.PublicKey{ID: "aa:bb", Owner: mfa.OrganizationID("org").Owner(), Purpose: mfa.PurposeBoth, PEM: "pem", CreatedAt: epoch}),
		w.PutSession(mfa.Session{ID: "session", UserID: "user0", DirectoryID: "dir", ApplicationID: "app", StartedAt: epoch}),
		w.AddWebhook(mfa.Webhook{ID: "hook", ApplicationID: "app", SigningKey: secret("hook"), CreatedAt: epoch}),
		w.AddEnrollment(mfa.Enrollment{ID: "link", Kind: mfa.EnrollByCode, State: mfa.EnrollmentPending, Secret: secret("link"), CreatedAt: epoch}),
		w.AddCode(mfa.SentCode{ID: "code", Purpose: mfa.PurposeToken, UserID: "user0", ApplicationID: "app", Secret: secret("code"), CreatedAt: epoch}),
		w.AddInboxMessage(mfa.InboxMessage{ID: "mail", Message: mfa.Message{To: "ann@example.com", Text: hidden + "mail"}, At: epoch}),
		w.AddReceipt(mfa.Receipt{ChallengeID: "challenge0", Document: json.RawMessage(`{}`), CreatedAt: epoch}),
		w.AddCeremony(mfa.Ceremony{ID: "ceremony", Kind: mfa.CeremonyAdd, UserID: "user0", Challenge: []byte("challenge"), CreatedAt: epoch, ExpiresAt: epoch}),
		w.AddTransaction(mfa.Transaction{ID: "transaction", State: mfa.TransactionPending, Payload: "pay 1", CreatedAt: epoch, ExpiresAt: epoch}),
		w.AddHandoff(mfa.Handoff{ID: "handoff", UserID: "user0", Form: mfa.HandoffLong, Purpose: mfa.HandoffAdd, Secret: secret("handoff"), CreatedAt: epoch}),
		w.AddAction(mfa.Action{
			ID: "action", ApplicationID: "app", UserID: "user0", Code: "pay", Key: "key", State: mfa.ActionAllow,
			Request: mfa.ActionRequest{Email: hidden + "request"}, Facts: json.RawMessage(`{"ip":"` + hidden + `facts"}`), CreatedAt: epoch,
		}),
		w.PutProfile(mfa.Profile{UserID: "user0", DirectoryID: "dir", Email: hidden + "email", Phone: hidden + "phone", CreatedAt: epoch}),
		w.PutKnownDevice(mfa.KnownDevice{
			ApplicationID: "app", UserID: "user0", DeviceID: "browser", Trust: mfa.Trust{Series: "series", Secret: secret("trust")}, CreatedAt: epoch,
		}),
		w.AddPrompt(mfa.Prompt{
			ID: "prompt", ApplicationID: "app", UserID: "user0", State: mfa.PromptPending, To: secret("to"), Secret: secret("answer"),
			Lookup: secret("lookup"), CreatedAt: epoch, ExpiresAt: epoch,
		}),
		w.AddGrant(mfa.Grant{ID: "grant", ApplicationID: "app", UserID: "user0", AccessID: "access", Refresh: secret("refresh"), CreatedAt: epoch}),
		w.PutActionConfiguration(mfa.ActionConfiguration{ApplicationID: "app", Code: "pay", CreatedAt: epoch}),
		w.PutRule(mfa.Rule{ID: "rule", ApplicationID: "app", ActionCode: "pay", Outcome: mfa.OutcomeBlock, CreatedAt: epoch}),
		w.AddValueList(mfa.ValueList{ApplicationID: "app", Alias: "list", CreatedAt: epoch}),
		w.AddDataPoint(mfa.DataPoint{ID: "point", ApplicationID: "app", Name: "amount", CreatedAt: epoch}),
		counted(w.CountActions("app", []mfa.VelocityKey{{Kind: mfa.VelocityIP, Value: hidden + "address"}}, epoch)),
		w.AppendEvent(mfa.Event{ID: "018f0000-0000-7000-8000-000000000000", ApplicationID: "app", At: epoch}),
	)
}

func counted(_ []mfa.Velocity, err error) error { return err }

func firstError(errs ...error) error {
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}

func TestNoSecretStandsInTheClearOnSQLite(t *testing.T) {
	t.Parallel()
	o := sqlite(t)
	s := open(t, o)
	if err := s.Write(t.Context(), fill); err != nil {
		t.Fatal(err)
	}
	// Look into the log as well, where pages wait for their place in the file.
	files, err := filepath.Glob(o.SQLitePath + "*")
	if err != nil || len(files) == 0 {
		t.Fatal(files, err)
	}
	seen := false
	for _, name := range files {
		content, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		seen = seen || bytes.Contains(content, []byte("ann@example.com"))
		if bytes.Contains(content, []byte(hidden)) {
			t.Errorf("%s holds a secret in the clear", filepath.Base(name))
		}
	}
	if !seen {
		t.Error("nothing of what was stored was found: the test looks in the wrong place")
	}
}

func TestNoSecretStandsInTheClearOnPostgres(t *testing.T) {
	t.Parallel()
	o := postgres(t)
	s := open(t, o)
	if err := s.Write(t.Context(), fill); err != nil {
		t.Fatal(err)
	}
	conn, err := pgx.Connect(t.Context(), o.PostgresURL)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(context.Background())
	seen := false
	for _, table := range column(t, conn, `SELECT tablename FROM pg_tables WHERE schemaname = 'public'`) {
		// As text and as what the text of binary columns stands for.
		rows := strings.Join(column(t, conn, `SELECT t::text FROM `+pgx.Identifier{table}.Sanitize()+` t`), "\n")
		seen = seen || strings.Contains(rows, "ann@example.com")
		for _, form := range []string{hidden, fmt.Sprintf("%x", hidden)} {
			if strings.Contains(rows, form) {
				t.Errorf("%s holds a secret in the clear", table)
			}
		}
	}
	if !seen {
		t.Error("nothing of what was stored was found: the test looks in the wrong place")
	}
}

func column(t *testing.T, conn *pgx.Conn, query string) []string {
	t.Helper()
	rows, err := conn.Query(t.Context(), query)
	if err != nil {
		t.Fatal(err)
	}
	all, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// A filled database opens again and still holds what it held, whatever migrations
// have been added since it was made.
func TestMigrationsKeepWhatAFilledDatabaseHolds(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, o store.Options) {
		s := open(t, o)
		if err := s.Write(t.Context(), fill); err != nil {
			t.Fatal(err)
		}
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
		check(t, open(t, o))
	})
}

func check(t *testing.T, s *store.Store) {
	t.Helper()
	err := s.Write(t.Context(), func(w mfa.WriteRecords) error {
		n, err := w.CountUsers("dir")
		if err != nil || n != 50 {
			t.Errorf("%d users, %v", n, err)
		}
		for i := range 50 {
			_, held, err := w.LockCredentials("dir", mfa.UserRef{Number: int64(i) + 1})
			if err != nil {
				return err
			}
			if got, want := string(held[0].Secret.Reveal()), hidden+"seed"+fmt.Sprint(i); got != want {
				t.Errorf("seed %d is %q", i, got)
			}
		}
		_, err = w.KeyBySecret(mfa.KeyAuthyAPI, mfa.SecretText(hidden+"key"))
		return err
	})
	if err != nil {
		t.Error(err)
	}
}

// Whoever can write to the database cannot give one person's seed to another.
func TestASecretMovedToAnotherRowIsRefused(t *testing.T) {
	t.Parallel()
	o := postgres(t)
	s := open(t, o)
	if err := s.Write(t.Context(), fill); err != nil {
		t.Fatal(err)
	}
	conn, err := pgx.Connect(t.Context(), o.PostgresURL)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(context.Background())
	_, err = conn.Exec(t.Context(), `UPDATE authenticators SET sealed_secret = (SELECT sealed_secret FROM authenticators WHERE id = 'auth1') WHERE id = 'auth2'`)
	if err != nil {
		t.Fatal(err)
	}
	for user, want := range map[mfa.UserID]bool{"user1": true, "user2": false} {
		err := s.Read(t.Context(), func(r mfa.Records) error {
			_, err := r.AuthenticatorsOf(user)
			return err
		})
		if (err == nil) != want || err != nil && !mfa.IsCode(err, mfa.Internal) {
			t.Errorf("%s: %v", user, err)
		}
	}
}
