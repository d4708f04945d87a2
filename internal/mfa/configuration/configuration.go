// Package configuration holds the rules of what an organization makes for itself: directories, applications, and the
// keys by which they are known. A change counts at once on the machine that made it, and within the life of the
// caches on others.
package configuration

import "github.com/twinseal/twinseal/internal/mfa"

// Bounds of what an organization makes for itself.
const (
	MaxDirectories  = 10_000 // of one organization: far above any that are known, far below what fills a disk
	MaxApplications = 10_000 // of one organization, likewise
)

// Service holds the rules. Its methods are safe for concurrent use.
type Service struct {
	domain *mfa.Service
	store  mfa.Store
}

// New returns the service, beside the one of the domain.
func New(domain *mfa.Service) *Service {
	return &Service{domain: domain, store: domain.Parts().Store}
}
