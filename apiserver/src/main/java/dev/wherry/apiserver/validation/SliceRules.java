package dev.wherry.apiserver.validation;

import com.fasterxml.jackson.databind.node.LongNode;
import com.fasterxml.jackson.databind.node.NullNode;
import com.fasterxml.jackson.databind.node.TextNode;
import dev.wherry.apiserver.structural.NameRules;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;

/** Rules of ResourceSlices: pools of devices that drivers publish (resource validation). */
final class SliceRules {
  private static final int DEVICES_MAX = 128;
  private static final int ADVANCED_DEVICES_MAX = 64;
  private static final int ATTRIBUTES_MAX = 32;
  private static final int VALUES_MAX = 48;
  private static final int VALUE_BYTES_MAX = 64;
  private static final int ID_BYTES_MAX = 32;
  private static final int TAINTS_MAX = 16;
  private static final int COUNTER_SETS_MAX = 8;
  private static final int COUNTERS_MAX = 32;
  private static final int CONSUMPTIONS_MAX = 2;
  private static final int CONDITIONS_MAX = 4;
  private static final List<String> SCALARS = List.of("bool", "int", "string", "version");
  private static final List<String> LISTS = List.of("bools", "ints", "strings", "versions");
  private static final Pattern IDENTIFIER = Pattern.compile("[A-Za-z_][A-Za-z0-9_]*");
  private static final String IDENTIFIER_MESSAGE =
      "a valid C identifier must start with alphabetic character or '_', followed by a string of"
          + " alphanumeric characters or '_' (e.g. 'my_name',  or 'MY_NAME',  or 'MyName', regex"
          + " used for validation is '[A-Za-z_][A-Za-z0-9_]*')";
  private static final String PRERELEASE = "(0|[1-9]\\d*|\\d*[a-zA-Z-][0-9a-zA-Z-]*)";
  private static final Pattern VERSION =
      Pattern.compile(
          "(0|[1-9]\\d*)\\.(0|[1-9]\\d*)\\.(0|[1-9]\\d*)(-"
              + PRERELEASE
              + "(\\."
              + PRERELEASE
              + ")*)?(\\+[0-9a-zA-Z-]+(\\.[0-9a-zA-Z-]+)*)?");

  private SliceRules() {}

  static void slice(Field slice) {
    Field spec = slice.child("spec");
    CsiRules.driverName(spec.child("driver"));
    pool(spec.child("pool"));
    nodes(spec);
    Field devices = spec.child("devices");
    Field counters = spec.child("sharedCounters");
    if (devices.present() && counters.present()) {
      spec.errors()
          .invalid(spec.path(), "", "only one of `sharedCounters` or `devices` is allowed");
    }
    boolean perDevice = spec.child("perDeviceNodeSelection").isTrue();
    if (ClaimRules.fits(devices, isAdvanced(devices) ? ADVANCED_DEVICES_MAX : DEVICES_MAX)) {
      devices.items().forEach(device -> device(device, perDevice));
      ClaimRules.duplicates(devices, "name");
    }
    if (ClaimRules.fits(counters, COUNTER_SETS_MAX)) {
      counters.items().forEach(set -> counterSet(set, "name"));
      ClaimRules.duplicates(counters, "name");
    }
  }

  static void sliceUpdate(Field slice, Field old) {
    Field spec = slice.child("spec");
    Field before = old.child("spec");
    KindRules.immutable(spec.at("pool", "name"), before.at("pool", "name"));
    KindRules.immutable(spec.child("driver"), before.child("driver"));
    KindRules.immutable(spec.child("nodeName"), before.child("nodeName"));
  }

  private static void pool(Field pool) {
    poolName(pool.child("name"));
    Field count = pool.child("resourceSliceCount");
    if (count.number() <= 0) {
      count
          .errors()
          .invalid(count.path(), LongNode.valueOf(count.number()), "must be greater than zero");
    }
    pool.child("generation").atLeast(0, "must be greater than or equal to zero");
  }

  static void poolName(Field name) {
    if (!name.require()) {
      return;
    }
    if (name.text().length() > NameRules.SUBDOMAIN_BYTES_MAX) {
      name.errors().tooLong(name.path(), NameRules.SUBDOMAIN_BYTES_MAX);
    }
    for (String part : name.text().split("/", -1)) {
      NameRules.subdomain(part).forEach(why -> name.errors().invalid(name.path(), part, why));
    }
  }

  private static void nodes(Field spec) {
    List<String> set = new ArrayList<>();
    Field name = spec.child("nodeName");
    if (name.present() && !name.hasText()) {
      name.invalid("must be either unset or set to a non-empty string");
    } else if (name.present()) {
      set.add("`nodeName`");
      name.matches(NameRules::subdomain);
    }
    Field selector = spec.child("nodeSelector");
    if (selector.present()) {
      set.add("`nodeSelector`");
      SelectorRules.nodeSelector(selector);
      Field terms = selector.child("nodeSelectorTerms");
      if (terms.node().size() != 1) {
        terms.invalid("must have exactly one node selector term");
      }
    }
    for (String flag : List.of("allNodes", "perDeviceNodeSelection")) {
      if (spec.child(flag).isTrue()) {
        set.add("`" + flag + "`");
      } else if (spec.child(flag).present()) {
        spec.child(flag).invalid("must be either unset or set to true");
      }
    }
    exactlyOne(
        spec,
        set,
        "exactly one of `nodeName`, `nodeSelector`, `allNodes`, `perDeviceNodeSelection` is"
            + " required");
  }

  private static void exactlyOne(Field place, List<String> set, String detail) {
    if (set.isEmpty()) {
      place.errors().required(place.path(), detail);
    } else if (set.size() > 1) {
      String all = "{" + String.join(", ", set) + "}";
      place.errors().invalid(place.path(), all, detail + ", but multiple fields are set");
    }
  }

  private static boolean isAdvanced(Field devices) {
    for (Field device : devices.items()) {
      boolean lists =
          device.child("attributes").entries().stream()
              .anyMatch(e -> !e.getValue().presentOf(LISTS).isEmpty());
      if (lists
          || !device.child("taints").node().isEmpty()
          || !device.child("consumesCounters").node().isEmpty()) {
        return true;
      }
    }
    return false;
  }

  private static void device(Field device, boolean perDevice) {
    ClaimRules.label(device.child("name"));
    counts(device);
    for (Map.Entry<String, Field> e : device.child("attributes").entries()) {
      qualifiedName(device.child("attributes"), e.getKey());
      attribute(e.getValue());
    }
    boolean shared = device.child("allowMultipleAllocations").isTrue();
    for (Map.Entry<String, Field> e : device.child("capacity").entries()) {
      qualifiedName(device.child("capacity"), e.getKey());
      CapacityRules.policy(e.getValue(), shared);
    }
    Field taints = device.child("taints");
    if (ClaimRules.fits(taints, TAINTS_MAX)) {
      taints.items().forEach(TaintRules::taint);
    }
    Field consumptions = device.child("consumesCounters");
    if (ClaimRules.fits(consumptions, CONSUMPTIONS_MAX)) {
      consumptions.items().forEach(one -> counterSet(one, "counterSet"));
      ClaimRules.duplicates(consumptions, "counterSet");
    }
    deviceNodes(device, perDevice);
    bindingConditions(device);
  }

  private static void counts(Field device) {
    List<Map.Entry<String, Field>> attributes = device.child("attributes").entries();
    int names = attributes.size() + device.child("capacity").node().size();
    if (names > ATTRIBUTES_MAX) {
      device
          .errors()
          .invalid(
              device.path(),
              LongNode.valueOf(names),
              "the total number of attributes and capacities must not exceed " + ATTRIBUTES_MAX);
    }
    int values = 0;
    for (Map.Entry<String, Field> attribute : attributes) {
      int inLists =
          LISTS.stream().mapToInt(name -> attribute.getValue().child(name).node().size()).sum();
      values += inLists == 0 ? 1 : inLists;
    }
    if (values > VALUES_MAX) {
      device
          .errors()
          .invalid(
              device.path(),
              LongNode.valueOf(values),
              "the total number of attribute values must not exceed " + VALUES_MAX);
    }
  }

  private static void attribute(Field attribute) {
    List<String> set = new ArrayList<>(attribute.presentOf(SCALARS));
    text(attribute.child("string"));
    version(attribute.child("version"));
    for (String name : attribute.presentOf(LISTS)) {
      set.add(name);
      Field list = attribute.child(name);
      if (list.node().isEmpty()) {
        list.invalid("must not be empty if specified");
      }
    }
    attribute.child("strings").items().forEach(SliceRules::text);
    attribute.child("versions").items().forEach(SliceRules::version);
    if (set.size() != 1) {
      attribute
          .errors()
          .invalid(
              attribute.path(),
              set.isEmpty() ? TextNode.valueOf("") : attribute.node(),
              "exactly one value must be specified");
    }
  }

  private static void text(Field value) {
    if (value.text().length() > VALUE_BYTES_MAX) {
      value.errors().tooLong(value.path(), VALUE_BYTES_MAX);
    }
  }

  private static void version(Field version) {
    if (version.present() && !VERSION.matcher(version.text()).matches()) {
      version.invalid("must be a string compatible with semver.org spec 2.0.0");
    }
    text(version);
  }

  private static void counterSet(Field set, String name) {
    if (set.child(name).require()) {
      ClaimRules.label(set.child(name));
    }
    Field counters = set.child("counters");
    if (counters.node().isEmpty()) {
      counters.errors().required(counters.path(), "");
    } else if (ClaimRules.fits(counters, COUNTERS_MAX)) {
      for (Map.Entry<String, Field> e : counters.entries()) {
        NameRules.label(e.getKey())
            .forEach(why -> counters.errors().invalid(counters.path(), e.getKey(), why));
      }
    }
  }

  private static void deviceNodes(Field device, boolean perDevice) {
    if (!perDevice) {
      if (!device.presentOf(List.of("nodeName", "nodeSelector", "allNodes")).isEmpty()) {
        device
            .errors()
            .invalid(
                device.path(),
                NullNode.instance,
                "`nodeName`, `nodeSelector` and `allNodes` can only be set if"
                    + " `perDeviceNodeSelection` is set to true in the ResourceSlice spec");
      }
      return;
    }
    List<String> set = new ArrayList<>();
    Field name = device.child("nodeName");
    if (name.present() && !name.hasText()) {
      name.invalid("must not be empty");
    } else if (name.present()) {
      set.add("`nodeName`");
      name.matches(NameRules::subdomain);
    }
    if (device.child("nodeSelector").present()) {
      set.add("`nodeSelector`");
      SelectorRules.nodeSelector(device.child("nodeSelector"));
    }
    Field all = device.child("allNodes");
    if (all.isTrue()) {
      set.add("`allNodes`");
    } else if (all.present()) {
      all.invalid("must be either unset or set to true");
    }
    exactlyOne(
        device,
        set,
        "exactly one of `nodeName`, `nodeSelector`, or `allNodes` is required when"
            + " `perDeviceNodeSelection` is set to true in the ResourceSlice spec");
  }

  /** Conditions that a device must have before, or must not have, of a device or a result. */
  static void bindingConditions(Field device) {
    Field wanted = device.child("bindingConditions");
    Field failures = device.child("bindingFailureConditions");
    for (Field list : List.of(wanted, failures)) {
      if (ClaimRules.fits(list, CONDITIONS_MAX)) {
        list.items().forEach(SelectorRules::labelKey);
      }
      ClaimRules.duplicates(list, "");
    }
    Set<String> both = new HashSet<>();
    wanted.items().forEach(condition -> both.add(condition.text()));
    for (Field failure : failures.items()) {
      if (both.contains(failure.text())) {
        failure.invalid("bindingFailureConditions must not overlap with bindingConditions");
      }
    }
    boolean noneWanted = wanted.node().isEmpty();
    if (noneWanted != failures.node().isEmpty()) {
      Field missing = noneWanted ? wanted : failures;
      String name = noneWanted ? "bindingConditions" : "bindingFailureConditions";
      String other = noneWanted ? "bindingFailureConditions" : "bindingConditions";
      missing
          .errors()
          .invalid(missing.path(), NullNode.instance, name + " are required to use " + other);
    }
  }

  /** A C identifier with or without the domain of a driver. */
  static void qualifiedName(Field place, String name) {
    String[] parts = name.split("/", -1);
    if (parts.length == 1) {
      identifier(place, name);
    } else if (parts.length == 2) {
      if (parts[0].isEmpty()) {
        place.errors().invalid(place.path(), "", "the domain must not be empty");
      } else {
        CsiRules.driverName(Field.of(TextNode.valueOf(parts[0]), place.path(), place.errors()));
      }
      if (parts[1].isEmpty()) {
        place.errors().invalid(place.path(), "", "the name must not be empty");
      } else {
        identifier(place, parts[1]);
      }
    }
  }

  private static void identifier(Field place, String id) {
    if (id.length() > ID_BYTES_MAX) {
      place.errors().tooLong(place.path(), ID_BYTES_MAX);
    }
    if (!IDENTIFIER.matcher(id).matches()) {
      place.errors().invalid(place.path(), id, IDENTIFIER_MESSAGE);
    }
  }
}
