package config

import (
	"strings"

	"wherry/internal/exit"
	"wherry/toolkit/internal/plan"
	"wherry/toolkit/internal/record"
)

// adopt takes the ids that the file does not name from the record of what
// wherry apply made: users are registered for the applications that app
// clients became, and join the groups that groups became.
func (c *Config) adopt() error {
	file, err := record.Load(c.Dir)
	if err != nil {
		return exit.With(exit.Usage, err, "mend the file, or delete it and run wherry apply again")
	}
	made := file[c.Target.URL]
	if made == nil {
		return nil
	}
	for i := range c.Pools {
		c.Pools[i].Adopt(made.Pools[c.Pools[i].ID])
	}
	return nil
}

// Adopt takes what the file leaves open from what was made of the pool.
func (p *Pool) Adopt(made record.Pool) {
	if p.Applications == nil {
		p.Applications = p.adopted(made)
	}
	for i := range p.Applications {
		app := &p.Applications[i]
		for _, a := range made.Applications {
			if app.ID == "" && strings.EqualFold(app.Name, a.Name) {
				app.ID = a.ID
			}
		}
	}
	if p.Groups == nil && len(made.Groups) > 0 {
		p.Groups = made.Groups
	}
	if p.Import.IdentityProviders == nil {
		p.Import.IdentityProviders = made.Providers
	}
}

// adopted are the applications that app clients became.
func (p *Pool) adopted(made record.Pool) []Application {
	var from string
	if p.Apply.Groups != GroupsGroups {
		from = "groups"
	}
	var list []Application
	for _, a := range made.Applications {
		list = append(list, plan.Application{ID: a.ID, Name: a.Name, Roles: plan.Roles{From: from}})
	}
	return list
}
