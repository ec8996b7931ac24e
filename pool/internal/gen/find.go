package gen

import (
	"slices"
	"strconv"
	"strings"
)

// Find implements model.Population. It reads the numbers out of the value.
func (p *Pool) Find(name, value string) []int {
	if p.size == 0 {
		return nil
	}
	switch name {
	case "sub":
		n, ok := p.numberOfSub(value)
		return p.candidates(n, ok)
	case "username":
		return p.findUsername(value)
	case "email":
		local, _, _ := strings.Cut(value, "@")
		rank, ok := trailingNumber(local)
		return p.ranked(email, shared, rank, ok)
	case "phone_number":
		rank, ok := trailingNumber(strings.TrimPrefix(value, "+999"))
		return p.ranked(phone, shared, rank, ok)
	case "preferred_username":
		rank, ok := trailingNumber(value)
		return p.ranked(preferred, "", rank, ok)
	}
	return nil
}

func (p *Pool) findUsername(value string) []int {
	for _, v := range providers {
		prefix := len(v.name) + 1
		if len(value) > prefix && strings.EqualFold(value[:prefix], v.name+"_") {
			number, ok := numberOfUserID(value[prefix:])
			return p.ranked(identity, "", number/perUser, ok)
		}
	}
	if n, ok := p.numberOfSub(value); ok {
		return p.candidates(n, true)
	}
	rank, ok := trailingNumber(value)
	return p.ranked(username, twin, rank, ok)
}

// ranked is the user of a rank and the one who repeats this user's value.
func (p *Pool) ranked(t int, repeats string, rank uint64, ok bool) []int {
	if !ok || rank >= p.size {
		return nil
	}
	found := []int{int(p.perms[t].back(rank))}
	if repeats != "" {
		from, to := mix[t].bounds(repeats, p.size)
		if from+rank < to {
			found = append(found, int(p.perms[t].back(from+rank)))
		}
	}
	slices.Sort(found)
	return found
}

func (p *Pool) candidates(n uint64, ok bool) []int {
	if !ok || n >= p.size {
		return nil
	}
	return []int{int(n)}
}

func trailingNumber(text string) (uint64, bool) {
	digits := text[len(strings.TrimRight(text, "0123456789")):]
	n, err := strconv.ParseUint(digits, 10, 32)
	return n, err == nil
}

// NextMember implements model.Population. Every group is frequent enough to
// come upon the next member soon.
func (p *Pool) NextMember(group string, from int) int {
	isMember := p.memberOf(group)
	if isMember == nil {
		return p.Len()
	}
	n := max(from, 0)
	for n < p.Len() && !isMember(uint64(n)) {
		n++
	}
	return n
}

// memberOf returns a quick test for members of a group, nil for no group.
func (p *Pool) memberOf(group string) func(n uint64) bool {
	if slices.Contains(groupNames, group) {
		return func(n uint64) bool {
			row := mix[groups].row(p.perms[groups].at(n), p.size)
			return slices.Contains(strings.Split(row, ", "), group)
		}
	}
	for _, v := range providers {
		if group != "" && p.providerGroup(v) == group {
			return func(n uint64) bool {
				row := mix[profile].row(p.perms[profile].at(n), p.size)
				return strings.HasPrefix(row, "federated") && slices.Contains(p.person(n).groups(), group)
			}
		}
	}
	return nil
}
