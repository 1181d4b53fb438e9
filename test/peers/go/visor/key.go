package visor

import (
	"encoding/hex"
	"errors"
	"math/big"
)

// PubKey is a visor's key: a compressed point of secp256k1.
type PubKey [33]byte

var (
	errKey = errors.New("Invalid public key")
	// The field of the curve, y² = x³ + 7.
	fieldPrime, _ = new(big.Int).SetString("fffffffffffffffffffffffffffffffffffffffffffffffffffffffefffffc2f", 16)
)

func (k PubKey) String() string { return hex.EncodeToString(k[:]) }

// MarshalText is the form of a key in JSON.
func (k PubKey) MarshalText() ([]byte, error) { return []byte(k.String()), nil }

// UnmarshalText takes 66 hexadecimal digits.
func (k *PubKey) UnmarshalText(text []byte) error {
	data, err := hex.DecodeString(string(text))
	if err != nil {
		return errKey
	}
	return k.UnmarshalBinary(data)
}

// MarshalBinary is the form of a key in gob.
func (k PubKey) MarshalBinary() ([]byte, error) { return append([]byte(nil), k[:]...), nil }

// UnmarshalBinary takes 33 bytes that are a point.
func (k *PubKey) UnmarshalBinary(data []byte) error {
	if len(data) != len(k) || data[0] != 2 && data[0] != 3 {
		return errKey
	}
	x := new(big.Int).SetBytes(data[1:])
	right := new(big.Int).Exp(x, big.NewInt(3), fieldPrime)
	right.Add(right, big.NewInt(7)).Mod(right, fieldPrime)
	if x.Cmp(fieldPrime) >= 0 || big.Jacobi(right, fieldPrime) != 1 {
		return errKey
	}
	copy(k[:], data)
	return nil
}

func hasKey(keys []PubKey, key PubKey) bool {
	for _, each := range keys {
		if each == key {
			return true
		}
	}
	return false
}

func withoutKey(keys []PubKey, key PubKey) []PubKey {
	left := make([]PubKey, 0, len(keys))
	for _, each := range keys {
		if each != key {
			left = append(left, each)
		}
	}
	return left
}
