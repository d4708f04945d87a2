package loginid

import (
	"context"
	"net/http"

	"github.com/twinseal/twinseal/internal/endpoint"
	"github.com/twinseal/twinseal/internal/mfa"
)

// userRef names the user of a request: by id, by name or by both, which must then be the same.
type userRef struct {
	UserID   string `json:"user_id"`
	Username string `json:"username"`
}

// user finds whom a request is about, and holds the token to it.
func (d *Dialect) user(ctx context.Context, c *call, ref userRef) (mfa.User, error) {
	var u mfa.User
	switch {
	case ref.UserID != "":
		id, err := userID(ref.UserID)
		if err != nil {
			return u, err
		}
		if u, err = d.found(ctx, c, mfa.UserRef{ID: id}); err != nil {
			return u, err
		}
	case ref.Username == "":
		return u, missingParameter("username")
	}
	if ref.Username != "" {
		other, err := d.found(ctx, c, named(ref.Username))
		if err != nil {
			return u, err
		}
		if u.ID != "" && u.ID != other.ID {
			return u, errNoUser
		}
		u = other
	}
	return u, c.bound(u.ID, usernameOf(u))
}

func (d *Dialect) found(ctx context.Context, c *call, ref mfa.UserRef) (mfa.User, error) {
	u, err := d.accounts.FindUser(ctx, c.client, ref)
	if mfa.IsCode(err, mfa.NotFound) {
		return u, errNoUser
	}
	return u, err
}

// profile is a user as backends see it. The namespace stands in it twice: one client's model spells it so.
type profile struct {
	ID               string    `json:"id"`
	ClientID         string    `json:"client_id"`
	Username         string    `json:"username"`
	Status           string    `json:"status"`
	Type             string    `json:"type"`
	NamespaceID      string    `json:"namespace_id"`
	NamespaceIDTwice string    `json:"namspace_id"`
	CreatedAt        wireTime  `json:"created_at"`
	UpdatedAt        wireTime  `json:"updated_at"`
	Contacts         []contact `json:"contacts"`
}

type contact struct {
	Type       string `json:"type"`
	Contact    string `json:"contact"`
	IsVerified bool   `json:"is_verified"`
}

func (c *call) profile(u mfa.User) profile {
	namespace := namespaceID(c.client.Directory.ID)
	out := profile{
		ID: string(u.ID), ClientID: c.clientID, Username: usernameOf(u), Status: "active", Type: userType,
		NamespaceID: namespace, NamespaceIDTwice: namespace,
		CreatedAt: wireTime(u.CreatedAt), UpdatedAt: wireTime(u.UpdatedAt), Contacts: []contact{},
	}
	if u.State != mfa.UserActive {
		out.Status = "inactive"
	}
	for _, address := range u.Emails {
		out.Contacts = append(out.Contacts, contact{"email", address, false})
	}
	if !u.Phone.Empty() {
		out.Contacts = append(out.Contacts, contact{"phone_number", u.Phone.E164(), u.Confirmed})
	}
	return out
}

// createUser makes a user who has nothing to sign in with yet.
func (d *Dialect) createUser(ctx context.Context, c *call, in *signInRequest) (endpoint.Response, error) {
	if err := c.newUser(in.Username); err != nil {
		return endpoint.Response{}, err
	}
	u, err := d.accounts.CreateUser(ctx, c.client, in.Username, c.source())
	if err != nil {
		return endpoint.Response{}, err
	}
	return endpoint.JSON(http.StatusOK, c.profile(u))
}

// retrieveUser shows a user.
func (d *Dialect) retrieveUser(ctx context.Context, c *call, in *signInRequest) (endpoint.Response, error) {
	u, err := d.user(ctx, c, userRef{Username: in.Username})
	if err != nil {
		return endpoint.Response{}, err
	}
	return endpoint.JSON(http.StatusOK, c.profile(u))
}

// deleteUser deletes a user by name.
func (d *Dialect) deleteUser(ctx context.Context, c *call, in *signInRequest) (endpoint.Response, error) {
	return d.remove(ctx, c, userRef{Username: in.Username})
}

// deleteUserByID deletes a user by id.
func (d *Dialect) deleteUserByID(ctx context.Context, c *call, _ *base) (endpoint.Response, error) {
	return d.remove(ctx, c, userRef{UserID: c.values["user"]})
}

// remove answers with exactly this status and without a body: clients compare it.
func (d *Dialect) remove(ctx context.Context, c *call, ref userRef) (endpoint.Response, error) {
	u, err := d.user(ctx, c, ref)
	if err != nil {
		return endpoint.Response{}, err
	}
	if err := d.accounts.Delete(ctx, c.client, mfa.UserRef{ID: u.ID}, c.source()); err != nil {
		return endpoint.Response{}, err
	}
	return endpoint.Response{Status: http.StatusNoContent}, nil
}

// activateUser lets a user sign in again.
func (d *Dialect) activateUser(ctx context.Context, c *call, _ *base) (endpoint.Response, error) {
	return d.turn(ctx, c, mfa.UserActive)
}

// deactivateUser keeps a user from signing in.
func (d *Dialect) deactivateUser(ctx context.Context, c *call, _ *base) (endpoint.Response, error) {
	return d.turn(ctx, c, mfa.UserSuspended)
}

func (d *Dialect) turn(ctx context.Context, c *call, state mfa.UserState) (endpoint.Response, error) {
	u, err := d.user(ctx, c, userRef{UserID: c.values["user"]})
	if err != nil {
		return endpoint.Response{}, err
	}
	if u, err = d.accounts.SetState(ctx, c.client, mfa.UserRef{ID: u.ID}, state, c.source()); err != nil {
		return endpoint.Response{}, err
	}
	return endpoint.JSON(http.StatusOK, c.profile(u))
}
