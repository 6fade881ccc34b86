package dev.wherry.apiserver.cel.cost;

import com.google.common.collect.ImmutableList;
import dev.cel.common.CelAbstractSyntaxTree;
import dev.cel.common.ast.CelConstant;
import dev.cel.common.ast.CelExpr;
import dev.cel.common.ast.CelExpr.CelComprehension;
import dev.cel.common.ast.CelExpr.ExprKind.Kind;
import dev.cel.common.types.CelKind;
import dev.wherry.apiserver.cel.cost.Call.Price;
import dev.wherry.apiserver.cel.cost.Scopes.Entries;
import dev.wherry.apiserver.cel.cost.Scopes.Local;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Goes once through a checked expression and adds up what its parts may cost. */
public final class Estimate {
  private static final String ACCUMULATOR = "__result__";

  private final KnownSizes known;

  private Estimate(CelAbstractSyntaxTree tree, Sizes sizes) {
    this.known = new KnownSizes(tree, sizes);
  }

  /** What an expression may cost, in steps. */
  public static Range of(CelAbstractSyntaxTree tree, Sizes sizes) {
    return new Estimate(tree, sizes).cost(tree.getExpr());
  }

  private Range cost(CelExpr e) {
    return switch (e.getKind()) {
      case CONSTANT, NOT_SET -> Range.NONE;
      case IDENT -> ident(e);
      case SELECT -> select(e);
      case CALL -> call(e);
      case LIST -> list(e);
      case MAP -> map(e);
      case STRUCT -> {
        Range sum = Range.of(StandardPrices.STRUCT);
        for (var entry : e.struct().entries()) {
          sum = sum.plus(cost(entry.value()));
        }
        yield sum;
      }
      case COMPREHENSION -> isBinding(e.comprehension()) ? binding(e) : loop(e);
    };
  }

  private Range ident(CelExpr e) {
    String name = e.ident().name();
    known.path(e, known.scopes().peek(name).map(Local::path).orElse(List.of(name)));
    return Range.ONE;
  }

  private Range select(CelExpr e) {
    CelExpr operand = e.select().operand();
    Range sum = cost(operand);
    if (e.select().testOnly()) {
      return sum;
    }
    CelKind kind = known.type(operand).kind();
    boolean read = kind == CelKind.MAP || kind == CelKind.STRUCT || kind == CelKind.TYPE_PARAM;
    known.path(e, KnownSizes.below(known.path(operand), e.select().field()));
    return read ? sum.plus(Range.ONE) : sum;
  }

  private Range call(CelExpr e) {
    String function = e.call().function();
    ImmutableList<CelExpr> operands = e.call().args();
    if (function.equals("dyn")) {
      Range sum = cost(operands.getFirst()).plus(Range.ONE);
      known.copy(operands.getFirst(), e);
      return sum;
    }
    List<Range> costs = new ArrayList<>();
    List<Operand> arguments = new ArrayList<>();
    for (CelExpr operand : operands) {
      costs.add(cost(operand));
      arguments.add(known.operand(operand));
    }
    List<String> overloads = known.overloads(e);
    if (overloads.isEmpty()) {
      return Range.NONE;
    }
    Range sum = Range.NONE;
    Optional<Operand> target = Optional.empty();
    if (e.call().target().isPresent()) {
      sum = cost(e.call().target().get());
      target = e.call().target().map(known::operand);
    }
    Range dearest = new Range(Long.MAX_VALUE, 0);
    Optional<Range> size = Optional.empty();
    for (String overload : overloads) {
      Price price = price(e, new Call(function, overload, target, arguments), costs);
      dearest = dearest.or(price.cost());
      size = united(size, price.size());
      if (overload.equals("index_list") || overload.equals("index_map")) {
        size = known.entries(operands.getFirst()).map(Entries::values);
        String step = overload.equals("index_list") ? Sizes.ITEMS : Sizes.VALUES;
        known.path(e, KnownSizes.below(known.path(operands.getFirst()), step));
      }
      size = size.or(() -> known.size(e));
    }
    size.ifPresent(result -> known.size(e, result));
    return sum.plus(dearest);
  }

  private static Optional<Range> united(Optional<Range> one, Optional<Range> other) {
    return one.isPresent() && other.isPresent()
        ? Optional.of(one.get().or(other.get()))
        : one.or(() -> other);
  }

  /** With what the operands cost. */
  private Price price(CelExpr e, Call call, List<Range> costs) {
    switch (call.overload()) {
      case "logical_or", "logical_and" -> {
        // The second is not looked at when the first decides.
        long least = costs.get(0).min();
        return Price.of(new Range(least, costs.get(0).plus(costs.get(1)).max()));
      }
      case "conditional" -> {
        entriesOf(e, call, 1, 2);
        return Price.of(
            costs.get(0).plus(costs.get(1).or(costs.get(2))), call.size(1).or(call.size(2)));
      }
      case "add_string", "add_bytes", "add_list" -> entriesOf(e, call, 0, 1);
      default -> {
        // Nothing is known of what is in the result.
      }
    }
    Price own =
        ListPrices.of(call)
            .or(() -> LibraryPrices.of(call))
            .orElseGet(() -> StandardPrices.of(call));
    return new Price(costs.stream().reduce(own.cost(), Range::plus), own.size());
  }

  private void entriesOf(CelExpr e, Call call, int one, int other) {
    Optional<Entries> first = entries(call, one);
    Optional<Entries> second = entries(call, other);
    if (first.isPresent() && second.isPresent()) {
      known.entries(e, first.get().or(second.get()));
    }
  }

  private Optional<Entries> entries(Call call, int argument) {
    CelExpr expression = call.arguments().get(argument).expression();
    return expression == null ? Optional.empty() : known.entries(expression);
  }

  private Range list(CelExpr e) {
    Range sum = Range.of(StandardPrices.LIST);
    Range items = e.list().elements().isEmpty() ? Range.NONE : new Range(Long.MAX_VALUE, 0);
    for (CelExpr item : e.list().elements()) {
      sum = sum.plus(cost(item));
      items = items.or(known.sizeOrUnknown(item));
    }
    known.entries(e, new Entries(CelKind.LIST, Range.ONE, items));
    return sum;
  }

  private Range map(CelExpr e) {
    Range sum = Range.of(StandardPrices.MAP);
    Range start = e.map().entries().isEmpty() ? Range.NONE : new Range(Long.MAX_VALUE, 0);
    Range keys = start;
    Range values = start;
    for (CelExpr.CelMap.Entry entry : e.map().entries()) {
      sum = sum.plus(cost(entry.key())).plus(cost(entry.value()));
      keys = keys.or(known.sizeOrUnknown(entry.key()));
      values = values.or(known.sizeOrUnknown(entry.value()));
    }
    known.entries(e, new Entries(CelKind.MAP, keys, values));
    return sum;
  }

  private static boolean isBinding(CelComprehension loop) {
    return loop.iterRange().getKind() == Kind.LIST
        && loop.iterRange().list().elements().isEmpty()
        && loop.loopCondition().getKind() == Kind.CONSTANT
        && loop.loopCondition().constant().getKind() == CelConstant.Kind.BOOLEAN_VALUE
        && !loop.loopCondition().constant().booleanValue()
        && !loop.accuVar().equals(ACCUMULATOR);
  }

  private Range binding(CelExpr e) {
    CelComprehension bound = e.comprehension();
    Range sum = cost(bound.iterRange()).plus(cost(bound.accuInit()));
    known.pushAccumulator(bound);
    sum = sum.plus(cost(bound.result()));
    known.scopes().pop(bound.accuVar());
    known.copy(bound.result(), e);
    return sum;
  }

  private Range loop(CelExpr e) {
    CelComprehension loop = e.comprehension();
    Range sum = cost(loop.iterRange()).plus(cost(loop.accuInit()));
    known.pushAccumulator(loop);
    known.pushTurn(loop);
    Range turn = cost(loop.loopCondition()).plus(cost(loop.loopStep()));
    Optional<Entries> made = known.entries(loop.loopStep());
    known.scopes().pop(loop.iterVar());
    if (!loop.iterVar2().isEmpty()) {
      known.scopes().pop(loop.iterVar2());
    }
    sum = sum.plus(cost(loop.result()));
    known.scopes().pop(loop.accuVar());
    Range turns = known.sizeOrUnknown(loop.iterRange());
    switch (loop.accuInit().getKind()) {
      case CONSTANT -> known.size(loop.accuInit()).ifPresent(size -> known.size(e, size));
      case LIST, MAP -> {
        known.size(e, turns);
        made.ifPresent(entries -> known.entries(e, entries));
      }
      default -> {
        // Nothing is known of what other loops make.
      }
    }
    return sum.plus(turns.times(turn));
  }
}
