package visor

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"
)

const (
	stopped = 0
	running = 1
)

// runsAfter is how long an app takes to say that it runs.
const runsAfter = 110 * time.Millisecond

// process is what was started of an app: with these arguments and in this mode, whatever the configuration says since.
type process struct {
	started time.Time
	mode    string
	args    []string
	// fault is why the program ended as it read its arguments.
	fault string
}

func (r *run) start(name, mode string) error {
	entry := r.app(name)
	if entry == nil {
		return errors.New("app not found")
	}
	if r.isAlive(name) {
		return errors.New("app already started")
	}
	if name == "vpn-client" && !strings.Contains(" "+strings.Join(entry.Args, " "), " --srv ") {
		return errors.New("VPN server pub key is missing")
	}
	args := append([]string(nil), entry.Args...)
	r.processes[name] = &process{time.Now(), mode, args, argumentFault(args)}
	return nil
}

func (r *run) stop(name string) error {
	if !r.isAlive(name) {
		return errors.New("app not running")
	}
	delete(r.processes, name)
	if entry := r.app(name); entry.RestartPolicy == "always" {
		return r.start(name, entry.LauncherMode)
	}
	return nil
}

func (r *run) isAlive(name string) bool {
	process := r.processes[name]
	return process != nil && process.fault == ""
}

func (r *run) status(name string) int {
	if r.isAlive(name) && r.visor.since(r.processes[name].started) >= runsAfter {
		return running
	}
	return stopped
}

func (r *run) states() []*AppState {
	states := make([]*AppState, 0, len(r.config.Launcher.Apps))
	for _, app := range r.config.Launcher.Apps {
		state := &AppState{AppConfig: AppConfig(app), Status: r.status(app.Name)}
		if state.Status == running {
			state.DetailedStatus = "Running"
		}
		states = append(states, state)
	}
	return states
}

// flags are options whose value may be left out; valued ones must have one; of others nothing is known.
var (
	flags  = map[string]bool{"secure": true, "killswitch": true}
	valued = map[string]bool{"whitelist": true, "srv": true, "netifc": true, "dns": true, "addr": true}
)

// argumentFault is what a program says that cannot read its arguments: one dash begins a row of one-letter options.
func argumentFault(args []string) string {
	if len(args) > 1 && args[0] == "app" {
		args = args[2:]
	}
	for i := 0; i < len(args); i++ {
		element := args[i]
		if element == "--" {
			return ""
		}
		if strings.HasPrefix(element, "-") && len(element) > 1 && element[1] != '-' {
			return fmt.Sprintf("unknown shorthand flag: %q in %s", element[1], element)
		}
		if !strings.HasPrefix(element, "--") {
			continue
		}
		option, value, hasValue := strings.Cut(element[2:], "=")
		if flags[option] {
			if _, err := strconv.ParseBool(value); hasValue && err != nil {
				return fmt.Sprintf("invalid argument %q for \"--%s\" flag", value, option)
			}
		} else if !hasValue {
			if i++; i == len(args) && valued[option] {
				return "flag needs an argument: --" + option
			}
		}
	}
	return ""
}
