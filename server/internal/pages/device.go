package pages

import "net/http"

// Device is the page on which somebody types the code that a device shows. Its
// form is sent by GET, with interactive_user_code, locale and the hidden
// fields.
type Device struct {
	Frame
	Action   string
	Hidden   []Field
	UserCode string
	Error    string
	Done     bool // the device is connected
}

// Device writes the page.
func (p *Pages) Device(w http.ResponseWriter, r *http.Request, status int, page Device) error {
	return p.write(w, r, status, "device", page)
}
