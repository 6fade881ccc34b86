package dev.wherry.apiserver.cel;

import dev.cel.bundle.Cel;
import dev.cel.common.CelAbstractSyntaxTree;
import dev.cel.common.ast.CelConstant;
import dev.cel.common.ast.CelExpr;
import dev.cel.common.ast.CelExpr.CelCall;
import dev.cel.common.ast.CelExpr.ExprKind;
import dev.cel.common.navigation.CelNavigableAst;
import dev.cel.common.navigation.CelNavigableExpr;
import dev.cel.common.types.CelKind;
import dev.cel.common.types.CelType;
import dev.cel.common.types.SimpleType;
import dev.cel.validator.CelAstValidator;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Finds calls of {@code format} whose arguments cannot fit (cel-go ext stringFormatValidator). */
final class FormatCheck implements CelAstValidator {
  private static final Set<CelKind> WRITABLE =
      EnumSet.of(
          CelKind.LIST,
          CelKind.MAP,
          CelKind.INT,
          CelKind.UINT,
          CelKind.DOUBLE,
          CelKind.BOOL,
          CelKind.STRING,
          CelKind.TIMESTAMP,
          CelKind.BYTES,
          CelKind.DURATION,
          CelKind.TYPE,
          CelKind.NULL_TYPE);

  @Override
  public void validate(CelNavigableAst tree, Cel cel, IssuesFactory issues) {
    tree.getRoot().allNodes().map(CelNavigableExpr::expr).forEach(e -> check(e, tree, issues));
  }

  private static void check(CelExpr e, CelNavigableAst tree, IssuesFactory issues) {
    Optional<String> text = text(e);
    if (text.isEmpty() || e.call().args().getFirst().getKind() != ExprKind.Kind.LIST) {
      return;
    }
    List<CelExpr> arguments = e.call().args().getFirst().list().elements();
    try {
      FormatText.Written written =
          FormatText.write(
              text.get(),
              arguments.size(),
              (kind, precision, at) -> fits(kind, arguments.get(at), tree.getAst()));
      if (written.arguments() < arguments.size()) {
        issues.addError(
            e.id(),
            "too many arguments supplied to string.format (expected %d, got %d)"
                .formatted(written.arguments(), arguments.size()));
      }
    } catch (IllegalArgumentException wrong) {
      issues.addError(e.id(), String.valueOf(wrong.getMessage()));
    }
  }

  /** The text in a call of format on a literal. */
  private static Optional<String> text(CelExpr e) {
    if (e.getKind() != ExprKind.Kind.CALL) {
      return Optional.empty();
    }
    CelCall call = e.call();
    return call.function().equals(FormatFunction.NAME) && call.args().size() == 1
        ? call.target()
            .filter(target -> target.getKind() == ExprKind.Kind.CONSTANT)
            .map(CelExpr::constant)
            .filter(constant -> constant.getKind() == CelConstant.Kind.STRING_VALUE)
            .map(CelConstant::stringValue)
        : Optional.empty();
  }

  private static String fits(char kind, CelExpr argument, CelAbstractSyntaxTree tree) {
    switch (kind) {
      case 's' -> writable(argument, tree);
      case 'd' ->
          one(
              argument,
              tree,
              "decimal clause can only be used on integers",
              CelKind.INT,
              CelKind.UINT);
      case 'o' ->
          one(
              argument,
              tree,
              "octal clause can only be used on integers",
              CelKind.INT,
              CelKind.UINT);
      case 'b' ->
          one(
              argument,
              tree,
              "only integers and bools can be formatted as binary",
              CelKind.INT,
              CelKind.UINT,
              CelKind.BOOL);
      case 'x', 'X' ->
          one(
              argument,
              tree,
              "only integers, byte buffers, and strings can be formatted as hex",
              CelKind.INT,
              CelKind.UINT,
              CelKind.STRING,
              CelKind.BYTES);
      default ->
          one(
              argument,
              tree,
              (kind == 'f' ? "fixed-point" : "scientific") + " clause can only be used on doubles",
              CelKind.DOUBLE,
              CelKind.STRING);
    }
    return "";
  }

  private static void one(
      CelExpr argument, CelAbstractSyntaxTree tree, String otherwise, CelKind... kinds) {
    CelType type = type(argument, tree);
    if (type.kind() != CelKind.DYN && !List.of(kinds).contains(type.kind())) {
      throw new IllegalArgumentException(otherwise + ", was given " + type.name());
    }
  }

  private static void writable(CelExpr argument, CelAbstractSyntaxTree tree) {
    CelType type = type(argument, tree);
    if (type.kind() != CelKind.DYN && !WRITABLE.contains(type.kind())) {
      throw new IllegalArgumentException(FormatFunction.NOT_WRITABLE + type.name());
    }
    if (argument.getKind() == ExprKind.Kind.LIST) {
      argument.list().elements().forEach(item -> writable(item, tree));
    } else if (argument.getKind() == ExprKind.Kind.MAP) {
      argument
          .map()
          .entries()
          .forEach(entry -> {
            writable(entry.key(), tree);
            writable(entry.value(), tree);
          });
    }
  }

  private static CelType type(CelExpr e, CelAbstractSyntaxTree tree) {
    return tree.getType(e.id()).orElse(SimpleType.DYN);
  }
}
