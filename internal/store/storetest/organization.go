package storetest

import (
	"slices"

	"github.com/twinseal/twinseal/internal/mfa"
)

var organizationScenes = []scene{
	{name: "comes back as it was put, by id and by name", play: func(w *world) {
		same(w, "by id", read(w, func(r mfa.Records) (mfa.Organization, error) { return r.Organization(w.org.ID) }), w.org)
		same(w, "by name", read(w, func(r mfa.Records) (mfa.Organization, error) { return r.OrganizationByName(w.org.Name) }), w.org)
		missing(w, func(r mfa.Records) (mfa.Organization, error) { return r.Organization("no-such") })
		missing(w, func(r mfa.Records) (mfa.Organization, error) { return r.OrganizationByName("no such") })
	}},
	{name: "put again changes the name and nothing else", play: func(w *world) {
		renamed := w.org
		renamed.Name, renamed.CreatedAt = newID[string](), after(60)
		w.write(func(r mfa.WriteRecords) error { return r.PutOrganization(renamed) })
		renamed.CreatedAt = w.org.CreatedAt
		same(w, "renamed", read(w, func(r mfa.Records) (mfa.Organization, error) { return r.Organization(w.org.ID) }), renamed)
	}},
	{name: "of equal names the oldest is found", play: func(w *world) {
		younger := mfa.Organization{ID: newID[mfa.OrganizationID](), Name: w.org.Name, CreatedAt: after(1)}
		w.write(func(r mfa.WriteRecords) error { return r.PutOrganization(younger) })
		same(w, "by name", read(w, func(r mfa.Records) (mfa.Organization, error) { return r.OrganizationByName(w.org.Name) }), w.org)
	}},
	{name: "are listed oldest first, as many as are asked for", play: func(w *world) {
		younger := mfa.Organization{ID: newID[mfa.OrganizationID](), Name: newID[string](), CreatedAt: after(1)}
		w.write(func(r mfa.WriteRecords) error { return r.PutOrganization(younger) })
		const all = 1000 // more than the other scenes make
		listed := slices.DeleteFunc(read(w, func(r mfa.Records) ([]mfa.Organization, error) { return r.Organizations(all) }),
			func(o mfa.Organization) bool { return o.ID != w.org.ID && o.ID != younger.ID })
		same(w, "both", listed, []mfa.Organization{w.org, younger})
		same(w, "one", len(read(w, func(r mfa.Records) ([]mfa.Organization, error) { return r.Organizations(1) })), 1)
	}},
	{name: "a crowd that finds or makes a name makes one", play: func(w *world) {
		race(w, 1, func() func(mfa.WriteRecords) (bool, error) {
			name := newID[string]()
			return func(r mfa.WriteRecords) (bool, error) {
				if _, err := r.OrganizationByName(name); !mfa.IsCode(err, mfa.NotFound) {
					return false, err
				}
				return true, r.PutOrganization(mfa.Organization{ID: newID[mfa.OrganizationID](), Name: name, CreatedAt: start})
			}
		})
	}},
}
