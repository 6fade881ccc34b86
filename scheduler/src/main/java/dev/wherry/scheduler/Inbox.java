package dev.wherry.scheduler;

import dev.wherry.scheduler.decision.Explanation;
import dev.wherry.scheduler.framework.Reservation;
import dev.wherry.scheduler.view.ClusterSnapshot;
import dev.wherry.scheduler.view.DisruptionBudget;
import dev.wherry.scheduler.view.NodeView;
import dev.wherry.scheduler.view.PodKey;
import dev.wherry.scheduler.view.PodView;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/** What the loop is told. */
sealed interface Inbox {
  /** Informers wait when so many messages have not been read. */
  int MESSAGES_MAX = 8_192;

  record PodSeen(PodView pod) implements Inbox {}

  record PodGone(PodKey key) implements Inbox {}

  /** Something of claims, volumes or classes; the change is made by the loop. */
  record StorageSeen(StorageChange change) implements Inbox {}

  /** Something of devices, their classes or their claims; the change is made by the loop. */
  record DevicesSeen(DeviceChange change) implements Inbox {}

  record NodeSeen(NodeView node) implements Inbox {}

  record NodeGone(String name) implements Inbox {}

  /**
   * A binding ended.
   *
   * @param reserved what had been taken for the pod
   * @param failure the reason, when it failed
   */
  record BindEnded(PodView pod, String node, List<Reservation> reserved, Optional<String> failure)
      implements Inbox {
    public BindEnded {
      reserved = List.copyOf(reserved);
    }
  }

  /** The victims of a pod were taken away, or not all of them. */
  record PreemptEnded(PodKey preemptor, boolean failed) implements Inbox {}

  record NamespaceSeen(String name, Map<String, String> labels) implements Inbox {}

  record NamespaceGone(String name) implements Inbox {}

  record BudgetSeen(DisruptionBudget budget) implements Inbox {}

  record BudgetGone(String namespace, String name) implements Inbox {}

  /** Somebody asks why a pod is where it is. */
  record Explain(PodView pod, CompletableFuture<Explanation> answer) implements Inbox {}

  /** Somebody wants to try things out on the cluster as it is now. */
  record Copy(CompletableFuture<ClusterSnapshot> answer) implements Inbox {}

  /** All that was there at the start has been told. */
  record Ready() implements Inbox {}

  record Stop() implements Inbox {}
}
