package dev.wherry.apiserver.fieldmanager;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.wherry.model.Times;
import dev.wherry.model.json.Json;
import dev.wherry.model.kind.KindInfo;
import dev.wherry.model.merge.Comparison;
import dev.wherry.model.merge.FieldFilter;
import dev.wherry.model.merge.FieldSet;
import dev.wherry.model.merge.FieldSets;
import dev.wherry.model.merge.MergeException;
import dev.wherry.model.merge.MergeType;
import dev.wherry.model.merge.MergeTypes;
import dev.wherry.model.merge.TypedSets;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Keeps managedFields over creates, updates and patches: a writer owns what it changes, and nobody
 * owns what is gone. Server-side apply is {@link Application}.
 */
public final class OwnerTracking {
  /** What belongs to the server or is the object's name: nobody owns it. */
  static final FieldSet NOBODYS =
      FieldSet.ofNames(
          List.of(
              List.of("apiVersion"),
              List.of("kind"),
              List.of("metadata"),
              List.of("metadata", "name"),
              List.of("metadata", "namespace"),
              List.of("metadata", "creationTimestamp"),
              List.of("metadata", "selfLink"),
              List.of("metadata", "uid"),
              List.of("metadata", "clusterName"),
              List.of("metadata", "generation"),
              List.of("metadata", "managedFields"),
              List.of("metadata", "resourceVersion")));

  private static final System.Logger LOG = System.getLogger(OwnerTracking.class.getName());

  private final MergeTypes types;
  private final VersionReader versions;
  private final InstantSource clock;

  public OwnerTracking(MergeTypes types, VersionReader versions, InstantSource clock) {
    this.types = types;
    this.versions = versions;
    this.clock = clock;
  }

  /** Marks what a new object was created with, in place: before the server fills anything in. */
  public void created(Writer writer, FieldFilter filter, ObjectNode object) {
    if (!object.path("metadata").path(ManagedFields.FIELD).isEmpty()) {
      updated(writer, filter, Json.object(), object, true);
      return;
    }
    ManagedFields managed = new ManagedFields();
    try {
      FieldSet all = FieldSets.added(types.of(writer.kind()), object);
      FieldSet own = filter.apply(all).difference(NOBODYS);
      managed.put(
          ManagerId.updating(writer.manager(), writer.apiVersion(), writer.subresource()),
          Ownership.of(own, writer.apiVersion(), now()));
    } catch (MergeException e) {
      LOG.log(System.Logger.Level.DEBUG, "untracked kind={0} why={1}", writer.kind(), e);
    }
    managed.writeTo(object);
  }

  /** Marks what an update changes, in place; {@code live} is the same after the call. */
  public void updated(Writer writer, FieldFilter filter, ObjectNode live, ObjectNode wanted) {
    updated(writer, filter, live, wanted, false);
  }

  private void updated(
      Writer writer, FieldFilter filter, ObjectNode live, ObjectNode wanted, boolean creating) {
    ManagedFields managed = liveOrGiven(writer, live, wanted);
    Detached before = Detached.from(live);
    Detached.from(wanted);
    try {
      if (creating || !managed.isEmpty()) {
        Versions all = new Versions(writer, live, wanted, filter);
        track(writer, managed, all);
      }
      managed.writeTo(wanted);
    } catch (MergeException e) {
      LOG.log(System.Logger.Level.DEBUG, "untracked kind={0} why={1}", writer.kind(), e);
      before.into(wanted);
    } finally {
      before.into(live);
    }
  }

  /** A tree's managedFields, taken out while the rest is compared. */
  record Detached(Optional<JsonNode> entries) {
    JsonNode list() {
      return entries.orElse(MissingNode.getInstance());
    }

    static Detached from(ObjectNode object) {
      return object.get("metadata") instanceof ObjectNode metadata
          ? new Detached(Optional.ofNullable(metadata.remove(ManagedFields.FIELD)))
          : new Detached(Optional.empty());
    }

    void into(ObjectNode object) {
      if (object.get("metadata") instanceof ObjectNode metadata) {
        entries.ifPresent(e -> metadata.set(ManagedFields.FIELD, e));
      }
    }
  }

  /** A client may set managedFields through the object itself, if they can be read. */
  private static ManagedFields liveOrGiven(Writer writer, ObjectNode live, ObjectNode wanted) {
    if (!writer.subresource().isEmpty()) {
      return ManagedFields.of(live);
    }
    if (ManagedFields.isReset(wanted)) {
      return new ManagedFields();
    }
    JsonNode given = wanted.path("metadata").path(ManagedFields.FIELD);
    if (given.isEmpty() || given.equals(live.path("metadata").path(ManagedFields.FIELD))) {
      return ManagedFields.of(live);
    }
    try {
      return ManagedFields.checked(wanted);
    } catch (MergeException e) {
      return ManagedFields.of(live);
    }
  }

  /**
   * Whether two objects differ in nothing but the times at which owners wrote. The owners are
   * looked at last: what was changed shows in the rest, and their sets would have to be read.
   */
  public static boolean isUnchanged(ObjectNode wanted, ObjectNode old) {
    Detached now = Detached.from(wanted);
    Detached before = Detached.from(old);
    boolean same = wanted.equals(old);
    now.into(wanted);
    before.into(old);
    return same && isSameButTimes(now.list(), before.list());
  }

  private static boolean isSameButTimes(JsonNode now, JsonNode before) {
    boolean same = now.size() == before.size();
    for (int i = 0; same && i < now.size(); i++) {
      same = timeless(now.get(i)).equals(timeless(before.get(i)));
    }
    return same;
  }

  private static JsonNode timeless(JsonNode entry) {
    ObjectNode copy = entry.deepCopy();
    copy.remove("time");
    return copy;
  }

  /** Whether an object's managedFields are what this class can read. */
  public static boolean isReadable(ObjectNode object) {
    try {
      ManagedFields.checked(object);
      return true;
    } catch (MergeException e) {
      return false;
    }
  }

  private void track(Writer writer, ManagedFields managed, Versions versionsOfBoth) {
    Comparison own = versionsOfBoth.own();
    if (own.isEmpty() && versionsOfBoth.isSame(managed)) {
      return;
    }
    ManagerId id = ManagerId.updating(writer.manager(), writer.apiVersion(), writer.subresource());
    FieldSet changed = own.changed().difference(NOBODYS);
    for (Map.Entry<ManagerId, Ownership> other : List.copyOf(managed.owners().entrySet())) {
      Optional<FieldSet> change =
          versionsOfBoth.at(other.getValue().apiVersion()).map(Comparison::all);
      if (change.isEmpty()) {
        managed.owners().remove(other.getKey());
      } else if (other.getValue().touches(change.get())) {
        boolean writers = other.getKey().equals(id);
        FieldSet lost = writers ? change.get().difference(changed) : change.get();
        FieldSet fields = versionsOfBoth.reconciled(other.getValue());
        managed.put(other.getKey(), other.getValue().with(fields.difference(lost)));
      }
    }
    if (!changed.isEmpty()) {
      Ownership before = managed.owners().get(id);
      managed.put(
          id,
          before == null
              ? Ownership.of(changed, writer.apiVersion(), now())
              : before.with(before.fields().union(changed)).at(now()));
    }
    managed.cap();
  }

  String now() {
    return Times.time(clock.instant());
  }

  MergeType type(KindInfo kind) {
    return types.of(kind);
  }

  Versions versions(Writer writer, ObjectNode live, ObjectNode wanted, FieldFilter filter) {
    return new Versions(writer, live, wanted, filter);
  }

  /** An object in another version, with its type. */
  record Typed(ObjectNode object, MergeType type) {}

  /** Empty when the version is gone. */
  Optional<Typed> typed(KindInfo kind, ObjectNode object, String apiVersion) {
    if (apiVersion.equals(kind.apiVersion())) {
      return Optional.of(new Typed(object, types.of(kind)));
    }
    return versions
        .kind(kind, apiVersion)
        .map(other -> new Typed(versions.convert(kind, other, object), types.of(other)));
  }

  KindInfo kindAt(KindInfo kind, String apiVersion) {
    return versions.kind(kind, apiVersion).orElse(kind);
  }

  ObjectNode convert(KindInfo from, KindInfo to, ObjectNode object) {
    return from.apiVersion().equals(to.apiVersion()) ? object : versions.convert(from, to, object);
  }

  /** Both objects compared in every version in which somebody owns fields. */
  final class Versions {
    private final Writer writer;
    private final ObjectNode live;
    private final ObjectNode wanted;
    private final FieldFilter filter;
    private final Map<String, Optional<Comparison>> known = new HashMap<>();

    Versions(Writer writer, ObjectNode live, ObjectNode wanted, FieldFilter filter) {
      this.writer = writer;
      this.live = live;
      this.wanted = wanted;
      this.filter = filter;
    }

    Comparison own() {
      return at(writer.apiVersion()).orElseThrow();
    }

    Optional<Comparison> at(String apiVersion) {
      return known.computeIfAbsent(
          apiVersion,
          version ->
              typed(writer.kind(), live, version)
                  .flatMap(before ->
                      typed(writer.kind(), wanted, version)
                          .map(after ->
                              Comparison.of(before.type(), before.object(), after.object())
                                  .filtered(filter))));
    }

    boolean isSame(ManagedFields managed) {
      return managed.owners().values().stream()
          .allMatch(o -> o.apiVersion().equals(writer.apiVersion()));
    }

    FieldSet reconciled(Ownership ownership) {
      return typed(writer.kind(), Json.object(), ownership.apiVersion())
          .map(t -> TypedSets.reconciled(ownership.fields(), t.type()))
          .orElse(ownership.fields());
    }
  }
}
