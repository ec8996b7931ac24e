package plan

import (
	"maps"
	"slices"
)

// overlay writes the properties of a script's user over the essentials.
func (d *draft) overlay(user map[string]any) error {
	for _, name := range slices.Sorted(maps.Keys(user)) {
		f, ok := fieldNamed(name)
		switch data, isObject := user[name].(map[string]any); {
		case !ok:
			d.remark(name, "", scriptPath, "Wherry does not send this property; left out")
		case name == "data" && isObject:
			d.overlayData(data)
		default:
			if err := d.put(target{field: f}, user[name], "", scriptPath); err != nil {
				return err
			}
		}
	}
	if d.disabled() && d.user.Active {
		d.user.Active = false
		d.wrote("active", "Enabled", asIs)
		d.remark("active", "Enabled", byDefault, "the user is disabled in Cognito and stays so, whatever the script says")
	}
	return nil
}

func (d *draft) overlayData(data map[string]any) {
	for _, key := range slices.Sorted(maps.Keys(data)) {
		if key == "cognito" {
			d.remark("data.cognito", "", scriptPath, "this part of data is Wherry's; the script's is left out")
			continue
		}
		d.data()[key] = data[key]
		d.wrote("data."+key, "", scriptPath)
	}
}
