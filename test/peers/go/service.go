package main

import (
	"bytes"
	"encoding/gob"
	"encoding/json"
	"errors"
	"reflect"
	"sort"
	"time"
)

// Visor answers as a visor does, as far as the tests go.
type Visor struct{}

// Empty is what methods without an argument or a reply use.
type Empty = struct{}

func (Visor) Summary(_ *Empty, out *Summary) error { *out = makeSummary(20); return nil }

func (Visor) BigSummary(transports int, out *Summary) error {
	*out = makeSummary(transports)
	return nil
}

func (Visor) Apps(_ *Empty, out *[]*AppState) error {
	*out = makeSummary(0).Overview.Apps
	return nil
}

func (Visor) Health(_ *Empty, out *HealthInfo) error { *out = HealthInfo{"healthy"}; return nil }

func (Visor) GetRuntimeConfig(_ *Empty, out *[]byte) error {
	*out = []byte(`{"version":"v1.3.94","log_level":"info"}`)
	return nil
}

func (Visor) SetConfigFields(in map[string]json.RawMessage, out *[]ConfigFieldChange) error {
	paths := make([]string, 0, len(in))
	for path := range in {
		paths = append(paths, path)
	}
	sort.Strings(paths)
	for _, path := range paths {
		*out = append(*out, ConfigFieldChange{Path: path, Old: json.RawMessage("null"), New: in[path], Live: true})
	}
	return nil
}

func (Visor) ListForwardedPorts(_ *Empty, out *[]ForwardedPort) error {
	*out = []ForwardedPort{
		{Port: 8080, LocalPort: 8080, Label: "chat", Whitelist: makeSummary(0).Overview.Hypervisors, Skynet: true},
		{Port: 22, LocalPort: 2222, DMSG: true},
	}
	return nil
}

func (Visor) StartApp(in *StartAppIn, _ *Empty) error {
	if in.AppName == "" {
		return errors.New("app not found")
	}
	return nil
}

func (Visor) SetMinHops(hops uint16, _ *Empty) error { return nil }

func (Visor) AddHypervisor(key PubKey, out *PubKey) error { *out = key; return nil }

// Double is the small call of the benchmarks.
func (Visor) Double(n int, out *int) error { *out = 2 * n; return nil }

// Slow answers after the given milliseconds, so that later calls overtake it.
func (Visor) Slow(ms int, out *int) error {
	time.Sleep(time.Duration(ms) * time.Millisecond)
	*out = ms
	return nil
}

// Echo decodes Data into the described type and encodes it again with a fresh encoder.
func (Visor) Echo(in *EchoIn, out *[]byte) error {
	var desc typeDesc
	if err := json.Unmarshal([]byte(in.Type), &desc); err != nil {
		return err
	}
	value := reflect.New(desc.goType())
	if err := gob.NewDecoder(bytes.NewReader(in.Data)).DecodeValue(value); err != nil {
		return err
	}
	var again bytes.Buffer
	if err := gob.NewEncoder(&again).EncodeValue(value.Elem()); err != nil {
		return err
	}
	*out = again.Bytes()
	return nil
}

// typeDesc describes a Go type in JSON.
type typeDesc struct {
	Kind   string      `json:"kind"`
	Elem   *typeDesc   `json:"elem"`
	Key    *typeDesc   `json:"key"`
	Len    int         `json:"len"`
	Fields []fieldDesc `json:"fields"`
}

type fieldDesc struct {
	Name string   `json:"name"`
	Type typeDesc `json:"type"`
}

var basics = map[string]reflect.Type{
	"bool": reflect.TypeFor[bool](), "string": reflect.TypeFor[string](), "bytes": reflect.TypeFor[[]byte](),
	"int": reflect.TypeFor[int](), "int8": reflect.TypeFor[int8](), "int16": reflect.TypeFor[int16](),
	"int32": reflect.TypeFor[int32](), "int64": reflect.TypeFor[int64](), "uint": reflect.TypeFor[uint](),
	"uint8": reflect.TypeFor[uint8](), "uint16": reflect.TypeFor[uint16](), "uint32": reflect.TypeFor[uint32](),
	"uint64": reflect.TypeFor[uint64](), "float": reflect.TypeFor[float64](), "float32": reflect.TypeFor[float32](),
	"complex": reflect.TypeFor[complex128](), "time": reflect.TypeFor[time.Time](), "key": reflect.TypeFor[PubKey](),
	"uuid": reflect.TypeFor[UUID](), "log": reflect.TypeFor[LogEntry](), "any": reflect.TypeFor[any](),
}

func (d typeDesc) goType() reflect.Type {
	switch d.Kind {
	case "list":
		return reflect.SliceOf(d.Elem.goType())
	case "array":
		return reflect.ArrayOf(d.Len, d.Elem.goType())
	case "map":
		return reflect.MapOf(d.Key.goType(), d.Elem.goType())
	case "ptr":
		return reflect.PointerTo(d.Elem.goType())
	case "struct":
		fields := make([]reflect.StructField, len(d.Fields))
		for i, field := range d.Fields {
			fields[i] = reflect.StructField{Name: field.Name, Type: field.Type.goType()}
		}
		return reflect.StructOf(fields)
	}
	return basics[d.Kind]
}
