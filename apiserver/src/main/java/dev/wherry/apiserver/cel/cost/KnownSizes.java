package dev.wherry.apiserver.cel.cost;

import dev.cel.common.CelAbstractSyntaxTree;
import dev.cel.common.ast.CelConstant;
import dev.cel.common.ast.CelExpr;
import dev.cel.common.ast.CelExpr.CelComprehension;
import dev.cel.common.ast.CelExpr.ExprKind.Kind;
import dev.cel.common.ast.CelReference;
import dev.cel.common.types.CelKind;
import dev.cel.common.types.CelType;
import dev.cel.common.types.SimpleType;
import dev.wherry.apiserver.cel.cost.Scopes.Entries;
import dev.wherry.apiserver.cel.cost.Scopes.Local;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** What an estimate has found out about the parts of its expression. */
final class KnownSizes {
  private static final String ACCUMULATOR = "__result__";
  private static final String HIDDEN_ACCUMULATOR = "@result";

  /** Read by the type checker itself, so that its reference may name no overload. */
  private static final String OPTIONAL_FIELD = "_?._";

  private final CelAbstractSyntaxTree tree;
  private final Sizes sizes;
  private final Scopes scopes = new Scopes();
  private final Map<Long, List<String>> paths = new HashMap<>();
  private final Map<Long, Range> found = new HashMap<>();
  private final Map<Long, Entries> entries = new HashMap<>();

  KnownSizes(CelAbstractSyntaxTree tree, Sizes sizes) {
    this.tree = tree;
    this.sizes = sizes;
  }

  Scopes scopes() {
    return scopes;
  }

  CelType type(CelExpr e) {
    return tree.getType(e.id()).orElse(SimpleType.DYN);
  }

  List<String> overloads(CelExpr e) {
    List<String> ids = tree.getReference(e.id()).map(CelReference::overloadIds).orElse(null);
    if (ids != null && !ids.isEmpty()) {
      return ids;
    }
    return e.call().function().equals(OPTIONAL_FIELD)
        ? List.of("select_optional_field")
        : List.of();
  }

  List<String> path(CelExpr e) {
    if (e.getKind() == Kind.IDENT) {
      Optional<Local> local = scopes.peek(e.ident().name());
      if (local.isPresent()) {
        return local.get().path();
      }
    }
    return paths.getOrDefault(e.id(), List.of());
  }

  void path(CelExpr e, List<String> path) {
    paths.put(e.id(), path);
  }

  static List<String> below(List<String> path, String step) {
    List<String> below = new ArrayList<>(path);
    below.add(step);
    return below;
  }

  Optional<Range> size(CelExpr e) {
    Range known = found.get(e.id());
    if (known != null) {
      return Optional.of(known);
    }
    Optional<Range> written = written(e);
    if (written.isPresent()) {
      return written;
    }
    Optional<Range> declared = Operand.size(sizes, path(e));
    if (declared.isPresent()) {
      found.put(e.id(), declared.get());
      return declared;
    }
    if (isScalar(type(e))) {
      return Optional.of(Range.ONE);
    }
    return e.getKind() == Kind.IDENT
        ? scopes.peek(e.ident().name()).flatMap(Local::size)
        : Optional.empty();
  }

  void size(CelExpr e, Range size) {
    found.put(e.id(), size);
  }

  Range sizeOrUnknown(CelExpr e) {
    return size(e).orElse(Range.UNKNOWN);
  }

  /** Of what stands in the expression itself. */
  private static Optional<Range> written(CelExpr e) {
    return switch (e.getKind()) {
      case LIST -> Optional.of(Range.of(e.list().elements().size()));
      case MAP -> Optional.of(Range.of(e.map().entries().size()));
      case CONSTANT -> {
        CelConstant value = e.constant();
        yield switch (value.getKind()) {
          case STRING_VALUE -> {
            String text = value.stringValue();
            yield Optional.of(Range.of(text.codePointCount(0, text.length())));
          }
          case BYTES_VALUE -> Optional.of(Range.of(value.bytesValue().size()));
          default -> Optional.of(Range.ONE);
        };
      }
      default -> Optional.empty();
    };
  }

  private static boolean isScalar(CelType type) {
    return switch (type.kind()) {
      case BOOL, DOUBLE, DURATION, INT, TIMESTAMP, UINT -> true;
      case OPAQUE -> type.name().equals("optional_type") && isScalar(type.parameters().getFirst());
      default -> false;
    };
  }

  Optional<Entries> entries(CelExpr e) {
    Entries known = entries.get(e.id());
    if (known != null) {
      return Optional.of(known);
    }
    return e.getKind() == Kind.IDENT
        ? scopes.peek(e.ident().name()).flatMap(Local::entries)
        : Optional.empty();
  }

  void entries(CelExpr e, Entries of) {
    entries.put(e.id(), of);
  }

  void copy(CelExpr from, CelExpr to) {
    size(from).ifPresent(size -> size(to, size));
    entries(from).ifPresent(known -> entries(to, known));
  }

  Operand operand(CelExpr e) {
    List<String> path = path(e);
    boolean accumulated =
        !path.isEmpty()
            && (path.getFirst().equals(ACCUMULATOR) || path.getFirst().equals(HIDDEN_ACCUMULATOR));
    return new Operand(e, accumulated ? List.of() : path, type(e), size(e), sizes);
  }

  void pushAccumulator(CelComprehension loop) {
    CelExpr start = loop.accuInit();
    scopes.push(loop.accuVar(), new Local(path(start), size(start), entries(start)));
  }

  /** The variables of a turn: an item, a key, or a key and a value. */
  void pushTurn(CelComprehension loop) {
    CelExpr range = loop.iterRange();
    Optional<Entries> within = entries(range);
    CelKind container = within.map(Entries::container).orElse(type(range).kind());
    boolean list = container == CelKind.LIST;
    Local key = local(range, list ? Sizes.INDICES : Sizes.KEYS, within.map(Entries::keys));
    Local value = local(range, list ? Sizes.ITEMS : Sizes.VALUES, within.map(Entries::values));
    if (loop.iterVar2().isEmpty()) {
      scopes.push(loop.iterVar(), list ? value : key);
    } else {
      scopes.push(loop.iterVar(), key);
      scopes.push(loop.iterVar2(), value);
    }
  }

  private Local local(CelExpr range, String step, Optional<Range> size) {
    return new Local(below(path(range), step), size, Optional.empty());
  }
}
