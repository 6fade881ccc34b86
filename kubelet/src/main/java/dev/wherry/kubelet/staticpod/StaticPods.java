package dev.wherry.kubelet.staticpod;

import dev.wherry.machinery.client.ApiClient;
import dev.wherry.machinery.time.Bell;
import dev.wherry.machinery.time.Timer;
import dev.wherry.model.core.v1.Pod;
import dev.wherry.model.meta.v1.ObjectMeta;
import dev.wherry.model.meta.v1.OwnerReference;
import dev.wherry.model.status.ApiException;
import dev.wherry.model.status.Reason;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.file.Path;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/**
 * Runs the pods of a folder, with or without the API, and shows each in the API by a mirror. One
 * virtual thread that rests until a file or a mirror changes.
 */
public final class StaticPods implements AutoCloseable {
  private static final System.Logger LOG = System.getLogger(StaticPods.class.getName());

  /** What could not be done is tried again after this. */
  private static final Duration RETRY = Duration.ofSeconds(2);

  private static final Duration QUIET = Duration.ofHours(1);

  private final StaticPodFolder folder;
  private final Mirrors mirrors;
  private final Host host;
  private final ApiClient api;
  private final Supplier<List<OwnerReference>> owner;
  private final Timer clock;
  private final Bell bell;
  private final Thread thread;
  private final Map<String, Pod> running = new LinkedHashMap<>();

  /** Who runs pods. */
  public interface Host {
    /** A pod to run, or a newer version of one. */
    void run(Pod pod);

    /** Whether a pod with this uid is not all gone. */
    boolean has(String uid);

    /** The API shows a pod anew and knows nothing of its status. */
    void tellAgain(String uid);
  }

  private StaticPods(
      Path folder,
      String nodeName,
      Mirrors mirrors,
      Host host,
      ApiClient api,
      Supplier<List<OwnerReference>> owner,
      Timer clock)
      throws IOException {
    this.mirrors = mirrors;
    this.host = host;
    this.api = api;
    this.owner = owner;
    this.clock = clock;
    this.bell = new Bell(clock);
    this.folder = new StaticPodFolder(folder, nodeName, bell::ring);
    this.thread = Thread.ofVirtual().name("static-pods").unstarted(this::run);
  }

  /**
   * Starts; the pods run soon after.
   *
   * @param owner the node's object as an owner; none before it is registered
   */
  public static StaticPods start(
      Path folder,
      String nodeName,
      Mirrors mirrors,
      Host host,
      ApiClient api,
      Supplier<List<OwnerReference>> owner,
      Timer clock)
      throws IOException {
    StaticPods pods = new StaticPods(folder, nodeName, mirrors, host, api, owner, clock);
    pods.thread.start();
    return pods;
  }

  /** A mirror appeared or changed in the API; any thread. */
  public void mirrorSeen(Pod mirror) {
    boolean fresh = mirrors.of(mirror).isEmpty();
    mirrors.put(mirror);
    if (fresh) {
      host.tellAgain(Mirrors.hash(mirror));
    }
    bell.ring();
  }

  /** A mirror is gone from the API; any thread. */
  public void mirrorGone(Pod mirror) {
    mirrors.remove(mirror);
    bell.ring();
  }

  private void run() {
    try {
      while (true) {
        boolean done = false;
        try {
          done = reconcile();
        } catch (IOException e) {
          LOG.log(Level.WARNING, "static pods are not read: {0}", e.toString());
        } catch (RuntimeException e) {
          LOG.log(Level.WARNING, "static pods are not all shown: {0}", e.toString());
        }
        bell.rest(done ? QUIET : RETRY);
      }
    } catch (InterruptedException _) {
      LOG.log(Level.DEBUG, "static pods ended");
    }
  }

  /** One look; true when all is as the folder has it. */
  private boolean reconcile() throws IOException {
    Map<String, Pod> wanted = folder.read();
    boolean done = true;
    for (Pod pod : List.copyOf(running.values())) {
      if (!wanted.containsKey(pod.metadata().uid())) {
        done &= end(pod);
      }
    }
    for (Pod pod : wanted.values()) {
      done &= begin(pod);
    }
    return showAll() && done;
  }

  /** Ends what no file has any more, with the grace period that it wants. */
  private boolean end(Pod pod) {
    String uid = pod.metadata().uid();
    if (!host.has(uid)) {
      running.remove(uid);
      return true;
    }
    if (pod.metadata().deletionTimestamp() == null) {
      Long grace = pod.spec().terminationGracePeriodSeconds();
      ObjectMeta meta =
          pod.metadata().toBuilder()
              .deletionTimestamp(clock.instant().truncatedTo(ChronoUnit.SECONDS))
              .deletionGracePeriodSeconds(grace)
              .build();
      Pod ending = pod.toBuilder().metadata(meta).build();
      running.put(uid, ending);
      host.run(ending);
    }
    return false;
  }

  /** Two versions of one pod never run side by side. */
  private boolean begin(Pod pod) {
    String uid = pod.metadata().uid();
    Pod known = running.get(uid);
    boolean ending = known != null && known.metadata().deletionTimestamp() != null;
    boolean namesake =
        running.values().stream()
            .anyMatch(other ->
                !other.metadata().uid().equals(uid)
                    && Mirrors.name(other).equals(Mirrors.name(pod)));
    if (known != null && !ending) {
      return true;
    }
    if (ending || namesake) {
      return false;
    }
    LOG.log(Level.INFO, "static pod pod={0} uid={1}", Mirrors.name(pod), uid);
    running.put(uid, pod);
    host.run(pod);
    return true;
  }

  /** Makes the mirrors that are missing and takes away those that show nothing; needs the API. */
  private boolean showAll() {
    Map<String, Pod> shown = new HashMap<>();
    running.values().stream()
        .filter(pod -> pod.metadata().deletionTimestamp() == null)
        .forEach(pod -> shown.put(Mirrors.name(pod), pod));
    for (Pod mirror : mirrors.all().values()) {
      Pod pod = shown.get(Mirrors.name(mirror));
      boolean leaving = mirror.metadata().deletionTimestamp() != null;
      if (pod == null || leaving || !Mirrors.shows(mirror, pod)) {
        mirrors.delete(api, mirror);
      }
    }
    boolean all = true;
    for (Pod pod : shown.values()) {
      all &= mirrors.all().containsKey(Mirrors.name(pod)) || create(pod);
    }
    return all;
  }

  /** The mirror is there when the API tells of it, not before: somebody may delete it at once. */
  private boolean create(Pod pod) {
    List<OwnerReference> node = owner.get();
    if (node.isEmpty()) {
      return false;
    }
    try {
      api.create(Pod.KIND, Mirrors.mirror(pod, node));
      return true;
    } catch (ApiException e) {
      if (e.reason() != Reason.ALREADY_EXISTS) {
        LOG.log(Level.WARNING, "no mirror pod={0}: {1}", Mirrors.name(pod), e.getMessage());
      }
      return false;
    }
  }

  @Override
  public void close() throws IOException {
    folder.close();
    thread.interrupt();
  }
}
