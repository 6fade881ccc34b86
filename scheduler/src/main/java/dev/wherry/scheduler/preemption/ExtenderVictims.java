package dev.wherry.scheduler.preemption;

import dev.wherry.scheduler.framework.Extender;
import dev.wherry.scheduler.framework.ExtenderException;
import dev.wherry.scheduler.view.ClusterSnapshot;
import dev.wherry.scheduler.view.PodView;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Lets extenders strike out candidates and change their victims (upstream: callExtenders). */
record ExtenderVictims(List<Extender> extenders) {
  private static final System.Logger LOG = System.getLogger(ExtenderVictims.class.getName());

  ExtenderVictims {
    extenders = List.copyOf(extenders);
  }

  boolean isEmpty() {
    return extenders.isEmpty();
  }

  /**
   * @throws ExtenderException when one that must not be passed over fails
   */
  List<Candidate> agreed(PodView pod, List<Candidate> candidates, ClusterSnapshot snapshot) {
    Map<String, Extender.Victims> victims = new LinkedHashMap<>();
    candidates.forEach(candidate ->
        victims.put(
            candidate.node(), new Extender.Victims(candidate.victims(), candidate.violations())));
    Map<String, Extender.Victims> left = victims;
    boolean asked = false;
    for (Extender extender : extenders) {
      if (!left.isEmpty()
          && extender.abilities().contains(Extender.Ability.PREEMPT)
          && extender.isInterested(pod)) {
        asked = true;
        left = ask(extender, pod, left, snapshot);
      }
    }
    if (!asked) {
      return candidates;
    }
    List<Candidate> agreed = new ArrayList<>();
    left.forEach((node, some) -> {
      List<PodView> ordered = new ArrayList<>(some.pods());
      ordered.sort(Candidate.IMPORTANCE);
      agreed.add(new Candidate(node, ordered, some.violations()));
    });
    return agreed;
  }

  private static Map<String, Extender.Victims> ask(
      Extender extender,
      PodView pod,
      Map<String, Extender.Victims> victims,
      ClusterSnapshot snapshot) {
    Map<String, Extender.Victims> answer;
    try {
      answer = new LinkedHashMap<>(extender.preempt(pod, victims, snapshot));
    } catch (ExtenderException e) {
      if (!extender.isIgnorable()) {
        throw e;
      }
      LOG.log(
          System.Logger.Level.WARNING,
          "extender=ignored verb=preempt pod={0} why=\"{1}\"",
          pod.key(),
          e.getMessage());
      return victims;
    }
    for (String node : List.copyOf(answer.keySet())) {
      if (answer.getOrDefault(node, new Extender.Victims(List.of(), 0)).pods().isEmpty()) {
        if (!extender.isIgnorable()) {
          throw new ExtenderException("expected at least one victim pod on node \"" + node + "\"");
        }
        answer.remove(node);
      }
    }
    return answer;
  }
}
