package visor

import (
	"errors"
	"fmt"
	"reflect"
	"strings"
)

// liveSetter puts a value in force at once and writes it down; name is what stood in brackets.
type liveSetter func(r *run, name string, value reflect.Value) error

// liveSetters are the paths that a running visor takes without a restart.
var liveSetters map[string]liveSetter

func init() {
	liveSetters = map[string]liveSetter{
		"log_level":                    setLogLevel,
		"hypervisors":                  func(r *run, _ string, value reflect.Value) error { return r.setHypervisors(keysOf(value)) },
		"pty.whitelist":                written(func(r *run, value reflect.Value) { r.config.Pty.Whitelist = keysOf(value) }),
		"is_public":                    written(func(r *run, value reflect.Value) { r.config.IsPublic = value.Bool() }),
		"flight_recorder":              written(func(r *run, value reflect.Value) { r.config.FlightRecorder = value.Bool() }),
		"transport.public_autoconnect": written(func(r *run, value reflect.Value) { r.config.Transport.PublicAutoconnect = value.Bool() }),
		"routing.min_hops":             written(func(r *run, value reflect.Value) { r.config.Routing.MinHops = uint16(value.Uint()) }),
		"routing.calculate_routes":     written(func(r *run, value reflect.Value) { r.config.Routing.CalculateRoutes = value.Bool() }),
		"routing.mux_fec":              written(func(r *run, value reflect.Value) { r.config.Routing.MuxFEC = value.Bool() }),
		"routing.transport_preference": written(func(r *run, value reflect.Value) { r.config.Routing.TransportPreference = textsOf(value) }),
		"routing.router_settings[*]":   setKnob,
		"persistent_transports":        setPersistent,
		"reward_address":               func(r *run, _ string, value reflect.Value) error { r.setReward(value.String()); return nil },
		"launcher.apps[*].auto_start":  func(r *run, name string, value reflect.Value) error { return r.setAutoStart(name, value.Bool()) },
		"launcher.apps[*].args":        func(r *run, name string, value reflect.Value) error { return r.setArgs(name, textsOf(value)) },
		"launcher.apps[*].env":         func(r *run, name string, value reflect.Value) error { return r.setEnv(name, textsOf(value)) },
		"hypervisor.enable":            written(func(r *run, value reflect.Value) { r.config.Hypervisor.Enable = value.Bool() }),
		"hypervisor.ui_disable":        written(func(r *run, value reflect.Value) { r.config.Hypervisor.UIDisable = value.Bool() }),
		"hypervisor.enable_auth":       written(func(r *run, value reflect.Value) { r.config.Hypervisor.EnableAuth = value.Bool() }),
	}
	for _, name := range []string{"dmsg_web", "skynet_web"} {
		for field, set := range proxySetters {
			liveSetters[name+"."+field] = func(r *run, _ string, value reflect.Value) error { return set(r, name, value) }
		}
	}
}

// written is a setter that cannot fail: it changes the configuration and writes it.
func written(change func(r *run, value reflect.Value)) liveSetter {
	return func(r *run, _ string, value reflect.Value) error {
		change(r, value)
		r.persist()
		return nil
	}
}

func keysOf(value reflect.Value) []PubKey  { return value.Interface().([]PubKey) }
func textsOf(value reflect.Value) []string { return value.Interface().([]string) }

// Words for a log level, in small or large letters.
const logLevels = " trace debug info notice warn warning error fatal critical panic "

func setLogLevel(r *run, _ string, value reflect.Value) error {
	if level := value.String(); !strings.Contains(logLevels, " "+strings.ToLower(level)+" ") {
		return fmt.Errorf("invalid log level %q: could not convert string to log level", level)
	}
	r.config.LogLevel = value.String()
	r.persist()
	return nil
}

func setKnob(r *run, name string, value reflect.Value) error {
	if r.config.Routing.RouterSettings == nil {
		r.config.Routing.RouterSettings = map[string]string{}
	}
	r.config.Routing.RouterSettings[name] = value.String()
	r.persist()
	return nil
}

func setPersistent(r *run, _ string, value reflect.Value) error {
	r.config.PersistentTransports = value.Interface().([]PersistentTransports)
	r.persist()
	return nil
}

// setHypervisors adds what is missing, then takes away what is too much, key by key.
func (r *run) setHypervisors(wanted []PubKey) error {
	had := append([]PubKey(nil), r.config.Hypervisors...)
	for _, key := range wanted {
		if !hasKey(had, key) {
			if err := r.addHypervisor(key); err != nil {
				return err
			}
		}
	}
	for _, key := range had {
		if !hasKey(wanted, key) {
			r.removeHypervisor(key)
		}
	}
	return nil
}

func (r *run) addHypervisor(key PubKey) error {
	if !r.complete {
		return errors.New("DMSG client not running")
	}
	if r.visor.connected[key] {
		return fmt.Errorf("already connected to hypervisor %s", key)
	}
	if !hasKey(r.config.Hypervisors, key) {
		r.config.Hypervisors = append(r.config.Hypervisors, key)
	}
	r.persistHypervisors()
	return nil
}

func (r *run) removeHypervisor(key PubKey) {
	r.config.Hypervisors = withoutKey(r.config.Hypervisors, key)
	r.persistHypervisors()
}

// persistHypervisors mirrors by itself, whatever the call around it comes to.
func (r *run) persistHypervisors() {
	r.persist()
	r.mirror("hypervisors", reflect.ValueOf(r.config.Hypervisors))
}
