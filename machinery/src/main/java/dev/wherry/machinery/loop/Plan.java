package dev.wherry.machinery.loop;

import java.time.Duration;
import java.util.List;

/**
 * What is to be done, decided without doing any of it.
 *
 * @param actions in this order; the first that fails ends the plan and brings the key back
 * @param again when to look again; zero when only a change calls for it
 */
public record Plan(List<Action> actions, Duration again) {
  public static final Plan NOTHING = new Plan(List.of(), Duration.ZERO);

  public Plan {
    actions = List.copyOf(actions);
  }

  public static Plan of(Action... actions) {
    return new Plan(List.of(actions), Duration.ZERO);
  }

  public static Plan of(List<Action> actions) {
    return new Plan(actions, Duration.ZERO);
  }

  /** Nothing to do before this time has passed. */
  public static Plan after(Duration again) {
    return new Plan(List.of(), again);
  }

  public Plan withAgain(Duration time) {
    return new Plan(actions, time);
  }

  public boolean isEmpty() {
    return actions.isEmpty();
  }
}
