package dev.wherry.kubelet.placement;

import dev.wherry.kubelet.admission.Rejection;
import dev.wherry.kubelet.pod.PodView;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Sets aside what a pod's containers get to themselves, all of it or nothing, one pod at a time
 * (rule: upstream's topology manager with its scopes).
 */
public final class Placements {
  private static final String TOPOLOGY_REASON = "TopologyAffinityError";
  private static final String TOPOLOGY_MESSAGE =
      "Resources cannot be allocated with Topology locality";

  private final List<ResourceBook> books;
  private final PlacementSettings settings;
  private final Topology machine;
  private final ReentrantLock turn = new ReentrantLock(true);

  public Placements(List<ResourceBook> books, PlacementSettings settings, Topology machine) {
    this.books = List.copyOf(books);
    this.settings = settings;
    this.machine = machine;
  }

  /** Sets all aside, or says why not; then the pod holds nothing. */
  public Optional<Rejection> admit(PodView pod) throws InterruptedException {
    turn.lockInterruptibly();
    boolean done = false;
    try {
      Optional<Rejection> refused = place(pod);
      done = refused.isEmpty();
      return refused;
    } catch (PlacementException e) {
      return Optional.of(new Rejection(e.reason(), e.text()));
    } finally {
      if (!done) {
        release(pod.uid());
      }
      turn.unlock();
    }
  }

  private Optional<Rejection> place(PodView pod) throws PlacementException, InterruptedException {
    NumaNodes together = NumaNodes.ANY;
    if (settings.aligned() && settings.wholePod()) {
      NumaHint best = best(books.stream().map(book -> book.hints(pod)).toList());
      if (!settings.policy().admits(best)) {
        return refusal();
      }
      together = best.nodes();
    }
    for (PodView.Named named : pod.all()) {
      if (named.role() == PodView.Role.EPHEMERAL) {
        continue;
      }
      NumaNodes nodes = together;
      if (settings.aligned() && !settings.wholePod()) {
        NumaHint best = best(books.stream().map(book -> book.hints(pod, named)).toList());
        if (!settings.policy().admits(best)) {
          return refusal();
        }
        nodes = best.nodes();
      }
      give(pod, named, nodes);
    }
    return Optional.empty();
  }

  private void give(PodView pod, PodView.Named named, NumaNodes nodes)
      throws PlacementException, InterruptedException {
    for (ResourceBook book : books) {
      book.give(pod, named, nodes);
    }
  }

  private NumaHint best(List<Map<String, List<NumaHint>>> hints) {
    return HintMerge.merge(settings, machine, hints);
  }

  private static Optional<Rejection> refusal() {
    return Optional.of(new Rejection(TOPOLOGY_REASON, TOPOLOGY_MESSAGE));
  }

  /** Sets aside what one container of a pod that runs here already should have. */
  public void complete(PodView pod, PodView.Named named)
      throws PlacementException, InterruptedException {
    turn.lockInterruptibly();
    try {
      give(pod, named, NumaNodes.ANY);
    } finally {
      turn.unlock();
    }
  }

  /** Takes back all that a pod holds. */
  public void release(String uid) {
    books.forEach(book -> book.release(uid));
  }

  /** Takes back what others than these pods hold: they went while nobody looked. */
  public void keepOnly(Set<String> uids) {
    books.forEach(book -> book.keepOnly(uids));
  }
}
