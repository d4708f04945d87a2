package stepup

import (
	"context"

	"github.com/twinseal/twinseal/internal/mfa"
)

// LinkPath is the page of the server to which links in mails lead. LinkParam is its query parameter.
const (
	LinkPath  = "/challenge/link"
	LinkParam = "link"
)

// LinkPage is what the page behind a link shows.
type LinkPage struct {
	Caller *mfa.Caller
	Action mfa.Action
	Prompt mfa.Prompt
	// Open says that the link counts once the page's button is pressed. One that is not was used, taken back or is late.
	Open bool
	// Mode is the application's choice where to go on: NEW_TAB or ORIGINAL_TAB.
	Mode string
}

// OpenLink finds what a link is for. It changes nothing, so programs that look links up ahead of people do no harm.
func (s *Service) OpenLink(ctx context.Context, link mfa.Secret) (LinkPage, error) {
	return LinkPage{}, errLater
}

// ConfirmLink burns a link: the page behind it was told to, by a POST. Whoever waits sees it by [Service.PollLink].
func (s *Service) ConfirmLink(ctx context.Context, link mfa.Secret, source, userAgent string) (Result, error) {
	return Result{}, errLater
}

// PollLink says whether the link that was sent for the action was followed. It is one read and counts nothing, because
// clients ask each second.
func (s *Service) PollLink(ctx context.Context, p Pass) (Result, error) { return Result{}, errLater }
