package dev.wherry.kubelet.housekeeping;

import dev.wherry.kubelet.cri.ContainerSnapshot;
import dev.wherry.kubelet.cri.CriException;
import dev.wherry.kubelet.cri.CriRuntime;
import dev.wherry.kubelet.cri.PodObservation;
import dev.wherry.kubelet.cri.PodStates;
import dev.wherry.kubelet.pod.PodParts;
import dev.wherry.kubelet.pod.PodView;
import dev.wherry.kubelet.pod.PodWorkers;
import dev.wherry.kubelet.volume.Trees;
import dev.wherry.kubelet.volume.Volumes;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Walks over what the runtime and the disk hold: ends pods that the API does not know, keeps one
 * dead container per name, rotates logs, frees images, sets what systemd takes from groups again.
 * Begins only when the pods are known, so that a kubelet without its API ends nothing.
 */
public final class Housekeeping implements AutoCloseable {
  private static final System.Logger LOG = System.getLogger(Housekeeping.class.getName());
  static final Duration ROUND = Duration.ofSeconds(60);
  private static final int IMAGE_ROUNDS = 5;

  /** Dead containers kept by name, for logs and last states. */
  private static final int DEAD_KEPT = 1;

  private static final Duration ORPHAN_GRACE = Duration.ofSeconds(30);

  private final PodParts parts;
  private final PodWorkers workers;
  private final BooleanSupplier podsKnown;
  private final Volumes volumes;
  private final LogRotation logs;
  private final ImageSweep images;
  private final Thread thread;
  private final Set<String> seenWithoutWorker = new HashSet<>();

  /**
   * @param podsKnown whether the informer has all pods of the node
   */
  public Housekeeping(PodParts parts, PodWorkers workers, BooleanSupplier podsKnown) {
    this.parts = parts;
    this.workers = workers;
    this.podsKnown = podsKnown;
    this.volumes =
        new Volumes(
            parts.dirs(),
            parts.mounts(),
            parts.api(),
            parts.csi(),
            parts.counts().volumes(),
            parts.clock(),
            parts.random());
    this.logs = new LogRotation(parts.runtime(), parts.config().settings().logs());
    this.images = new ImageSweep(parts.runtime(), parts.config().settings().images());
    this.thread = Thread.ofVirtual().name("housekeeping").unstarted(this::run);
  }

  public void start() {
    thread.start();
  }

  private void run() {
    try {
      for (int round = 0; ; round++) {
        parts.clock().pause(ROUND);
        try {
          tidy(round % IMAGE_ROUNDS == 0);
        } catch (CriException | IOException e) {
          LOG.log(Level.WARNING, "housekeeping stopped short: {0}", e.toString());
        } catch (RuntimeException e) {
          LOG.log(Level.ERROR, "housekeeping broke", e);
        }
      }
    } catch (InterruptedException _) {
      LOG.log(Level.DEBUG, "housekeeping ended");
    }
  }

  /** One round; also callable by tests. */
  void tidy(boolean withImages) throws IOException {
    CriRuntime runtime = parts.runtime();
    PodStates states = runtime.lists().states();
    Map<String, PodView> pods = new HashMap<>();
    workers.pods().forEach(pod -> pods.put(pod.uid(), pod));
    Set<String> inUse = new HashSet<>();
    Set<String> orphans = new HashSet<>();
    for (String uid : states.pods().keySet()) {
      if (!workers.uids().contains(uid)) {
        orphans.add(uid);
        continue;
      }
      PodObservation observed = runtime.lists().observe(uid, PodObservation.none(uid));
      for (ContainerSnapshot container : observed.containers()) {
        inUse.add(container.imageRef());
        inUse.add(container.imageId());
        if (container.running()) {
          logs.check(container, parts.clock().instant());
          keepKilledTogether(pods.get(uid), container);
        }
      }
      dropDead(observed);
    }
    if (podsKnown.getAsBoolean()) {
      endOrphans(orphans, states);
      dropDirectories(states);
      parts.cgroups().adopt(workers.pods());
      parts
          .cgroups()
          .removeUnknown(uid -> workers.uids().contains(uid) || states.pods().containsKey(uid));
    }
    if (withImages) {
      images.sweep(inUse);
    }
  }

  private void keepKilledTogether(@Nullable PodView pod, ContainerSnapshot container) {
    if (pod != null && !parts.config().settings().singleOomKill()) {
      parts.cgroups().keepKilledTogether(pod, container.id());
    }
  }

  /** Keeps the newest container of each name and one dead one before it. */
  private void dropDead(PodObservation observed) {
    Map<String, Integer> seen = new HashMap<>();
    for (ContainerSnapshot container : observed.containers()) {
      int before = seen.merge(container.name(), 1, Integer::sum) - 1;
      if (before > DEAD_KEPT && container.exited()) {
        parts.runtime().removeContainer(container.id());
        try {
          Files.deleteIfExists(Path.of(container.logPath()));
        } catch (IOException e) {
          LOG.log(Level.DEBUG, "log stays file={0}: {1}", container.logPath(), e);
        }
      }
    }
  }

  /**
   * Ends pods that had no worker in the round before either; a pod on its way in has one by then.
   */
  private void endOrphans(Set<String> orphans, PodStates states) throws IOException {
    for (String uid : orphans) {
      if (!seenWithoutWorker.contains(uid)) {
        continue;
      }
      LOG.log(Level.INFO, "orphaned pod is removed uid={0} name={1}", uid, states.names().get(uid));
      PodObservation observed = parts.runtime().lists().observe(uid, PodObservation.none(uid));
      for (ContainerSnapshot container : observed.containers()) {
        if (container.running()) {
          parts.runtime().stopContainer(container.id(), ORPHAN_GRACE);
        }
        parts.runtime().removeContainer(container.id());
      }
      observed
          .sandboxes()
          .forEach(sandbox -> {
            parts.runtime().stopSandbox(sandbox.id());
            parts.runtime().removeSandbox(sandbox.id());
          });
      PodStates.PodName name = states.names().get(uid);
      if (name != null) {
        Trees.delete(parts.dirs().logs(name.namespace(), name.name(), uid));
      }
    }
    seenWithoutWorker.clear();
    seenWithoutWorker.addAll(orphans);
  }

  private void dropDirectories(PodStates states) throws IOException {
    if (!Files.isDirectory(parts.dirs().pods())) {
      return;
    }
    try (DirectoryStream<Path> directories = Files.newDirectoryStream(parts.dirs().pods())) {
      for (Path directory : directories) {
        String uid = directory.getFileName().toString();
        if (!workers.uids().contains(uid) && !states.pods().containsKey(uid)) {
          volumes.remove(uid);
        }
      }
    }
  }

  @Override
  public void close() {
    thread.interrupt();
  }
}
