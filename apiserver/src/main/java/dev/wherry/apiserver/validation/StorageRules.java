package dev.wherry.apiserver.validation;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import dev.wherry.apiserver.structural.NameRules;
import dev.wherry.model.Quantity;
import dev.wherry.model.json.Json;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;

/** Rules of persistent volumes and their claims (core validation). */
final class StorageRules {
  private static final List<String> ACCESS_MODES =
      List.of("ReadOnlyMany", "ReadWriteMany", "ReadWriteOnce", "ReadWriteOncePod");
  private static final List<String> VOLUME_MODES = List.of("Block", "Filesystem");
  static final List<String> POLICIES = List.of("Delete", "Recycle", "Retain");
  private static final String EXCLUSIVE = "ReadWriteOncePod";

  /** Fields of a volume's spec that are no source. */
  private static final Set<String> NO_SOURCES =
      Set.of(
          "accessModes",
          "capacity",
          "claimRef",
          "mountOptions",
          "nodeAffinity",
          "persistentVolumeReclaimPolicy",
          "storageClassName",
          "volumeAttributesClassName",
          "volumeMode");

  private StorageRules() {}

  static void volume(Field volume) {
    Field spec = volume.child("spec");
    accessModes(spec.child("accessModes"), "");
    capacity(spec.child("capacity"));
    Field affinity = spec.child("nodeAffinity");
    if (affinity.present()
        && affinity.child("required").require("must specify required node constraints")) {
      SelectorRules.nodeSelector(affinity.child("required"));
    }
    spec.child("persistentVolumeReclaimPolicy").oneOf(POLICIES);
    spec.optional("volumeMode").oneOf(VOLUME_MODES);
    if (spec.child("storageClassName").hasText()) {
      spec.child("storageClassName").matches(NameRules::subdomain);
    }
    oneSource(spec);
  }

  private static void capacity(Field capacity) {
    if (capacity.node().isEmpty()) {
      capacity.errors().required(capacity.path(), "");
    }
    boolean storageOnly = capacity.node().size() == 1 && capacity.child("storage").present();
    if (!storageOnly) {
      capacity.errors().unsupported(capacity.path(), capacity.node(), List.of("storage"));
    }
    capacity.entries().forEach(e -> positive(e.getValue()));
  }

  private static void oneSource(Field spec) {
    List<String> sources = sources(spec.node());
    if (sources.isEmpty()) {
      spec.errors().required(spec.path(), "must specify a volume type");
      return;
    }
    for (String extra : sources.subList(1, sources.size())) {
      spec.child(extra).forbidden("may not specify more than 1 volume type");
    }
    source(spec, spec.child(sources.getFirst()), sources.getFirst());
  }

  /** The volume that a VolumeAttachment brings along: one of CSI, bound to nothing. */
  static void inline(Field spec) {
    for (String name : List.of("claimRef", "capacity", "nodeAffinity")) {
      if (!spec.child(name).node().isEmpty()) {
        spec.child(name).forbidden("may not be specified in the context of inline volumes");
      }
    }
    spec.child("csi").require("has to be specified in the context of inline volumes");
    accessModes(spec.child("accessModes"), "");
    Field policy = spec.child("persistentVolumeReclaimPolicy");
    if (policy.hasText() && !policy.is("Retain")) {
      policy.forbidden("may only be Retain in the context of inline volumes");
    }
    oneSource(spec);
  }

  private static void source(Field spec, Field source, String type) {
    switch (type) {
      case "hostPath" -> {
        path(source.child("path"));
        boolean root = source.child("path").is("/");
        if (root && spec.child("persistentVolumeReclaimPolicy").is("Recycle")) {
          spec.child("persistentVolumeReclaimPolicy")
              .forbidden("may not be 'recycle' for a hostPath mount of '/'");
        }
      }
      case "local" -> {
        path(source.child("path"));
        Field affinity = spec.child("nodeAffinity");
        if (!affinity.present()) {
          affinity.errors().required(affinity.path(), "Local volume requires node affinity");
        }
      }
      case "nfs" -> {
        source.child("server").require();
        source.child("path").require();
      }
      case "csi" -> {
        CsiRules.driverName(source.child("driver"));
        source.child("volumeHandle").require();
      }
      default -> {}
    }
  }

  private static void path(Field path) {
    if (path.require() && List.of(path.text().split("/")).contains("..")) {
      path.invalid("must not contain '..'");
    }
  }

  private static List<String> sources(JsonNode spec) {
    return spec.properties().stream()
        .filter(e -> !NO_SOURCES.contains(e.getKey()) && e.getValue().isObject())
        .map(Map.Entry::getKey)
        .toList();
  }

  static void volumeUpdate(Field volume, Field old) {
    Field spec = volume.child("spec");
    if (!onlySource(spec.node()).equals(onlySource(old.child("spec").node()))) {
      spec.errors()
          .forbidden(
              "spec.persistentvolumesource",
              "spec.persistentvolumesource is immutable after creation");
    }
    // Upstream leaves the step "spec" out here.
    atTop(spec, "volumeMode", old);
    if (old.at("spec", "nodeAffinity").present()) {
      atTop(spec, "nodeAffinity", old);
    }
  }

  private static void atTop(Field spec, String name, Field old) {
    Field shown = Field.of(spec.child(name).node(), name, spec.errors());
    KindRules.immutable(shown, old.at("spec", name));
  }

  private static ObjectNode onlySource(JsonNode spec) {
    ObjectNode only = Json.object();
    sources(spec).forEach(name -> only.set(name, spec.path(name).deepCopy()));
    prune(only);
    return only;
  }

  /** What is empty says no more than what is absent. */
  static void prune(ObjectNode object) {
    object
        .properties()
        .forEach(e -> {
          if (e.getValue() instanceof ObjectNode inner) {
            prune(inner);
          }
        });
    object
        .properties()
        .removeIf(e ->
            e.getValue().isNull()
                || (e.getValue().isContainerNode() && e.getValue().isEmpty())
                || (e.getValue().isTextual()
                    && e.getValue().textValue().isEmpty()
                    && !e.getKey().equals("storageClassName")));
  }

  static void claim(Field claim) {
    claimSpec(claim.child("spec"));
  }

  /** What a claim, or a template of claims, asks for. */
  static void claimSpec(Field spec) {
    accessModes(spec.child("accessModes"), "at least 1 access mode is required");
    spec.optional("volumeMode").oneOf(VOLUME_MODES);
    Field storage = spec.at("resources", "requests", "storage");
    if (storage.present()) {
      positive(storage);
    } else {
      spec.errors().required(spec.path() + ".resources[storage]", "");
    }
    contents(spec);
    if (spec.child("storageClassName").hasText()) {
      spec.child("storageClassName").matches(NameRules::subdomain);
    }
    if (spec.child("selector").present()) {
      SelectorRules.labelSelector(spec.child("selector"));
    }
  }

  /** The old field and the new one say the same, but of another namespace the new one alone. */
  private static void contents(Field spec) {
    Field older = spec.child("dataSource");
    Field newer = spec.child("dataSourceRef");
    boolean anyGroup = anyGroup(spec);
    source(older, anyGroup);
    source(newer, anyGroup);
    if (!older.present() || !newer.present()) {
      return;
    }
    boolean same =
        Stream.of("apiGroup", "kind", "name")
            .allMatch(name -> older.child(name).node().equals(newer.child(name).node()));
    if (newer.child("namespace").hasText()) {
      spec.errors()
          .invalid(
              spec.path(),
              older.path(),
              "may not be specified when dataSourceRef.namespace is specified");
    } else if (!same) {
      spec.errors().invalid(spec.path(), older.path(), "must match dataSourceRef");
    }
  }

  /** A claim may keep a group that is none (AllowInvalidAPIGroupInDataSourceOrRef). */
  private static boolean anyGroup(Field spec) {
    JsonNode before = spec.errors().before().path("spec");
    return before.path("dataSource").hasNonNull("apiGroup")
        || before.path("dataSourceRef").hasNonNull("apiGroup");
  }

  private static void source(Field reference, boolean anyGroup) {
    if (!reference.present()) {
      return;
    }
    reference.child("name").require();
    reference.child("kind").require();
    Field group = reference.child("apiGroup");
    if (!group.hasText() && !reference.child("kind").is("PersistentVolumeClaim")) {
      reference.invalid("must be 'PersistentVolumeClaim' when referencing the default apiGroup");
    }
    if (!anyGroup) {
      group.matches(NameRules::subdomain);
    }
    reference.child("namespace").matches(NameRules::label);
  }

  private static void accessModes(Field modes, String detail) {
    if (modes.items().isEmpty()) {
      modes.errors().required(modes.path(), detail);
    }
    for (Field mode : modes.items()) {
      if (!ACCESS_MODES.contains(mode.text())) {
        modes.errors().unsupported(modes.path(), mode.node(), ACCESS_MODES);
      }
    }
    boolean exclusive =
        StreamSupport.stream(modes.node().spliterator(), false)
            .anyMatch(mode -> mode.asText().equals(EXCLUSIVE));
    if (exclusive && modes.items().size() > 1) {
      modes.forbidden("may not use ReadWriteOncePod with other access modes");
    }
  }

  private static void positive(Field amount) {
    ResourceRules.quantity(amount)
        .filter(q -> q.signum() <= 0)
        .ifPresent(q -> amount.invalid("must be greater than zero"));
  }

  /** Only the size of a bound claim, its volume and a class that was left open may change. */
  static void claimUpdate(Field claim, Field old) {
    Field storage = claim.at("spec", "resources", "requests", "storage");
    Field before = old.at("spec", "resources", "requests", "storage");
    boolean bound = old.at("status", "phase").is("Bound");
    atTop(claim.child("spec"), "volumeMode", old);
    ObjectNode now = spec(claim);
    ObjectNode then = spec(old);
    if (bound) {
      withoutSize(now);
      withoutSize(then);
    }
    if (!then.hasNonNull("volumeName")) {
      now.remove("volumeName");
    }
    // A claim that was stored before its two sources were kept the same has only one.
    for (String name : List.of("storageClassName", "dataSource", "dataSourceRef")) {
      if (!then.has(name)) {
        now.remove(name);
      }
    }
    now.remove("volumeAttributesClassName");
    then.remove("volumeAttributesClassName");
    if (!now.equals(then)) {
      claim
          .errors()
          .forbidden(
              "spec",
              "spec is immutable after creation except resources.requests and"
                  + " volumeAttributesClassName for bound claims");
    }
    boolean larger = amount(storage).compareTo(amount(old.at("status", "capacity", "storage"))) > 0;
    if (!larger && amount(storage).compareTo(amount(before)) < 0) {
      storage.forbidden("field can not be less than status.capacity");
    }
  }

  private static ObjectNode spec(Field claim) {
    ObjectNode spec =
        claim.child("spec").node() instanceof ObjectNode found ? found.deepCopy() : Json.object();
    for (String list : List.of("requests", "limits")) {
      if (spec.path("resources").path(list) instanceof ObjectNode amounts) {
        amounts.properties().forEach(e -> e.setValue(canonical(e.getValue())));
      }
    }
    prune(spec);
    return spec;
  }

  private static JsonNode canonical(JsonNode amount) {
    try {
      return TextNode.valueOf(Quantity.parse(amount.asText()).toString());
    } catch (IllegalArgumentException e) {
      return amount;
    }
  }

  private static void withoutSize(ObjectNode spec) {
    if (spec.path("resources").path("requests") instanceof ObjectNode requests) {
      requests.remove("storage");
    }
  }

  private static Quantity amount(Field amount) {
    return ResourceRules.parse(amount).orElse(Quantity.parse("0"));
  }
}
