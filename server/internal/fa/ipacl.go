package fa

import (
	"net/netip"
	"strconv"
)

// IPAccessControlList says from which addresses something may be used.
//
// Source: https://fusionauth.io/docs/apis/ip-acl
type IPAccessControlList struct {
	Named
	Data    Data                   `json:"data"`
	Entries []IPAccessControlEntry `json:"entries"`
	Rest    Rest                   `json:",embed"`
}

// AccessControlConfiguration names the list of the addresses from which the pages
// may be used.
type AccessControlConfiguration struct {
	UIIPAccessControlListID ID   `json:"uiIPAccessControlListId,omitzero"`
	Rest                    Rest `json:",embed"`
}

// IPAccessControlEntry is a range of addresses. One entry begins with "*": it
// is for all other addresses.
type IPAccessControlEntry struct {
	Action         string `json:"action"` // Allow or Block
	EndIPAddress   string `json:"endIPAddress,omitzero"`
	StartIPAddress string `json:"startIPAddress"`
	Rest           Rest   `json:",embed"`
}

// NewIPAccessControlList returns a list with every default filled in.
func NewIPAccessControlList() IPAccessControlList { return IPAccessControlList{Data: Data{}} }

// Normalize brings the list into the form in which it is stored.
func (l *IPAccessControlList) Normalize() {
	l.Named.Normalize()
	l.Data.Normalize()
}

// Validate reports everything that FusionAuth would refuse.
func (l *IPAccessControlList) Validate() error {
	var errs Errors
	errs.Name(l.Name, "ipAccessControlList.name")
	others := 0
	for i, entry := range l.Entries {
		entry.validate(&errs, "ipAccessControlList.entries["+strconv.Itoa(i)+"]")
		if entry.StartIPAddress == "*" {
			others++
		}
	}
	if others != 1 {
		errs.Field("ipAccessControlList.entries", "invalid", "One of the entries must have the [startIPAddress] *: it is for all other addresses.")
	}
	return errs.OrNil()
}

// Allows tells whether something may be used from an address: the first range in
// which it is says so, or else the entry for all others. An address that is none
// is nowhere.
func (l *IPAccessControlList) Allows(address string) bool {
	ip, err := netip.ParseAddr(address)
	if err != nil {
		return false
	}
	others := false
	for _, entry := range l.Entries {
		if entry.StartIPAddress == "*" {
			others = entry.Action == allow
		} else if entry.has(ip.Unmap().WithZone("")) {
			return entry.Action == allow
		}
	}
	return others
}

// has tells whether an address is in the range.
func (e *IPAccessControlEntry) has(ip netip.Addr) bool {
	start, err := netip.ParseAddr(e.StartIPAddress)
	if err != nil {
		return false
	}
	end := start
	if e.EndIPAddress != "" {
		if end, err = netip.ParseAddr(e.EndIPAddress); err != nil {
			return false
		}
	}
	start, end = start.Unmap(), end.Unmap()
	return start.BitLen() == ip.BitLen() && start.Compare(ip) <= 0 && ip.Compare(end) <= 0
}

const allow = "Allow" // what an entry does, or else Block

func (e *IPAccessControlEntry) validate(errs *Errors, path string) {
	errs.OneOf(e.Action, path+".action", allow, "Block")
	if e.StartIPAddress == "*" {
		return
	}
	start, startErr := netip.ParseAddr(e.StartIPAddress)
	if startErr != nil {
		errs.Field(path+".startIPAddress", "invalid", "[%s] is not an IP address.", e.StartIPAddress)
	}
	if e.EndIPAddress == "" {
		return
	}
	end, err := netip.ParseAddr(e.EndIPAddress)
	if err != nil || startErr == nil && end.Less(start) {
		errs.Field(path+".endIPAddress", "invalid", "[%s] is not an IP address from the start of the range on.", e.EndIPAddress)
	}
}
