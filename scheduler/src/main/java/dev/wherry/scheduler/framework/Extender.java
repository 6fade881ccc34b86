package dev.wherry.scheduler.framework;

import dev.wherry.scheduler.view.ClusterSnapshot;
import dev.wherry.scheduler.view.NodeView;
import dev.wherry.scheduler.view.PodView;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Somebody outside this process who is asked as well (upstream's scheduler extenders). Calls block
 * the loop, as they block upstream's scheduling cycle, for no longer than the extender's timeout;
 * all of them throw {@link ExtenderException}.
 */
public interface Extender {
  /** By this name pods that it refused wait, whatever the extender is called. */
  String PLUGIN = "Extender";

  /** What it is called in messages: its URL. */
  String name();

  /** Whether a decision is made without it where it fails. */
  boolean isIgnorable();

  /** Whether the pod asks for something that it manages. */
  boolean isInterested(PodView pod);

  /** What it can do. */
  Set<Ability> abilities();

  /** What an extender can be asked. */
  enum Ability {
    FILTER,
    PRIORITIZE,
    PREEMPT,
    BIND
  }

  /**
   * Which of the nodes it lets the pod go to.
   *
   * @param nodes that all plugins let it go to
   */
  Filtered filter(PodView pod, List<NodeView> nodes);

  /**
   * The answer.
   *
   * @param passed names of nodes
   * @param refused why not, by the name of the node
   */
  record Filtered(Set<String> passed, Map<String, Verdict.Rejected> refused) {
    public Filtered {
      refused = new LinkedHashMap<>(refused);
    }
  }

  /** Points by the names of nodes, ready to be added to the others' sum. */
  Map<String, Long> prioritize(PodView pod, List<NodeView> nodes);

  /**
   * Which of the nodes may be freed of which pods for the pod; nodes that are left out may not.
   *
   * @param victims by the names of nodes
   */
  Map<String, Victims> preempt(PodView pod, Map<String, Victims> victims, ClusterSnapshot snapshot);

  /**
   * Pods of one node that would have to go.
   *
   * @param violations how many of them a disruption budget would keep
   */
  record Victims(List<PodView> pods, int violations) {
    public Victims {
      pods = List.copyOf(pods);
    }
  }

  /** Binds the pod in the scheduler's place. */
  void bind(PodView pod, String node);
}
