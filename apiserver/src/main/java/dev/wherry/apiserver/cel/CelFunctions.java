package dev.wherry.apiserver.cel;

import java.util.ArrayList;
import java.util.List;

/** All functions that Kubernetes adds to CEL (apiserver cel/library). */
final class CelFunctions {
  private static final List<CelFunction> ALL = make();

  private CelFunctions() {}

  static List<CelFunction> all() {
    return ALL;
  }

  private static List<CelFunction> make() {
    List<CelFunction> all = new ArrayList<>();
    all.addAll(ListFunctions.all());
    all.addAll(TextFunctions.all());
    all.addAll(PositionFunctions.all());
    all.add(FormatFunction.function());
    all.add(SortBy.function());
    all.addAll(QuantityFunctions.all());
    all.addAll(AddressFunctions.all());
    all.addAll(UrlFunctions.all());
    all.addAll(SemverFunctions.all());
    return List.copyOf(all);
  }
}
