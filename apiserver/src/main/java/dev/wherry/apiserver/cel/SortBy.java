package dev.wherry.apiserver.cel;

import static dev.wherry.apiserver.cel.CelFunction.member;

import com.google.common.collect.ImmutableList;
import dev.cel.common.ast.CelExpr;
import dev.cel.common.ast.CelExpr.ExprKind;
import dev.cel.common.types.CelType;
import dev.cel.common.types.ListType;
import dev.cel.common.types.TypeParamType;
import dev.cel.parser.CelMacro;
import dev.cel.parser.CelMacroExprFactory;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * {@code list.sortBy(item, key)} (cel-go ext/lists.go): the list is bound to a name, its keys are
 * made by a loop, and a function sorts by them. The library's own gives a list of lists.
 */
final class SortBy {
  private static final String INPUT = "@__sortBy_input__";
  private static final String FUNCTION = "@sortByAssociatedKeys";

  private SortBy() {}

  static CelFunction function() {
    CelType items = ListType.create(TypeParamType.create("T"));
    CelType keys = ListType.create(TypeParamType.create("U"));
    return member(
        FUNCTION,
        "list_sort_by_associated_keys",
        items,
        List.of(items, keys),
        a -> sorted((List<?>) a[0], (List<?>) a[1]));
  }

  private static List<?> sorted(List<?> items, List<?> keys) {
    Comparator<Integer> byKey =
        Comparator.comparing(keys::get, (a, b) -> ListFunctions.compare(a, b));
    List<Object> sorted = new ArrayList<>();
    IntStream.range(0, items.size()).boxed().sorted(byKey).forEach(i -> sorted.add(items.get(i)));
    return sorted;
  }

  static CelMacro macro() {
    return CelMacro.newReceiverMacro("sortBy", 2, SortBy::expanded);
  }

  private static Optional<CelExpr> expanded(
      CelMacroExprFactory make, CelExpr target, ImmutableList<CelExpr> arguments) {
    if (arguments.getFirst().getKind() != ExprKind.Kind.IDENT) {
      return Optional.of(make.reportError("sortBy(var, ...): var has to be a simple identifier"));
    }
    String item = arguments.getFirst().ident().name();
    String result = make.getAccumulatorVarName();
    CelExpr keys =
        make.fold(
            item,
            make.newIdentifier(INPUT),
            result,
            make.newList(),
            make.newBoolLiteral(true),
            make.newGlobalCall(
                "_+_", make.newIdentifier(result), make.newList(arguments.getLast())),
            make.newIdentifier(result));
    return Optional.of(
        make.fold(
            "#unused",
            make.newList(),
            INPUT,
            target,
            make.newBoolLiteral(false),
            make.newIdentifier(INPUT),
            make.newReceiverCall(FUNCTION, make.newIdentifier(INPUT), keys)));
  }
}
