package visor

import (
	"fmt"
	"reflect"
	"sort"
	"strings"
)

const confPath = "/etc/skywire.conf"

// variable is one of skywire.conf and the path whose value it keeps over package updates.
type variable struct {
	name, form string
}

var variables = map[string]variable{
	"is_public":                    {"VISORISPUBLIC", "bare"},
	"log_level":                    {"LOGLVL", "quoted"},
	"hypervisors":                  {"HYPERVISORPKS", "array"},
	"pty.whitelist":                {"DMSGPTYPKS", "array"},
	"routing.min_hops":             {"MINHOPS", "bare"},
	"routing.calculate_routes":     {"CALCULATEROUTES", "bare"},
	"reward_address":               {"REWARDSKYADDR", "quoted"},
	"hypervisor.enable":            {"ISHYPERVISOR", "bare"},
	"hypervisor.enable_auth":       {"HYPERVISORAUTH", "bare"},
	"dmsg_web.enable":              {"DMSGWEB", "bare"},
	"dmsg_web.proxy_addr":          {"DMSGWEBADDR", "quoted"},
	"dmsg_web.upstream_socks":      {"DMSGWEBUPSTREAM", "quoted"},
	"skynet_web.enable":            {"SKYNETWEB", "bare"},
	"skynet_web.proxy_addr":        {"SKYNETWEBADDR", "quoted"},
	"skynet_web.upstream_socks":    {"SKYNETWEBUPSTREAM", "quoted"},
	"transport.public_autoconnect": {"DISABLEPUBLICAUTOCONN", "bare"},
}

// mirror keeps the value of a path in skywire.conf, where that file exists and has a variable for it.
func (r *run) mirror(template string, value reflect.Value) {
	kept, isKept := variables[template]
	if !isKept || r.visor.disk.conf == nil {
		return
	}
	var text string
	switch {
	case template == "transport.public_autoconnect":
		text = fmt.Sprint(!value.Bool())
	case kept.form == "array":
		words := make([]string, 0)
		for _, key := range keysOf(value) {
			words = append(words, "'"+key.String()+"'")
		}
		text = "(" + strings.Join(words, " ") + ")"
	case kept.form == "quoted":
		text = "'" + value.String() + "'"
	default:
		text = fmt.Sprint(value.Interface())
	}
	r.visor.disk.conf[kept.name] = text
}

// confText is the file, sorted.
func (v *visor) confText() string {
	lines := make([]string, 0, len(v.disk.conf))
	for name, text := range v.disk.conf {
		lines = append(lines, name+"="+text+"\n")
	}
	sort.Strings(lines)
	return strings.Join(lines, "")
}

func (v *visor) skyenv() SkyenvState {
	state := SkyenvState{Path: confPath, Exists: v.disk.conf != nil, Writable: v.disk.conf != nil, Values: map[string]string{}}
	for name, text := range v.disk.conf {
		state.Values[name] = strings.Trim(text, "'")
	}
	for path, kept := range variables {
		state.Flags = append(state.Flags, SkyenvFlag{Name: path, EnvKey: kept.name, EnvFormat: kept.form})
	}
	return state
}
