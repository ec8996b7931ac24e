package fa

import "errors"

// Join puts what several checks refused into one answer. An error of another
// kind, such as storage that fails, goes first.
func Join(checked ...error) error {
	var all Errors
	for _, err := range checked {
		refused, ok := errors.AsType[*Errors](err)
		if err != nil && !ok {
			return err
		}
		if ok {
			all.add(refused)
		}
	}
	return all.OrNil()
}

func (e *Errors) add(more *Errors) {
	if e.FieldErrors == nil {
		e.FieldErrors = map[string][]Error{}
	}
	for path, list := range more.FieldErrors {
		e.FieldErrors[path] = append(e.FieldErrors[path], list...)
	}
	e.GeneralErrors = append(e.GeneralErrors, more.GeneralErrors...)
}
