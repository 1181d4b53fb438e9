package visor

import (
	"encoding/json"
	"time"
)

// Empty is what methods without an argument or a reply use.
type Empty = struct{}

// AppConfig is an app as the launcher has it.
type AppConfig struct {
	Name, Binary         string
	Args                 []string
	AutoStart            bool
	Port                 uint16
	User, Group, WorkDir string
	Env                  []string
	LauncherMode         string
	RestartPolicy        string
}

// AppState is an app and what runs of it.
type AppState struct {
	AppConfig
	Status         int
	DetailedStatus string
}

// BuildInfo is what a build says of itself.
type BuildInfo struct{ Version, Commit, Date string }

// TransportSummary is one transport.
type TransportSummary struct {
	ID            [16]byte
	Local, Remote PubKey
	Type          string
	IsSetup       bool
	Label         string
}

// Overview is the first part of a Summary.
type Overview struct {
	PubKey              PubKey
	BuildInfo           *BuildInfo
	AppProtoVersion     string
	Apps                []*AppState
	Transports          []*TransportSummary
	RoutesCount         int
	LocalIP, PublicIP   string
	Hypervisors         []PubKey
	ConnectedHypervisor []PubKey
	Hostname            string
}

// HealthInfo is how a visor feels.
type HealthInfo struct{ ServicesHealth string }

// Summary is the longest of the usual reads.
type Summary struct {
	Overview             *Overview
	Health               *HealthInfo
	Uptime               float64
	IsHypervisor         bool
	Online               bool
	MinHops              uint16
	PersistentTransports []PersistentTransports
	RewardAddress        string
	BuildTag             string
	ConfigVersion        string
	PublicAutoconnect    bool
	IsPublic             bool
}

// PersistentTransports is one transport that the visor dials until it exists.
type PersistentTransports struct {
	PK      PubKey `json:"pk"`
	NetType string `json:"type"`
}

// TransportsIn selects transports.
type TransportsIn struct {
	FilterTypes   []string
	FilterPubKeys []PubKey
	ShowLogs      bool
}

// ForwardedPort is the record of a served port.
type ForwardedPort struct {
	Port          int      `json:"port"`
	LocalPort     int      `json:"local_port,omitempty"`
	Label         string   `json:"label,omitempty"`
	Description   string   `json:"description,omitempty"`
	ShowOnLanding bool     `json:"show_on_landing"`
	Whitelist     []PubKey `json:"whitelist,omitempty"`
	Skynet        bool     `json:"skynet"`
	DMSG          bool     `json:"dmsg"`
	UDP           bool     `json:"udp,omitempty"`
	ProxyAddr     string   `json:"proxy_addr,omitempty"`
	PreserveHost  bool     `json:"preserve_host,omitempty"`
	InjectPK      bool     `json:"inject_pk,omitempty"`
}

// ConfigFieldChange is what SetConfigFields says of one path.
type ConfigFieldChange struct {
	Path     string
	Old, New json.RawMessage
	Live     bool
}

// PendingHypervisor is a key that was refused.
type PendingHypervisor struct {
	PK                  PubKey
	Fingerprint         string
	FirstSeen, LastSeen time.Time
	Via                 string
}

// HVVisorEntry is a visor that a hypervisor manages.
type HVVisorEntry struct {
	PK              PubKey
	Online, IsLocal bool
	Version         string
	Hostname        string
}

// SkyenvFlag is a flag of the packaging behind a variable of skywire.conf.
type SkyenvFlag struct {
	Name, Type, Usage, EnvKey, EnvFormat string
	EnvNegate                            bool
}

// SkyenvState is skywire.conf.
type SkyenvState struct {
	Path             string
	Exists, Writable bool
	Values           map[string]string
	Flags            []SkyenvFlag
}

// Arguments of the methods on apps.
type (
	StartAppIn     struct{ AppName, LauncherMode string }
	SetAutoStartIn struct {
		AppName   string
		AutoStart bool
	}
	SetAppArgsIn struct {
		AppName string
		Args    []string
	}
	SetAppEnvIn      struct{ AppName, Key, Value string }
	SetAppEnvBatchIn struct {
		AppName string
		Env     map[string]string
	}
	SetAppEnvFullIn struct {
		AppName string
		Env     []string
	}
	SetAppLauncherModeIn struct{ AppName, Mode string }
	SetAppWhitelistIn    struct{ AppName, Whitelist string }
	SetAppPKIn           struct {
		AppName string
		PK      PubKey
	}
	SetAppBoolIn struct {
		AppName string
		Val     bool
	}
	SetAppStringIn           struct{ AppName, Val string }
	SetAppNetworkInterfaceIn struct{ AppName, NetIfc string }
	SetAppAddIn              struct{ AppName, BinaryName string }
	AppNameIn                struct{ AppName string }
)
