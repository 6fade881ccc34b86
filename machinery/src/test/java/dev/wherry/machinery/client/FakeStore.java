package dev.wherry.machinery.client;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.wherry.model.Times;
import dev.wherry.model.kind.Kind;
import dev.wherry.model.kind.KindInfo;
import dev.wherry.model.kind.KubeObject;
import dev.wherry.model.selector.Fields;
import dev.wherry.model.selector.Labels;
import dev.wherry.model.status.ApiException;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;

/** The state of a {@link FakeApiClient}: trees by path, revisions and history. A monitor. */
final class FakeStore {
  /**
   * @param before null at creation
   * @param after null at deletion
   */
  record Happening(
      KindInfo kind,
      long revision,
      @org.jspecify.annotations.Nullable ObjectNode before,
      @org.jspecify.annotations.Nullable ObjectNode after) {}

  record Page(List<ObjectNode> objects, long revision, String continueToken, long remaining) {}

  private final InstantSource clock;
  private final TreeMap<String, ObjectNode> objects = new TreeMap<>();
  private final List<Happening> history = new ArrayList<>();
  private final List<FakeWatch<?>> watches = new ArrayList<>();
  private final List<java.util.function.Consumer<FakeApiClient.Stored>> listeners =
      new ArrayList<>();
  private long revision = 1;
  private long compacted;

  FakeStore(InstantSource clock) {
    this.clock = clock;
  }

  private static String prefix(KindInfo kind) {
    return kind.group() + "/" + kind.plural() + "/";
  }

  private static String key(KindInfo kind, String namespace, String name) {
    return prefix(kind) + (kind.namespaced() ? namespace : "") + "/" + name;
  }

  synchronized void listen(java.util.function.Consumer<FakeApiClient.Stored> listener) {
    listeners.add(listener);
  }

  synchronized ObjectNode get(KindInfo kind, String namespace, String name) {
    ObjectNode found = objects.get(key(kind, namespace, name));
    if (found == null) {
      throw ApiException.notFound(kind, name);
    }
    return found;
  }

  synchronized Page list(KindInfo kind, String namespace, ListOptions options) {
    String start = prefix(kind) + (namespace.isEmpty() ? "" : namespace + "/");
    Predicate<ObjectNode> chosen = selection(options.labelSelector(), options.fieldSelector());
    List<ObjectNode> page = new ArrayList<>();
    long remaining = 0;
    String next = "";
    for (Map.Entry<String, ObjectNode> entry : objects.tailMap(start).entrySet()) {
      if (!entry.getKey().startsWith(start)) {
        break;
      }
      if (entry.getKey().compareTo(options.continueToken()) <= 0
          || !chosen.test(entry.getValue())) {
        continue;
      }
      if (options.limit() > 0 && page.size() == options.limit()) {
        remaining++;
      } else {
        page.add(entry.getValue());
        next = entry.getKey();
      }
    }
    return new Page(page, revision, remaining > 0 ? next : "", remaining);
  }

  static Predicate<ObjectNode> selection(String labels, String fields) {
    Labels byLabel = Labels.parse(labels);
    Fields byField = Fields.parse(fields);
    return tree -> {
      Map<String, String> own = new HashMap<>();
      tree.at("/metadata/labels")
          .properties()
          .forEach(e -> own.put(e.getKey(), e.getValue().asText()));
      return byLabel.matches(own)
          && byField.matches(field -> tree.at("/" + field.replace('.', '/')).asText(""));
    };
  }

  synchronized ObjectNode create(KindInfo kind, ObjectNode given) {
    ObjectNode tree = given.deepCopy();
    ObjectNode meta = tree.withObject("/metadata");
    if (meta.path("name").asText("").isEmpty()) {
      meta.put("name", meta.path("generateName").asText() + "r" + (revision + 1));
    }
    String key = key(kind, meta.path("namespace").asText(""), meta.path("name").asText());
    if (objects.containsKey(key)) {
      throw ApiException.alreadyExists(kind, meta.path("name").asText());
    }
    meta.put("uid", UUID.nameUUIDFromBytes((key + revision).getBytes()).toString());
    meta.put("creationTimestamp", Times.time(clock.instant())).put("generation", 1);
    if (kind.plural().equals("namespaces")) {
      tree.withObject("/spec").withArray("/finalizers").removeAll().add("kubernetes");
      tree.withObject("/status").put("phase", "Active");
    }
    return commit(kind, key, null, tree);
  }

  synchronized ObjectNode update(KindInfo kind, ObjectNode given, String part) {
    JsonNode meta = given.path("metadata");
    String namespace = meta.path("namespace").asText("");
    String name = meta.path("name").asText();
    return change(kind, namespace, name, part, tree -> given.deepCopy());
  }

  synchronized ObjectNode change(
      KindInfo kind, String namespace, String name, String part, UnaryOperator<ObjectNode> edit) {
    ObjectNode before = get(kind, namespace, name);
    ObjectNode edited = edit.apply(before.deepCopy());
    String expected = edited.at("/metadata/resourceVersion").asText("");
    if (!expected.isEmpty() && !expected.equals(version(before))) {
      throw ApiException.conflict(
          kind,
          name,
          "the object has been modified; please apply your"
              + " changes to the latest version and try again");
    }
    ObjectNode after = before.deepCopy();
    if (part.equals("status")) {
      after.set("status", edited.path("status"));
      JsonNode annotations = edited.at("/metadata/annotations");
      if (annotations.isObject()) {
        after.withObject("/metadata").set("annotations", annotations);
      }
    } else {
      JsonNode status = before.get("status");
      after = edited;
      if (status != null && part.isEmpty() && !kind.plural().equals("events")) {
        after.set("status", status);
      }
      keepMeta(before, after);
    }
    if (after.equals(before)) {
      return before;
    }
    boolean finished =
        after.at("/metadata").has("deletionTimestamp")
            && after.at("/metadata/deletionGracePeriodSeconds").asLong() == 0
            && after.at("/metadata/finalizers").isEmpty()
            && !before.at("/metadata/finalizers").isEmpty();
    if (finished) {
      return remove(kind, key(kind, namespace, name), before);
    }
    return commit(kind, key(kind, namespace, name), before, after);
  }

  private static void keepMeta(ObjectNode before, ObjectNode after) {
    ObjectNode meta = after.withObject("/metadata");
    for (String field :
        List.of(
            "uid",
            "creationTimestamp",
            "deletionTimestamp",
            "generation",
            "deletionGracePeriodSeconds",
            "resourceVersion")) {
      JsonNode value = before.path("metadata").get(field);
      if (value != null) {
        meta.set(field, value);
      } else {
        meta.remove(field);
      }
    }
    if (!before.path("spec").equals(after.path("spec"))) {
      meta.put("generation", before.at("/metadata/generation").asLong() + 1);
    }
  }

  synchronized void delete(KindInfo kind, String namespace, String name, DeleteOptions options) {
    ObjectNode before = get(kind, namespace, name);
    if (!options.uid().isEmpty() && !options.uid().equals(before.at("/metadata/uid").asText())) {
      throw ApiException.conflict(kind, name, "Precondition failed: UID in precondition differs");
    }
    if (!options.resourceVersion().isEmpty()
        && !options.resourceVersion().equals(version(before))) {
      throw ApiException.conflict(kind, name, "Precondition failed: ResourceVersion differs");
    }
    ObjectNode after = before.deepCopy();
    addPropagationFinalizer(after, options);
    long grace = options.graceSeconds().orElse(kind.plural().equals("pods") ? 30 : 0);
    boolean graceful =
        kind.plural().equals("pods") && grace > 0 && before.at("/spec/nodeName").isTextual();
    boolean held =
        !after.at("/metadata/finalizers").isEmpty() || kind.plural().equals("namespaces");
    if (!graceful && !held) {
      remove(kind, key(kind, namespace, name), before);
      return;
    }
    ObjectNode meta = after.withObject("/metadata");
    if (!meta.has("deletionTimestamp")) {
      meta.put("deletionTimestamp", Times.time(clock.instant().plusSeconds(grace)));
    }
    if (meta.path("deletionGracePeriodSeconds").asLong(Long.MAX_VALUE) > grace) {
      meta.put("deletionGracePeriodSeconds", grace);
    }
    if (kind.plural().equals("namespaces")) {
      after.withObject("/status").put("phase", "Terminating");
    }
    if (!after.equals(before)) {
      commit(kind, key(kind, namespace, name), before, after);
    }
  }

  private static void addPropagationFinalizer(ObjectNode tree, DeleteOptions options) {
    String finalizer =
        switch (options.propagation()) {
          case FOREGROUND -> "foregroundDeletion";
          case ORPHAN -> "orphan";
          case UNSET, BACKGROUND -> "";
        };
    if (!finalizer.isEmpty()) {
      tree.withObject("/metadata").withArray("/finalizers").add(finalizer);
    }
  }

  /** The finalize subresource of namespaces. */
  synchronized ObjectNode finish(KindInfo kind, String name, JsonNode body) {
    ObjectNode before = get(kind, "", name);
    ObjectNode after = before.deepCopy();
    after.withObject("/spec").set("finalizers", body.at("/spec/finalizers"));
    if (after.at("/spec/finalizers").isEmpty()) {
      return remove(kind, key(kind, "", name), before);
    }
    return commit(kind, key(kind, "", name), before, after);
  }

  private ObjectNode commit(
      KindInfo kind,
      String key,
      @org.jspecify.annotations.Nullable ObjectNode before,
      ObjectNode after) {
    after.withObject("/metadata").put("resourceVersion", Long.toString(++revision));
    objects.put(key, after);
    happen(new Happening(kind, revision, before, after));
    return after;
  }

  private ObjectNode remove(KindInfo kind, String key, ObjectNode before) {
    objects.remove(key);
    ObjectNode last = before.deepCopy();
    last.withObject("/metadata").put("resourceVersion", Long.toString(++revision));
    happen(new Happening(kind, revision, last, null));
    return last;
  }

  private void happen(Happening happening) {
    history.add(happening);
    FakeApiClient.Stored told =
        new FakeApiClient.Stored(happening.kind(), happening.before(), happening.after());
    listeners.forEach(listener -> listener.accept(told));
    watches.removeIf(FakeWatch::isClosed);
    watches.forEach(watch -> watch.offer(happening));
  }

  private static String version(ObjectNode tree) {
    return tree.at("/metadata/resourceVersion").asText();
  }

  synchronized <T extends KubeObject> WatchHandle watch(
      Kind<T> kind, String namespace, WatchOptions options, WatchConsumer<T> consumer) {
    FakeWatch<T> watch = new FakeWatch<>(kind, namespace, options, consumer);
    if (options.sendInitialEvents() || options.resourceVersion().isEmpty()) {
      ListOptions all =
          ListOptions.ALL.withLabels(options.labelSelector()).withFields(options.fieldSelector());
      watch.initial(list(kind.info(), namespace, all), options.sendInitialEvents());
    } else {
      long from = Long.parseLong(options.resourceVersion());
      if (from < compacted) {
        throw ApiException.expired("too old resource version: " + from + " (" + compacted + ")");
      }
      history.stream().filter(h -> h.revision() > from).forEach(watch::offer);
    }
    watches.add(watch);
    watch.start();
    return watch;
  }

  synchronized void compact() {
    compacted = revision;
    history.clear();
    watches.forEach(
        w -> w.end(java.util.Optional.of(ApiException.expired("too old resource version"))));
    watches.clear();
  }

  synchronized void cutWatches() {
    watches.forEach(w -> w.end(java.util.Optional.empty()));
    watches.clear();
  }
}
