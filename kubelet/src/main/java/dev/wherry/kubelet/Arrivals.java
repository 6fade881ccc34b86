package dev.wherry.kubelet;

import dev.wherry.kubelet.pod.PodWorkers;
import dev.wherry.kubelet.staticpod.Mirrors;
import dev.wherry.kubelet.staticpod.StaticPods;
import dev.wherry.machinery.client.ApiClient;
import dev.wherry.machinery.informer.Change;
import dev.wherry.machinery.time.Timer;
import dev.wherry.model.core.v1.Pod;
import dev.wherry.model.meta.v1.OwnerReference;
import dev.wherry.model.status.ApiException;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/** Where pods come from: the API, and the node's own folder where there is one. */
final class Arrivals implements AutoCloseable {
  private static final System.Logger LOG = System.getLogger(Arrivals.class.getName());

  private final PodWorkers workers;
  private final Mirrors mirrors;
  private final ApiClient api;
  private final Optional<StaticPods> own;

  private Arrivals(PodWorkers workers, Mirrors mirrors, ApiClient api, Optional<StaticPods> own) {
    this.workers = workers;
    this.mirrors = mirrors;
    this.api = api;
    this.own = own;
  }

  static Arrivals start(
      KubeletConfig config,
      PodWorkers workers,
      Mirrors mirrors,
      ApiClient api,
      Supplier<List<OwnerReference>> owner,
      Timer timer)
      throws IOException {
    String folder = config.settings().staticPods();
    if (folder.isEmpty()) {
      return new Arrivals(workers, mirrors, api, Optional.empty());
    }
    StaticPods own =
        StaticPods.start(
            Path.of(folder),
            config.nodeName(),
            mirrors,
            new OwnPodsHost(workers),
            api,
            owner,
            timer);
    return new Arrivals(workers, mirrors, api, Optional.of(own));
  }

  /** What the API's pods of this node do. */
  void changed(Change<Pod> change) {
    switch (change) {
      case Change.Added<Pod>(Pod now) -> seen(now);
      case Change.Updated<Pod>(Pod _, Pod now) -> seen(now);
      case Change.Removed<Pod>(Pod last) -> {
        if (Mirrors.isMirror(last)) {
          own.ifPresent(pods -> pods.mirrorGone(last));
        } else {
          workers.gone(last);
        }
      }
    }
  }

  private void seen(Pod pod) {
    if (!Mirrors.isMirror(pod)) {
      workers.update(pod);
    } else if (own.isPresent()) {
      own.get().mirrorSeen(pod);
    } else {
      Thread.ofVirtual().name("orphaned-mirror").start(() -> delete(pod));
    }
  }

  /** A mirror from the time when this node had a folder of its own shows nothing any more. */
  private void delete(Pod mirror) {
    try {
      mirrors.delete(api, mirror);
    } catch (ApiException e) {
      LOG.log(Level.DEBUG, "mirror stays pod={0}: {1}", mirror.metadata().name(), e.getMessage());
    }
  }

  @Override
  public void close() throws IOException {
    if (own.isPresent()) {
      own.get().close();
    }
  }
}
