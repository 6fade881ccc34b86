package dev.wherry.kubelet.follow;

import dev.wherry.kubelet.pod.MountedNews;
import dev.wherry.machinery.client.ApiClient;
import dev.wherry.machinery.informer.Informer;
import dev.wherry.machinery.informer.Scope;
import dev.wherry.machinery.time.Timer;
import dev.wherry.model.kind.Kind;
import dev.wherry.model.kind.KubeObject;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * One watch for each object that any pod of the node mounts (rule: the kubelet's watch based
 * ConfigMap and Secret managers; the node authoriser lets a node watch by name only). Bounded by
 * what the node's pods mount.
 */
public final class SharedWatches implements MountedNews, AutoCloseable {
  private final ApiClient api;
  private final Timer timer;
  private final Map<Mounted, Followed> followed = new HashMap<>();
  private final Map<String, Set<Mounted>> byPod = new HashMap<>();
  private boolean closed;

  /** A watch and the pods that want to hear of it, by uid. */
  private record Followed(Informer<?> watch, Map<String, Runnable> pods) {}

  public SharedWatches(ApiClient api, Timer timer) {
    this.api = api;
    this.timer = timer;
  }

  @Override
  public void follow(String podUid, Set<Mounted> mounted, Runnable changed) {
    boolean late = false;
    synchronized (this) {
      if (closed || byPod.putIfAbsent(podUid, Set.copyOf(mounted)) != null) {
        return;
      }
      for (Mounted one : mounted) {
        Followed known = followed.get(one);
        if (known == null) {
          Map<String, Runnable> pods = new ConcurrentHashMap<>(Map.of(podUid, changed));
          followed.put(one, new Followed(watch(one.kind(), one, pods), pods));
        } else {
          known.pods().put(podUid, changed);
          late = true;
        }
      }
    }
    if (late) {
      changed.run();
    }
  }

  @Override
  public synchronized void forget(String podUid) {
    Set<Mounted> mounted = byPod.remove(podUid);
    for (Mounted one : mounted == null ? Set.<Mounted>of() : mounted) {
      Followed known = followed.get(one);
      if (known != null) {
        known.pods().remove(podUid);
        if (known.pods().isEmpty()) {
          followed.remove(one);
          known.watch().close();
        }
      }
    }
  }

  private <T extends KubeObject> Informer<T> watch(
      Kind<T> kind, Mounted one, Map<String, Runnable> pods) {
    Scope scope = new Scope(one.namespace(), "", "metadata.name=" + one.name());
    return new Informer<>(api, kind, scope, timer)
        .onChange(_ -> List.copyOf(pods.values()).forEach(Runnable::run))
        .start();
  }

  @Override
  public synchronized void close() {
    closed = true;
    followed.values().forEach(one -> one.watch().close());
    followed.clear();
    byPod.clear();
  }
}
