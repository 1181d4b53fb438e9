package visor

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/rpc"
	"strings"
)

const lineMax = 1 << 20

// Serve runs a visor: the first line of `in` is its configuration, the first of `out` its RPC address. Every further
// line is a command, answered by one line of JSON; see command. It ends with `in`.
func Serve(haste float64, in io.Reader, out io.Writer) error {
	lines := bufio.NewScanner(in)
	lines.Buffer(nil, lineMax)
	if !lines.Scan() {
		return fmt.Errorf("no configuration came: %w", lines.Err())
	}
	v := &visor{
		haste: haste, faults: map[string]string{}, connected: map[PubKey]bool{}, conns: map[net.Conn]bool{},
		disk: disk{config: append([]byte(nil), lines.Bytes()...), conf: map[string]string{}},
	}
	if err := v.begin(); err != nil {
		return err
	}
	listener, err := net.Listen("tcp4", "127.0.0.1:0")
	if err != nil {
		return err
	}
	go v.accept(listener)
	fmt.Fprintln(out, listener.Addr())
	for lines.Scan() {
		v.mu.Lock()
		answer, err := v.command(strings.SplitN(lines.Text(), " ", 4))
		v.mu.Unlock()
		if err != nil {
			answer = map[string]string{"error": err.Error()}
		}
		fmt.Fprintln(out, string(marshal(answer)))
	}
	return lines.Err()
}

// accept serves each connection by the run it came to.
func (v *visor) accept(listener net.Listener) {
	for {
		conn, err := listener.Accept()
		if err != nil {
			return
		}
		v.mu.Lock()
		server := rpc.NewServer()
		must(server.RegisterName("app-visor", service{v.run}))
		v.conns[conn] = true
		v.mu.Unlock()
		go func() {
			server.ServeConn(conn)
			v.mu.Lock()
			delete(v.conns, conn)
			v.mu.Unlock()
		}()
	}
}

// state is the visor from inside.
type state struct {
	Config    json.RawMessage   `json:"config"`
	Conf      string            `json:"conf"`
	Ports     []ForwardedPort   `json:"ports"`
	Sockets   map[int]int       `json:"sockets"`
	Apps      map[string]inside `json:"apps"`
	Listening map[string]string `json:"listening"`
}

// inside is an app's process from inside.
type inside struct {
	Alive bool     `json:"alive"`
	Mode  string   `json:"mode"`
	Args  []string `json:"args"`
	Fault string   `json:"fault"`
}

// command does what a test wants behind the program's back, or tells what no RPC tells:
//
//	inspect                     the state
//	restart | suspend | resume  of the visor
//	fail PATH TEXT | heal PATH  the live setter of a path fails, or no longer does
//	connected KEY               a hypervisor that is served without being configured
//	reach KEY PORT dmsg|skynet  where a connection ends up
//	record JSON | forget PORT   somebody else registers or deregisters a port
//	conf JSON                   the lines of skywire.conf that a package left
//	args APP JSON               somebody else sets an app's arguments
func (v *visor) command(words []string) (any, error) {
	r, word := v.run, words[0]
	text := strings.Join(words[1:], " ")
	switch word {
	case "inspect":
		return r.state(), nil
	case "restart":
		return "done", v.restart()
	case "suspend", "resume":
		r.suspended = word == "suspend"
		return "done", nil
	case "fail":
		v.faults[words[1]] = strings.Join(words[2:], " ")
		return "done", nil
	case "heal":
		delete(v.faults, words[1])
		return "done", nil
	case "connected":
		var key PubKey
		err := key.UnmarshalText([]byte(text))
		v.connected[key] = true
		return "done", err
	case "record":
		var record ForwardedPort
		if err := json.Unmarshal([]byte(text), &record); err != nil {
			return nil, err
		}
		return "done", r.register(record)
	case "reach":
		return r.reached(words)
	case "conf":
		var lines []string
		if err := json.Unmarshal([]byte(text), &lines); err != nil {
			return nil, err
		}
		for _, line := range lines {
			name, value, _ := strings.Cut(line, "=")
			v.disk.conf[name] = value
		}
		return "done", nil
	case "args":
		var args []string
		if err := json.Unmarshal([]byte(strings.Join(words[2:], " ")), &args); err != nil {
			return nil, err
		}
		return "done", r.setArgs(words[1], args)
	}
	var port int
	if _, err := fmt.Sscan(words[len(words)-1], &port); word == "forget" && err == nil {
		return "done", r.deregister(port)
	}
	return nil, fmt.Errorf("unknown command %q", word)
}

func (r *run) reached(words []string) (any, error) {
	var key PubKey
	var port int
	if err := key.UnmarshalText([]byte(words[1])); err != nil {
		return nil, err
	}
	if _, err := fmt.Sscan(words[2], &port); err != nil {
		return nil, err
	}
	reached, err := r.reach(key, port, words[3])
	return map[string]string{"reached": reached}, err
}

func (r *run) state() state {
	apps := map[string]inside{}
	for name, process := range r.processes {
		apps[name] = inside{process.fault == "", process.mode, process.args, process.fault}
	}
	listening := map[string]string{}
	for name := range r.proxies {
		listening[name] = r.listensAt(name)
	}
	return state{r.config.format(true), r.visor.confText(), r.records(), r.sockets, apps, listening}
}
