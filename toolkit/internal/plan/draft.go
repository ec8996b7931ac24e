package plan

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"strings"
)

// draft is a user half way.
type draft struct {
	mapper  *Mapper
	in      CognitoUser
	trip    Trip
	user    User
	links   []Link
	remarks []Remark
	origins []origin
}

// origin says what wrote a target; the last one counts.
type origin struct{ target, source, rule string }

// remark takes the rule that wrote a value: everything that is not the
// operator's is the default.
func (d *draft) remark(target, source, rule, format string, args ...any) {
	if !strings.HasPrefix(rule, "mapping.") {
		rule = byDefault
	}
	d.remarks = append(d.remarks, Remark{target, source, rule, fmt.Sprintf(format, args...)})
}

func (d *draft) wrote(target, source, rule string) {
	if !d.trip.Brief {
		d.origins = append(d.origins, origin{target, source, rule})
	}
}

// put writes a value where FusionAuth accepts it, and else into data with a
// remark; nil takes the field away. The error wraps ErrValue: the value has
// the wrong type.
func (d *draft) put(t target, value any, source, rule string) error {
	if value == nil {
		d.remove(t)
		return nil
	}
	if t.key != "" {
		return d.putData(t.key, value, source, rule)
	}
	p := t.at(&d.user)
	if text, ok := p.(*string); ok {
		s, ok := value.(string)
		if !ok {
			return fmt.Errorf("%w: %s wants text", ErrValue, t)
		}
		d.putText(t, text, s, source, rule)
		return nil
	}
	if err := assign(p, value); err != nil {
		return fmt.Errorf("%w: %s %w", ErrValue, t, err)
	}
	d.wrote(t.name, source, rule)
	return nil
}

func (d *draft) putText(t target, at *string, s, source, rule string) {
	clean, problem := t.accept(s)
	*at = clean
	switch {
	case problem == "" && rule == asIs && clean != s:
		d.wrote(t.name, source, "as FusionAuth stores it")
	case problem == "":
		d.wrote(t.name, source, rule)
	case t.name == "id": // finish finds another
		d.remark(t.name, source, rule, "%s", problem)
	default:
		d.keep(t.name, s, source, rule, problem)
	}
}

// keep puts a value that FusionAuth would refuse into data, under the name
// that it had in Cognito.
func (d *draft) keep(field, value, source, rule, problem string) {
	key := field
	if _, ok := d.in.Attributes[source]; ok {
		key = source
	}
	d.data()[key] = value
	d.wrote("data."+key, source, rule)
	d.remark(field, source, rule, "%s; kept in data.%s", problem, key)
}

// text is put for a field that holds text, from an attribute as it is.
func (d *draft) text(name, attribute string) {
	if value := d.in.Attributes[attribute]; value != "" {
		f, _ := fieldNamed(name)
		d.putText(target{field: f}, f.at(&d.user).(*string), value, attribute, asIs)
	}
}

func (d *draft) remove(t target) {
	if t.key != "" {
		removeKey(d.user.Data, t.key)
		return
	}
	reflect.ValueOf(t.at(&d.user)).Elem().SetZero()
}

// value is what stands at t, or nil; a flag always stands.
func (d *draft) value(t target) any {
	if t.key != "" {
		return lookup(d.user.Data, t.key)
	}
	v := reflect.ValueOf(t.at(&d.user)).Elem()
	switch {
	case v.Kind() == reflect.Slice && v.Len() == 0, v.Kind() != reflect.Bool && v.IsZero():
		return nil
	default:
		return v.Interface()
	}
}

func (d *draft) data() map[string]any {
	if d.user.Data == nil {
		d.user.Data = map[string]any{}
	}
	return d.user.Data
}

func (d *draft) putData(key string, value any, source, rule string) error {
	value, err := plain(value)
	if err == nil {
		err = insert(d.data(), key, value)
	}
	if err != nil {
		return fmt.Errorf("%w: data.%s %w", ErrValue, key, err)
	}
	d.wrote("data."+key, source, rule)
	return nil
}

// plain copies a value into what JSON decodes to, so that users share nothing
// with each other nor with the configuration.
func plain(value any) (any, error) {
	switch value.(type) {
	case string, bool, json.Number:
		return value, nil
	}
	var fresh any
	err := assign(&fresh, value)
	return fresh, err
}

// assign decodes value into p by way of JSON, so that it takes whatever an
// expression, a script or a YAML file makes.
func assign(p, value any) error {
	data, err := json.Marshal(value)
	if err != nil {
		return errors.New("cannot hold what is not JSON")
	}
	fresh := reflect.New(reflect.TypeOf(p).Elem())
	in := json.NewDecoder(bytes.NewReader(data))
	in.UseNumber()
	in.DisallowUnknownFields()
	if err := in.Decode(fresh.Interface()); err != nil {
		return misfit(err)
	}
	reflect.ValueOf(p).Elem().Set(fresh.Elem())
	return nil
}

// misfit words a decoding error without the value.
func misfit(err error) error {
	wrong, ok := errors.AsType[*json.UnmarshalTypeError](err)
	if !ok {
		return errors.New("has " + strings.TrimPrefix(err.Error(), "json: "))
	}
	kind, _, _ := strings.Cut(wrong.Value, " ")
	kind = cmp.Or(map[string]string{"string": "text", "array": "a list", "bool": "true or false", "object": "an object"}[kind], "a "+kind)
	if wrong.Field != "" {
		return fmt.Errorf("cannot hold %s in %s", kind, wrong.Field)
	}
	return fmt.Errorf("cannot hold %s", kind)
}
