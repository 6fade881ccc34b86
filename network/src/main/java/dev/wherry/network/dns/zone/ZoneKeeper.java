package dev.wherry.network.dns.zone;

import dev.wherry.machinery.client.ApiClient;
import dev.wherry.machinery.informer.Change;
import dev.wherry.machinery.informer.Informer;
import dev.wherry.machinery.informer.ObjectKey;
import dev.wherry.machinery.informer.Scope;
import dev.wherry.machinery.loop.Threads;
import dev.wherry.machinery.queue.WorkQueue;
import dev.wherry.machinery.time.Timer;
import dev.wherry.model.core.v1.Namespace;
import dev.wherry.model.core.v1.Service;
import dev.wherry.model.discovery.v1.EndpointSlice;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * Keeps a zone as the API has it. Informers name the Services that something happened to; one
 * virtual thread makes their entries anew.
 */
public final class ZoneKeeper implements AutoCloseable {
  private static final Logger LOG = System.getLogger(ZoneKeeper.class.getName());
  private static final String SERVICE_NAME = "kubernetes.io/service-name";
  private static final String BY_SERVICE = "service";
  private static final Duration SYNC_MAX = Duration.ofDays(365);

  private final ClusterZone zone;
  private final WorkQueue<ObjectKey> changed;
  private final Informer<Service> services;
  private final Informer<EndpointSlice> slices;
  private final Informer<Namespace> namespaces;
  private final CountDownLatch known = new CountDownLatch(1);
  private final Thread thread;

  private ZoneKeeper(ApiClient client, ClusterZone zone, Timer timer) {
    this.zone = zone;
    changed = new WorkQueue<>(timer);
    services =
        new Informer<>(client, Service.KIND, Scope.ALL, timer)
            .onChange(change -> changed.add(ObjectKey.of(change.latest())));
    slices =
        new Informer<>(client, EndpointSlice.KIND, Scope.ALL, timer)
            .index(BY_SERVICE, slice -> List.of(serviceOf(slice).toString()))
            .onChange(change -> changed.add(serviceOf(change.latest())));
    namespaces =
        new Informer<>(client, Namespace.KIND, Scope.ALL, timer).onChange(this::namespaceChanged);
    thread = Thread.ofVirtual().name("dns-zone").unstarted(this::run);
  }

  /** Starts to fill the zone; it is ready once all that there is has been seen. */
  public static ZoneKeeper start(ApiClient client, ClusterZone zone, Timer timer) {
    ZoneKeeper keeper = new ZoneKeeper(client, zone, timer);
    keeper.services.start();
    keeper.slices.start();
    keeper.namespaces.start();
    keeper.thread.start();
    return keeper;
  }

  /**
   * @return false when the names were not all known in that time
   */
  public boolean awaitKnown(Duration atMost) throws InterruptedException {
    return known.await(atMost.toMillis(), TimeUnit.MILLISECONDS);
  }

  private static ObjectKey serviceOf(EndpointSlice slice) {
    return new ObjectKey(
        slice.metadata().namespace(), slice.metadata().labels().getOrDefault(SERVICE_NAME, ""));
  }

  private void namespaceChanged(Change<Namespace> change) {
    String name = change.latest().metadata().name();
    if (change instanceof Change.Removed) {
      zone.removeNamespace(name);
    } else {
      zone.putNamespace(name);
    }
  }

  private void run() {
    try {
      boolean synced =
          services.awaitSynced(SYNC_MAX)
              && slices.awaitSynced(SYNC_MAX)
              && namespaces.awaitSynced(SYNC_MAX);
      if (!synced) {
        return;
      }
      services.list().forEach(service -> refresh(ObjectKey.of(service)));
      zone.markReady();
      known.countDown();
      LOG.log(
          Level.INFO,
          "cluster names are known domain={0} services={1}",
          zone.domain(),
          zone.size());
      for (var key = changed.take(); key.isPresent(); key = changed.take()) {
        refresh(key.get());
        changed.done(key.get());
      }
    } catch (InterruptedException e) {
      LOG.log(Level.DEBUG, "zone keeper ends");
    }
  }

  private void refresh(ObjectKey key) {
    try {
      Optional<Service> service = services.get(key);
      zone.put(
          key,
          service.flatMap(s -> ServiceRecords.of(s, slices.byIndex(BY_SERVICE, key.toString()))));
    } catch (RuntimeException e) {
      LOG.log(Level.ERROR, "names of a service not made service=" + key, e);
    }
  }

  @Override
  public void close() {
    changed.close();
    Threads.end(thread);
    services.close();
    slices.close();
    namespaces.close();
  }
}
