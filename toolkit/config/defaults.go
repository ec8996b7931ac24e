package config

import (
	"cmp"
	"strings"
	"time"
)

// SetDefaults fills in what was left out. Doing so again changes nothing.
func (c *Config) SetDefaults() {
	c.Connector.setDefaults()
	for i := range c.Pools {
		c.Pools[i].setDefaults()
	}
}

func (c *Connector) setDefaults() {
	orElse(&c.Name, "Cognito connector")
	orElse(&c.Header, "Authorization")
	orElse(&c.MaxBody, 64<<10)
	if c.PerLogin == nil {
		c.PerLogin = &Limit{Attempts: 10}
	}
	if c.Overall == nil {
		c.Overall = &Limit{}
	}
	orElse(&c.PerLogin.Within, time.Minute)
	orElse(&c.Overall.Within, time.Minute)
}

func (p *Pool) setDefaults() {
	region, _, _ := strings.Cut(p.ID, "_")
	orElse(&p.Region, region)
	orElse(&p.Name, p.ID)
	p.Import.setDefaults()
	p.Apply.setDefaults()
	s := &p.Connector
	orElse(&s.Flow, UserPassword)
	orElse(&s.Profile, ProfileGetUser)
	orElse(&s.Groups, GroupsToken)
	orElse(&s.Deadline, 900*time.Millisecond)
	orElse(&s.Outcomes.MessageFactor, Carry)
	orElse(&s.Outcomes.OtherFactor, Refuse)
	orElse(&s.Outcomes.TemporaryPassword, Carry)
	orElse(&s.Parallel.SignIns, 512)
	orElse(&s.Parallel.Queue, 128)
	orElse(&s.Parallel.Wait, 100*time.Millisecond)
	orElse(&s.Breaker.FailureRate, 50)
	orElse(&s.Breaker.SignIns, 20)
	orElse(&s.Breaker.Window, 10*time.Second)
	orElse(&s.Breaker.OpenFor, 5*time.Second)
}

func orElse[T comparable](setting *T, fallback T) { *setting = cmp.Or(*setting, fallback) }
