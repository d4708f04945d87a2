package launchkey_test

import (
	"encoding/base32"
	"encoding/json"
	"errors"
	"net/http/httptest"
	"path/filepath"
	"reflect"
	"slices"
	"testing"
	"time"

	"github.com/twinseal/twinseal/client/launchkey"
	"github.com/twinseal/twinseal/client/launchkey/answerpackage"
	dialect "github.com/twinseal/twinseal/internal/dialect/launchkey"
	"github.com/twinseal/twinseal/internal/endpoint"
	"github.com/twinseal/twinseal/internal/factor/totp"
	"github.com/twinseal/twinseal/internal/mfa"
	"github.com/twinseal/twinseal/internal/mfa/mfatest"
	"github.com/twinseal/twinseal/internal/mfa/provision"
	"github.com/twinseal/twinseal/internal/store"
	"github.com/twinseal/twinseal/policy"
	"github.com/twinseal/twinseal/receipt"
)

// twinseal is the real server, with the organization of the tests in it.
type twinseal struct {
	*mfatest.World

	t       *testing.T
	dialect *dialect.Dialect
	url     string
	factory *launchkey.OrganizationFactory
}

func newTwinseal(t *testing.T) *twinseal {
	t.Helper()
	w := &twinseal{World: mfatest.New(t, store.Options{SQLitePath: filepath.Join(t.TempDir(), "test.db")}), t: t}
	w.dialect = dialect.New(w.Service)
	w.Service.Use([]mfa.Callback{w.dialect.Callback()}, nil)
	_, err := w.Provision.Apply(t.Context(), provision.Plan{Organizations: []provision.PlannedOrganization{{ID: organizationID, Name: "Acme"}}})
	w.must(err)
	w.know(issuerKey(), mfa.PurposeBoth)
	server := httptest.NewServer(w.dialect.Handler(&endpoint.Server{}))
	t.Cleanup(server.Close)
	w.url = server.URL
	w.factory, err = launchkey.NewOrganizationFactory(w.url, organizationID, issuerKey().privatePEM(), fast())
	w.must(err)
	return w
}

func (w *twinseal) know(key testKey, purpose mfa.KeyPurpose) {
	w.t.Helper()
	_, err := w.Configuration.AddPublicKey(w.t.Context(), mfa.PublicKey{
		ID: key.id, Owner: mfa.OrganizationID(organizationID).Owner(), Purpose: purpose, PEM: string(key.publicPEM()), Active: true,
	})
	w.must(err)
}

func (w *twinseal) must(err error) {
	w.t.Helper()
	if err != nil {
		w.t.Fatal(err)
	}
}

// is holds an error to a kind, and to everything that the server has proved.
func (w *twinseal) is(err error, kind launchkey.Kind) {
	w.t.Helper()
	if !errors.Is(err, kind) {
		w.t.Errorf("error %v, want %v", err, kind)
	}
}

// shop is a directory with a service in it.
func (w *twinseal) shop() (*launchkey.DirectoryClient, *launchkey.ServiceClient, launchkey.ServiceID) {
	w.t.Helper()
	id, err := w.factory.OrganizationClient().CreateDirectory(w.t.Context(), "customers")
	w.must(err)
	directory, err := w.factory.DirectoryClient(id)
	w.must(err)
	made, err := directory.CreateService(w.t.Context(), launchkey.NewService{Name: "Login", CallbackURL: "https://shop.example.net" + hookPath})
	w.must(err)
	w.must(w.factory.OrganizationClient().UpdateDirectory(w.t.Context(), id, launchkey.DirectoryUpdate{WebhookURL: launchkey.To("https://shop.example.net/linked")}))
	service, err := w.factory.ServiceClient(made)
	w.must(err)
	return directory, service, made
}

// respond answers the one request that waits on a device.
func (w *twinseal) respond(d *mfatest.Device, decision receipt.Decision) {
	w.t.Helper()
	waiting, err := w.Service.PendingFor(w.t.Context(), d.Caller)
	w.must(err)
	if len(waiting) != 1 {
		w.t.Fatalf("%d requests wait", len(waiting))
	}
	question, err := receipt.ParseQuestion(waiting[0].Question)
	w.must(err)
	answer := answerpackage.Answer{
		AuthRequest: string(waiting[0].ID), DeviceID: string(d.Account.Device.ID), ServicePins: []string{"8074"}, Approved: decision == receipt.Approved,
		Device: answerpackage.Capabilities{Supported: answerpackage.DefaultSupported(), Configured: []policy.Method{policy.PINCode}},
	}
	var packages json.RawMessage
	statement := d.Statement(waiting[0], decision, func(s *receipt.Statement) {
		if question.Policy != nil {
			answer.Policy = *question.Policy
			s.Evidence = &policy.Evidence{Methods: []policy.Method{policy.PINCode}}
			answer.Evidence = *s.Evidence
		}
		if decision == receipt.Denied && len(question.Reasons) > 0 {
			last := question.Reasons[len(question.Reasons)-1]
			s.Reason, s.Fraud = last.Text, last.Fraud
			answer.DenialReason, answer.Fraud = last.ID, last.Fraud
		}
		key, err := question.Recipient.Key.PublicKey()
		w.must(err)
		sealed, err := answerpackage.Seal(answerpackage.New(answer), answerpackage.Recipient{KeyID: question.Recipient.KeyID, Key: key})
		w.must(err)
		packages, err = json.Marshal(sealed)
		w.must(err)
		s.Packages, err = receipt.HashPackages(packages)
		w.must(err)
	})
	_, err = w.Service.Answer(w.t.Context(), d.Caller, waiting[0].ID, statement, packages)
	w.must(err)
}

func TestTheServerKeepsWhatAnOrganizationManages(t *testing.T) {
	t.Parallel()
	w := newTwinseal(t)
	ctx, organization := t.Context(), w.factory.OrganizationClient()
	id, err := organization.CreateDirectory(ctx, "customers")
	w.must(err)
	_, err = organization.CreateDirectory(ctx, "customers")
	w.is(err, launchkey.ErrDirectoryNameInUse)
	_, err = organization.Directory(ctx, unknownID)
	w.is(err, launchkey.ErrForbidden)

	no := false
	w.must(organization.UpdateDirectory(ctx, id, launchkey.DirectoryUpdate{
		Active: &no, DenialContextInquiry: &no, AndroidKey: launchkey.To("android"), WebhookURL: launchkey.To("https://shop.example.net"),
	}))
	key, err := organization.GenerateDirectorySDKKey(ctx, id)
	w.must(err)
	w.is(organization.RemoveDirectorySDKKey(ctx, id, key), launchkey.ErrLastRemainingSDKKey)
	second, err := organization.GenerateDirectorySDKKey(ctx, id)
	w.must(err)
	w.is(organization.RemoveDirectorySDKKey(ctx, id, unknownID), launchkey.ErrInvalidSDKKey)
	w.must(organization.RemoveDirectorySDKKey(ctx, id, key))
	directory, err := organization.Directory(ctx, id)
	w.must(err)
	want := launchkey.Directory{
		ID: id, Name: "customers", SDKKeys: []launchkey.SDKKey{second}, ServiceIDs: []launchkey.ServiceID{}, AndroidKey: "android", WebhookURL: "https://shop.example.net",
	}
	if !reflect.DeepEqual(*directory, want) {
		t.Errorf("\n got %+v\nwant %+v", *directory, want)
	}
	all, err := organization.AllDirectories(ctx)
	if err != nil || len(all) != 1 {
		t.Errorf("%+v, %v", all, err)
	}
	w.must(organization.UpdateDirectory(ctx, id, launchkey.DirectoryUpdate{AndroidKey: launchkey.Clear[string](), WebhookURL: launchkey.Clear[string]()}))
	if directory, err = organization.Directory(ctx, id); err != nil || directory.AndroidKey != "" || directory.WebhookURL != "" {
		t.Errorf("%+v, %v", directory, err)
	}
}

func TestTheServerKeepsKeys(t *testing.T) {
	t.Parallel()
	w := newTwinseal(t)
	ctx, organization := t.Context(), w.factory.OrganizationClient()
	id, err := organization.CreateDirectory(ctx, "customers")
	w.must(err)
	first, second := string(encryptionKey().publicPEM()), string(nextAPIKey().publicPEM())
	kid, err := organization.AddDirectoryPublicKey(ctx, id, launchkey.NewPublicKey{PEM: first, Type: launchkey.KeyEncryption})
	w.must(err)
	_, err = organization.AddDirectoryPublicKey(ctx, id, launchkey.NewPublicKey{PEM: first})
	w.is(err, launchkey.ErrPublicKeyAlreadyInUse)
	_, err = organization.AddDirectoryPublicKey(ctx, id, launchkey.NewPublicKey{PEM: "x"})
	w.is(err, launchkey.ErrInvalidPublicKey)
	w.is(organization.RemoveDirectoryPublicKey(ctx, id, kid), launchkey.ErrLastRemainingKey)
	w.is(organization.RemoveDirectoryPublicKey(ctx, id, keyIDOfTests), launchkey.ErrPublicKeyDoesNotExist)
	expires := time.Date(2030, 2, 3, 4, 5, 6, 0, time.UTC)
	other, err := organization.AddDirectoryPublicKey(ctx, id, launchkey.NewPublicKey{PEM: second, Inactive: true, ExpiresAt: expires})
	w.must(err)
	no := false
	w.must(organization.UpdateDirectoryPublicKey(ctx, id, kid, launchkey.PublicKeyUpdate{Active: &no}))
	w.must(organization.UpdateDirectoryPublicKey(ctx, id, other, launchkey.PublicKeyUpdate{ExpiresAt: launchkey.Clear[time.Time]()}))
	keys, err := organization.DirectoryPublicKeys(ctx, id)
	slices.SortFunc(keys, func(a, _ launchkey.PublicKey) int {
		if a.ID == kid {
			return -1
		}
		return 1
	})
	if err != nil || len(keys) != 2 || string(kid) != encryptionKey().id || keys[0].PEM != first || keys[0].Type != launchkey.KeyEncryption || keys[0].Active ||
		!keys[1].ExpiresAt.IsZero() || keys[1].Active || keys[1].CreatedAt.IsZero() {
		t.Errorf("%+v, %v", keys, err)
	}
	w.must(organization.RemoveDirectoryPublicKey(ctx, id, kid))
}

func TestTheServerKeepsServicesAndTheirPolicies(t *testing.T) {
	t.Parallel()
	w := newTwinseal(t)
	ctx := t.Context()
	directory, _, _ := w.shop()
	for name, manager := range map[string]*launchkey.ServiceManager{"organization": &w.factory.OrganizationClient().ServiceManager, "directory": &directory.ServiceManager} {
		id, err := manager.CreateService(ctx, launchkey.NewService{Name: name, Description: "d", Icon: "https://a.test/i.png"})
		w.must(err)
		_, err = manager.CreateService(ctx, launchkey.NewService{Name: name})
		w.is(err, launchkey.ErrServiceNameTaken)
		w.must(manager.UpdateService(ctx, id, launchkey.ServiceUpdate{Description: launchkey.Clear[string](), CallbackURL: launchkey.To("https://a.test/cb")}))
		service, err := manager.Service(ctx, id)
		if err != nil || *service != (launchkey.Service{ID: id, Name: name, Icon: "https://a.test/i.png", CallbackURL: "https://a.test/cb", Active: true}) {
			t.Errorf("%+v, %v", service, err)
		}
		kid, err := manager.AddServicePublicKey(ctx, id, launchkey.NewPublicKey{PEM: string(encryptionKey().publicPEM())})
		w.must(err)
		w.is(manager.RemoveServicePublicKey(ctx, id, kid), launchkey.ErrLastRemainingKey)
		keys, err := manager.ServicePublicKeys(ctx, id)
		if err != nil || len(keys) != 1 || keys[0].ID != kid || keys[0].Type != launchkey.KeyBoth {
			t.Errorf("%+v, %v", keys, err)
		}
		for _, p := range policies() {
			w.must(manager.SetServicePolicy(ctx, id, p.policy))
			if got, err := manager.ServicePolicy(ctx, id); err != nil || !reflect.DeepEqual(got, p.policy) {
				t.Errorf("%s: %+v, %v", p.name, got, err)
			}
		}
		w.must(manager.RemoveServicePolicy(ctx, id))
		if got, err := manager.ServicePolicy(ctx, id); err != nil || !reflect.DeepEqual(got, launchkey.LegacyPolicy{}) {
			t.Errorf("%+v, %v", got, err)
		}
		_, err = manager.ServicePolicy(ctx, unknownID)
		w.is(err, launchkey.ErrServiceNotFound)
	}
}

func TestAPersonOfTheServerIsLinkedAskedAndLoggedOut(t *testing.T) {
	t.Parallel()
	w := newTwinseal(t)
	ctx := t.Context()
	directory, service, serviceID := w.shop()
	_, err := service.CreateAuthorizationRequest(ctx, "jo", launchkey.NewAuthorization{})
	w.is(err, launchkey.ErrNotFound)
	link, err := directory.LinkDevice(ctx, "jo", launchkey.LinkDeviceOptions{TTL: 5 * time.Minute})
	w.must(err)
	devices, err := directory.LinkedDevices(ctx, "jo")
	if err != nil || len(devices) != 1 || devices[0].ID != link.DeviceID || devices[0].Status != launchkey.LinkPending {
		t.Errorf("%+v, %v", devices, err)
	}
	phone := w.LinkWith(link.Code)
	if devices, err = directory.LinkedDevices(ctx, "jo"); err != nil || len(devices) != 1 || devices[0].Status != launchkey.Linked || devices[0].ID != link.DeviceID {
		t.Errorf("%+v, %v", devices, err)
	}

	request, err := service.CreateAuthorizationRequest(ctx, "jo", launchkey.NewAuthorization{
		Context: "Log in", Title: "Shop", Policy: &launchkey.AuthPolicy{Factors: []launchkey.Factor{launchkey.Knowledge}},
	})
	if err != nil || !reflect.DeepEqual(request.DeviceIDs, []launchkey.DeviceID{link.DeviceID}) {
		t.Fatalf("%+v, %v", request, err)
	}
	_, err = service.AuthorizationResponse(ctx, request.ID)
	w.is(err, launchkey.ErrPending)
	_, err = service.CreateAuthorizationRequest(ctx, "jo", launchkey.NewAuthorization{})
	w.is(err, launchkey.ErrAuthorizationInProgress)
	if refused, ok := errors.AsType[*launchkey.Error](err); !ok || refused.Pending == nil || refused.Pending.ID != request.ID || !refused.Pending.FromSameService {
		t.Errorf("%v", err)
	}
	w.respond(phone, receipt.Approved)
	answer, err := service.WaitAuthorization(ctx, request.ID)
	if err != nil || !answer.Authorized || answer.DeviceID != link.DeviceID || answer.Policy.Requirement != launchkey.RequirementTypes || len(answer.Methods) != 7 {
		t.Fatalf("%+v, %v", answer, err)
	}
	w.is(service.CancelAuthorizationRequest(ctx, request.ID), launchkey.ErrAuthorizationResponseExists)

	w.must(service.SessionStart(ctx, answer.UserPushID, request.ID))
	sessions, err := directory.AllServiceSessions(ctx, "jo")
	if err != nil || len(sessions) != 1 || sessions[0].ServiceID != serviceID || sessions[0].RequestID != request.ID || sessions[0].ServiceName != "Login" {
		t.Errorf("%+v, %v", sessions, err)
	}
	w.must(directory.EndAllServiceSessions(ctx, "jo"))
	w.must(service.SessionEnd(ctx, "jo"))
	_, err = directory.AllServiceSessions(ctx, "nobody")
	w.is(err, launchkey.ErrNotFound)

	told := w.told(directory, service, serviceID)
	if len(told) != 3 {
		t.Fatalf("told %+v", told)
	}
	if hook, ok := told[0].(*launchkey.DeviceLinkWebhook); !ok || hook.DeviceID != link.DeviceID {
		t.Errorf("%+v", told[0])
	}
	if hook, ok := told[1].(*launchkey.ResponseWebhook); !ok || !hook.Authorized || hook.RequestID != request.ID || hook.ServiceUserHash != answer.ServiceUserHash {
		t.Errorf("%+v", told[1])
	}
	if hook, ok := told[2].(*launchkey.SessionEndWebhook); !ok || hook.ServiceUserHash != answer.ServiceUserHash || hook.RequestedAt.IsZero() {
		t.Errorf("%+v", told[2])
	}

	w.must(directory.UnlinkDevice(ctx, "jo", link.DeviceID))
	w.is(directory.UnlinkDevice(ctx, "jo", link.DeviceID), launchkey.ErrNotFound)
}

// told reads the webhooks that the server has for the directory and the service,
// as their receivers do.
func (w *twinseal) told(directory *launchkey.DirectoryClient, service *launchkey.ServiceClient, id launchkey.ServiceID) (all []any) {
	w.t.Helper()
	caller, err := w.Service.CallerFor(w.t.Context(), mfa.ApplicationID(id))
	w.must(err)
	for _, d := range w.Outbox(caller) {
		var payload mfa.CallbackPayload
		w.must(json.Unmarshal(d.Payload.Reveal(), &payload))
		request, err := w.dialect.Callback().Render(w.t.Context(), payload)
		w.must(err)
		if request == nil {
			continue
		}
		hook, err := launchkey.ReadWebhook(request, "")
		w.must(err)
		var read any
		if request.URL.Path == "/linked" {
			read, err = directory.HandleWebhook(w.t.Context(), hook)
		} else {
			read, err = service.HandleWebhook(w.t.Context(), hook)
		}
		w.must(err)
		all = append(all, read)
	}
	return all
}

func TestTheServerTellsDenialsExpiryAndCancellation(t *testing.T) {
	t.Parallel()
	w := newTwinseal(t)
	ctx := t.Context()
	directory, service, serviceID := w.shop()
	link, err := directory.LinkDevice(ctx, "jo", launchkey.LinkDeviceOptions{})
	w.must(err)
	phone := w.LinkWith(link.Code)
	ask := func(a launchkey.NewAuthorization) launchkey.AuthorizationID {
		t.Helper()
		made, err := service.CreateAuthorizationRequest(ctx, "jo", a)
		w.must(err)
		return made.ID
	}
	id := ask(launchkey.NewAuthorization{DenialReasons: []launchkey.DenialReason{{ID: "n", Reason: "No"}, {ID: "f", Reason: "Not me", Fraud: true}}})
	w.respond(phone, receipt.Denied)
	answer, err := service.AuthorizationResponse(ctx, id)
	if err != nil || answer.Authorized || !answer.Fraud || answer.DenialReason != "f" || answer.Reason != launchkey.ReasonFraudulent {
		t.Errorf("%+v, %v", answer, err)
	}

	id = ask(launchkey.NewAuthorization{})
	w.must(service.CancelAuthorizationRequest(ctx, id))
	_, err = service.WaitAuthorization(ctx, id)
	w.is(err, launchkey.ErrAuthorizationRequestCanceled)
	w.is(service.CancelAuthorizationRequest(ctx, unknownID), launchkey.ErrNotFound)

	id = ask(launchkey.NewAuthorization{TTL: 30 * time.Second})
	w.Clock.Advance(31 * time.Second)
	later, err := launchkey.NewOrganizationFactory(w.url, organizationID, issuerKey().privatePEM())
	w.must(err)
	waiting, err := later.ServiceClient(serviceID)
	w.must(err)
	_, err = waiting.WaitAuthorization(ctx, id)
	w.is(err, launchkey.ErrRequestTimedOut)
}

func TestTheServerGivesAndChecksCodes(t *testing.T) {
	t.Parallel()
	w := newTwinseal(t)
	ctx := t.Context()
	directory, service, _ := w.shop()
	_, err := service.VerifyTOTP(ctx, "jo", "123456")
	w.is(err, launchkey.ErrNotFound)
	made, err := directory.GenerateUserTOTP(ctx, "jo")
	w.must(err)
	seed, err := base32.StdEncoding.WithPadding(base32.NoPadding).DecodeString(string(made.Secret))
	w.must(err)
	code, err := totp.Code(mfa.NewSecret(seed), mfa.TOTPData{Algorithm: made.Algorithm, Digits: made.Digits, Period: int(made.Period / time.Second)}, w.Clock.Now())
	w.must(err)
	for want, given := range map[bool]string{true: code, false: "notvalid"} {
		if valid, err := service.VerifyTOTP(ctx, "jo", given); err != nil || valid != want {
			t.Errorf("%v, %v", valid, err)
		}
	}
	if again, err := service.VerifyTOTP(ctx, "jo", code); err != nil || again {
		t.Errorf("a code counts twice: %v, %v", again, err)
	}
	w.must(directory.RemoveUserTOTP(ctx, "jo"))
	w.must(directory.RemoveUserTOTP(ctx, "nobody"))
}

func TestTheServerTellsKeysByTheirPurpose(t *testing.T) {
	t.Parallel()
	w := newTwinseal(t)
	w.know(encryptionKey(), mfa.PurposeEncryption)
	w.know(nextAPIKey(), mfa.PurposeSignature)
	create := func(name string, key testKey, options ...launchkey.Option) error {
		t.Helper()
		factory, err := launchkey.NewOrganizationFactory(w.url, organizationID, key.privatePEM(), options...)
		w.must(err)
		_, err = factory.OrganizationClient().CreateDirectory(t.Context(), name)
		return err
	}
	w.must(create("a", nextAPIKey(), launchkey.WithEncryptionKey(encryptionKey().privatePEM())))
	w.is(create("b", encryptionKey()), launchkey.ErrUnauthorized)
	w.is(create("c", nextAPIKey()), launchkey.ErrEntityKeyNotFound)
	w.is(create("d", apiKey()), launchkey.ErrUnauthorized)
}
