package api

import (
	"cmp"
	"crypto/rand"
	"math/big"
	"strings"

	"wherry/pool/internal/model"
	"wherry/pool/internal/refuse"
	"wherry/pool/internal/store"
)

type poolIn struct {
	UserPoolId string `shape:"UserPoolIdType,required"`
}

type poolOut struct{ UserPool model.Pool }

func describe(p *store.Pool) poolOut {
	settings := *p.Settings.Get()
	settings.EstimatedNumberOfUsers = p.Users.Len()
	return poolOut{settings}
}

func (a *API) describeUserPool(_ *Call, in *poolIn) (poolOut, error) {
	p, err := a.Store.Pool(in.UserPoolId)
	if err != nil {
		return poolOut{}, err
	}
	return describe(p), nil
}

type listUserPoolsIn struct {
	MaxResults int    `shape:"PoolQueryLimitType,required"`
	NextToken  string `shape:"PaginationKey"`
}

type listUserPoolsOut struct {
	UserPools []poolBrief
	NextToken string `json:",omitempty"`
}

type poolBrief struct {
	Id               string
	Name             string
	LambdaConfig     model.Document
	LastModifiedDate model.Instant
	CreationDate     model.Instant
}

func (a *API) listUserPools(c *Call, in *listUserPoolsIn) (listUserPoolsOut, error) {
	l, err := a.Pager.open(c, in.NextToken)
	if err != nil {
		return listUserPoolsOut{}, err
	}
	pools, next := named(l, in.MaxResults, a.Store.Pools)
	out := listUserPoolsOut{make([]poolBrief, len(pools)), next}
	for i, p := range pools {
		s := p.Settings.Get()
		out.UserPools[i] = poolBrief{s.ID, s.Name, orEmpty(s.LambdaConfig), s.LastModifiedDate, s.CreationDate}
	}
	return out, nil
}

func orEmpty(d model.Document) model.Document {
	if d == nil {
		return model.Document{}
	}
	return d
}

// poolSettings is the members of CreateUserPool and UpdateUserPool, which
// model.Pool has by the same names; only the schema is called otherwise.
type poolSettings struct {
	model.Pool
	Schema []model.Schema
}

type createUserPoolIn struct {
	poolSettings
	PoolName string `shape:"UserPoolNameType,required"`
}

func (a *API) createUserPool(_ *Call, in *createUserPoolIn) (poolOut, error) {
	settings := in.Pool
	now := model.At(a.Now())
	settings.ID, settings.Arn = a.Region+"_"+random(letters, 9), ""
	settings.Name, settings.CreationDate, settings.LastModifiedDate = in.PoolName, now, now
	for _, s := range in.Schema {
		settings.SchemaAttributes = append(settings.SchemaAttributes, custom(s))
	}
	if settings.UsernameConfiguration == nil {
		settings.UsernameConfiguration = &model.UsernameConfig{CaseSensitive: true}
	}
	return describe(a.Store.Add(model.Directory{Pool: settings})), nil
}

const (
	letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
	lower   = "abcdefghijklmnopqrstuvwxyz0123456789"
)

// random draws a text of n characters out of some.
func random(from string, n int) string {
	var b strings.Builder
	for range n {
		i, err := rand.Int(rand.Reader, big.NewInt(int64(len(from))))
		if err != nil {
			panic(err) // the machine's randomness does not fail
		}
		b.WriteByte(from[i.Int64()])
	}
	return b.String()
}

// custom gives an attribute of one's own the name that users have it by.
func custom(s model.Schema) model.Schema {
	if !store.Standard(s.Name) && !strings.Contains(s.Name, ":") {
		s.Name = "custom:" + s.Name
		if s.DeveloperOnlyAttribute {
			s.Name = "dev:" + s.Name
		}
	}
	s.AttributeDataType = cmp.Or(s.AttributeDataType, "String")
	return s
}

type updateUserPoolIn struct {
	UserPoolId string `shape:"UserPoolIdType,required"`
	PoolName   string `shape:"UserPoolNameType"`
	model.Pool
}

// updateUserPool sets all that can be set; what the request leaves out goes
// back to its default, as in Cognito.
func (a *API) updateUserPool(_ *Call, in *updateUserPoolIn) (nothing, error) {
	p, err := a.Store.Pool(in.UserPoolId)
	if err != nil {
		return nothing{}, err
	}
	p.Settings.Update(func(s *model.Pool) {
		changed := in.Pool
		changed.ID, changed.Arn, changed.CreationDate = s.ID, s.Arn, s.CreationDate
		changed.Name = cmp.Or(in.PoolName, s.Name)
		changed.Domain, changed.CustomDomain = s.Domain, s.CustomDomain
		changed.SchemaAttributes, changed.AliasAttributes = s.SchemaAttributes, s.AliasAttributes
		changed.UsernameAttributes, changed.UsernameConfiguration = s.UsernameAttributes, s.UsernameConfiguration
		changed.LastModifiedDate = model.At(a.Now())
		store.Complete(&changed)
		*s = changed
	})
	return nothing{}, nil
}

func (a *API) deleteUserPool(_ *Call, in *poolIn) (nothing, error) {
	if !a.Store.Remove(in.UserPoolId) {
		return nothing{}, refuse.NoPool(in.UserPoolId)
	}
	return nothing{}, nil
}

type addCustomAttributesIn struct {
	poolIn
	CustomAttributes []model.Schema `shape:",required"`
}

func (a *API) addCustomAttributes(_ *Call, in *addCustomAttributesIn) (nothing, error) {
	p, err := a.Store.Pool(in.UserPoolId)
	if err != nil {
		return nothing{}, err
	}
	p.Settings.Update(func(s *model.Pool) {
		all := append([]model.Schema{}, s.SchemaAttributes...)
		for _, attribute := range in.CustomAttributes {
			all = append(all, custom(attribute))
		}
		s.SchemaAttributes = all
	})
	return nothing{}, nil
}

type csvHeaderOut struct {
	UserPoolId string
	CSVHeader  []string
}

func (a *API) getCSVHeader(_ *Call, in *poolIn) (csvHeaderOut, error) {
	p, err := a.Store.Pool(in.UserPoolId)
	if err != nil {
		return csvHeaderOut{}, err
	}
	header := []string{
		"name", "given_name", "family_name", "middle_name", "nickname", "preferred_username", "profile", "picture",
		"website", "email", "email_verified", "gender", "birthdate", "zoneinfo", "locale", "phone_number",
		"phone_number_verified", "address", "updated_at",
	}
	for _, s := range p.Settings.Get().SchemaAttributes {
		if strings.HasPrefix(s.Name, "custom:") {
			header = append(header, s.Name)
		}
	}
	return csvHeaderOut{p.ID, append(header, "cognito:mfa_enabled", "cognito:username")}, nil
}
