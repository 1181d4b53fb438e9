package visor

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"sort"
	"strings"
)

// place is where a path leads: a field of the configuration, or an entry of one of its maps.
type place struct {
	// template is the path with [*] for the name in brackets, name that name.
	template, name string
	kind           reflect.Type
	value          reflect.Value
	set            func(reflect.Value)
}

// element is one part of a path between dots, with the name in its brackets.
type element struct {
	name, index string
	hasIndex    bool
}

// owners are places that another part of the visor writes as a whole, and the command that does.
var owners = map[string]string{
	"app_settings":                   "skywire cli proxy settings",
	"app_settings[*]":                "skywire cli proxy settings",
	"routing.router_settings":        "skywire cli route settings",
	"routing.router_app_settings":    "skywire cli route settings --app <app>",
	"routing.router_app_settings[*]": "skywire cli route settings --app <app>",
}

// setFields is SetConfigFields: everything is checked before anything is done; what waits for a restart is written
// at once; live setters follow one by one, sorted, until one fails; the mirror is written only when none did.
func (r *run) setFields(fields map[string]json.RawMessage) ([]ConfigFieldChange, error) {
	if len(fields) == 0 {
		return nil, errors.New("no fields given")
	}
	paths := make([]string, 0, len(fields))
	for path := range fields {
		paths = append(paths, path)
	}
	sort.Strings(paths)
	places := make([]*place, len(paths))
	wanted := make([]reflect.Value, len(paths))
	changes := make([]ConfigFieldChange, len(paths))
	waits := false
	for i, path := range paths {
		found, err := r.find(path)
		if err != nil {
			return nil, err
		}
		if owner, isOwned := owners[found.template]; isOwned {
			return nil, fmt.Errorf("%s is owned by the router/app settings catalogs; set it with `%s`", path, owner)
		}
		value, err := decodeField(found.kind, fields[path])
		if err != nil {
			return nil, fmt.Errorf("%s: %w", path, err)
		}
		old := json.RawMessage("null")
		if found.value.IsValid() {
			old = marshal(found.value.Interface())
		}
		_, isLive := liveSetters[found.template]
		places[i], wanted[i] = found, value
		changes[i] = ConfigFieldChange{Path: path, Old: old, New: marshal(value.Interface()), Live: isLive}
		waits = waits || !isLive
	}
	for i, change := range changes {
		if !change.Live {
			places[i].set(wanted[i])
		}
	}
	if waits {
		r.persist()
	}
	for i, change := range changes {
		if !change.Live {
			continue
		}
		if fault, isFaulty := r.visor.faults[change.Path]; isFaulty {
			return nil, fmt.Errorf("%s: %s", change.Path, fault)
		}
		if err := liveSetters[places[i].template](r, places[i].name, wanted[i]); err != nil {
			return nil, fmt.Errorf("%s: %w", change.Path, err)
		}
	}
	for i, found := range places {
		r.mirror(found.template, wanted[i])
	}
	return changes, nil
}

// find follows a path from the top of the configuration.
func (r *run) find(path string) (*place, error) {
	elements, err := elementsOf(path)
	if err != nil {
		return nil, err
	}
	found := &place{value: reflect.ValueOf(r.config).Elem()}
	for i, each := range elements {
		if each.isSecret() {
			return nil, fmt.Errorf("%s is not editable: visor identity and secret keys are refused", path)
		}
		block := found.value
		if block.Kind() == reflect.Pointer {
			if block.IsNil() {
				return nil, fmt.Errorf("%s: %s is not set; set the whole block first", path, found.template)
			}
			block = block.Elem()
		}
		if block.Kind() != reflect.Struct {
			return nil, fmt.Errorf("%s: %q is not a config block", path, found.template)
		}
		member, isMirror := memberOf(block, each.name)
		if !member.IsValid() {
			return nil, fmt.Errorf("unknown config path %q (no field %q)", path, each.name)
		}
		if isMirror {
			return nil, fmt.Errorf("%s is a read-only mirror of state held elsewhere in the config and cannot be set by path", path)
		}
		if found.template != "" {
			found.template += "."
		}
		found.template += each.name
		found.value, found.set = member, member.Set
		if !each.hasIndex {
			continue
		}
		found.template, found.name = found.template+"[*]", each.index
		switch member.Kind() {
		case reflect.Slice:
			at := entryNamed(member, each.index)
			if at < 0 {
				return nil, fmt.Errorf("%s: no entry named %q in %s", path, each.index, each.name)
			}
			found.value = member.Index(at)
			found.set = found.value.Set
		case reflect.Map:
			if i != len(elements)-1 {
				return nil, fmt.Errorf("%s: a map index must be the last path element", path)
			}
			return entryOf(member, found), nil
		default:
			return nil, fmt.Errorf("%s: %s is not indexable", path, each.name)
		}
	}
	found.kind = found.value.Type()
	return found, nil
}

// entryOf is the place of one entry of a map, there or not.
func entryOf(entries reflect.Value, at *place) *place {
	key := reflect.ValueOf(at.name)
	at.kind, at.value = entries.Type().Elem(), entries.MapIndex(key)
	at.set = func(value reflect.Value) {
		if entries.IsNil() {
			entries.Set(reflect.MakeMap(entries.Type()))
		}
		entries.SetMapIndex(key, value)
	}
	return at
}

func elementsOf(path string) ([]element, error) {
	if strings.TrimSpace(path) == "" {
		return nil, errors.New("empty config path")
	}
	var elements []element
	for _, part := range strings.Split(path, ".") {
		if part == "" {
			return nil, fmt.Errorf("malformed config path %q: empty path element", path)
		}
		name, index, hasIndex := strings.Cut(part, "[")
		if hasIndex {
			if !strings.HasSuffix(index, "]") {
				return nil, fmt.Errorf("malformed config path %q: unterminated '[' in %q", path, part)
			}
			index = strings.TrimSuffix(index, "]")
			if name == "" || index == "" {
				return nil, fmt.Errorf("malformed config path %q: empty name or index in %q", path, part)
			}
		}
		elements = append(elements, element{name, index, hasIndex})
	}
	return elements, nil
}

func (e element) isSecret() bool {
	return e.name == "sk" || e.name == "pk" || strings.HasSuffix(e.name, "_sk") || strings.Contains(e.name, "secret_key")
}

// memberOf is the field of a JSON name, and whether it only mirrors another.
func memberOf(block reflect.Value, name string) (reflect.Value, bool) {
	for i := range block.NumField() {
		field := block.Type().Field(i)
		if tag, _, _ := strings.Cut(field.Tag.Get("json"), ","); tag == name && field.IsExported() {
			return block.Field(i), field.Tag.Get("peer") == "mirror"
		}
	}
	return reflect.Value{}, false
}

func entryNamed(list reflect.Value, name string) int {
	for i := range list.Len() {
		if list.Index(i).Kind() != reflect.Struct {
			return -1
		}
		if member, _ := memberOf(list.Index(i), "name"); member.IsValid() && member.String() == name {
			return i
		}
	}
	return -1
}

// decodeField reads a value of a type, strictly; a bare word may be a text, and a scalar may stand in quotes.
func decodeField(kind reflect.Type, text json.RawMessage) (reflect.Value, error) {
	value, err := decodeStrictly(kind, text)
	if err == nil {
		return value, nil
	}
	var inner string
	again := marshal(string(text))
	if json.Unmarshal(text, &inner) == nil {
		again = []byte(inner)
	}
	if value, err := decodeStrictly(kind, again); err == nil {
		return value, nil
	}
	fault := fmt.Sprintf("value %s is not valid for this field (%s): %s", text, kind, err)
	return reflect.Value{}, errors.New(strings.ReplaceAll(fault, "visor.PubKey", "cipher.PubKey"))
}

func decodeStrictly(kind reflect.Type, text []byte) (reflect.Value, error) {
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.DisallowUnknownFields()
	value := reflect.New(kind)
	err := decoder.Decode(value.Interface())
	return value.Elem(), err
}
