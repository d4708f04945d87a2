package launchkey_test

import (
	"context"
	"errors"
	"reflect"
	"strings"
	"testing"

	"github.com/twinseal/twinseal/client/launchkey"
)

// exchange is one call, the request that it must make and the answer it gets.
type exchange struct {
	name    string
	call    func(context.Context, *launchkey.OrganizationFactory) (any, error)
	request string // method and path
	body    string // exactly what is sent; empty for none
	status  int    // 200 when zero, or 204 without an answer
	answer  string
	want    any
	wantErr error // a kind
}

func exchangeAll(t *testing.T, exchanges []exchange) {
	t.Helper()
	for _, e := range exchanges {
		t.Run(e.name, func(t *testing.T) {
			t.Parallel()
			e.run(t)
		})
	}
}

func (e exchange) run(t *testing.T) {
	t.Helper()
	sent := 0
	p := newPlatform(t, func(r asked) reply {
		sent++
		e.check(t, r)
		if e.status == 0 && e.answer == "" {
			return reply{status: 204}
		}
		return reply{status: e.status, body: e.answer}
	})
	got, err := e.call(t.Context(), p.factory())
	if sent != 1 {
		t.Errorf("%d requests were sent", sent)
	}
	if e.wantErr != nil {
		if !errors.Is(err, e.wantErr) {
			t.Fatalf("error %v, want %v", err, e.wantErr)
		}
		return
	}
	if err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(got, e.want) {
		t.Errorf("\n got %+v\nwant %+v", got, e.want)
	}
}

func (e exchange) check(t *testing.T, r asked) {
	t.Helper()
	if got := r.method + " " + r.path; e.request != "" && got != e.request {
		t.Errorf("request\n got %s\nwant %s", got, e.request)
	}
	if e.request != "" && r.body != e.body {
		t.Errorf("body\n got %s\nwant %s", r.body, e.body)
	}
	want := map[bool]string{true: "org:" + organizationID}[strings.HasPrefix(r.path, "/organization/")]
	if strings.HasPrefix(r.path, "/directory/") {
		want = "dir:" + directoryID
	}
	if strings.HasPrefix(r.path, "/service/") {
		want = "svc:" + serviceID
	}
	if r.subject != want {
		t.Errorf("subject %s, want %s", r.subject, want)
	}
	if got := r.header["Accept-Encoding"]; len(got) != 1 || got[0] != "identity" {
		t.Errorf("compression %q is invited", got)
	}
}

// onOrganization, onDirectory and onService make calls of one client.
func onOrganization[T any](call func(context.Context, *launchkey.OrganizationClient) (T, error)) func(context.Context, *launchkey.OrganizationFactory) (any, error) {
	return func(ctx context.Context, f *launchkey.OrganizationFactory) (any, error) {
		return call(ctx, f.OrganizationClient())
	}
}

func onDirectory[T any](call func(context.Context, *launchkey.DirectoryClient) (T, error)) func(context.Context, *launchkey.OrganizationFactory) (any, error) {
	return func(ctx context.Context, f *launchkey.OrganizationFactory) (any, error) {
		client, err := f.DirectoryClient(directoryID)
		if err != nil {
			return nil, err
		}
		return call(ctx, client)
	}
}

func onService[T any](call func(context.Context, *launchkey.ServiceClient) (T, error)) func(context.Context, *launchkey.OrganizationFactory) (any, error) {
	return func(ctx context.Context, f *launchkey.OrganizationFactory) (any, error) {
		client, err := f.ServiceClient(serviceID)
		if err != nil {
			return nil, err
		}
		return call(ctx, client)
	}
}
