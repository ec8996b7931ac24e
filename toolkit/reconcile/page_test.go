package reconcile_test

import (
	"bytes"
	"encoding/xml"
	"errors"
	"io"
	"os"
	"strings"
	"testing"
	"time"

	"wherry/toolkit/internal/workspace"
	"wherry/toolkit/reconcile"
)

// troubled is a crossing of which nearly everything went wrong that can.
func troubled(t *testing.T) *scene {
	t.Helper()
	s := begin(t)
	crowd := people(400)
	for i := range 40 {
		crowd[300+i].Status = "ARCHIVED"
		crowd[350+i].Attributes["birthdate"] = "in spring"
	}
	crowd[348].Username, crowd[349].Username = "", ""
	s.export(crowd...)
	s.carry()
	for n := 1; n <= 7; n++ {
		delete(s.users, sub(n))
		s.change(sub(10+n), false, func(u doc) { u["firstName"] = "<script>alert(1)</script>" })
		s.change(sub(20+n), true, func(u doc) { u["lastName"], u["imageUrl"] = "Doe", "https://example.com/a.png" })
		s.change(sub(30+n), false, func(u doc) { u["memberships"] = []any{} })
	}
	s.past = -time.Minute
	s.export(append(crowd, person(401), person(402))...)
	return s
}

// TestThePage is one that needs nothing else, and names nobody unless it is
// asked to. With WHERRY_TEST_PAGES it is kept there to be looked at.
func TestThePage(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		scene  *scene
		change func(*reconcile.Config)
		want   []string
		not    []string
	}{
		"trouble": {
			troubled(t), func(*reconcile.Config) {},
			[]string{"21 of 402 users need a look.", sub(11), "7 are not in the target", "<code>memberships</code>", "the status is ARCHIVED", "birthdate", "2 have not been sent yet"},
			[]string{"alert(1)", "user11", "@example.com", "Jane"},
		},
		"trouble with names": {
			troubled(t), func(c *reconcile.Config) { c.Names = true },
			[]string{"user11", "&lt;script&gt;alert(1)", "holds personal data"},
			[]string{"<script"},
		},
		"a sample": {
			troubled(t), func(c *reconcile.Config) { c.Sample, c.Seed = 100, 1 },
			[]string{"With 95 % confidence fewer than", "a random sample"},
			nil,
		},
		"all is well": {
			well(t), func(*reconcile.Config) {}, []string{"Every one of 12 users is accounted for."}, []string{"needs a look"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			tt.scene.T = t
			report, _ := tt.scene.verify(tt.change)
			var page, list bytes.Buffer
			if err := errors.Join(report.WriteHTML(t.Context(), &page), report.WriteList(t.Context(), &list)); err != nil {
				t.Fatal(err)
			}
			for _, text := range tt.want {
				if !strings.Contains(page.String(), text) {
					t.Errorf("the page does not say %q", text)
				}
			}
			for _, text := range append(tt.not, "http://", "https://", "src=", "@import") {
				if strings.Contains(page.String(), text) && !(strings.Contains(name, "names") && strings.HasPrefix(text, "http")) {
					t.Errorf("the page says %q", text)
				}
			}
			if report.Bad() > 0 && strings.Contains(list.String(), "user11") != strings.Contains(name, "names") {
				t.Errorf("the list: %s", list.String())
			}
			wellFormed(t, page.String())
			if dir := os.Getenv("WHERRY_TEST_PAGES"); dir != "" {
				tt.scene.must(os.WriteFile(dir+"/"+strings.ReplaceAll(name, " ", "-")+".html", page.Bytes(), 0o600))
			}
		})
	}
}

func well(t *testing.T) *scene {
	t.Helper()
	s := begin(t)
	s.export(people(12)...)
	s.carry()
	return s
}

// wellFormed reads the charts of a page, which must be XML.
func wellFormed(t *testing.T, page string) {
	t.Helper()
	for rest := page; ; {
		_, svg, found := strings.Cut(rest, "<svg")
		if !found {
			return
		}
		svg, rest, _ = strings.Cut(svg, "</svg>")
		in := xml.NewDecoder(strings.NewReader("<svg" + svg + "</svg>"))
		for {
			if _, err := in.Token(); errors.Is(err, io.EOF) {
				break
			} else if err != nil {
				t.Fatalf("%v in %s", err, svg)
			}
		}
	}
}

func TestAtATerminal(t *testing.T) {
	t.Parallel()
	s := troubled(t)
	report, _ := s.verify()
	var text strings.Builder
	report.Print(&text)
	for _, want := range []string{"21 of 402 users need a look.", "7  carried, and not in the target", "firstName: it is another one", "7  lastName: changed in the target", "40  the status is ARCHIVED"} {
		if !strings.Contains(text.String(), want) {
			t.Errorf("it does not say %q:\n%s", want, text.String())
		}
	}
	if tally, err := s.part.Tally(t.Context()); err != nil || tally.States[workspace.Verified] != 402-21-42-2 {
		t.Errorf("%+v, %v", tally, err)
	}
}
