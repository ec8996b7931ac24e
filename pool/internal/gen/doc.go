// Package gen is a user pool whose users are computed from their numbers, so
// that ten million of them start at once and take no memory. Everything that
// occurs in real pools occurs here, in the shares below, and for each user the
// package tells the password and what a correct migration must make of the
// account.
//
// Identifiers are functions of the number that can be inverted: subs ascend
// with it, logins end in a permutation of it. So a user is found by sub,
// username, e-mail, phone number or preferred_username without an index. Shares
// are exact, not left to chance: of a thousand users exactly so many get each
// row. A row about "somebody else's" repeats the value of a user of the trait's
// first row.
//
// Some rows give way to others. Federated profiles are named by their
// provider. Who never signed in with a password of their own has no second
// factor; one by SMS brings a phone number, one by e-mail needs a verified
// address.
//
//	profile:
//	   70.0 %  confirmed
//	    1.0 %  confirmed, without password
//	    4.0 %  unconfirmed
//	    2.0 %  temporary password
//	    1.0 %  temporary password, expired
//	    3.0 %  reset required
//	   11.0 %  federated
//	    1.0 %  federated, several identities
//	    0.5 %  federated, given a password
//	    4.0 %  linked
//	    1.0 %  linked, several identities
//	    0.5 %  archived
//	    0.5 %  compromised
//	    0.5 %  unknown
//	enabled:
//	   98.0 %  yes
//	    2.0 %  no
//	Username:
//	   70.0 %  chosen
//	   20.0 %  the sub
//	    8.0 %  with symbols and other scripts
//	    2.0 %  differs from another in case only
//	email:
//	   76.0 %  verified
//	    3.0 %  verified, with capitals
//	   12.0 %  unverified
//	    4.0 %  none
//	    5.0 %  unverified, somebody else's
//	phone_number:
//	   30.0 %  verified
//	    7.0 %  unverified
//	   60.0 %  none
//	    3.0 %  unverified, somebody else's
//	preferred_username:
//	   15.0 %  own
//	   85.0 %  none
//	MFA:
//	   80.0 %  none
//	    6.0 %  SMS
//	    1.0 %  SMS, number unverified
//	    1.0 %  SMS, set by the old API
//	    6.0 %  TOTP
//	    2.0 %  e-mail
//	    1.0 %  SMS and TOTP, SMS preferred
//	    1.0 %  SMS and TOTP, TOTP preferred
//	    2.0 %  SMS and TOTP, none preferred
//	password:
//	   95.0 %  ordinary
//	    2.5 %  longer than 72 bytes
//	    2.5 %  with other letters
//	sub:
//	   40.0 %  RFC 4122, version 4
//	   60.0 %  no RFC 4122 variant
//	script of the name:
//	   50.0 %  latin
//	   15.0 %  diacritics
//	    6.0 %  cyrillic
//	    3.0 %  greek
//	    5.0 %  arabic
//	    2.0 %  hebrew
//	    5.0 %  devanagari
//	    7.0 %  han
//	    3.0 %  kana
//	    4.0 %  hangul
//	name attributes:
//	   55.0 %  given_name, family_name
//	   15.0 %  these, middle_name, name
//	   20.0 %  name
//	   10.0 %  none
//	birthdate:
//	   65.0 %  none
//	   25.0 %  YYYY-MM-DD
//	    5.0 %  MM/DD/YYYY
//	    2.0 %  DD.MM.YYYY
//	    2.0 %  0000-MM-DD
//	    1.0 %  no such day
//	locale:
//	   50.0 %  none
//	   25.0 %  with a dash
//	   20.0 %  with an underscore
//	    5.0 %  words
//	zoneinfo:
//	   60.0 %  none
//	   33.0 %  IANA name
//	    4.0 %  offset
//	    3.0 %  abbreviation
//	picture:
//	   70.0 %  none
//	   25.0 %  URL
//	    5.0 %  no URL
//	address:
//	   70.0 %  none
//	   20.0 %  JSON
//	   10.0 %  text
//	other attributes:
//	   70.0 %  none
//	   10.0 %  website
//	   20.0 %  website, profile, nickname, gender
//	updated_at:
//	   60.0 %  none
//	   30.0 %  seconds
//	   10.0 %  milliseconds
//	custom attributes:
//	   50.0 %  none
//	   15.0 %  String
//	   10.0 %  Number
//	    3.0 %  Number above 2^53
//	    6.0 %  DateTime
//	    6.0 %  Boolean
//	   10.0 %  one of each
//	groups:
//	   60.0 %  none
//	   20.0 %  readers
//	    5.0 %  editors
//	    0.5 %  admins
//	   10.0 %  readers, editors
//	    4.5 %  readers, editors, beta-testers
package gen
