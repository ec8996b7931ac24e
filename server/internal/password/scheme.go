package password

import "fmt"

// Scheme is one way of hashing a password: what the API says of it, and how it
// is done.
type Scheme struct {
	DefaultFactor int
	// MinFactor and MaxFactor are what the API accepts; both are zero where
	// the scheme ignores its factor.
	MinFactor, MaxFactor int
	// MaxLength is how many characters a tenant may let a password have; zero
	// means that the scheme does not limit it.
	MaxLength int

	// affordable is the highest factor that is computed, where that is below
	// MaxFactor: the API may take what no sign-in could wait for.
	affordable int
	salts      salts
	hash       func(password string, salt []byte, factor int) (string, error)

	// generate and verify stand in for hash where a library keeps salt and
	// hash to itself, or a hash says how it was made.
	generate func(password string, factor int) (salt, hash string, err error)
	verify   func(password, salt string, factor int, hash string) error
}

// CheckSalt tells whether an import may bring this salt: nil or ErrSalt.
func (s Scheme) CheckSalt(salt string) error {
	_, err := s.salts.decode(salt)
	return err
}

// CheckFactor tells whether the API accepts a factor: nil or ErrFactor. Zero is
// always good and means the default.
func (s Scheme) CheckFactor(factor int) error {
	if factor == 0 || s.MaxFactor == 0 {
		return nil
	}
	return within(factor, s.MinFactor, s.MaxFactor)
}

// settle returns the factor to compute with, or refuses one that costs too much.
func (s Scheme) settle(factor int) (int, error) {
	if factor == 0 || s.MaxFactor == 0 {
		return s.DefaultFactor, nil
	}
	highest := s.MaxFactor
	if s.affordable > 0 {
		highest = s.affordable
	}
	return factor, within(factor, s.MinFactor, highest)
}

func (s Scheme) sum(password, salt string, factor int) (string, error) {
	if s.hash == nil {
		return "", ErrOwnSalt
	}
	decoded, err := s.salts.decode(salt)
	if err != nil {
		return "", err
	}
	return s.hash(password, decoded, factor)
}

func within(factor, lowest, highest int) error {
	if factor < lowest || factor > highest {
		return fmt.Errorf("%w: %d is not between %d and %d", ErrFactor, factor, lowest, highest)
	}
	return nil
}
