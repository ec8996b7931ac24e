package api

import (
	"archive/zip"
	"context"
	"encoding/csv"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/go-json-experiment/json/jsontext"

	"wherry/server/internal/fa"
)

// Zone knows in which time zone reports are, unless they say otherwise.
type Zone interface {
	Get(ctx context.Context, id fa.ID) (*fa.SystemConfiguration, error)
}

// export is what is asked for of a log, and how its instants are written.
type export struct {
	criteria criteria
	format   *timeFormat
	zone     *time.Location
}

// defaultTimeFormat is FusionAuth's, in the letters of Java.
const defaultTimeFormat = "M/d/yyyy hh:mm:ss a z"

// readExport reads the parameters of a GET, or the body of a POST.
func readExport(r *http.Request, zone Zone) (e export, err error) {
	q := r.URL.Query()
	asked := map[string]string{"dateTimeSecondsFormat": q.Get("dateTimeSecondsFormat"), "zoneId": q.Get("zoneId")}
	if r.Method != http.MethodPost {
		err = e.criteria.readQuery(q)
	} else {
		err = e.readBody(r, asked)
	}
	if err != nil {
		return e, err
	}
	return e, e.settle(r.Context(), asked, zone)
}

func (e *export) readBody(r *http.Request, asked map[string]string) error {
	body, err := read(r)
	if err != nil {
		return err
	}
	for name := range asked {
		var text string
		if raw := body[name]; raw != nil && raw.Kind() != jsontext.KindNull {
			if err := fa.DecodeAt(name, raw, &text); err != nil {
				return err
			}
			asked[name] = text
		}
	}
	if raw := body["criteria"]; raw != nil && raw.Kind() != jsontext.KindNull {
		return fa.DecodeAt("criteria", raw, &e.criteria)
	}
	return nil
}

// settle fills in what was not said.
func (e *export) settle(ctx context.Context, asked map[string]string, zone Zone) (err error) {
	if asked["zoneId"] == "" {
		c, err := zone.Get(ctx, "")
		if err != nil {
			return fmt.Errorf("find the time zone of reports: %w", err)
		}
		asked["zoneId"] = c.ReportTimezone
	}
	if asked["dateTimeSecondsFormat"] == "" {
		asked["dateTimeSecondsFormat"] = defaultTimeFormat
	}
	var errs fa.Errors
	if e.zone, err = time.LoadLocation(asked["zoneId"]); err != nil {
		errs.Field("zoneId", "invalid", "[%s] is not a time zone, such as Europe/Berlin.", asked["zoneId"])
	}
	if e.format, err = parseTimeFormat(asked["dateTimeSecondsFormat"]); err != nil {
		errs.Field("dateTimeSecondsFormat", "invalid", "The format cannot be used: %v.", err)
	}
	return errs.OrNil()
}

// instant writes milliseconds in the format that was asked for.
func (e *export) instant(millis int64) string {
	return e.format.write(time.UnixMilli(millis).In(e.zone))
}

// write answers with a zip of one file. Once it has begun, all that a failure
// can do is to break the connection off, so that nobody takes half for all.
func (e *export) write(w http.ResponseWriter, name string, rows func(out *csv.Writer) error) error {
	w.Header().Set("Content-Type", "application/zip")
	w.Header().Set("Content-Disposition", `attachment; filename="`+strings.TrimSuffix(name, ".csv")+`.zip"`)
	archive := zip.NewWriter(w)
	file, err := archive.Create(name)
	if err != nil {
		panic(http.ErrAbortHandler)
	}
	out := csv.NewWriter(file)
	err = rows(out)
	out.Flush()
	if err != nil || out.Error() != nil || archive.Close() != nil {
		panic(http.ErrAbortHandler)
	}
	return nil
}

// cell keeps a text from being taken for a formula by those who open the file
// in a spreadsheet: people choose their own names. Numbers with a sign, such as
// those of phones, stay as they are.
func cell(text string) string {
	if text == "" || !strings.ContainsRune("=+-@\t\r", rune(text[0])) {
		return text
	}
	if strings.Trim(text[1:], "0123456789") == "" && (text[0] == '+' || text[0] == '-') {
		return text
	}
	return "'" + text
}
