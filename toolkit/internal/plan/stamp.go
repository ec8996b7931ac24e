package plan

// stamp writes how a user went across. It is the only step that knows the
// road, so all that may differ between the two roads stands here: FusionAuth
// honours insertInstant at import and nowhere else, and its official guide
// marks users of the two roads in two ways.
func (d *draft) stamp() {
	data := d.data()
	for _, mark := range []string{"migratedFrom", "migratedDate", "importSource"} {
		delete(data, mark)
	}
	if d.trip.Road == BulkRoad {
		data["importSource"] = "cognito"
		d.wrote("data.importSource", "", byDefault)
		if created := d.in.Created; d.user.InsertInstant == 0 && !created.IsZero() {
			d.user.InsertInstant = created.UnixMilli()
			d.wrote("insertInstant", "UserCreateDate", "milliseconds since 1970")
		}
		return
	}
	data["migratedFrom"] = "cognito"
	data["migratedDate"] = d.mapper.Now().UTC().Format("2006-01-02T15:04:05.000Z07:00")
	d.wrote("data.migratedFrom", "", byDefault)
	d.wrote("data.migratedDate", "", "now")
	d.user.InsertInstant = 0
	if !d.in.Created.IsZero() {
		d.cognito()["userCreateDate"] = d.in.Created.UnixMilli()
		d.wrote("data.cognito.userCreateDate", "UserCreateDate", "milliseconds since 1970")
	}
}
