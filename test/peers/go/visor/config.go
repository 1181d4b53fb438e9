package visor

import (
	"encoding/json"
	"strings"
)

// Config is a visor's configuration by its JSON names. Blocks are pointers: one that is not there is null.
type Config struct {
	Version              string                     `json:"version"`
	SK                   string                     `json:"sk,omitempty"`
	PK                   PubKey                     `json:"pk"`
	Dmsg                 *Dmsg                      `json:"dmsg"`
	Pty                  *Pty                       `json:"pty,omitempty"`
	DmsgSCP              *DmsgSCP                   `json:"dmsgscp,omitempty"`
	DmsgWeb              *WebProxy                  `json:"dmsg_web,omitempty"`
	SkynetWeb            *WebProxy                  `json:"skynet_web,omitempty"`
	Transport            *Transport                 `json:"transport"`
	Routing              *Routing                   `json:"routing"`
	Launcher             *Launcher                  `json:"launcher"`
	AppSettings          map[string]json.RawMessage `json:"app_settings,omitempty"`
	SurveyWhitelist      []PubKey                   `json:"survey_whitelist"`
	Hypervisors          []PubKey                   `json:"hypervisors"`
	CLIAddr              string                     `json:"cli_addr"`
	LogLevel             string                     `json:"log_level"`
	LocalPath            string                     `json:"local_path"`
	StunServers          []string                   `json:"stun_servers"`
	IsPublic             bool                       `json:"is_public"`
	FlightRecorder       bool                       `json:"flight_recorder,omitempty"`
	PersistentTransports []PersistentTransports     `json:"persistent_transports"`
	RewardAddress        string                     `json:"reward_address,omitempty"`
	Hypervisor           *Hypervisor                `json:"hypervisor,omitempty"`

	// Members that this build does not know are kept, at the top.
	rest map[string]json.RawMessage
}

type (
	// Dmsg has a member that only shows what stands elsewhere: it cannot be set by its path.
	Dmsg struct {
		Discovery     string          `json:"discovery"`
		SessionsCount int             `json:"sessions_count" peer:"mirror"`
		Servers       json.RawMessage `json:"servers,omitempty"`
		ServersType   string          `json:"servers_type,omitempty"`
		Protocol      string          `json:"protocol,omitempty"`
	}
	Pty struct {
		DmsgPort     int      `json:"dmsg_port"`
		CLINetwork   string   `json:"cli_network"`
		CLIAddress   string   `json:"cli_address"`
		Whitelist    []PubKey `json:"whitelist"`
		SSHListen    string   `json:"ssh_listen,omitempty"`
		AllowRPCExec bool     `json:"allow_rpc_exec,omitempty"`
	}
	DmsgSCP struct {
		Whitelist []PubKey `json:"whitelist"`
	}
	Rule struct {
		Suffix   string `json:"suffix"`
		Upstream string `json:"upstream"`
	}
	WebProxy struct {
		Enable        bool   `json:"enable"`
		ProxyPort     int    `json:"proxy_port,omitempty"`
		ProxyAddr     string `json:"proxy_addr,omitempty"`
		DomainSuffix  string `json:"domain_suffix,omitempty"`
		UpstreamSOCKS string `json:"upstream_socks,omitempty"`
		UpstreamRules []Rule `json:"upstream_rules,omitempty"`
	}
	Transport struct {
		Discovery          string          `json:"discovery"`
		AddressResolver    string          `json:"address_resolver"`
		PublicAutoconnect  bool            `json:"public_autoconnect"`
		TransportSetup     []PubKey        `json:"transport_setup"`
		UserTransportSetup []PubKey        `json:"user_transport_setup"`
		LogStore           json.RawMessage `json:"log_store,omitempty"`
		StcprPort          int             `json:"stcpr_port"`
		SudphPort          int             `json:"sudph_port"`
		ARTransportLimit   int             `json:"ar_transport_limit,omitempty"`
		TpsSK              string          `json:"tps_sk,omitempty"`
	}
	Routing struct {
		RouteSetupNodes     []PubKey                   `json:"route_setup_nodes"`
		RouteFinder         string                     `json:"route_finder"`
		RouteFinderTimeout  string                     `json:"route_finder_timeout"`
		MinHops             uint16                     `json:"min_hops"`
		CalculateRoutes     bool                       `json:"calculate_routes"`
		TransportPreference []string                   `json:"transport_preference"`
		PolicyPerDial       string                     `json:"policy_per_dial,omitempty"`
		MuxFEC              bool                       `json:"mux_fec,omitempty"`
		MuxRoutes           int                        `json:"mux_routes,omitempty"`
		NoTransit           bool                       `json:"no_transit,omitempty"`
		RouterSettings      map[string]string          `json:"router_settings,omitempty"`
		RouterAppSettings   map[string]json.RawMessage `json:"router_app_settings,omitempty"`
	}
	Launcher struct {
		ServiceDiscovery string  `json:"service_discovery"`
		Apps             AppList `json:"apps"`
		ServerAddr       string  `json:"server_addr"`
		BinPath          string  `json:"bin_path"`
		DisplayNodeIP    bool    `json:"display_node_ip"`
	}
	App struct {
		Name          string   `json:"name"`
		Binary        string   `json:"binary"`
		Args          []string `json:"args"`
		AutoStart     bool     `json:"auto_start"`
		Port          uint16   `json:"port"`
		User          string   `json:"user,omitempty"`
		Group         string   `json:"group,omitempty"`
		WorkDir       string   `json:"work_dir,omitempty"`
		Env           []string `json:"env,omitempty"`
		LauncherMode  string   `json:"launcher_mode,omitempty"`
		RestartPolicy string   `json:"restart_policy,omitempty"`
	}
	// AppList has its arguments as one text of the shell in the file, and as lists everywhere else.
	AppList    []App
	Hypervisor struct {
		Enable           bool            `json:"enable"`
		DBPath           string          `json:"db_path"`
		EnableAuth       bool            `json:"enable_auth"`
		EnablePKEndpoint bool            `json:"enable_pk_endpoint,omitempty"`
		Cookies          json.RawMessage `json:"cookies,omitempty"`
		DmsgPort         int             `json:"dmsg_port"`
		HTTPAddr         string          `json:"http_addr"`
		EnableTLS        bool            `json:"enable_tls"`
		TLSCertFile      string          `json:"tls_cert_file,omitempty"`
		TLSKeyFile       string          `json:"tls_key_file,omitempty"`
		UIDisable        bool            `json:"ui_disable,omitempty"`
	}
)

// parseConfig reads a file; what it does not know is kept.
func parseConfig(text []byte) (*Config, error) {
	config := &Config{}
	if err := json.Unmarshal(text, config); err != nil {
		return nil, err
	}
	if err := json.Unmarshal(text, &config.rest); err != nil {
		return nil, err
	}
	known, err := json.Marshal(config)
	if err != nil {
		return nil, err
	}
	var names map[string]json.RawMessage
	if err := json.Unmarshal(known, &names); err != nil {
		return nil, err
	}
	for name := range names {
		delete(config.rest, name)
	}
	return config, nil
}

// format is the configuration as the file has it, or, without the secret key, as GetRuntimeConfig shows it.
func (c *Config) format(withSecret bool) []byte {
	shown := *c
	if !withSecret {
		shown.SK = ""
	}
	members := map[string]any{}
	for name, value := range c.rest {
		members[name] = value
	}
	var known map[string]json.RawMessage
	must(json.Unmarshal(marshal(shown), &known))
	for name, value := range known {
		members[name] = value
	}
	text, err := json.MarshalIndent(members, "", "\t")
	must(err)
	return text
}

type appOnDisk struct {
	App
	Args string `json:"args"`
}

// MarshalJSON writes arguments as one text.
func (l AppList) MarshalJSON() ([]byte, error) {
	list := make([]appOnDisk, len(l))
	for i, app := range l {
		words := make([]string, len(app.Args))
		for j, arg := range app.Args {
			words[j] = quoted(arg)
		}
		list[i] = appOnDisk{App: app, Args: strings.Join(words, " ")}
	}
	return json.Marshal(list)
}

// UnmarshalJSON reads arguments as one text, or as a list.
func (l *AppList) UnmarshalJSON(data []byte) error {
	var texts []json.RawMessage
	if err := json.Unmarshal(data, &texts); err != nil {
		return err
	}
	*l = nil
	for _, text := range texts {
		var app App
		if json.Unmarshal(text, &app) != nil {
			var disk appOnDisk
			if err := json.Unmarshal(text, &disk); err != nil {
				return err
			}
			app = disk.App
			app.Args = wordsOf(disk.Args)
		}
		*l = append(*l, app)
	}
	return nil
}

// quoted is a word as a shell reads it back.
func quoted(word string) string {
	plain := func(r rune) bool {
		return r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || strings.ContainsRune("_@%+=:,./*-", r)
	}
	if word != "" && strings.IndexFunc(word, func(r rune) bool { return !plain(r) }) < 0 {
		return word
	}
	return "'" + strings.ReplaceAll(word, "'", `'\''`) + "'"
}

// wordsOf splits what quoted joined: words, single quotes, and a backslash outside of them.
func wordsOf(text string) []string {
	var words []string
	word, open, has, escaped := "", false, false, false
	for _, r := range text {
		switch {
		case escaped:
			word, escaped = word+string(r), false
		case r == '\'':
			open, has = !open, true
		case r == '\\' && !open:
			escaped, has = true, true
		case r == ' ' && !open:
			if has {
				words = append(words, word)
			}
			word, has = "", false
		default:
			word, has = word+string(r), true
		}
	}
	if has {
		words = append(words, word)
	}
	return words
}

func marshal(value any) []byte {
	data, err := json.Marshal(value)
	must(err)
	return data
}

// must ends the peer where it is wrong itself.
func must(err error) {
	if err != nil {
		panic(err)
	}
}
