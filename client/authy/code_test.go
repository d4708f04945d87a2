package authy_test

import (
	"context"
	"errors"
	"net/netip"
	"strings"
	"testing"

	"github.com/twinseal/twinseal/client/authy"
)

func TestCodes(t *testing.T) {
	t.Parallel()
	sms := func(options authy.CodeOptions) func(context.Context, *authy.Client) (any, error) {
		return func(ctx context.Context, c *authy.Client) (any, error) { return c.SendSMS(ctx, 1000, options) }
	}
	call := func(options authy.CodeOptions) func(context.Context, *authy.Client) (any, error) {
		return func(ctx context.Context, c *authy.Client) (any, error) { return c.StartCall(ctx, 1000, options) }
	}
	whole := authy.CodeOptions{Force: true, Action: "pay", ActionMessage: "Pay 5", Locale: "pt-BR", UserIP: netip.MustParseAddr("10.0.0.1")}
	const (
		smsIgnored  = "Ignored: SMS is not needed for smartphones. Pass force=true if you want to actually send it anyway."
		callIgnored = "Call ignored. User is using  App Tokens and this call is not necessary. Pass force=true if you still want to call users that are using the App."
	)
	exchangeAll(t, []exchange{
		{
			name: "SMS sent", call: sms(authy.CodeOptions{}), request: "GET /protected/json/sms/1000",
			answer: `{"success":true,"message":"SMS token was sent","cellphone":"+1-XXX-XXX-XX34"}`,
			want:   &authy.SentCode{Message: "SMS token was sent", Cellphone: "+1-XXX-XXX-XX34"},
		},
		{
			name: "SMS with everything", call: sms(whole),
			request: "GET /protected/json/sms/1000?action=pay&action_message=Pay+5&force=true&locale=pt-BR&user_ip=10.0.0.1",
			answer:  `{"success":true,"message":"SMS token was sent","cellphone":"+1-XXX-XXX-XX34"}`,
			want:    &authy.SentCode{Message: "SMS token was sent", Cellphone: "+1-XXX-XXX-XX34"},
		},
		{
			name: "SMS ignored", call: sms(authy.CodeOptions{}),
			answer: `{"message":"` + smsIgnored + `","cellphone":"+1-XXX-XXX-XX34","device":"android","ignored":true,"success":true}`,
			want:   &authy.SentCode{Message: smsIgnored, Cellphone: "+1-XXX-XXX-XX34", Ignored: true, Device: "android"},
		},
		{
			name: "SMS not ignored", call: sms(authy.CodeOptions{}),
			answer: `{"message":"SMS token was sent","cellphone":"+1-XXX-XXX-XX34","device":null,"ignored":false,"success":true}`,
			want:   &authy.SentCode{Message: "SMS token was sent", Cellphone: "+1-XXX-XXX-XX34"},
		},
		{
			name: "SMS switched off", call: sms(authy.CodeOptions{}), status: 403, wantErr: authy.ErrDisabled,
			answer: `{"message":"SMS is not enabled","success":false,"errors":{"message":"SMS is not enabled"},"error_code":"60007"}`,
		},
		{
			name: "SMS to a landline", call: sms(authy.CodeOptions{}), status: 403, wantErr: authy.ErrUndeliverable,
			answer: `{"message":"Cannot send SMS to landline phone numbers","success":false,"errors":{"message":"Cannot send SMS to landline phone numbers"},"error_code":"60082"}`,
		},
		{
			name: "call started", call: call(authy.CodeOptions{}), request: "GET /protected/json/call/1000",
			answer: `{"success":true,"message":"Call started...","cellphone":"+1-XXX-XXX-XX34"}`,
			want:   &authy.SentCode{Message: "Call started...", Cellphone: "+1-XXX-XXX-XX34"},
		},
		{
			name: "call forced", call: call(authy.CodeOptions{Force: true}), request: "GET /protected/json/call/1000?force=true",
			answer: `{"success":true,"message":"Call started...","cellphone":"+1-XXX-XXX-XX34"}`,
			want:   &authy.SentCode{Message: "Call started...", Cellphone: "+1-XXX-XXX-XX34"},
		},
		{
			name: "call ignored", call: call(authy.CodeOptions{}),
			answer: `{"message":"` + callIgnored + `","cellphone":"+1-XXX-XXX-XX34","device":"iphone","ignored":true,"success":true}`,
			want:   &authy.SentCode{Message: callIgnored, Cellphone: "+1-XXX-XXX-XX34", Ignored: true, Device: "iphone"},
		},
		{
			name: "calls switched off", call: call(authy.CodeOptions{}), status: 403, wantErr: authy.ErrDisabled,
			answer: `{"message":"Phone calls are not enabled on this account","success":false,"errors":{"message":"Phone calls are not enabled on this account"},"error_code":"60006"}`,
		},
	})
}

func TestEmailCodes(t *testing.T) {
	t.Parallel()
	mail := func(options authy.CodeOptions) func(context.Context, *authy.Client) (any, error) {
		return func(ctx context.Context, c *authy.Client) (any, error) { return c.SendEmail(ctx, 1000, options) }
	}
	const sent = `{"success":true,"message":"Email token was sent","email":"jo@example.com","email_id":"EM0123456789abcdef0123456789abcdef"}`
	want := &authy.SentEmail{Message: "Email token was sent", Email: "jo@example.com", EmailID: "EM0123456789abcdef0123456789abcdef"}
	exchangeAll(t, []exchange{
		{name: "sent", call: mail(authy.CodeOptions{}), request: "POST /protected/json/email/1000", body: `{}`, answer: sent, want: want},
		{
			name: "with everything", call: mail(authy.CodeOptions{Force: true, Action: "pay", ActionMessage: "Pay 5", Locale: "es", UserIP: netip.MustParseAddr("10.0.0.1")}),
			request: "POST /protected/json/email/1000", answer: sent, want: want,
			body: `{"force":true,"action":"pay","action_message":"Pay 5","locale":"es","user_ip":"10.0.0.1"}`,
		},
		{name: "unknown user", call: mail(authy.CodeOptions{}), status: 404, answer: unknownUser, wantErr: authy.ErrUserNotFound},
	})
}

func TestLongActionsAreNotSent(t *testing.T) {
	t.Parallel()
	client := unreachable(t)
	for _, options := range []authy.CodeOptions{{Action: strings.Repeat("a", 256)}, {ActionMessage: strings.Repeat("a", 256)}} {
		_, sms := client.SendSMS(t.Context(), 1, options)
		_, mail := client.SendEmail(t.Context(), 1, options)
		if !errors.Is(sms, authy.ErrFormat) || !errors.Is(mail, authy.ErrFormat) {
			t.Errorf("%v, %v", sms, mail)
		}
	}
}
