package visor

import (
	"errors"
	"fmt"
	"net"
	"reflect"
)

// proxy is a resolving proxy of one run. One that was not made takes no upstream.
type proxy struct{ made, running bool }

var (
	proxyPorts = map[string]int{"dmsg_web": 4445, "skynet_web": 4446}
	proxyNames = map[string]string{"dmsg_web": "dmsgweb", "skynet_web": "skynetweb"}
)

var proxySetters = map[string]func(r *run, name string, value reflect.Value) error{
	"enable": func(r *run, name string, value reflect.Value) error {
		r.enableProxy(name, value.Bool())
		r.block(name).Enable = value.Bool()
		r.persist()
		return nil
	},
	// The address enables too.
	"proxy_addr": func(r *run, name string, value reflect.Value) error {
		r.block(name).ProxyAddr, r.block(name).Enable = value.String(), true
		r.enableProxy(name, true)
		r.persist()
		return nil
	},
	"upstream_socks": func(r *run, name string, value reflect.Value) error {
		if !r.proxies[name].made {
			return errors.New(proxyNames[name] + " resolver not initialized")
		}
		r.block(name).UpstreamSOCKS = value.String()
		r.persist()
		return nil
	},
	"upstream_rules": func(r *run, name string, value reflect.Value) error {
		r.block(name).UpstreamRules = value.Interface().([]Rule)
		r.persist()
		return nil
	},
}

func (r *run) block(name string) *WebProxy {
	if name == "dmsg_web" {
		return r.config.DmsgWeb
	}
	return r.config.SkynetWeb
}

// startProxies is what the start of a visor makes of its blocks. An empty upstream of the .dmsg proxy is filled with
// the .skynet one, in memory.
func (r *run) startProxies() {
	r.proxies = map[string]*proxy{"dmsg_web": {}, "skynet_web": {}}
	for name, each := range r.proxies {
		if block := r.block(name); block != nil {
			each.made, each.running = true, block.Enable
		}
	}
	if r.proxies["dmsg_web"].running && r.proxies["skynet_web"].running && r.config.DmsgWeb.UpstreamSOCKS == "" {
		r.config.DmsgWeb.UpstreamSOCKS = fmt.Sprintf("127.0.0.1:%d", proxyPorts["skynet_web"])
	}
}

// enableProxy starts or stops one. The .dmsg proxy that starts takes the .skynet one with it, whatever that one's
// block says.
func (r *run) enableProxy(name string, isOn bool) {
	if !isOn {
		r.proxies[name].running = false
		return
	}
	*r.proxies[name] = proxy{made: true, running: true}
	if name == "dmsg_web" {
		*r.proxies["skynet_web"] = proxy{made: true, running: true}
	}
}

// listensAt is where a proxy listens; empty when it does not, also where its address is none to listen at.
func (r *run) listensAt(name string) string {
	if !r.proxies[name].running {
		return ""
	}
	host := "127.0.0.1"
	if block := r.block(name); block != nil && block.ProxyAddr != "" {
		host = block.ProxyAddr
	}
	address := fmt.Sprintf("%s:%d", host, proxyPorts[name])
	if _, _, err := net.SplitHostPort(address); err != nil {
		return ""
	}
	return address
}
