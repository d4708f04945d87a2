package loginid

import "github.com/twinseal/twinseal/internal/endpoint"

// pages are those of the applications' origins. No cookies are used, so none are allowed.
func (d *Dialect) pages() endpoint.Pages {
	return endpoint.Pages{
		Known: d.service.OriginKnown, Methods: "GET, POST, PUT, DELETE",
		Headers: "authorization, content-type, accept, x-client-id, x-api-key, request-id, user-agent",
	}
}
