package dev.wherry.apiserver.cel;

/**
 * What is left to spend on the rules of one object; not to be shared between threads.
 *
 * <p>The numbers are upstream's (apiserver apis/cel): one for each step, more for long texts.
 */
public final class CelBudget {
  /** Steps of one evaluation. */
  public static final long CALL_COST_MAX = 1_000_000;

  /** Steps of all rules of one object. */
  public static final long OBJECT_COST_MAX = 10_000_000;

  /** Characters or elements that cost as much as one step. */
  private static final int UNITS_PER_STEP = 10;

  /** Steps of all conditions that say whether a webhook or policy is asked. */
  public static final long CONDITIONS_COST_MAX = 2_500_000;

  private long left;
  private long call;

  /** For the rules of one object. */
  public CelBudget() {
    this(OBJECT_COST_MAX);
  }

  public CelBudget(long steps) {
    this.left = steps;
  }

  /** Whether nothing is left. */
  public boolean isSpent() {
    return left <= 0;
  }

  /** Begins a call, perhaps within another; returns what that one has spent. */
  long begin() {
    long outer = call;
    call = 0;
    return outer;
  }

  /** Goes on with the call around the one that ended. */
  void resume(long outer) {
    call = outer;
  }

  void spend(Object result) {
    long cost = 1;
    if (result instanceof String text) {
      cost += text.length() / UNITS_PER_STEP;
    } else if (result instanceof java.util.Collection<?> list) {
      cost += list.size() / UNITS_PER_STEP;
    }
    call += cost;
    left -= cost;
    if (call > CALL_COST_MAX || left < 0) {
      throw new Exhausted();
    }
  }

  /** Ends an evaluation from within. */
  static final class Exhausted extends RuntimeException {
    private static final long serialVersionUID = 1L;

    Exhausted() {
      super("operation cancelled: actual cost limit exceeded", null, false, false);
    }
  }
}
