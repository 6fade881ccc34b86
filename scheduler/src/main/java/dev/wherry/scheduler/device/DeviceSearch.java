package dev.wherry.scheduler.device;

import dev.wherry.model.device.DeviceClaims;
import dev.wherry.model.device.DeviceTaints;
import dev.wherry.scheduler.device.ClaimAsk.Wanted;
import dev.wherry.scheduler.framework.PluginException;
import dev.wherry.scheduler.view.DeviceId;
import dev.wherry.scheduler.view.Devices;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Tries devices for one request after the other, going back where it does not come further
 * (structured allocateOne). Devices of one request are taken in their order only, since they are
 * alike to it. Of one thread, for one node.
 */
final class DeviceSearch {
  /** Devices tried before a node is given up. */
  static final int STEPS_MAX = 200_000;

  private final List<ClaimAsk> claims;
  private final Devices devices;
  private final CounterLedger counters;

  /** Devices taken in this search, with the places of the claims that have them. */
  private final Map<DeviceId, Set<Integer>> taken = new HashMap<>();

  private final List<List<Taken>> results = new ArrayList<>();
  private int steps;

  /** A device and what it is for. */
  record Taken(Wanted wanted, Candidate candidate) {}

  private enum Step {
    FOUND,
    NONE,
    /** The claim would get more devices than one may have, whatever follows. */
    TOO_MANY
  }

  /**
   * Which device is looked for.
   *
   * @param alternative of the request; -1 while none is chosen
   * @param number how many the request has already
   * @param from the place in its candidates behind the last one taken
   */
  private record Turn(int claim, int request, int alternative, int number, int from) {
    Turn next(int place) {
      return new Turn(claim, request, alternative, number + 1, place + 1);
    }
  }

  DeviceSearch(List<ClaimAsk> claims, Devices devices) {
    this.claims = claims;
    this.devices = devices;
    this.counters = new CounterLedger(devices);
    claims.forEach(claim -> results.add(new ArrayList<>()));
  }

  /** Whether all claims can be served; then {@link #results} tells how. */
  boolean run() {
    return go(new Turn(0, 0, -1, 0, 0)) == Step.FOUND;
  }

  /** Whether the search ended before it had tried everything. */
  boolean gaveUp() {
    return steps > STEPS_MAX;
  }

  /** For every claim its devices. */
  List<List<Taken>> results() {
    return results;
  }

  private Step go(Turn turn) {
    if (turn.claim == claims.size()) {
      return Step.FOUND;
    }
    ClaimAsk claim = claims.get(turn.claim);
    if (turn.request == claim.requests().size()) {
      Step step = go(new Turn(turn.claim + 1, 0, -1, 0, 0));
      return step == Step.TOO_MANY ? Step.NONE : step;
    }
    List<Wanted> alternatives = claim.requests().get(turn.request);
    if (turn.alternative < 0) {
      return first(turn, alternatives);
    }
    Wanted wanted = alternatives.get(turn.alternative);
    if (wanted.ask().wantsAll() && wanted.count() == 0) {
      return Step.NONE;
    }
    if (turn.number >= wanted.count()) {
      return go(new Turn(turn.claim, turn.request + 1, -1, 0, 0));
    }
    long together = results.get(turn.claim).size() + wanted.count() - turn.number;
    if (together > DeviceClaims.DEVICES_MAX) {
      return Step.TOO_MANY;
    }
    return wanted.ask().wantsAll() ? exactly(turn, wanted) : any(turn, wanted);
  }

  private Step first(Turn turn, List<Wanted> alternatives) {
    Step all = Step.TOO_MANY;
    for (int i = 0; i < alternatives.size(); i++) {
      Step step = go(new Turn(turn.claim, turn.request, i, 0, 0));
      if (step == Step.FOUND) {
        return step;
      }
      all = step == Step.NONE ? Step.NONE : all;
    }
    return all;
  }

  /** Of a request for all devices every one is needed. */
  private Step exactly(Turn turn, Wanted wanted) {
    return attempt(turn, wanted, turn.number, true);
  }

  private Step any(Turn turn, Wanted wanted) {
    for (int place = turn.from; place < wanted.fitting().size() && !gaveUp(); place++) {
      Step step = attempt(turn, wanted, place, false);
      if (step != Step.NONE) {
        return step;
      }
    }
    return Step.NONE;
  }

  /** Takes a device and goes on with the next; gives it back where that leads nowhere. */
  private Step attempt(Turn turn, Wanted wanted, int place, boolean must) {
    steps++;
    Candidate candidate = wanted.fitting().get(place);
    if (!isFree(turn.claim, wanted.ask(), candidate.id())
        || !DeviceTaints.isTolerated(candidate.device().taints(), wanted.ask().tolerations())
        || !counters.take(candidate)) {
      return Step.NONE;
    }
    if (!constrained(turn.claim, wanted, candidate, must)) {
      counters.giveBack(candidate);
      return Step.NONE;
    }
    List<Taken> mine = results.get(turn.claim);
    mine.add(new Taken(wanted, candidate));
    taken.computeIfAbsent(candidate.id(), id -> new HashSet<>()).add(turn.claim);
    Step step = go(turn.next(place));
    if (step != Step.FOUND) {
      mine.removeLast();
      Set<Integer> holders = taken.getOrDefault(candidate.id(), new HashSet<>());
      holders.remove(turn.claim);
      claims.get(turn.claim).constraints().forEach(one -> one.remove(wanted.ask(), candidate));
      counters.giveBack(candidate);
    }
    return step;
  }

  /** A watcher may have what others have, but once in a claim. */
  private boolean isFree(int claim, DeviceAsk ask, DeviceId id) {
    Set<Integer> holders = taken.getOrDefault(id, Set.of());
    return ask.admin() ? !holders.contains(claim) : !devices.isTaken(id) && holders.isEmpty();
  }

  private boolean constrained(int claim, Wanted wanted, Candidate candidate, boolean must) {
    List<Constraint> constraints = claims.get(claim).constraints();
    for (int i = 0; i < constraints.size(); i++) {
      if (!constraints.get(i).add(wanted.ask(), candidate)) {
        for (int j = 0; j < i; j++) {
          constraints.get(j).remove(wanted.ask(), candidate);
        }
        if (must) {
          throw new PluginException(
              "claim %s, request %s: cannot add device %s because a claim constraint would not be satisfied"
                  .formatted(
                      DeviceClaims.named(claims.get(claim).claim()),
                      wanted.ask().name(),
                      candidate.id()));
        }
        return false;
      }
    }
    return true;
  }
}
