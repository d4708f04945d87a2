package launchkey

import (
	"context"
	"net/http"
)

// ServiceManager manages the services of an organization or of a directory. It
// is part of both clients.
type ServiceManager struct {
	of   client
	base string
}

// Service is what users are asked for.
type Service struct {
	ID          ServiceID
	Name        string
	Description string
	Icon        string // URL; empty for none
	CallbackURL string // where answers and ends of sessions are told; empty for none
	Active      bool
}

// NewService is a service to make.
type NewService struct {
	Name        string
	Description string
	Icon        string
	CallbackURL string
	Inactive    bool
}

// CreateService makes a service. Its name is taken when the error is
// ErrServiceNameTaken.
func (m *ServiceManager) CreateService(ctx context.Context, service NewService) (ServiceID, error) {
	const op = "create service"
	if service.Name == "" {
		return "", &FormatError{Field: "name", Reason: "must not be empty"}
	}
	body := struct {
		Name        string  `json:"name"`
		Description *string `json:"description"`
		Icon        *string `json:"icon"`
		CallbackURL *string `json:"callback_url"`
		Active      bool    `json:"active"`
	}{service.Name, orNull(service.Description), orNull(service.Icon), orNull(service.CallbackURL), !service.Inactive}
	var wire struct {
		ID ServiceID `json:"id"`
	}
	if err := m.of.do(ctx, call{op, http.MethodPost, m.base + "/services", body}, &wire); err != nil {
		return "", err
	}
	if wire.ID.check() != nil {
		return "", unexpected(op, "it has no id")
	}
	return wire.ID, nil
}

func orNull(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}

// AllServices lists the services of the organization, or of the directory.
func (m *ServiceManager) AllServices(ctx context.Context) ([]Service, error) {
	return m.services(ctx, call{"list services", http.MethodGet, m.base + "/services", nil})
}

// Services reads the named services. One that is not there makes the whole call
// ErrForbidden.
func (m *ServiceManager) Services(ctx context.Context, ids ...ServiceID) ([]Service, error) {
	for _, id := range ids {
		if err := id.check(); err != nil {
			return nil, err
		}
	}
	body := struct {
		IDs []ServiceID `json:"service_ids"`
	}{append([]ServiceID{}, ids...)}
	return m.services(ctx, call{"read services", http.MethodPost, m.base + "/services/list", body})
}

// Service reads one service.
func (m *ServiceManager) Service(ctx context.Context, id ServiceID) (*Service, error) {
	found, err := m.Services(ctx, id)
	if err != nil {
		return nil, err
	}
	if len(found) != 1 {
		return nil, unexpected("read services", "it is not one service")
	}
	return &found[0], nil
}

func (m *ServiceManager) services(ctx context.Context, made call) ([]Service, error) {
	var wire []struct {
		ID          ServiceID `json:"id"`
		Name        string    `json:"name"`
		Description string    `json:"description"`
		Icon        string    `json:"icon"`
		CallbackURL string    `json:"callback_url"`
		Active      bool      `json:"active"`
	}
	if err := m.of.do(ctx, made, &wire); err != nil {
		return nil, err
	}
	services := make([]Service, 0, len(wire))
	for _, w := range wire {
		if w.ID.check() != nil {
			return nil, unexpected(made.op, "a service has no id")
		}
		services = append(services, Service(w))
	}
	return services, nil
}

// ServiceUpdate is what to change of a service; the zero value changes nothing.
type ServiceUpdate struct {
	Name        *string
	Description Change[string]
	Icon        Change[string]
	CallbackURL Change[string]
	Active      *bool
}

// UpdateService changes a service.
func (m *ServiceManager) UpdateService(ctx context.Context, id ServiceID, update ServiceUpdate) error {
	if err := id.check(); err != nil {
		return err
	}
	body := struct {
		ID          ServiceID      `json:"service_id"`
		Name        *string        `json:"name,omitempty"`
		Description Change[string] `json:"description,omitzero"`
		Icon        Change[string] `json:"icon,omitzero"`
		CallbackURL Change[string] `json:"callback_url,omitzero"`
		Active      *bool          `json:"active,omitempty"`
	}{id, update.Name, update.Description, update.Icon, update.CallbackURL, update.Active}
	return m.of.do(ctx, call{"update service", http.MethodPatch, m.base + "/services", body}, nil)
}

func (m *ServiceManager) keysOf(id ServiceID) (keyCalls, error) {
	return keyCalls{m.of, m.base + "/service/keys", "service", keyHolder{Service: id}}, id.check()
}

// ServicePublicKeys lists the keys of a service, those that are not active or
// have expired too.
func (m *ServiceManager) ServicePublicKeys(ctx context.Context, id ServiceID) ([]PublicKey, error) {
	keys, err := m.keysOf(id)
	if err != nil {
		return nil, err
	}
	return keys.list(ctx)
}

// AddServicePublicKey gives a service a further key.
func (m *ServiceManager) AddServicePublicKey(ctx context.Context, id ServiceID, key NewPublicKey) (KeyID, error) {
	keys, err := m.keysOf(id)
	if err != nil {
		return "", err
	}
	return keys.add(ctx, key)
}

// UpdateServicePublicKey switches a key on or off, or changes when it expires.
func (m *ServiceManager) UpdateServicePublicKey(ctx context.Context, id ServiceID, key KeyID, update PublicKeyUpdate) error {
	keys, err := m.keysOf(id)
	if err != nil {
		return err
	}
	return keys.update(ctx, key, update)
}

// RemoveServicePublicKey takes a key away; the only one stays
// (ErrLastRemainingKey).
func (m *ServiceManager) RemoveServicePublicKey(ctx context.Context, id ServiceID, key KeyID) error {
	keys, err := m.keysOf(id)
	if err != nil {
		return err
	}
	return keys.remove(ctx, key)
}
