package visor

import "fmt"

// StartApp starts an app in the mode that the call names; the one that is configured is not looked at.
func (s service) StartApp(in *StartAppIn, _ *Empty) error {
	return s.locked(func() error { return s.start(in.AppName, in.LauncherMode) })
}

func (s service) StopApp(name string, _ *Empty) error {
	return s.locked(func() error { return s.stop(name) })
}

func (s service) KillApp(name string, _ *Empty) error {
	return s.locked(func() error { delete(s.processes, name); return nil })
}

func (s service) SetAutoStart(in *SetAutoStartIn, _ *Empty) error {
	return s.locked(func() error { return s.setAutoStart(in.AppName, in.AutoStart) })
}

func (s service) SetAppArgs(in *SetAppArgsIn, _ *Empty) error {
	return s.locked(func() error { return s.setArgs(in.AppName, in.Args) })
}

func (s service) SetAppEnv(in *SetAppEnvIn, _ *Empty) error {
	return s.locked(func() error { return s.setVariables(in.AppName, map[string]string{in.Key: in.Value}) })
}

func (s service) SetAppEnvBatch(in *SetAppEnvBatchIn, _ *Empty) error {
	return s.locked(func() error { return s.setVariables(in.AppName, in.Env) })
}

func (s service) SetAppEnvFull(in *SetAppEnvFullIn, _ *Empty) error {
	return s.locked(func() error { return s.setEnv(in.AppName, in.Env) })
}

func (s service) SetAppLauncherMode(in *SetAppLauncherModeIn, _ *Empty) error {
	return s.locked(func() error { return s.setLauncherMode(in.AppName, in.Mode) })
}

func (s service) SetAppWhitelist(in *SetAppWhitelistIn, _ *Empty) error {
	return s.locked(func() error {
		if only(in.AppName, "", "skysocks", "vpn-server") != nil {
			return fmt.Errorf("app %s does not support a connection whitelist", in.AppName)
		}
		return s.setOption(in.AppName, "--whitelist", in.Whitelist)
	})
}

func (s service) SetAppPK(in *SetAppPKIn, _ *Empty) error {
	return s.option(in.AppName, "change PK", "--srv", in.PK.String(), "skysocks-client", "vpn-client")
}

func (s service) SetAppNetworkInterface(in *SetAppNetworkInterfaceIn, _ *Empty) error {
	return s.option(in.AppName, "set network interface", "--netifc", in.NetIfc, "vpn-server")
}

func (s service) SetAppDNS(in *SetAppStringIn, _ *Empty) error {
	return s.option(in.AppName, "change DNS Address", "--dns", in.Val, "vpn-client")
}

func (s service) SetAppAddress(in *SetAppStringIn, _ *Empty) error {
	if err := only(in.AppName, "set addr", "skychat"); err != nil {
		return err
	}
	if err := addressFault(in.Val); err != nil {
		return err
	}
	return s.option(in.AppName, "", "--addr", in.Val, "skychat")
}

func (s service) SetAppSecure(in *SetAppBoolIn, _ *Empty) error {
	return s.flag(in, "change 'secure' parameter", "secure", "vpn-server")
}

func (s service) SetAppKillswitch(in *SetAppBoolIn, _ *Empty) error {
	return s.flag(in, "set killswitch", "killswitch", "vpn-client")
}

func (s service) AddApp(in *SetAppAddIn, _ *Empty) error {
	return s.locked(func() error { return s.addApp(in.AppName, in.BinaryName) })
}

func (s service) DeleteApp(in *AppNameIn, _ *Empty) error {
	return s.locked(func() error { return s.deleteApp(in.AppName) })
}

func (s service) option(name, what, option, value string, allowed ...string) error {
	return s.locked(func() error {
		if err := only(name, what, allowed...); err != nil {
			return err
		}
		return s.setOption(name, option, value)
	})
}

func (s service) flag(in *SetAppBoolIn, what, flag, allowed string) error {
	return s.locked(func() error {
		if err := only(in.AppName, what, allowed); err != nil {
			return err
		}
		return s.setFlag(in.AppName, flag, in.Val)
	})
}
