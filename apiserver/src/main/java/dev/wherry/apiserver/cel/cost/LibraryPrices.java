package dev.wherry.apiserver.cel.cost;

import static dev.wherry.apiserver.cel.cost.StandardPrices.LIST;
import static dev.wherry.apiserver.cel.cost.StandardPrices.PER_CHARACTER;
import static dev.wherry.apiserver.cel.cost.StandardPrices.PER_PATTERN_CHARACTER;

import dev.cel.common.types.CelKind;
import dev.cel.common.types.CelType;
import dev.wherry.apiserver.cel.cost.Call.Price;
import java.util.Optional;

/** Prices of the functions that Kubernetes adds to CEL (apiserver cel/library/cost.go). */
final class LibraryPrices {
  /** Two of them fit into one expression. */
  private static final long AUTHORIZATION = 350_000;

  private static final double REQUIREMENTS_PER_CHARACTER = 0.5;
  private static final double PER_REQUIREMENT = 50;
  private static final int FORMAT_PATTERN_CHARS = 128;
  private static final long FORMAT_CHARS_MAX = 64;
  private static final Range ADDRESS_BYTES = new Range(4, 16);

  private LibraryPrices() {}

  /** Empty for functions of the language itself. */
  static Optional<Price> of(Call call) {
    return switch (call.function()) {
      case "check" -> Optional.of(Price.of(Range.of(AUTHORIZATION)));
      case "serviceAccount",
          "path",
          "group",
          "resource",
          "subresource",
          "namespace",
          "name",
          "allowed",
          "reason",
          "error",
          "errored",
          "masked",
          "prefixLength",
          "family",
          "isUnspecified",
          "isLoopback",
          "isLinkLocalMulticast",
          "isLinkLocalUnicast",
          "isGlobalUnicast",
          "format.named",
          "sign",
          "asInteger",
          "isInteger",
          "asApproximateFloat",
          "isGreaterThan",
          "isLessThan",
          "compareTo",
          "add",
          "sub",
          "major",
          "minor",
          "patch",
          "getScheme",
          "getHostname",
          "getHost",
          "getPort",
          "getEscapedPath",
          "getQuery" ->
          Optional.of(Price.of(Range.ONE));
      case "fieldSelector", "labelSelector" ->
          call.has(1) ? Optional.of(selector(call.size(0))) : Optional.empty();
      case "isSorted", "sum", "max", "min", "indexOf", "lastIndexOf" ->
          call.target().map(LibraryPrices::wholeList);
      case "_==_" -> equality(call);
      default -> TextPrices.of(call).or(() -> parsed(call));
    };
  }

  private static Price selector(Range characters) {
    Range requirements = characters.times(REQUIREMENTS_PER_CHARACTER).times(PER_REQUIREMENT);
    return Price.of(Range.of(LIST).plus(characters.times(PER_CHARACTER)).plus(requirements));
  }

  /** Each item is compared, texts character by character; a text is gone through. */
  private static Price wholeList(Operand target) {
    Optional<Operand> item = target.item();
    if (item.isEmpty()) {
      return Price.of(target.sizeOrUnknown().times(PER_CHARACTER));
    }
    CelKind kind = item.get().type().kind();
    Range each = Range.ONE;
    if (kind == CelKind.STRING || kind == CelKind.BYTES) {
      each = each.plus(item.get().sizeOrUnknown().times(PER_CHARACTER));
    }
    return Price.of(target.sizeOrUnknown().times(each));
  }

  /** Functions that read a text. */
  private static Optional<Price> parsed(Call call) {
    if (call.function().equals("ip") && call.overload().equals("cidr_ip")) {
      return Optional.of(Price.of(Range.ONE));
    }
    if (!call.has(1)) {
      return Optional.empty();
    }
    return switch (call.function()) {
      case "cidr", "isIP", "isCIDR", "ip", "quantity", "isQuantity", "semver", "isSemver" ->
          Optional.of(Price.of(call.size(0).times(PER_CHARACTER)));
      case "ip.isCanonical" -> Optional.of(Price.of(call.size(0).times(2 * PER_CHARACTER)));
      case "validate" ->
          Optional.of(
              Price.of(
                  call.size(0)
                      .times(PER_CHARACTER)
                      .times(FORMAT_PATTERN_CHARS * PER_PATTERN_CHARACTER)));
      case "containsIP" -> Optional.of(Price.of(contains(call, "cidr_contains_ip_string")));
      case "containsCIDR" ->
          Optional.of(
              Price.of(
                  contains(call, "cidr_contains_cidr_string")
                      .plus(ADDRESS_BYTES.times(PER_CHARACTER))
                      .plus(Range.ONE)));
      default -> Optional.empty();
    };
  }

  /**
   * @param parsing the overload that has to read a text first
   */
  private static Range contains(Call call, String parsing) {
    Range compared = ADDRESS_BYTES.plus(ADDRESS_BYTES).times(PER_CHARACTER);
    return call.overload().equals(parsing)
        ? compared.plus(call.size(0).times(PER_CHARACTER))
        : compared;
  }

  /** Of values of the types that Kubernetes adds. */
  private static Optional<Price> equality(Call call) {
    CelType left = call.arguments().getFirst().type();
    if (left.kind() != CelKind.OPAQUE || !left.equals(call.arguments().getLast().type())) {
      return Optional.empty();
    }
    return switch (left.name()) {
      case "optional_type" -> Optional.empty();
      case "kubernetes.NamedFormat" ->
          Optional.of(Price.of(new Range(1, FORMAT_CHARS_MAX).times(PER_CHARACTER)));
      case "kubernetes.URL" -> {
        long most = call.arguments().getLast().size().orElse(Range.ONE).max();
        yield Optional.of(Price.of(new Range(1, most).times(PER_CHARACTER)));
      }
      default -> Optional.of(Price.of(Range.ONE));
    };
  }
}
