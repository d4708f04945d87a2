package authsignaltest

import (
	"maps"
	"net/http"
	"slices"
)

func (s *Server) routeUsers() {
	s.on("GET /users/{user}", func(r *http.Request, _ Doc) Reply { return good(s.user(r.PathValue("user")).doc()) })
	s.on("PATCH /users/{user}", s.updateUser)
	s.on("DELETE /users/{user}", func(r *http.Request, _ Doc) Reply {
		delete(s.users, r.PathValue("user"))
		return good(success)
	})
	s.on("GET /users", s.queryUsers)
	s.on("GET /users/{user}/authenticators", func(r *http.Request, _ Doc) Reply {
		return good(append([]Doc{}, s.user(r.PathValue("user")).authenticators...))
	})
	s.on("POST /users/{user}/authenticators", func(r *http.Request, body Doc) Reply { return s.enroll(s.user(r.PathValue("user")), body) })
	s.on("DELETE /users/{user}/authenticators/{id}", s.deleteAuthenticator)
	s.on("POST /users/authenticators", s.enrollBatch)
	s.on("GET /authenticators", func(*http.Request, Doc) Reply {
		return good([]Doc{{"authenticatorId": uuid(), "verificationMethod": "EMAIL_OTP", "isActive": true}})
	})
	s.on("GET /users/{user}/devices", func(r *http.Request, _ Doc) Reply {
		return good(append([]Doc{}, s.user(r.PathValue("user")).devices...))
	})
	s.on("PATCH /users/{user}/devices/{id}", func(r *http.Request, body Doc) Reply {
		return s.withDevice(r, func(d Doc) {
			d["rememberedUntil"] = body["rememberedUntil"]
		})
	})
	s.on("POST /users/{user}/devices/{id}/invalidate", func(r *http.Request, _ Doc) Reply {
		return s.withDevice(r, func(d Doc) { d["invalidatedAt"] = now() })
	})
}

// user finds or makes one.
func (s *Server) user(id string) *user {
	if s.users[id] == nil {
		s.users[id] = &user{id: id, attributes: Doc{"createdAt": now()}}
	}
	return s.users[id]
}

func (u *user) methods() []string {
	list := []string{}
	for _, a := range u.authenticators {
		if method := text(a, "verificationMethod"); !slices.Contains(list, method) {
			list = append(list, method)
		}
	}
	return list
}

func (u *user) doc() Doc {
	d := Doc{
		"userId": u.id, "isEnrolled": len(u.authenticators) > 0, "emailVerified": false, "phoneNumberVerified": false,
		"enrolledVerificationMethods": u.methods(),
	}
	maps.Copy(d, u.attributes)
	return d
}

func (s *Server) updateUser(r *http.Request, body Doc) Reply {
	who := s.user(r.PathValue("user"))
	for name, value := range body {
		if value != nil {
			who.attributes[name] = value
		}
	}
	return good(who.doc())
}

func (s *Server) queryUsers(r *http.Request, _ Doc) Reply {
	query := r.URL.Query()
	found := []Doc{}
	for _, id := range slices.Sorted(maps.Keys(s.users)) {
		who := s.users[id]
		matches := id > query.Get("lastEvaluatedUserId")
		for _, name := range []string{"username", "email", "phoneNumber"} {
			matches = matches && (query.Get(name) == "" || query.Get(name) == text(who.attributes, name))
		}
		if matches {
			found = append(found, who.doc())
		}
	}
	page := Doc{"users": found}
	if query.Get("limit") == "1" && len(found) > 1 { // the one limit that tests need
		page["users"], page["lastEvaluatedUserId"] = found[:1], found[0]["userId"]
	}
	return good(page)
}

// Enroll gives a user an authenticator, and gives its id.
func (s *Server) Enroll(userID string, authenticator Doc) string {
	s.lock.Lock()
	defer s.lock.Unlock()
	reply := s.enroll(s.user(userID), authenticator)
	body, _ := reply.Body.(Doc)
	made, _ := body["authenticator"].(Doc)
	return text(made, "userAuthenticatorId")
}

func (s *Server) enroll(who *user, body Doc) Reply {
	method := text(body, "verificationMethod")
	needs := map[string]string{
		"SMS": "phoneNumber", "WHATSAPP": "phoneNumber", "EMAIL_OTP": "email", "EMAIL_MAGIC_LINK": "email",
		"AUTHENTICATOR_APP": "otpUri", "PASSKEY": "credentialPublicKey",
	}
	if needs[method] == "" || text(body, needs[method]) == "" {
		return invalid
	}
	made := Doc{"userAuthenticatorId": uuid(), "userId": who.id, "verificationMethod": method, "createdAt": now(), "verifiedAt": now()}
	for _, name := range []string{"email", "phoneNumber"} {
		if said := text(body, name); said != "" {
			made[name] = said
		}
	}
	if id := text(body, "credentialId"); id != "" {
		made["webauthnCredential"] = Doc{"credentialId": id, "deviceId": uuid(), "name": text(body, "name"), "verifiedAt": now()}
	}
	answer := Doc{"authenticator": made}
	if len(who.authenticators) == 0 {
		answer["recoveryCodes"] = []string{"aaaa-bbbb", "cccc-dddd"}
	}
	who.authenticators = append(who.authenticators, made)
	return good(answer)
}

func (s *Server) deleteAuthenticator(r *http.Request, _ Doc) Reply {
	who := s.user(r.PathValue("user"))
	before := len(who.authenticators)
	who.authenticators = slices.DeleteFunc(who.authenticators, func(a Doc) bool { return a["userAuthenticatorId"] == r.PathValue("id") })
	if len(who.authenticators) == before {
		return missing
	}
	return good(success)
}

func (s *Server) enrollBatch(_ *http.Request, body Doc) Reply {
	list, _ := body["authenticators"].([]any)
	failures := []Doc{}
	for _, one := range list {
		passkey, _ := one.(Doc)
		if s.enroll(s.user(text(passkey, "userId")), passkey).Status != 0 {
			failures = append(failures, Doc{
				"userId": passkey["userId"], "credentialId": passkey["credentialId"], "errorCode": "invalid_request", "errorDescription": "refused",
			})
		}
	}
	return good(Doc{"total": len(list), "succeeded": len(list) - len(failures), "failed": len(failures), "failures": failures})
}

// AddDevice lets a user have passed a challenge with a device.
func (s *Server) AddDevice(userID, deviceID string) {
	s.lock.Lock()
	defer s.lock.Unlock()
	who := s.user(userID)
	who.devices = append(who.devices, Doc{"userId": userID, "deviceId": deviceID, "createdAt": now(), "authenticatedAt": now()})
}

func (s *Server) withDevice(r *http.Request, f func(Doc)) Reply {
	for _, d := range s.user(r.PathValue("user")).devices {
		if d["deviceId"] == r.PathValue("id") {
			f(d)
			return good(d)
		}
	}
	return missing
}
