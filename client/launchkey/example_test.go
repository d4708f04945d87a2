package launchkey_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/twinseal/twinseal/client/launchkey"
)

// loud is what the server of the tests complains to when there is no test.
type loud struct {
	testing.TB
	cleanup []func()
}

func (*loud) Helper()                           {}
func (l *loud) Cleanup(f func())                { l.cleanup = append(l.cleanup, f) }
func (*loud) Error(args ...any)                 { fmt.Println(args...) }
func (*loud) Errorf(format string, args ...any) { fmt.Printf(format+"\n", args...) }
func (*loud) Fatal(args ...any)                 { panic(fmt.Sprint(args...)) }

func (l *loud) close() {
	for _, f := range l.cleanup {
		f()
	}
}

// exampleServer answers each call with one reply, by its method and path.
func exampleServer(replies map[string]func(testing.TB) reply) (p *platform, address string, done func()) {
	l := &loud{}
	p = newPlatform(l, func(r asked) reply {
		made, ok := replies[r.method+" "+r.path]
		if !ok {
			return reply{status: 404}
		}
		return made(l)
	})
	return p, p.URL, l.close
}

func says(status int, body string) func(testing.TB) reply {
	return func(testing.TB) reply { return reply{status: status, body: body} }
}

func Example() {
	_, address, done := exampleServer(map[string]func(testing.TB) reply{
		"POST /directory/v3/devices":         says(201, `{"code":"5r53j9z","qrcode":"https://mfa.example.net/public/v3/qr/5r53j9z","device_id":"`+deviceID+`"}`),
		"POST /service/v3/auths":             says(201, createdJSON),
		"GET /service/v3/auths/" + requestID: func(t testing.TB) reply { return reply{body: response(t, approved(), issuerKey(), nil)} },
	})
	defer done()
	privateKey := issuerKey().privatePEM() // os.ReadFile("organization.pem")
	ctx := context.Background()

	factory, err := launchkey.NewOrganizationFactory(address, organizationID, privateKey)
	if err != nil {
		fmt.Println(err)
		return
	}
	directory, err := factory.DirectoryClient(directoryID)
	if err != nil {
		fmt.Println(err)
		return
	}
	link, err := directory.LinkDevice(ctx, "jo", launchkey.LinkDeviceOptions{})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println("type", link.Code, "into the phone")

	service, err := factory.ServiceClient(serviceID)
	if err != nil {
		fmt.Println(err)
		return
	}
	request, err := service.CreateAuthorizationRequest(ctx, "jo", launchkey.NewAuthorization{
		Context: "Log in to the shop",
		Policy:  &launchkey.AuthPolicy{Factors: []launchkey.Factor{launchkey.Knowledge}, JailbreakProtection: true},
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	answer, err := service.WaitAuthorization(ctx, request.ID)
	switch {
	case errors.Is(err, launchkey.ErrRequestTimedOut):
		fmt.Println("nobody answered")
	case err != nil:
		fmt.Println(err)
	case !answer.Authorized:
		fmt.Println("denied:", answer.Reason)
	default:
		fmt.Println("welcome,", answer.UserPushID)
	}
	// Output:
	// type 5r53j9z into the phone
	// welcome, push-id
}

func ExampleServiceClient_WebhookHandler() {
	p, address, done := exampleServer(nil)
	defer done()
	factory, err := launchkey.NewOrganizationFactory(address, organizationID, issuerKey().privatePEM())
	if err != nil {
		fmt.Println(err)
		return
	}
	service, err := factory.ServiceClient(serviceID)
	if err != nil {
		fmt.Println(err)
		return
	}
	mux := http.NewServeMux()
	mux.Handle("/launchkey/webhook", service.WebhookHandler("", func(_ context.Context, hook launchkey.ServiceWebhook) error {
		switch hook := hook.(type) {
		case *launchkey.ResponseWebhook:
			fmt.Println("answered:", hook.RequestID, hook.Authorized)
		case *launchkey.SessionEndWebhook:
			fmt.Println("logged out:", hook.ServiceUserHash)
		}
		return nil
	}))

	// What the server sends, and what somebody else does:
	for _, sent := range []*http.Request{
		p.deliver(ended()),
		httptest.NewRequest(http.MethodPost, "/launchkey/webhook", http.NoBody),
	} {
		answer := httptest.NewRecorder()
		mux.ServeHTTP(answer, sent)
		fmt.Println(answer.Code)
	}
	// Output:
	// logged out: service-hash
	// 204
	// 403
}

func ExampleWithEncryptionKey() {
	encryption := encryptionKey()
	_, address, done := exampleServer(map[string]func(testing.TB) reply{
		"POST /organization/v3/directories": func(testing.TB) reply {
			return reply{status: 201, body: `{"id":"` + directoryID + `"}`, key: &encryption}
		},
	})
	defer done()
	signatureKey, encryptionKey := issuerKey().privatePEM(), encryption.privatePEM()

	factory, err := launchkey.NewOrganizationFactory(address, organizationID, signatureKey, launchkey.WithEncryptionKey(encryptionKey))
	if err != nil {
		fmt.Println(err)
		return
	}
	id, err := factory.OrganizationClient().CreateDirectory(context.Background(), "customers")
	fmt.Println(id, err)
	// Output: 0c1d2e3f-4a5b-4c6d-8e7f-90a1b2c3d4e5 <nil>
}

func ExampleServiceManager_SetServicePolicy() {
	_, address, done := exampleServer(map[string]func(testing.TB) reply{"PUT /organization/v3/service/policy": says(204, "")})
	defer done()
	factory, err := launchkey.NewOrganizationFactory(address, organizationID, issuerKey().privatePEM())
	if err != nil {
		fmt.Println(err)
		return
	}
	// One method is enough in the office; elsewhere it takes a PIN and a finger.
	err = factory.OrganizationClient().SetServicePolicy(context.Background(), serviceID, launchkey.ConditionalPolicy{
		Fences:     []launchkey.Fence{launchkey.Circle{Name: "Office", Latitude: 36.12, Longitude: -115.17, Radius: 150}},
		Inside:     launchkey.MethodAmountPolicy{Amount: 1},
		Outside:    launchkey.FactorsPolicy{Factors: []launchkey.Factor{launchkey.Knowledge, launchkey.Inherence}},
		DenyRooted: true,
	})
	fmt.Println(err)
	// Output: <nil>
}

func ExampleError() {
	_, address, done := exampleServer(map[string]func(testing.TB) reply{
		"POST /service/v3/auths": says(409, `{"error_code":"SVC-005","error_detail":"one request at a time","error_data":`+
			`{"auth_request":"`+requestID+`","expires":"2026-01-31T12:05:00Z","from_same_service":true}}`),
	})
	defer done()
	factory, err := launchkey.NewOrganizationFactory(address, organizationID, issuerKey().privatePEM())
	if err != nil {
		fmt.Println(err)
		return
	}
	service, err := factory.ServiceClient(serviceID)
	if err != nil {
		fmt.Println(err)
		return
	}
	_, err = service.CreateAuthorizationRequest(context.Background(), "jo", launchkey.NewAuthorization{})
	if refusal, ok := errors.AsType[*launchkey.Error](err); ok && refusal.Pending != nil {
		fmt.Println("wait until", refusal.Pending.ExpiresAt.Format(time.TimeOnly))
	}
	// Output: wait until 12:05:00
}
