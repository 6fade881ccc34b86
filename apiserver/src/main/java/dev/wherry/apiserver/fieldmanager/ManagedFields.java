package dev.wherry.apiserver.fieldmanager;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.wherry.model.json.Json;
import dev.wherry.model.merge.FieldSet;
import dev.wherry.model.merge.MergeException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/** The owners of one object's fields while a write changes them. */
final class ManagedFields {
  static final String FIELD = "managedFields";

  /** Entries by create, update and patch; beyond, the oldest become one (upstream's default). */
  static final int UPDATE_MANAGERS_MAX = 10;

  private static final String ANCIENT = "ancient-changes";

  private static final Comparator<Map.Entry<ManagerId, Ownership>> ORDER =
      Comparator.comparing((Map.Entry<ManagerId, Ownership> e) -> !e.getKey().applied())
          .thenComparing(e -> e.getValue().seconds())
          .thenComparing(e -> e.getKey().manager())
          .thenComparing(e -> e.getValue().apiVersion())
          .thenComparing(e -> e.getKey().subresource());

  private static final Comparator<Map.Entry<ManagerId, Ownership>> OLDEST_FIRST =
      Comparator.comparing((Map.Entry<ManagerId, Ownership> e) -> e.getValue().seconds())
          .thenComparing(e -> e.getKey().manager())
          .thenComparing(e -> e.getKey().apiVersion())
          .thenComparing(e -> e.getKey().subresource());

  private final Map<ManagerId, Ownership> owners = new LinkedHashMap<>();

  /** Of an object's metadata, as the server itself wrote it. */
  static ManagedFields of(JsonNode object) {
    ManagedFields all = new ManagedFields();
    for (JsonNode entry : object.path("metadata").path(FIELD)) {
      if (entry instanceof ObjectNode one) {
        all.owners.put(id(one), Ownership.of(one));
      }
    }
    return all;
  }

  /**
   * What a client sent.
   *
   * @throws MergeException for entries that nobody can read
   */
  static ManagedFields checked(JsonNode object) {
    JsonNode entries = object.path("metadata").path(FIELD);
    for (int i = 0; i < entries.size(); i++) {
      Ownership.check(entries.get(i), i);
    }
    ManagedFields all = of(object);
    all.owners.replaceAll((id, o) -> Ownership.of(o.fields(), o.apiVersion(), o.time()));
    return all;
  }

  /** An empty list, or one empty entry: the client wants nobody to own anything. */
  static boolean isReset(JsonNode object) {
    JsonNode entries = object.path("metadata").path(FIELD);
    return entries.isArray()
        && (entries.isEmpty() || (entries.size() == 1 && entries.get(0).isEmpty()));
  }

  private static ManagerId id(JsonNode entry) {
    boolean applied = entry.path("operation").asText().equals(ManagerId.APPLY);
    return new ManagerId(
        entry.path("manager").asText(),
        applied,
        applied ? "" : entry.path("apiVersion").asText(),
        entry.path("subresource").asText());
  }

  boolean isEmpty() {
    return owners.isEmpty();
  }

  Map<ManagerId, Ownership> owners() {
    return owners;
  }

  ManagedFields copy() {
    ManagedFields copy = new ManagedFields();
    copy.owners.putAll(owners);
    return copy;
  }

  /** Brings every set up to date with its type. */
  void reconcile(Function<Ownership, FieldSet> rule) {
    owners.replaceAll((id, owner) -> owner.with(rule.apply(owner)));
  }

  /** Sets what a manager owns; one who owns nothing is no manager. */
  void put(ManagerId id, Ownership ownership) {
    if (ownership.fields().isEmpty()) {
      owners.remove(id);
    } else {
      owners.put(id, ownership);
    }
  }

  /** Joins the oldest entries of updates until few enough are left. */
  void cap() {
    List<Map.Entry<ManagerId, Ownership>> updates = new ArrayList<>();
    owners.entrySet().stream().filter(e -> !e.getKey().applied()).forEach(updates::add);
    int count = updates.size();
    if (count <= UPDATE_MANAGERS_MAX) {
      return;
    }
    updates.sort(OLDEST_FIRST);
    Map<String, ManagerId> firstOfVersion = new LinkedHashMap<>();
    for (Map.Entry<ManagerId, Ownership> update : List.copyOf(updates)) {
      if (count <= UPDATE_MANAGERS_MAX) {
        return;
      }
      String version = update.getValue().apiVersion();
      ManagerId first = firstOfVersion.putIfAbsent(version, update.getKey());
      if (first != null) {
        join(ManagerId.updating(ANCIENT, version, ""), first, update);
        count--;
      }
    }
  }

  private void join(ManagerId bucket, ManagerId first, Map.Entry<ManagerId, Ownership> update) {
    Ownership ancient = owners.get(bucket);
    if (ancient == null) {
      ancient = owners.remove(first);
    }
    FieldSet before = ancient == null ? FieldSet.EMPTY : ancient.fields();
    Ownership newer = update.getValue();
    owners.remove(update.getKey());
    owners.put(
        bucket, Ownership.of(newer.fields().union(before), newer.apiVersion(), newer.time()));
  }

  /** Writes the owners into an object's metadata: applies first, the oldest first. */
  void writeTo(ObjectNode object) {
    ObjectNode metadata = object.withObject("/metadata");
    if (owners.isEmpty()) {
      metadata.remove(FIELD);
      return;
    }
    ArrayNode entries = Json.array();
    owners.entrySet().stream()
        .sorted(ORDER)
        .forEach(e -> entries.add(e.getValue().entry(e.getKey())));
    metadata.set(FIELD, entries);
  }
}
