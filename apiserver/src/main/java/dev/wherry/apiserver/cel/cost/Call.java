package dev.wherry.apiserver.cel.cost;

import java.util.List;
import java.util.Optional;

/**
 * A call of one overload of a function.
 *
 * @param target what a member function is called on
 */
record Call(String function, String overload, Optional<Operand> target, List<Operand> arguments) {
  /**
   * What a call costs beside its operands.
   *
   * @param size of the result, where it has one that is known
   */
  record Price(Range cost, Optional<Range> size) {
    static Price of(Range cost) {
      return new Price(cost, Optional.empty());
    }

    static Price of(Range cost, Range size) {
      return new Price(cost, Optional.of(size));
    }
  }

  Range target(double perUnit) {
    return target.orElseThrow().sizeOrUnknown().times(perUnit);
  }

  Range size(int argument) {
    return arguments.get(argument).sizeOrUnknown();
  }

  boolean has(int count) {
    return arguments.size() >= count;
  }
}
