package dev.wherry.apiserver.cel;

import dev.cel.common.types.CelType;
import dev.cel.runtime.CelEvaluationException;
import dev.cel.runtime.CelRuntime;
import java.util.Map;

/** A compiled expression. */
public final class CelProgram {
  private static final String PLACE = "^evaluation error( at [^:]*:\\d+)?: ";

  private final CelRuntime.Program program;
  private final boolean usesOldSelf;
  private final CelType type;

  CelProgram(CelRuntime.Program program, boolean usesOldSelf, CelType type) {
    this.program = program;
    this.usesOldSelf = usesOldSelf;
    this.type = type;
  }

  /** The type of the value, as far as it is known before. */
  CelType type() {
    return type;
  }

  /** Whether the expression speaks of {@code oldSelf}. */
  public boolean usesOldSelf() {
    return usesOldSelf;
  }

  /**
   * The value of the expression.
   *
   * @param variables by name
   * @throws CelFailure when it has none, or costs too much
   */
  public Object evaluate(Map<String, ?> variables, CelBudget budget) throws CelFailure {
    long outer = budget.begin();
    try {
      return program.trace(variables, (expression, result) -> budget.spend(result));
    } catch (CelBudget.Exhausted e) {
      throw new CelFailure(CelFailure.Kind.COST, String.valueOf(e.getMessage()));
    } catch (CelEvaluationException e) {
      if (e.getCause() instanceof CelBudget.Exhausted exhausted) {
        throw new CelFailure(CelFailure.Kind.COST, String.valueOf(exhausted.getMessage()));
      }
      throw new CelFailure(
          CelFailure.Kind.EVALUATION, String.valueOf(e.getMessage()).replaceFirst(PLACE, ""));
    } catch (RuntimeException e) {
      throw new CelFailure(CelFailure.Kind.EVALUATION, String.valueOf(e.getMessage()));
    } finally {
      budget.resume(outer);
    }
  }
}
