package dev.wherry.apiserver.cel.cost;

import dev.cel.common.ast.CelExpr;
import dev.cel.common.types.CelType;
import dev.cel.common.types.SimpleType;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * A part of an expression that a function is called with.
 *
 * @param expression null for what is in a list
 * @param path to it from a variable, whose name is first; empty where there is none
 * @param size where it is known
 */
record Operand(
    @Nullable CelExpr expression,
    List<String> path,
    CelType type,
    Optional<Range> size,
    Sizes sizes) {

  Range sizeOrUnknown() {
    return size.orElse(Range.UNKNOWN);
  }

  /** What is in a list; empty for what is no list of known items. */
  Optional<Operand> item() {
    if (type.parameters().isEmpty()) {
      return Optional.empty();
    }
    List<String> below = path;
    if (!path.isEmpty()) {
      below = new ArrayList<>(path);
      below.add(Sizes.ITEMS);
    }
    return Optional.of(
        new Operand(null, below, type.parameters().getFirst(), size(sizes, below), sizes));
  }

  static Optional<Range> size(Sizes sizes, List<String> path) {
    if (path.isEmpty()) {
      return Optional.empty();
    }
    OptionalLong most = sizes.most(path.subList(1, path.size()));
    return most.isPresent() ? Optional.of(new Range(0, most.getAsLong())) : Optional.empty();
  }

  /** A whole number that stands in the expression itself. */
  OptionalLong number() {
    return expression != null
            && expression.getKind() == CelExpr.ExprKind.Kind.CONSTANT
            && type.equals(SimpleType.INT)
        ? OptionalLong.of(expression.constant().int64Value())
        : OptionalLong.empty();
  }
}
