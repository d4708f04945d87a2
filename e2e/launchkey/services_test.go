package launchkey

import (
	"crypto/rand"
	"slices"
	"testing"

	"github.com/twinseal/twinseal/client/launchkey"
)

// services belong to an organization or to a directory, and are managed alike.
func services(t *testing.T, s *scene) {
	id := must(s.org.CreateDirectory(t.Context(), rand.Text()))(t)
	empty := s.owner.directory(t, id)
	if got := must(empty.AllServices(t.Context()))(t); len(got) != 0 {
		t.Errorf("a new directory has the services %+v", got)
	}
	servicesOf(t, empty)
	servicesOf(t, s.org)
	// Names are unique in the organization.
	taken := must(s.org.AllServices(t.Context()))(t)[0].Name
	_, err := empty.CreateService(t.Context(), launchkey.NewService{Name: taken})
	refused(t, "the name of a service elsewhere in the organization", err, launchkey.ErrServiceNameTaken)
}

func servicesOf(t *testing.T, c serviceManager) {
	t.Helper()
	ctx := t.Context()
	want := launchkey.Service{
		Name: rand.Text(), Description: "What it is for", Icon: "https://example.com/icon.png", CallbackURL: "https://example.com/hook", Active: true,
	}
	var err error
	want.ID, err = c.CreateService(ctx, launchkey.NewService{Name: want.Name, Description: want.Description, Icon: want.Icon, CallbackURL: want.CallbackURL})
	if err != nil {
		t.Fatal(err)
	}
	all := must(c.AllServices(ctx))(t)
	if !slices.Contains(all, want) {
		t.Errorf("all services are %+v, without %+v", all, want)
	}
	if got := must(c.Services(ctx, want.ID))(t); !slices.Equal(got, []launchkey.Service{want}) {
		t.Errorf("the list is %+v", got)
	}
	if got := must(c.Service(ctx, want.ID))(t); *got != want {
		t.Errorf("the service is %+v", got)
	}
	_, err = c.CreateService(ctx, launchkey.NewService{Name: want.Name})
	refused(t, "the same name again", err, launchkey.ErrServiceNameTaken)
	_, err = c.Services(ctx, want.ID, unknownID)
	refused(t, "a list with an unknown service", err, launchkey.ErrForbidden)
	_, err = c.Service(ctx, unknownID)
	refused(t, "an unknown service", err, launchkey.ErrForbidden)
	refused(t, "change an unknown service", c.UpdateService(ctx, unknownID, launchkey.ServiceUpdate{Active: new(bool)}), launchkey.ErrForbidden)
	changedService(t, c, want)

	bare := must(c.CreateService(ctx, launchkey.NewService{Name: rand.Text(), Inactive: true}))(t)
	if got := must(c.Service(ctx, bare))(t); got.Active || got.Description != "" || got.Icon != "" || got.CallbackURL != "" {
		t.Errorf("the service is %+v", got)
	}
	refused(t, "the name of another", c.UpdateService(ctx, bare, launchkey.ServiceUpdate{Name: &want.Name}), launchkey.ErrServiceNameTaken)
}

func changedService(t *testing.T, c serviceManager, s launchkey.Service) {
	t.Helper()
	update := launchkey.ServiceUpdate{
		Description: launchkey.To("Something else"), Icon: launchkey.To("https://example.com/other.png"),
		CallbackURL: launchkey.To("https://example.com/other"), Active: new(bool), Name: &s.Name,
	}
	if err := c.UpdateService(t.Context(), s.ID, update); err != nil {
		t.Fatal(err)
	}
	s.Description, s.Icon, s.CallbackURL, s.Active = "Something else", "https://example.com/other.png", "https://example.com/other", false
	if got := must(c.Service(t.Context(), s.ID))(t); *got != s {
		t.Errorf("the changed service is %+v", got)
	}
	emptied := launchkey.ServiceUpdate{Description: launchkey.Clear[string](), Icon: launchkey.Clear[string](), CallbackURL: launchkey.Clear[string]()}
	if err := c.UpdateService(t.Context(), s.ID, emptied); err != nil {
		t.Fatal(err)
	}
	s.Description, s.Icon, s.CallbackURL = "", "", ""
	if got := must(c.Service(t.Context(), s.ID))(t); *got != s {
		t.Errorf("the emptied service is %+v", got)
	}
}
