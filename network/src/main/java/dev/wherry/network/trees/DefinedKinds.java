package dev.wherry.network.trees;

import dev.wherry.machinery.client.ApiClient;
import dev.wherry.machinery.client.MetadataObject;
import dev.wherry.machinery.informer.Informer;
import dev.wherry.machinery.informer.Scope;
import dev.wherry.machinery.time.Timer;
import dev.wherry.model.kind.Kind;
import dev.wherry.model.kind.KindInfo;
import dev.wherry.model.status.ApiException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Follows kinds that may be defined, each by one small watch of its definition, and their objects
 * while they are. Its owner's thread.
 */
public final class DefinedKinds implements AutoCloseable {
  private static final Logger LOG = System.getLogger(DefinedKinds.class.getName());
  private static final Duration SYNC_MAX = Duration.ofSeconds(30);
  private static final Duration BEGIN_MAX = Duration.ofSeconds(2);
  private static final Duration RETRY_PAUSE = Duration.ofSeconds(1);

  /** Definitions of kinds, as far as anybody here looks at them. */
  public static final Kind<MetadataObject> DEFINITION =
      MetadataObject.of(
          new KindInfo(
              "apiextensions.k8s.io",
              "v1",
              "CustomResourceDefinition",
              "customresourcedefinitions",
              false));

  private final ApiClient api;
  private final Timer timer;
  private final Runnable changed;
  private final Map<Kind<TreeObject>, Informer<MetadataObject>> definitions = new LinkedHashMap<>();
  private final Map<Kind<TreeObject>, Informer<TreeObject>> objects = new LinkedHashMap<>();

  private final Set<Kind<TreeObject>> awaited = new HashSet<>();

  /**
   * @param changed runs after a definition or an object changed
   */
  public DefinedKinds(ApiClient api, Timer timer, Runnable changed) {
    this.api = api;
    this.timer = timer;
    this.changed = changed;
  }

  /** Watches a kind's definition; again does nothing. */
  public void expect(Kind<TreeObject> kind) {
    definitions.computeIfAbsent(
        kind,
        k ->
            new Informer<>(
                    api, DEFINITION, Scope.ofFields("metadata.name=" + k.info().resource()), timer)
                .onChange(_ -> changed.run())
                .start());
  }

  /**
   * Begins with objects of kinds that are defined now, and ends with others. Waits for a definition
   * once: a server that does not let us see it must not hold up everything else.
   */
  public void follow() throws InterruptedException {
    for (var each : definitions.entrySet()) {
      Kind<TreeObject> kind = each.getKey();
      Duration atMost = awaited.add(kind) ? SYNC_MAX : Duration.ZERO;
      if (!each.getValue().awaitSynced(atMost)) {
        continue;
      }
      Informer<TreeObject> known = objects.get(kind);
      if (known == null && isDefined(kind)) {
        begin(kind);
      } else if (known != null && !isDefined(kind)) {
        objects.remove(kind);
        known.close();
      }
    }
  }

  private void begin(Kind<TreeObject> kind) throws InterruptedException {
    try {
      Informer<TreeObject> made =
          new Informer<>(api, kind, Scope.ALL, timer).onChange(_ -> changed.run()).start();
      objects.put(kind, made);
      if (!made.awaitSynced(BEGIN_MAX)) {
        LOG.log(Level.DEBUG, "not served yet kind={0}", kind);
      }
    } catch (ApiException e) {
      LOG.log(Level.DEBUG, "not served yet kind={0} why={1}", kind, e.text());
      timer.after(RETRY_PAUSE, changed);
    }
  }

  public boolean isDefined(Kind<TreeObject> kind) {
    Informer<MetadataObject> definition = definitions.get(kind);
    return definition != null
        && definition.list().stream()
            .anyMatch(d -> d.metadata().name().equals(kind.info().resource()));
  }

  /** None where the kind is not defined. */
  public List<TreeObject> all(Kind<TreeObject> kind) {
    Informer<TreeObject> known = objects.get(kind);
    return known == null ? List.of() : known.list();
  }

  /** Whether no kind's objects are followed. */
  public boolean isEmpty() {
    return objects.isEmpty();
  }

  @Override
  public void close() {
    definitions.values().forEach(Informer::close);
    objects.values().forEach(Informer::close);
  }
}
