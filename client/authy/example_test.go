package authy_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"time"

	"github.com/twinseal/twinseal/client/authy"
	"github.com/twinseal/twinseal/client/authy/signature"
)

// exampleServer stands in for an Authy server: it gives each address one answer.
func exampleServer(answers map[string]string) *httptest.Server {
	return httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		answer, ok := answers[r.Method+" "+r.URL.Path]
		if !ok {
			w.WriteHeader(http.StatusUnauthorized)
			answer = `{"message":"Token is invalid","token":"is invalid","success":false,"errors":{"message":"Token is invalid"},"error_code":"60020"}`
		}
		_, _ = io.WriteString(w, answer)
	}))
}

func Example() {
	server := exampleServer(map[string]string{
		"POST /protected/json/users/new":          `{"message":"User created successfully.","user":{"id":1000},"success":true}`,
		"GET /protected/json/sms/1000":            `{"success":true,"message":"SMS token was sent","cellphone":"+1-XXX-XXX-XX71"}`,
		"GET /protected/json/verify/0297754/1000": `{"message":"Token is valid.","token":"is valid","success":"true"}`,
	})
	defer server.Close()
	ctx := context.Background()

	client, err := authy.New("your-api-key", authy.WithBaseURL(server.URL))
	if err != nil {
		fmt.Println(err)
		return
	}
	id, err := client.CreateUser(ctx, authy.NewUser{
		Email: "jo@example.com",
		Phone: authy.Phone{CountryCode: 1, Number: "415-555-2671"},
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	sent, err := client.SendSMS(ctx, id, authy.CodeOptions{})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println("user", id, "reads the code at", sent.Cellphone)
	if _, err := client.VerifyToken(ctx, id, "0297754", authy.VerifyOptions{}); err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println("welcome")
	// Output:
	// user 1000 reads the code at +1-XXX-XXX-XX71
	// welcome
}

func ExampleClient_VerifyToken() {
	server := exampleServer(nil)
	defer server.Close()
	client, err := authy.New("your-api-key", authy.WithBaseURL(server.URL))
	if err != nil {
		fmt.Println(err)
		return
	}
	_, err = client.VerifyToken(context.Background(), 1000, "1234567", authy.VerifyOptions{})
	switch {
	case err == nil:
		fmt.Println("welcome")
	case errors.Is(err, authy.ErrTokenReused):
		fmt.Println("wait for the next code")
	case errors.Is(err, authy.ErrInvalidToken), errors.Is(err, authy.ErrFormat):
		fmt.Println("that is not the code, try again")
	default:
		fmt.Println("cannot check codes now:", err)
	}
	// Output: that is not the code, try again
}

func ExampleClient_WaitApproval() {
	const id = "996221c0-b7a7-0133-7c06-0e67b818e6fb"
	server := exampleServer(map[string]string{
		"POST /onetouch/json/users/1000/approval_requests": `{"message":"Approval request created.","approval_request":{"uuid":"` + id + `"},"success":true}`,
		"GET /onetouch/json/approval_requests/" + id:       `{"message":"Approval request status.","approval_request":{"status":"approved","uuid":"` + id + `"},"success":true}`,
	})
	defer server.Close()
	client, err := authy.New("your-api-key", authy.WithBaseURL(server.URL))
	if err != nil {
		fmt.Println(err)
		return
	}
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Minute)
	defer cancel()
	created, err := client.CreateApproval(ctx, 1000, authy.NewApproval{
		Message: "Transfer money to c@d.co",
		Details: authy.Details{
			{Key: "From", Value: "a@b.co"},
			{Key: "To", Value: "c@d.co"},
			{Key: "US Dollar Amount", Value: "$ 50"},
		},
		ExpiresIn: 10 * time.Minute,
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	answered, err := client.WaitApproval(ctx, created)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println("the transfer is", answered.Status)
	// Output: the transfer is approved
}

func ExampleClient_CallbackHandler() {
	client, err := authy.New("your-api-key")
	if err != nil {
		fmt.Println(err)
		return
	}
	// The address as configured at the server, whatever a proxy makes of it.
	const address = "https://shop.example.net/authy/callback"
	mux := http.NewServeMux()
	mux.Handle("/authy/callback", client.CallbackHandler(address, func(_ context.Context, callback *authy.Callback) error {
		fmt.Printf("user %d has %s %q, amount %s\n", callback.UserID, callback.Status, callback.Message, callback.Details.Get("Amount"))
		return nil
	}))

	// What a server sends:
	body := `{"authy_id":1000,"callback_action":"approval_request_status","uuid":"996221c0-b7a7-0133-7c06-0e67b818e6fb","status":"denied","approval_request":{"transaction":{"message":"Transfer money","details":{"Amount":"$ 50"},"status":"denied"}}}`
	params, err := signature.Canonical([]byte(body))
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, key := range []string{"your-api-key", "somebody else's"} {
		request := httptest.NewRequest(http.MethodPost, "/authy/callback", strings.NewReader(body))
		request.Header.Set(signature.HeaderNonce, "1700000000.000001")
		request.Header.Set(signature.HeaderSignature, signature.Sign(key, "1700000000.000001", http.MethodPost, address, params))
		answer := httptest.NewRecorder()
		mux.ServeHTTP(answer, request)
		fmt.Println("answered", answer.Code)
	}
	// Output:
	// user 1000 has denied "Transfer money", amount $ 50
	// answered 200
	// answered 403
}

func ExampleClient_StartVerification() {
	server := exampleServer(map[string]string{
		"POST /protected/json/phones/verification/start": `{"carrier":"unknown","is_cellphone":true,"is_ported":false,"message":"Text message sent to +1 415-555-2671.","seconds_to_expire":599,"uuid":"a1b2c3d0-0000-0135-1111-0e67b818e6fb","success":true}`,
		"GET /protected/json/phones/verification/check":  `{"message":"Verification code is correct.","success":true}`,
	})
	defer server.Close()
	client, err := authy.New("your-api-key", authy.WithBaseURL(server.URL))
	if err != nil {
		fmt.Println(err)
		return
	}
	ctx := context.Background()
	phone := authy.Phone{CountryCode: 1, Number: "415-555-2671"}
	started, err := client.StartVerification(ctx, authy.NewVerification{Phone: phone, Via: authy.ViaSMS, Locale: "en"})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(started.Message)
	if err := client.CheckVerification(ctx, phone, "4321"); err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println("the number is proved")
	// Output:
	// Text message sent to +1 415-555-2671.
	// the number is proved
}

func ExampleClient_RegistrationToken() {
	server := exampleServer(map[string]string{
		"GET /protected/json/registrations/status": `{"message":"Registration status.","registration":{"status":"completed","authy_id":1000},"success":true}`,
	})
	defer server.Close()
	client, err := authy.New("your-api-key", authy.WithBaseURL(server.URL))
	if err != nil {
		fmt.Println(err)
		return
	}
	token, err := client.RegistrationToken(authy.NewRegistration{AppName: "Bank", AppID: 46113, CustomUserID: "jo-7"})
	if err != nil {
		fmt.Println(err)
		return
	}
	scheme, _, _ := strings.Cut(authy.RegistrationURI(token), "=")
	fmt.Println("show as QR code:", scheme+"=…")
	registration, err := client.RegistrationStatus(context.Background(), "jo-7")
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(registration.State, "as user", registration.UserID)
	// Output:
	// show as QR code: authy://account?token=…
	// completed as user 1000
}

func ExampleDashboard_CreateWebhook() {
	server := exampleServer(map[string]string{
		"POST /dashboard/json/application/webhooks": `{"webhook":{"id":"WH_1","name":"audit","url":"https://shop.example.net/hook","signing_key":"WSK_1","events":["user_added"]},"message":"Webhook created","success":true}`,
	})
	defer server.Close()
	dashboard, err := authy.NewDashboard(authy.DashboardKeys{
		AppAPIKey:  "app-api-key",
		AccessKey:  "access-key",
		SigningKey: "api-signing-key",
	}, authy.WithBaseURL(server.URL))
	if err != nil {
		fmt.Println(err)
		return
	}
	hook, err := dashboard.CreateWebhook(context.Background(), authy.NewWebhook{
		Name: "audit", URL: "https://shop.example.net/hook", Events: []authy.EventName{authy.EventUserAdded},
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(hook.ID, hook.Events, hook.SigningKey) // the key prints as dots; keep string(hook.SigningKey)
	// Output: WH_1 [user_added] ••••••
}

func ExampleReadWebhook() {
	signingKey := authy.Secret("WSK_1") // from the creation of the webhook
	handler := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		event, err := authy.ReadWebhook(r, signingKey)
		if err != nil {
			w.WriteHeader(http.StatusForbidden)
			return
		}
		fmt.Println(event.Name, event.Objects["user"].Int("authy_id"))
	})

	// Anything that is not signed with the key is refused:
	form := url.Values{"body": {"eyJhbGciOiJub25lIn0.eyJldmVudCI6InVzZXJfYWRkZWQifQ."}}
	answer := httptest.NewRecorder()
	handler.ServeHTTP(answer, httptest.NewRequest(http.MethodPost, "/hook", strings.NewReader(form.Encode())))
	fmt.Println("answered", answer.Code)
	// Output: answered 403
}
