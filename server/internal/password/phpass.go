package password

import (
	"crypto/md5"
	"fmt"
	"hash"
	"io"
	"slices"
	"strings"
)

// phpassScheme is the portable hash of PHP's phpass, cut to so many characters.
func phpassScheme(newHash func() hash.Hash, length int) Scheme {
	return Scheme{
		DefaultFactor: 8192, MinFactor: 1, MaxFactor: maxChain, salts: phpassSalts,
		hash: func(password string, salt []byte, factor int) (string, error) {
			return phpass(newHash(), password, salt, factor)[:length], nil
		},
	}
}

func phpass(h hash.Hash, password string, salt []byte, factor int) string {
	digest := repeat(h, slices.Concat(salt, []byte(password)), 1)
	for range factor {
		h.Reset()
		h.Write(digest)
		h.Write([]byte(password))
		digest = h.Sum(digest[:0])
	}
	return phpassEncode(digest)
}

// phpassEncode is base64 with the low bits first.
func phpassEncode(digest []byte) string {
	var out strings.Builder
	for group := range slices.Chunk(digest, 3) {
		var bits uint32
		for i, b := range group {
			bits |= uint32(b) << (8 * i)
		}
		for range len(group) + 1 {
			out.WriteByte(phpassAlphabet[bits&63])
			bits >>= 6
		}
	}
	return out.String()
}

// wordPressScheme brings WordPress's hash whole, $P$B with salt and digest, in
// base64, as the salt; the hash is the same text again. The count is part of it.
var wordPressScheme = Scheme{
	salts: salts{decode: decodeWordPress, fresh: freshWordPress},
	hash: func(password string, setting []byte, _ int) (string, error) {
		count := 1 << strings.IndexByte(phpassAlphabet, setting[3])
		return encode(append(setting, phpass(md5.New(), password, setting[4:], count)...)), nil
	},
}

// decodeWordPress returns the first twelve characters: $P$ (phpBB: $H$), the
// logarithm of the count, which goes up to 2^23 here, and the salt.
func decodeWordPress(salt string) ([]byte, error) {
	whole, err := decodeBase64(salt)
	if err != nil || len(whole) < 12 {
		return nil, ErrSalt
	}
	kind, count, rest := string(whole[:3]), string(whole[3]), string(whole[4:])
	known := kind == "$P$" || kind == "$H$"
	if !known || !strings.Contains("56789ABCDEFGHIJKL", count) || !writtenIn(phpassAlphabet, rest) {
		return nil, ErrSalt
	}
	return slices.Clip(whole[:12]), nil
}

func freshWordPress(rand io.Reader) (string, error) {
	salt, err := phpassSalts.fresh(rand)
	if err != nil {
		return "", err
	}
	return encode(fmt.Appendf(nil, "$P$B%s", salt)), nil
}
