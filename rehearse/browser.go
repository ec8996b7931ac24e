package rehearse

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"strings"

	"golang.org/x/net/html"
)

// browser walks pages as a browser without JavaScript does.
type browser struct {
	http.Client
	last *http.Response
	body string
}

func newBrowser() (*browser, error) {
	jar, err := cookiejar.New(nil)
	if err != nil {
		return nil, err
	}
	return &browser{Client: http.Client{
		Jar:           jar,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}}, nil
}

func (b *browser) open(ctx context.Context, address string) error {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return err
	}
	return b.do(req)
}

func (b *browser) do(req *http.Request) error {
	resp, err := b.Do(req)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(io.LimitReader(resp.Body, 1<<20))
	b.last, b.body = resp, string(body)
	return err
}

// submit fills in the form on the page and sends it as a browser would.
func (b *browser) submit(ctx context.Context, fill url.Values) error {
	action, values, err := form(b.body)
	if err != nil {
		return err
	}
	for name, list := range fill {
		values[name] = list
	}
	target, err := b.last.Request.URL.Parse(action)
	if err != nil {
		return err
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, target.String(), strings.NewReader(values.Encode()))
	if err != nil {
		return err
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	req.Header.Set("Origin", "http://"+target.Host)
	req.Header.Set("Sec-Fetch-Site", "same-origin")
	return b.do(req)
}

// form reads the first form of a page: where it goes and what is filled in.
func form(page string) (action string, values url.Values, err error) {
	root, err := html.Parse(strings.NewReader(page))
	if err != nil {
		return "", nil, err
	}
	values = url.Values{}
	found := false
	for n := range root.Descendants() {
		switch {
		case n.Type == html.ElementNode && n.Data == "form":
			action, found = attribute(n, "action"), true
		case n.Type == html.ElementNode && n.Data == "input" && attribute(n, "type") != "checkbox" && attribute(n, "name") != "":
			values.Add(attribute(n, "name"), attribute(n, "value"))
		}
	}
	if !found {
		return "", nil, fmt.Errorf("there is no form on the page")
	}
	return action, values, nil
}

func attribute(n *html.Node, name string) string {
	for _, a := range n.Attr {
		if a.Key == name {
			return a.Val
		}
	}
	return ""
}
