package rehearse

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"

	"wherry/internal/secret"
)

// mailTime is how long a mail may take.
const mailTime = 20 * time.Second

// chosenPassword is what those who have forgotten theirs choose.
const chosenPassword = "Brave-Oyster-77"

// forgetAndChange goes the way of somebody who has forgotten the password: the
// link on the login page, the mail, the page that the mail leads to.
func (c *checker) forgetAndChange(ctx context.Context, p Person, password string) error {
	c.mails.forget()
	if err := c.openLogin(ctx); err != nil {
		return err
	}
	forgot, err := c.linkTo("/password/forgot")
	if err != nil {
		return err
	}
	if err := allOf(c.browser.open(ctx, forgot), c.on(http.StatusOK)); err != nil {
		return err
	}
	if err := allOf(c.browser.submit(ctx, url.Values{"loginId": {p.LoginID}}), c.on(http.StatusFound)); err != nil {
		return err
	}
	waiting, cancel := context.WithTimeout(ctx, mailTime)
	defer cancel()
	mail, err := c.mails.to(waiting, p.Email)
	if err != nil {
		return err
	}
	if err := allOf(c.browser.open(ctx, mail.Link()), c.on(http.StatusOK)); err != nil {
		return err
	}
	return allOf(c.browser.submit(ctx, url.Values{"password": {password}, "passwordConfirm": {password}}), c.on(http.StatusFound))
}

// linkTo finds a link on the page, by how its path begins.
func (c *checker) linkTo(path string) (string, error) {
	_, rest, found := strings.Cut(c.browser.body, `href="`+path)
	rest, _, closed := strings.Cut(rest, `"`)
	if !found || !closed {
		return "", fmt.Errorf("the page has no link to %s", path)
	}
	return c.ServerURL + path + strings.ReplaceAll(rest, "&amp;", "&"), nil
}

func (c *checker) forgotBefore(ctx context.Context) error {
	before := c.asked()
	if err := c.forgetAndChange(ctx, c.forgetful, chosenPassword); err != nil {
		return err
	}
	u, status, err := c.login(ctx, c.forgetful.LoginID, chosenPassword)
	_, old, errOld := c.login(ctx, c.forgetful.LoginID, c.forgetful.Password.Reveal())
	return allOf(err, errOld, expect("status", status, http.StatusOK), expect("id", u.ID, c.forgetful.Sub),
		expect("status with the old password", old, http.StatusNotFound), expect("sign-ins at the pool", c.asked()-before, 0))
}

func (c *checker) forgotAfter(ctx context.Context) error {
	if err := c.forgetAndChange(ctx, c.byBrowser, chosenPassword); err != nil {
		return err
	}
	_, old, err := c.login(ctx, c.byBrowser.LoginID, c.byBrowser.Password.Reveal())
	c.byBrowser.Password = secret.String(chosenPassword)
	_, status, errNew := c.login(ctx, c.byBrowser.LoginID, chosenPassword)
	return allOf(err, errNew, expect("status with the old password", old, http.StatusNotFound), expect("status", status, http.StatusOK))
}

// forgotNobody asks for somebody whom neither side knows, and then for somebody
// else, so that there is something to wait for.
func (c *checker) forgotNobody(ctx context.Context) error {
	c.mails.forget()
	if err := c.openLogin(ctx); err != nil {
		return err
	}
	forgot, err := c.linkTo("/password/forgot")
	if err != nil {
		return err
	}
	if err := c.browser.open(ctx, forgot); err != nil {
		return err
	}
	if err := allOf(c.browser.submit(ctx, url.Values{"loginId": {"nobody@example.com"}}), c.on(http.StatusFound)); err != nil {
		return err
	}
	unknown := c.browser.last.Header.Get("Location")
	if err := c.browser.open(ctx, forgot); err != nil {
		return err
	}
	if err := allOf(c.browser.submit(ctx, url.Values{"loginId": {c.forgetful.LoginID}}), c.on(http.StatusFound)); err != nil {
		return err
	}
	waiting, cancel := context.WithTimeout(ctx, mailTime)
	defer cancel()
	_, err = c.mails.to(waiting, c.forgetful.Email)
	return allOf(err, expect("mails", c.mails.count(), 1), expect("where the page leads", unknown, c.browser.last.Header.Get("Location")))
}
