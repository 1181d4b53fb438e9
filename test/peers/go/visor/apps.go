package visor

import (
	"errors"
	"fmt"
	"net"
	"strconv"
	"strings"
)

var errNoProcess = errors.New("no process of given app is running")

// app is the launcher's entry of a name, to be changed in place; nil when there is none.
func (r *run) app(name string) *App {
	for i := range r.config.Launcher.Apps {
		if entry := &r.config.Launcher.Apps[i]; entry.Name == name {
			return entry
		}
	}
	return nil
}

// entry is the same for setters that say in these words that there is none.
func (r *run) entry(name string) (*App, error) {
	if found := r.app(name); found != nil {
		return found, nil
	}
	return nil, fmt.Errorf("app %q not found in launcher config", name)
}

func (r *run) setAutoStart(name string, isOn bool) error {
	entry := r.app(name)
	if entry == nil {
		return errNoProcess
	}
	entry.AutoStart = isOn
	r.persist()
	return nil
}

func (r *run) setArgs(name string, args []string) error {
	entry, err := r.entry(name)
	if err == nil {
		entry.Args = args
		r.persist()
	}
	return err
}

func (r *run) setEnv(name string, env []string) error {
	entry, err := r.entry(name)
	if err == nil {
		entry.Env = env
		r.persist()
	}
	return err
}

// setVariables sets or, with an empty value, takes away; an app that is not there is passed over.
func (r *run) setVariables(name string, values map[string]string) error {
	entry := r.app(name)
	for key, value := range values {
		if key == "" {
			return errors.New("env key must not be empty")
		}
		if entry == nil {
			continue
		}
		left := make([]string, 0, len(entry.Env)+1)
		isSet := value == ""
		for _, each := range entry.Env {
			if !strings.HasPrefix(each, key+"=") {
				left = append(left, each)
			} else if !isSet {
				left, isSet = append(left, key+"="+value), true
			}
		}
		if !isSet {
			left = append(left, key+"="+value)
		}
		entry.Env = left
	}
	r.persist()
	return nil
}

func (r *run) setLauncherMode(name, mode string) error {
	if mode != "" && mode != "internal" && mode != "external" {
		return fmt.Errorf("invalid launcher mode %q (must be empty, 'internal', or 'external')", mode)
	}
	entry, err := r.entry(name)
	if err == nil {
		entry.LauncherMode = mode
		r.persist()
	}
	return err
}

func (r *run) addApp(name, binary string) error {
	busy := map[uint16]bool{}
	for _, each := range r.config.Launcher.Apps {
		busy[each.Port] = true
		if each.Name == name {
			return errors.New("the app exist")
		}
	}
	port := uint16(10)
	for busy[port] {
		port++
	}
	r.config.Launcher.Apps = append(r.config.Launcher.Apps, App{Name: name, Binary: binary, Port: port})
	r.persist()
	return nil
}

// deleteApp goes on where the app does not stop.
func (r *run) deleteApp(name string) error {
	_ = r.stop(name)
	if _, err := r.entry(name); err != nil {
		return err
	}
	var left AppList
	for _, each := range r.config.Launcher.Apps {
		if each.Name != name {
			left = append(left, each)
		}
	}
	r.config.Launcher.Apps = left
	delete(r.processes, name)
	r.persist()
	return nil
}

// setOption writes `--option value` as two elements, or takes both away.
func (r *run) setOption(name, option, value string) error {
	if entry := r.app(name); entry != nil {
		at := -1
		for i, each := range entry.Args {
			if each == option && i+1 < len(entry.Args) {
				at = i
				break
			}
		}
		args := append([]string(nil), entry.Args...)
		switch {
		case at < 0 && value != "":
			args = append(args, option, value)
		case at >= 0 && value != "":
			args[at+1] = value
		case at >= 0:
			args = append(args[:at], args[at+2:]...)
		}
		entry.Args = args
		r.persist()
	}
	return nil
}

// setFlag takes every form of a flag away, and writes it bare where it is on: nothing says that it is off.
func (r *run) setFlag(name, flag string, isOn bool) error {
	if entry := r.app(name); entry != nil {
		args := make([]string, 0, len(entry.Args)+1)
		for i := 0; i < len(entry.Args); i++ {
			bare := strings.TrimLeft(entry.Args[i], "-")
			if bare != flag && !strings.HasPrefix(bare, flag+"=") {
				args = append(args, entry.Args[i])
			} else if i+1 < len(entry.Args) && (entry.Args[i+1] == "true" || entry.Args[i+1] == "false") {
				i++
			}
		}
		if isOn {
			args = append(args, "--"+flag)
		}
		entry.Args = args
		r.persist()
	}
	return nil
}

func only(name, what string, allowed ...string) error {
	for _, each := range allowed {
		if each == name {
			return nil
		}
	}
	return fmt.Errorf("app %s is not allowed to %s", name, what)
}

// addressFault says why skychat does not listen at an address: `:PORT`, `*:PORT`, an IP address or localhost.
func addressFault(address string) error {
	host, port, err := net.SplitHostPort(address)
	isHost := host == "" || host == "*" || host == "localhost" || net.ParseIP(host) != nil
	number, notNumber := strconv.Atoi(port)
	if err != nil || !isHost || len(address) < 5 || notNumber != nil {
		return fmt.Errorf("invalid addr value: %s", address)
	}
	if number < 1025 || number > 65535 {
		return fmt.Errorf("invalid port number: %s", port)
	}
	return nil
}
