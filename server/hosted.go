package server

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"strings"

	"wherry/server/internal/hosted"
	"wherry/server/internal/jobs"
	"wherry/server/internal/pages"
)

// hostedSite is the hosted package's view of the pages package.
type hostedSite struct{ *site }

// Forgot implements hosted.Pages.
func (s hostedSite) Forgot(w http.ResponseWriter, r *http.Request, status int, page hosted.Form) {
	s.ended(w, r, s.pages.Forgot(w, r, status, pages.Forgot{Frame: s.frame(r, page.Tenant, page.Application), LoginID: page.LoginID, Error: page.Problem}))
}

// Verify implements hosted.Pages.
func (s hostedSite) Verify(w http.ResponseWriter, r *http.Request, status int, page hosted.Form) {
	s.ended(w, r, s.pages.Verify(w, r, status, pages.Verify{
		Frame: s.frame(r, page.Tenant, page.Application), Registration: page.Registration, AskCode: page.AskCode, Error: page.Problem,
	}))
}

// Notice implements hosted.Pages.
func (s hostedSite) Notice(w http.ResponseWriter, r *http.Request, status int, page hosted.Notice) {
	s.ended(w, r, s.pages.Notice(w, r, status, pages.Notice{
		Frame: s.frame(r, page.Tenant, page.Application), Says: sayings[page.Says], ContinueURL: page.ContinueURL,
	}))
}

var sayings = map[hosted.Saying]pages.Saying{
	hosted.Sent: pages.NoticeSent, hosted.Verified: pages.NoticeVerified,
	hosted.Registered: pages.NoticeRegistered, hosted.Expired: pages.NoticeExpired,
}

// later leaves work to jobs.
type later struct {
	queue interface {
		AddJobs(ctx context.Context, added ...jobs.Job) error
	}
}

// ForgotPassword implements hosted.Later.
func (l later) ForgotPassword(ctx context.Context, f hosted.Forgotten) error {
	job, err := jobs.New(forgotJob, forgottenLater(f))
	if err != nil {
		return err
	}
	asked := sha256.Sum256([]byte(string(f.TenantID) + strings.ToLower(f.LoginID)))
	job.Name = forgotJob + " " + hex.EncodeToString(asked[:16]) // whoever asks again before it is done changes nothing
	return l.queue.AddJobs(ctx, job)
}
