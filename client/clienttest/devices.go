package clienttest

import (
	"net/http"
	"slices"
	"strings"

	"github.com/twinseal/twinseal/api"
)

func (s *Server) listDevices(c *call) (any, *api.Problem) {
	s.mu.Lock()
	defer s.mu.Unlock()
	out := api.DeviceList{Devices: []api.LinkedDevice{}}
	for _, d := range s.devices {
		out.Devices = append(out.Devices, api.LinkedDevice{
			ID: d.ID, Name: d.Name, Platform: d.Platform, CreatedAt: d.CreatedAt, LastSeenAt: d.LastSeenAt, This: d.ID == c.device.ID,
		})
	}
	slices.SortFunc(out.Devices, func(a, b api.LinkedDevice) int { return strings.Compare(a.ID, b.ID) })
	return out, nil
}

func (s *Server) unlinkOther(c *call) (any, *api.Problem) {
	s.mu.Lock()
	defer s.mu.Unlock()
	id := c.r.PathValue("id")
	for thumbprint, d := range s.devices {
		if d.ID == id && id != c.device.ID {
			delete(s.devices, thumbprint)
			return nil, nil
		}
	}
	return nil, problem(http.StatusNotFound, api.CodeDeviceMissing, "not another device of this person")
}

func (s *Server) rename(c *call) (any, *api.Problem) {
	var in api.Rename
	if p := c.decode(&in); p != nil {
		return nil, p
	}
	if strings.TrimSpace(in.Name) == "" {
		return nil, problem(http.StatusBadRequest, api.CodeInvalidRequest, "a device has a name")
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	c.device.Name = in.Name
	s.devices[c.proof.Thumbprint] = c.device
	return c.device, nil
}

func (s *Server) recoveryLeft(*call) (any, *api.Problem) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return api.RecoveryLeft{Left: len(s.recovery)}, nil
}

func (s *Server) renewRecovery(*call) (any, *api.Problem) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.recovery = nil
	for range 10 {
		s.recovery = append(s.recovery, s.next("recovery"))
	}
	return api.RecoveryCodes{Codes: slices.Clone(s.recovery)}, nil
}

func (s *Server) recover(c *call) (any, *api.Problem) {
	var in api.RecoveryLinkRequest
	if p := c.announced(&in, &in.Key); p != nil {
		return nil, p
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	i := slices.Index(s.recovery, strings.TrimSpace(in.Code))
	if i < 0 || in.User != KnownPhone {
		return nil, problem(http.StatusForbidden, api.CodeRecoveryRefused, "the name or the code is wrong")
	}
	s.recovery = slices.Delete(s.recovery, i, i+1)
	return s.add(c.proof, in.Name, in.Platform), nil
}
