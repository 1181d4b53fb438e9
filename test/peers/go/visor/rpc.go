package visor

import "encoding/json"

// service is what a run of a visor serves under the name app-visor. Everything here has the form net/rpc asks for.
type service struct{ *run }

func (s service) locked(do func() error) error {
	s.visor.mu.Lock()
	defer s.visor.mu.Unlock()
	return do()
}

// read answers with a value; write only says that it was done.
func read[R any](s service, out *R, value func() R) error {
	return s.locked(func() error { *out = value(); return nil })
}

func (s service) Uptime(_ *Empty, out *float64) error {
	return read(s, out, func() float64 { return s.visor.since(s.started).Seconds() })
}

func (s service) Apps(_ *Empty, out *[]*AppState) error { return read(s, out, s.states) }

func (s service) TransportTypes(_ *Empty, out *[]string) error {
	*out = []string{"stcp", "stcpr", "sudph", "dmsg"}
	return nil
}

func (s service) IsStartupComplete(_ *Empty, out *bool) error {
	return read(s, out, func() bool { return s.complete && !s.suspended })
}

func (s service) IsSuspended(_ *Empty, out *bool) error {
	return read(s, out, func() bool { return s.suspended })
}

func (s service) RemoteVisors(_ *Empty, out *[]string) error { return nil }

func (s service) Transports(_ *TransportsIn, out *[]*TransportSummary) error { return nil }

func (s service) PendingHypervisors(_ *Empty, out *[]PendingHypervisor) error { return nil }

func (s service) HVListVisors(_ *Empty, out *[]HVVisorEntry) error { return nil }

func (s service) Overview(_ *Empty, out *Overview) error { return read(s, out, s.overview) }

func (s service) Summary(_ *Empty, out *Summary) error {
	return read(s, out, func() Summary {
		over, config := s.overview(), s.config
		return Summary{
			Overview: &over, Health: &HealthInfo{"healthy"}, Uptime: s.visor.since(s.started).Seconds(),
			MinHops: config.Routing.MinHops, PersistentTransports: config.PersistentTransports,
			RewardAddress: config.RewardAddress, BuildTag: "linux_amd64", ConfigVersion: config.Version,
			PublicAutoconnect: config.Transport.PublicAutoconnect, IsPublic: config.IsPublic,
		}
	})
}

func (r *run) overview() Overview {
	return Overview{
		PubKey: r.config.PK, BuildInfo: &BuildInfo{r.config.Version, "61dc077f2a90", "2026-10-30T09:12:44Z"},
		AppProtoVersion: "0.1.0", Apps: r.states(), LocalIP: "192.168.7.2", PublicIP: "203.0.113.9",
		Hypervisors: r.config.Hypervisors, Hostname: "witness",
	}
}

func (s service) GetRuntimeConfig(_ *Empty, out *[]byte) error {
	return read(s, out, func() []byte { return s.config.format(false) })
}

func (s service) GetConfigPath(_ *Empty, out *string) error {
	*out = "/opt/skywire/skywire.json"
	return nil
}

func (s service) Skyenv(_ *Empty, out *SkyenvState) error { return read(s, out, s.visor.skyenv) }

func (s service) SetConfigFields(in map[string]json.RawMessage, out *[]ConfigFieldChange) error {
	return s.locked(func() (err error) { *out, err = s.setFields(in); return err })
}

func (s service) ListForwardedPorts(_ *Empty, out *[]ForwardedPort) error {
	return read(s, out, s.records)
}

func (s service) RegisterForwardedPort(in *ForwardedPort, _ *Empty) error {
	return s.locked(func() error { return s.register(*in) })
}

func (s service) RegisterTCPPort(port int, _ *Empty) error {
	return s.locked(func() error {
		return s.register(ForwardedPort{Port: port, Skynet: true, ShowOnLanding: true})
	})
}

func (s service) UpdateForwardedPort(in *ForwardedPort, _ *Empty) error {
	return s.locked(func() error { return s.update(*in) })
}

func (s service) DeregisterTCPPort(port int, _ *Empty) error {
	return s.locked(func() error { return s.deregister(port) })
}

func (s service) AddHypervisor(key PubKey, _ *Empty) error {
	return s.locked(func() error { return s.addHypervisor(key) })
}

func (s service) RemoveHypervisor(key PubKey, _ *Empty) error {
	return s.locked(func() error { s.removeHypervisor(key); return nil })
}

func (s service) GetPersistentTransports(_ *Empty, out *[]PersistentTransports) error {
	return read(s, out, func() []PersistentTransports { return s.config.PersistentTransports })
}

func (s service) SetPersistentTransports(in []PersistentTransports, _ *Empty) error {
	return s.change(func() { s.config.PersistentTransports = in })
}

func (s service) SetMinHops(hops uint16, _ *Empty) error {
	return s.change(func() { s.config.Routing.MinHops = hops })
}

func (s service) SetCalculateRoutes(isOn bool, _ *Empty) error {
	return s.change(func() { s.config.Routing.CalculateRoutes = isOn })
}

func (s service) SetPublicAutoconnect(isOn bool, _ *Empty) error {
	return s.change(func() { s.config.Transport.PublicAutoconnect = isOn })
}

func (s service) SetIsPublic(isOn bool, _ *Empty) error {
	return s.change(func() { s.config.IsPublic = isOn })
}

func (s service) SetRewardAddress(address string, out *string) error {
	return s.locked(func() error { s.setReward(address); *out = address; return nil })
}

func (s service) DeleteRewardAddress(_ *Empty, _ *Empty) error { return s.locked(s.deleteReward) }

// change is a setter that cannot fail.
func (s service) change(do func()) error {
	return s.locked(func() error { do(); s.persist(); return nil })
}
