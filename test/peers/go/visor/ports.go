package visor

import (
	"errors"
	"fmt"
	"sort"
)

// webPort is the visor's own: its log server listens there, and a record makes it another web site.
const webPort = 80

func effectiveLocalPort(record *ForwardedPort) int {
	if record.LocalPort > 0 {
		return record.LocalPort
	}
	return record.Port
}

// listenOnDmsg opens the socket of a record that wants one. What is open stays as it is: it keeps its local port.
func (r *run) listenOnDmsg(record *ForwardedPort) {
	if _, isOpen := r.sockets[record.Port]; isOpen || !record.DMSG || record.Port == webPort {
		return
	}
	r.sockets[record.Port] = effectiveLocalPort(record)
}

// register adds a record or replaces the one that is there, whoever wrote it.
func (r *run) register(record ForwardedPort) error {
	if record.Port < 1 || record.Port > 65535 {
		return fmt.Errorf("invalid port %d", record.Port)
	}
	r.ports[record.Port] = &record
	r.persistPorts()
	r.listenOnDmsg(&record)
	return nil
}

// update replaces a record; no socket is opened, moved or closed.
func (r *run) update(record ForwardedPort) error {
	if r.ports[record.Port] == nil {
		return fmt.Errorf("port %d not registered", record.Port)
	}
	r.ports[record.Port] = &record
	r.persistPorts()
	return nil
}

// deregister takes the record away. Its socket goes on accepting until the visor ends.
func (r *run) deregister(port int) error {
	if r.ports[port] == nil {
		return fmt.Errorf("port :%d not registered", port)
	}
	delete(r.ports, port)
	r.persistPorts()
	return nil
}

func (r *run) records() []ForwardedPort {
	list := make([]ForwardedPort, 0, len(r.ports))
	for _, record := range r.ports {
		list = append(list, *record)
	}
	sort.Slice(list, func(i, j int) bool { return list[i].Port < list[j].Port })
	return list
}

var errShut = errors.New("nobody lets it in")

// reach says where a connection of a key ends up. Whitelist and proxy address are looked up now; without a record
// there is no list to be missing from.
func (r *run) reach(from PubKey, port int, over string) (string, error) {
	record := r.ports[port]
	if record != nil && len(record.Whitelist) > 0 && !hasKey(record.Whitelist, from) {
		return "", errShut
	}
	proxied := ""
	if record != nil {
		proxied = record.ProxyAddr
	}
	local, isOpen := r.sockets[port]
	switch {
	case port == webPort && (record == nil || record.LocalPort == 0 && proxied == ""):
		return "landing page", nil
	case port == webPort && proxied == "":
		return fmt.Sprintf("127.0.0.1:%d", record.LocalPort), nil
	case port == webPort:
		return proxied, nil
	case over == "skynet" && (record == nil || !record.Skynet), over == "dmsg" && !isOpen:
		return "", errShut
	case proxied != "":
		return proxied, nil
	case over == "skynet":
		local = effectiveLocalPort(record)
	}
	return fmt.Sprintf("localhost:%d", local), nil
}
