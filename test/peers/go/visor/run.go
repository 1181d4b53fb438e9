// Package visor is a visor of autumn 2026 as the newest public texts describe it, made of Go's standard library: a
// second witness beside the embedded visors of src/skywire/embedded, from which nothing of it is taken.
package visor

import (
	"encoding/json"
	"fmt"
	"net"
	"sync"
	"time"
)

// visor is what outlives a run: its disk, its RPC address, and what a test has decided about it.
type visor struct {
	mu sync.Mutex
	// haste is how many seconds pass here in one of the machine's, as in the tests' own clock.
	haste float64
	disk  disk
	run   *run
	// faults are the texts that live setters of a path fail with; connected are hypervisors that are already served.
	faults    map[string]string
	connected map[PubKey]bool
	conns     map[net.Conn]bool
}

// disk is what a visor finds when it starts. A nil conf is a machine without skywire.conf.
type disk struct {
	config, ports []byte
	conf          map[string]string
	// reward is reward.txt; nil when there is none.
	reward *string
}

// run is one run of a visor, from its start to its end.
type run struct {
	visor     *visor
	started   time.Time
	config    *Config
	ports     map[int]*ForwardedPort
	sockets   map[int]int
	processes map[string]*process
	proxies   map[string]*proxy
	complete  bool
	suspended bool
}

// begin is the start of the visor with what stands on its disk.
func (v *visor) begin() error {
	config, err := parseConfig(v.disk.config)
	if err != nil {
		return err
	}
	r := &run{
		visor: v, started: time.Now(), config: config, complete: true,
		ports: map[int]*ForwardedPort{}, sockets: map[int]int{}, processes: map[string]*process{},
	}
	if v.disk.ports != nil {
		if err := json.Unmarshal(v.disk.ports, &r.ports); err != nil {
			return err
		}
	}
	if v.disk.reward != nil && *v.disk.reward != "" {
		config.RewardAddress = *v.disk.reward
	}
	for _, record := range r.ports {
		r.listenOnDmsg(record)
	}
	r.startProxies()
	for _, app := range config.Launcher.Apps {
		if app.AutoStart {
			_ = r.start(app.Name, app.LauncherMode)
		}
	}
	v.run = r
	return nil
}

// restart ends the run with all its connections, and begins the next.
func (v *visor) restart() error {
	for conn := range v.conns {
		_ = conn.Close()
	}
	v.conns = map[net.Conn]bool{}
	return v.begin()
}

func (v *visor) since(moment time.Time) time.Duration {
	return time.Duration(float64(time.Since(moment)) * v.haste)
}

// persist writes the whole configuration from memory, as every setter does.
func (r *run) persist() { r.visor.disk.config = r.config.format(true) }

func (r *run) persistPorts() { r.visor.disk.ports = marshal(r.ports) }

// setReward has a file of its own; what the configuration says in memory follows.
func (r *run) setReward(address string) {
	r.visor.disk.reward, r.config.RewardAddress = &address, address
}

// deleteReward takes the file away, and nothing else: the address goes on being shown.
func (r *run) deleteReward() error {
	if r.visor.disk.reward == nil {
		path := r.config.LocalPath + "/reward.txt"
		return fmt.Errorf("error deleting file. err=remove %s: no such file or directory", path)
	}
	r.visor.disk.reward = nil
	return nil
}
