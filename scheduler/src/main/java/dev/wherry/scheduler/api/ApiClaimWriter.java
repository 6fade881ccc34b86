package dev.wherry.scheduler.api;

import dev.wherry.machinery.client.ApiClient;
import dev.wherry.machinery.informer.Informer;
import dev.wherry.machinery.informer.Informers;
import dev.wherry.machinery.informer.ObjectKey;
import dev.wherry.model.core.v1.Node;
import dev.wherry.model.core.v1.PersistentVolume;
import dev.wherry.model.core.v1.PersistentVolumeClaim;
import dev.wherry.model.core.v1.Pod;
import dev.wherry.model.meta.v1.ObjectMeta;
import dev.wherry.model.status.ApiException;
import dev.wherry.model.status.Reason;
import dev.wherry.model.volume.ClaimFacts;
import dev.wherry.model.volume.ClaimReference;
import dev.wherry.model.volume.VolumeAnnotations;
import dev.wherry.model.volume.VolumeFacts;
import dev.wherry.scheduler.framework.ClaimWriter;
import dev.wherry.scheduler.view.PodView;
import dev.wherry.scheduler.view.VolumeChoice;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Writes choices of volumes and waits until the binder has carried them out (volumebinding
 * PreBind). Threads that wait are woken by the informers.
 */
final class ApiClaimWriter implements ClaimWriter {
  /** Upstream's bindTimeoutSeconds. */
  private static final Duration WAIT_MAX = Duration.ofMinutes(10);

  /** A news may have been missed. */
  private static final Duration LOOK = Duration.ofSeconds(10);

  /** Others write claims too. */
  private static final int ATTEMPTS_MAX = 5;

  private final ApiClient client;
  private final InstantSource clock;
  private final Informer<Pod> pods;
  private final Informer<Node> nodes;
  private final Informer<PersistentVolumeClaim> claims;
  private final Informer<PersistentVolume> volumes;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition news = lock.newCondition();

  /**
   * @param informers before they start
   */
  ApiClaimWriter(ApiClient client, Informers informers, InstantSource clock) {
    this.client = client;
    this.clock = clock;
    nodes = informers.of(Node.KIND);
    pods = informers.of(Pod.KIND);
    claims = informers.of(PersistentVolumeClaim.KIND).onChange(change -> wake());
    volumes = informers.of(PersistentVolume.KIND).onChange(change -> wake());
  }

  private void wake() {
    lock.lock();
    try {
      news.signalAll();
    } finally {
      lock.unlock();
    }
  }

  @Override
  public Optional<String> bind(PodView pod, String node, VolumeChoice choice) {
    for (VolumeChoice.Match match : choice.matches()) {
      PersistentVolume bound = ClaimReference.put(match.volume(), match.claim());
      if (!bound.equals(match.volume())) {
        client.update(PersistentVolume.KIND, bound);
      }
    }
    for (PersistentVolumeClaim claim : choice.provisioned()) {
      select(claim, node);
    }
    try {
      return await(pod, node, choice);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return Optional.of("the scheduler stops");
    }
  }

  private void select(PersistentVolumeClaim claim, String node) {
    PersistentVolumeClaim newest = claim;
    for (int attempt = 1; ; attempt++) {
      if (ClaimFacts.isFullyBound(newest) || ClaimFacts.selectedNode(newest).equals(node)) {
        return;
      }
      try {
        client.update(PersistentVolumeClaim.KIND, selected(newest, node));
        return;
      } catch (ApiException e) {
        if (e.reason() != Reason.CONFLICT || attempt == ATTEMPTS_MAX) {
          throw e;
        }
        ObjectMeta meta = claim.metadata();
        newest = client.get(PersistentVolumeClaim.KIND, meta.namespace(), meta.name());
      }
    }
  }

  private static PersistentVolumeClaim selected(PersistentVolumeClaim claim, String node) {
    Map<String, String> notes = new LinkedHashMap<>(claim.metadata().annotations());
    notes.put(VolumeAnnotations.SELECTED_NODE, node);
    return claim.toBuilder()
        .metadata(claim.metadata().toBuilder().annotations(notes).build())
        .build();
  }

  private Optional<String> await(PodView pod, String node, VolumeChoice choice)
      throws InterruptedException {
    Instant end = clock.instant().plus(WAIT_MAX);
    lock.lock();
    try {
      while (true) {
        switch (look(pod, node, choice)) {
          case Look.Bound() -> {
            return Optional.empty();
          }
          case Look.Failed(String why) -> {
            return Optional.of(why);
          }
          case Look.NotYet() -> {
            if (!clock.instant().isBefore(end)) {
              return Optional.of("binding volumes: timed out waiting for the condition");
            }
            boolean told = news.await(LOOK.toMillis(), TimeUnit.MILLISECONDS);
            if (!told && pods.get(pod.key().namespace(), pod.key().name()).isEmpty()) {
              return Optional.of("pod does not exist any more");
            }
          }
        }
      }
    } finally {
      lock.unlock();
    }
  }

  /** How far the binding has come. */
  private sealed interface Look {
    record Bound() implements Look {}

    record NotYet() implements Look {}

    record Failed(String why) implements Look {}
  }

  private Look look(PodView pod, String node, VolumeChoice choice) {
    for (VolumeChoice.Match match : choice.matches()) {
      Look look = look(match.claim(), node);
      if (!(look instanceof Look.Bound)) {
        return look;
      }
    }
    for (PersistentVolumeClaim claim : choice.provisioned()) {
      Optional<PersistentVolumeClaim> now = claims.get(ObjectKey.of(claim));
      boolean unselected =
          now.isPresent()
              && !isOlder(now.get(), claim)
              && !ClaimFacts.selectedNode(now.get()).equals(node)
              && !ClaimFacts.isFullyBound(now.get());
      if (unselected) {
        return new Look.Failed("provisioning failed for PVC \"" + claim.metadata().name() + "\"");
      }
      Look look = look(claim, node);
      if (!(look instanceof Look.Bound)) {
        return look;
      }
    }
    return new Look.Bound();
  }

  /** The view may not show yet what was just written: only a later version says something. */
  private static boolean isOlder(PersistentVolumeClaim seen, PersistentVolumeClaim decided) {
    return seen.metadata().resourceVersion().equals(decided.metadata().resourceVersion());
  }

  private Look look(PersistentVolumeClaim claim, String node) {
    Optional<PersistentVolumeClaim> now = claims.get(ObjectKey.of(claim));
    if (now.isEmpty() || !now.get().metadata().uid().equals(claim.metadata().uid())) {
      return new Look.Failed(
          "persistentvolumeclaim \"" + claim.metadata().name() + "\" does not exist any more");
    }
    Optional<PersistentVolume> volume = volumes.get("", now.get().spec().volumeName());
    if (!ClaimFacts.isFullyBound(now.get()) || volume.isEmpty()) {
      return new Look.NotYet();
    }
    boolean reached =
        nodes
            .get("", node)
            .map(known -> VolumeFacts.reaches(volume.get(), known.metadata().labels()))
            .orElse(false);
    return reached
        ? new Look.Bound()
        : new Look.Failed(
            "pv \""
                + volume.get().metadata().name()
                + "\" node affinity doesn't match node \""
                + node
                + "\"");
  }
}
