package main

import (
	"bytes"
	"encoding/gob"
	"encoding/json"
	"errors"
	"time"
)

// PubKey is a public key as the visor sends it: opaque, 33 bytes.
type PubKey [33]byte

func (k PubKey) MarshalBinary() ([]byte, error) { return append([]byte(nil), k[:]...), nil }

func (k *PubKey) UnmarshalBinary(data []byte) error {
	if len(data) != len(k) {
		return errors.New("a key has 33 bytes")
	}
	copy(k[:], data)
	return nil
}

// UUID is a transport's name.
type UUID [16]byte

func (u UUID) MarshalBinary() ([]byte, error) { return append([]byte(nil), u[:]...), nil }

func (u *UUID) UnmarshalBinary(data []byte) error {
	if len(data) != len(u) {
		return errors.New("a UUID has 16 bytes")
	}
	copy(u[:], data)
	return nil
}

// LogEntry carries two numbers in a gob stream of its own.
type LogEntry struct{ RecvBytes, SentBytes uint64 }

func (l *LogEntry) GobEncode() ([]byte, error) {
	var out bytes.Buffer
	enc := gob.NewEncoder(&out)
	if err := enc.Encode(l.RecvBytes); err != nil {
		return nil, err
	}
	err := enc.Encode(l.SentBytes)
	return out.Bytes(), err
}

func (l *LogEntry) GobDecode(data []byte) error {
	dec := gob.NewDecoder(bytes.NewReader(data))
	if err := dec.Decode(&l.RecvBytes); err != nil {
		return err
	}
	return dec.Decode(&l.SentBytes)
}

type BuildInfo struct{ Version, Commit, Date string }

type AppConfig struct {
	Name, Binary string
	Args         []string
	AutoStart    bool
	Port         uint16
	Env          []string
	LauncherMode string
}

type AppState struct {
	AppConfig
	Status         int
	DetailedStatus string
}

type TransportSummary struct {
	ID            UUID
	Local, Remote PubKey
	Type          string
	Log           *LogEntry
	IsSetup       bool
	Label         string
	LatencyMS     float64
}

type Overview struct {
	PubKey                           PubKey
	BuildInfo                        *BuildInfo
	AppProtoVersion                  string
	Apps                             []*AppState
	Transports                       []*TransportSummary
	RoutesCount                      int
	LocalIP, PublicIP                string
	IsSymmetricNAT                   bool
	Hypervisors, ConnectedHypervisor []PubKey
}

type HealthInfo struct{ ServicesHealth string }

type DmsgStats struct {
	PK, ServerPK PubKey
	RoundTrip    time.Duration
}

type Summary struct {
	Overview      *Overview
	Health        *HealthInfo
	Uptime        float64
	IsHypervisor  bool
	DmsgStats     *DmsgStats
	Online        bool
	LastSeenAt    *time.Time
	MinHops       uint16
	RewardAddress string
	BuildTag      string
}

type ForwardedPort struct {
	Port, LocalPort    int
	Label, Description string
	Whitelist          []PubKey
	Skynet, DMSG, UDP  bool
}

type ConfigFieldChange struct {
	Path     string
	Old, New json.RawMessage
	Live     bool
}

type StartAppIn struct{ AppName, LauncherMode string }

// EchoIn asks for a value of a described type to be decoded and encoded again.
type EchoIn struct {
	Type string
	Data []byte
}

// makeSummary makes a reply with many transports; seed makes it repeatable.
func makeSummary(transports int) Summary {
	key := func(n int) (k PubKey) {
		k[0] = 2
		for i := 1; i < len(k); i++ {
			k[i] = byte(n*31 + i*7)
		}
		return k
	}
	seen := time.Unix(1_700_000_000, 123_000_000).UTC()
	over := &Overview{
		PubKey: key(0), BuildInfo: &BuildInfo{"v1.3.94", "abcdef012345", "2026-09-01T10:00:00Z"},
		AppProtoVersion: "0.1.0", RoutesCount: 7, LocalIP: "192.168.1.20", PublicIP: "203.0.113.7",
		Hypervisors: []PubKey{key(900), key(901)}, ConnectedHypervisor: []PubKey{key(900)},
	}
	for i, name := range []string{"skychat", "skysocks", "skysocks-client", "vpn-server", "vpn-client"} {
		over.Apps = append(over.Apps, &AppState{AppConfig{Name: name, Binary: "skywire", Args: []string{"app", name, "--addr", ":8001"}, AutoStart: i%2 == 0, Port: uint16(i + 1)}, i % 3, "Running"})
	}
	for i := 0; i < transports; i++ {
		var id UUID
		for j := range id {
			id[j] = byte(i*13 + j)
		}
		over.Transports = append(over.Transports, &TransportSummary{
			ID: id, Local: key(0), Remote: key(i + 1), Type: []string{"stcpr", "dmsg", "sudph"}[i%3],
			Log: &LogEntry{uint64(i) * 1_000_003, uint64(i) * 777}, IsSetup: i%5 == 0,
			Label: []string{"user", "automatic", "skycoin"}[i%3], LatencyMS: float64(i) * 1.25,
		})
	}
	return Summary{
		Overview: over, Health: &HealthInfo{"healthy"}, Uptime: 12345.678, DmsgStats: &DmsgStats{key(0), key(77), 1500 * time.Microsecond},
		Online: true, LastSeenAt: &seen, MinHops: 2, RewardAddress: "2jBbGxZRGoQG1mqhPBnXnLTxK6oxsTf8os6", BuildTag: "linux_arm64",
	}
}
