package app

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/twinseal/twinseal/internal/dialect/launchkey"
	"github.com/twinseal/twinseal/internal/mfa"
	"github.com/twinseal/twinseal/internal/mfa/provision"
)

// Owner is an organization, a directory or a service as operators see it: what public keys belong to.
type Owner struct {
	mfa.Owner

	Name    string
	Keys    int
	Created bool // by the call that returns it
}

// String is how the owner is written on command lines.
func (o Owner) String() string { return ownerWords[o.Kind] + ":" + o.ID }

// ownerWords are what operators call them, in the words of the LaunchKey protocol.
var ownerWords = map[mfa.OwnerKind]string{
	mfa.OwnerOrganization: "organization", mfa.OwnerDirectory: "directory", mfa.OwnerApplication: "service",
}

// listedBy are the commands that show the ids of each kind.
var listedBy = map[mfa.OwnerKind]string{
	mfa.OwnerOrganization: `"twinseal keys organization"`, mfa.OwnerDirectory: `"twinseal keys directory"`,
	mfa.OwnerApplication: `"twinseal keys loginid" or "twinseal keys service --directory UUID"`,
}

// ownerKinds are the words that are understood: those above, and the protocol's short ones.
var ownerKinds = map[string]mfa.OwnerKind{
	"organization": mfa.OwnerOrganization, "org": mfa.OwnerOrganization, "directory": mfa.OwnerDirectory, "dir": mfa.OwnerDirectory,
	"service": mfa.OwnerApplication, "svc": mfa.OwnerApplication, "application": mfa.OwnerApplication,
}

// said is a refusal of the domain as a person reads it. What went wrong inside keeps its cause.
func said(err error) error {
	refusal, ok := errors.AsType[*mfa.Error](err)
	if !ok || refusal.Code == mfa.Internal || refusal.Code == mfa.Unavailable {
		return err
	}
	return errors.New(refusal.Message)
}

// FindOwner finds an owner by its kind and id, such as directory:3c1f0f3e-2e5b-4d0a-9c8e-1f5a7b9d2c64.
func (a *App) FindOwner(ctx context.Context, text string) (Owner, error) {
	word, id, ok := strings.Cut(text, ":")
	kind, known := ownerKinds[word]
	if !ok || !known {
		return Owner{}, errors.New("say whose keys: --owner organization:UUID, directory:UUID or service:UUID, which is also called application:UUID (\"twinseal keys organization\", \"twinseal keys loginid\" and \"twinseal keys authsignal\" list what there is)")
	}
	return a.owner(ctx, kind, id)
}

func (a *App) owner(ctx context.Context, kind mfa.OwnerKind, id string) (Owner, error) {
	id, err := mfa.ParseUUID("the id of the "+ownerWords[kind], id)
	if err != nil {
		return Owner{}, said(err)
	}
	o := mfa.Owner{Kind: kind, ID: id}
	c, err := a.Service.CallerForOwner(ctx, o)
	if mfa.IsCode(err, mfa.NotFound) {
		return Owner{}, fmt.Errorf("there is no %s %s; %s lists those there are", ownerWords[kind], id, listedBy[kind])
	}
	if err != nil {
		return Owner{}, err
	}
	name := c.Organization.Name
	switch kind {
	case mfa.OwnerDirectory:
		name = c.Directory.Name
	case mfa.OwnerApplication:
		name = c.Application.Name
	case mfa.OwnerOrganization:
	}
	return a.described(ctx, o, name)
}

func (a *App) described(ctx context.Context, o mfa.Owner, name string) (Owner, error) {
	held, err := a.Service.PublicKeysOf(ctx, o)
	return Owner{Owner: o, Name: name, Keys: len(held)}, err
}

func describeAll[T any](ctx context.Context, a *App, list []T, as func(T) (mfa.Owner, string)) ([]Owner, error) {
	out := make([]Owner, 0, len(list))
	for _, one := range list {
		o, name := as(one)
		shown, err := a.described(ctx, o, name)
		if err != nil {
			return nil, err
		}
		out = append(out, shown)
	}
	return out, nil
}

// maxOrganizations bounds a list on a screen; who has more knows their ids from elsewhere.
const maxOrganizations = 10_000

// Organizations lists the server's.
func (a *App) Organizations(ctx context.Context) ([]Owner, error) {
	list, err := a.Service.Organizations(ctx, maxOrganizations)
	if err != nil {
		return nil, err
	}
	return describeAll(ctx, a, list, func(o mfa.Organization) (mfa.Owner, string) { return o.ID.Owner(), o.Name })
}

// Directories lists an organization's.
func (a *App) Directories(ctx context.Context, organization Owner) ([]Owner, error) {
	list, err := a.configuration.DirectoriesOf(ctx, mfa.OrganizationID(organization.ID))
	if err != nil {
		return nil, err
	}
	return describeAll(ctx, a, list, func(d mfa.Directory) (mfa.Owner, string) { return d.ID.Owner(), d.Name })
}

// Services lists those of a directory, or those that are an organization's own.
func (a *App) Services(ctx context.Context, under Owner) ([]Owner, error) {
	list, err := a.configuration.ApplicationsOf(ctx, under.Owner)
	if err != nil {
		return nil, err
	}
	return describeAll(ctx, a, list, func(s mfa.Application) (mfa.Owner, string) { return s.ID.Owner(), s.Name })
}

// serviceNamed is the directory's application of a name, with nothing in it where there is none.
func (a *App) serviceNamed(ctx context.Context, directory Owner, name string) (Owner, error) {
	all, err := a.Services(ctx, directory)
	if err != nil {
		return Owner{}, err
	}
	i := slices.IndexFunc(all, func(o Owner) bool { return o.Name == name })
	if i < 0 {
		return Owner{}, nil
	}
	return all[i], nil
}

// plannedAs is the plan of an application of a name as it is, or as it begins where have has nothing in it.
func (a *App) plannedAs(ctx context.Context, have Owner, name string) (provision.PlannedApplication, error) {
	out := provision.PlannedApplication{Name: name, Settings: mfa.DefaultSettings()}
	if have.ID == "" {
		return out, nil
	}
	c, err := a.Service.CallerForOwner(ctx, have.Owner)
	if err != nil {
		return out, err
	}
	out.ID, out.Settings = c.Application.ID, c.Application.Settings
	return out, nil
}

// FindOrganization finds an organization by its id; "" means the only one there is.
func (a *App) FindOrganization(ctx context.Context, id string) (Owner, error) {
	if id != "" {
		return a.owner(ctx, mfa.OwnerOrganization, id)
	}
	all, err := a.Organizations(ctx)
	if err == nil && len(all) == 0 {
		err = errors.New("the server has no organization yet: \"twinseal keys organization NAME\" makes one")
	}
	if err == nil && len(all) != 1 {
		err = errors.New("the server has not just one organization; name one with --organization UUID (\"twinseal keys organization\" lists them)")
	}
	if err != nil {
		return Owner{}, err
	}
	return all[0], nil
}

// wanted is what an operator wants to be there.
type wanted struct {
	kind     mfa.OwnerKind
	id, name string // either may be ""
	beside   func() ([]Owner, error)
	plan     func(id, name string) provision.Plan
}

// find looks for it among those beside it.
func (w wanted) find() (Owner, bool, error) {
	all, err := w.beside()
	if err != nil {
		return Owner{}, false, err
	}
	at := slices.IndexFunc(all, func(o Owner) bool { return o.ID == w.id || w.id == "" && o.Name == w.name })
	if at < 0 {
		return Owner{}, false, nil
	}
	if found := all[at]; w.name == "" || found.Name == w.name {
		return found, true, nil
	}
	return Owner{}, false, fmt.Errorf("%s is there under the name %s", all[at], all[at].Name)
}

// ensure shows what is wanted, and makes it first where it is not there. Two who ask for a name at once get one.
func (a *App) ensure(ctx context.Context, w wanted) (Owner, error) {
	if w.id != "" {
		id, err := mfa.ParseUUID("the id", w.id)
		if err != nil {
			return Owner{}, said(err)
		}
		w.id = id
	}
	if found, ok, err := w.find(); ok || err != nil {
		return found, err
	}
	if w.name == "" {
		return Owner{}, fmt.Errorf("there is no %s %s here; give it a name to make it", ownerWords[w.kind], w.id)
	}
	if err := mfa.CheckName(w.name); err != nil {
		return Owner{}, said(err)
	}
	applied, err := a.Provision.Apply(ctx, w.plan(w.id, w.name))
	if err != nil {
		return Owner{}, said(err)
	}
	made, ok, err := w.find()
	if err == nil && !ok {
		err = errors.New("it was made, and is gone; try again")
	}
	made.Created = applied.Created > 0
	return made, err
}

// EnsureOrganization shows the organization of an id or a name, and makes it if it is not there.
func (a *App) EnsureOrganization(ctx context.Context, id, name string) (Owner, error) {
	beside := func() ([]Owner, error) { return a.Organizations(ctx) }
	return a.ensure(ctx, wanted{mfa.OwnerOrganization, id, name, beside, func(id, name string) provision.Plan {
		return provision.Plan{Organizations: []provision.PlannedOrganization{{ID: mfa.OrganizationID(id), Name: name}}}
	}})
}

// EnsureDirectory does the same with a directory of an organization.
func (a *App) EnsureDirectory(ctx context.Context, organization Owner, id, name string) (Owner, error) {
	beside := func() ([]Owner, error) { return a.Directories(ctx, organization) }
	return a.ensure(ctx, wanted{mfa.OwnerDirectory, id, name, beside, func(id, name string) provision.Plan {
		return provision.Plan{Organizations: []provision.PlannedOrganization{{
			ID: mfa.OrganizationID(organization.ID), Name: organization.Name,
			Directories: []provision.PlannedDirectory{{ID: mfa.DirectoryID(id), Name: name}},
		}}}
	}})
}

// EnsureService does the same with a service of a directory or of an organization. A new one has the settings of
// one that a client of the LaunchKey protocol makes.
func (a *App) EnsureService(ctx context.Context, under Owner, id, name string) (Owner, error) {
	c, err := a.Service.CallerForOwner(ctx, under.Owner)
	if err != nil {
		return Owner{}, err
	}
	beside := func() ([]Owner, error) { return a.Services(ctx, under) }
	return a.ensure(ctx, wanted{mfa.OwnerApplication, id, name, beside, func(id, name string) provision.Plan {
		fresh := []provision.PlannedApplication{{ID: mfa.ApplicationID(id), Name: name, Settings: launchkey.ServiceSettings()}}
		o := provision.PlannedOrganization{ID: c.Organization.ID, Name: c.Organization.Name}
		if under.Kind == mfa.OwnerOrganization {
			o.Services = fresh
		} else {
			o.Directories = []provision.PlannedDirectory{{ID: c.Directory.ID, Name: c.Directory.Name, Applications: fresh}}
		}
		return provision.Plan{Organizations: []provision.PlannedOrganization{o}}
	}})
}
