package dev.wherry.apiserver.cel;

import static dev.wherry.apiserver.cel.CelFunction.global;

import com.google.common.collect.ImmutableList;
import dev.cel.common.CelAbstractSyntaxTree;
import dev.cel.common.ast.CelConstant;
import dev.cel.common.ast.CelExpr;
import dev.cel.common.ast.CelExpr.CelComprehension;
import dev.cel.common.ast.CelExpr.CelMap;
import dev.cel.common.ast.CelExpr.CelStruct;
import dev.cel.common.types.SimpleType;
import java.util.List;
import java.util.Set;

/**
 * {@code Object{...}}, {@code Object.spec{...}} and {@code JSONPatch{...}} become maps before types
 * are checked: objects have any fields, and JSON is what is made of them. A type's name has to say
 * where its value stands (apiserver cel/mutation).
 */
final class PatchLiterals {
  private static final String OBJECT = "Object";
  private static final String PATCH = "JSONPatch";
  private static final Set<String> PATCH_FIELDS = Set.of("op", "path", "from", "value");

  /** Ids of keys; the parser's own ids are small. */
  private long nextId = 1L << 40;

  private PatchLiterals() {}

  /** {@code jsonpatch.escapeKey}. */
  static List<CelFunction> functions() {
    return List.of(
        global(
            "jsonpatch.escapeKey",
            "string_jsonpatch_escapeKey_string",
            SimpleType.STRING,
            List.of(SimpleType.STRING),
            a -> ((String) a[0]).replace("~", "~0").replace("/", "~1")));
  }

  /**
   * @throws CelFailure for a field that a patch does not have, and for a type in a wrong place
   */
  static CelAbstractSyntaxTree toMaps(CelAbstractSyntaxTree parsed) throws CelFailure {
    CelExpr expression = new PatchLiterals().map(parsed.getExpr(), "");
    return CelAbstractSyntaxTree.newParsedAst(expression, parsed.getSource());
  }

  /**
   * @param place the type that a literal has to have here; "" for any
   */
  private CelExpr map(CelExpr e, String place) throws CelFailure {
    return switch (e.exprKind().getKind()) {
      case STRUCT -> literal(e, place);
      case SELECT ->
          CelExpr.ofSelect(
              e.id(), map(e.select().operand(), ""), e.select().field(), e.select().testOnly());
      case CALL -> call(e, place);
      case LIST ->
          CelExpr.ofList(e.id(), mapped(e.list().elements(), place), e.list().optionalIndices());
      case MAP -> map(e);
      case COMPREHENSION -> comprehension(e);
      default -> e;
    };
  }

  private ImmutableList<CelExpr> mapped(List<CelExpr> list, String place) throws CelFailure {
    ImmutableList.Builder<CelExpr> mapped = ImmutableList.builder();
    for (CelExpr one : list) {
      mapped.add(map(one, place));
    }
    return mapped.build();
  }

  private CelExpr call(CelExpr e, String place) throws CelFailure {
    java.util.Optional<CelExpr> target = java.util.Optional.empty();
    if (e.call().target().isPresent()) {
      target = java.util.Optional.of(map(e.call().target().get(), ""));
    }
    // Both branches of a condition stand where the condition does.
    boolean choice = e.call().function().equals("_?_:_");
    return CelExpr.ofCall(
        e.id(), target, e.call().function(), mapped(e.call().args(), choice ? place : ""));
  }

  private CelExpr map(CelExpr e) throws CelFailure {
    ImmutableList.Builder<CelMap.Entry> entries = ImmutableList.builder();
    for (CelMap.Entry entry : e.map().entries()) {
      entries.add(
          CelExpr.ofMapEntry(
              entry.id(), map(entry.key(), ""), map(entry.value(), ""), entry.optionalEntry()));
    }
    return CelExpr.ofMap(e.id(), entries.build());
  }

  private CelExpr comprehension(CelExpr e) throws CelFailure {
    CelComprehension c = e.comprehension();
    return CelExpr.newBuilder()
        .setId(e.id())
        .setComprehension(
            c.toBuilder()
                .setIterRange(map(c.iterRange(), ""))
                .setAccuInit(map(c.accuInit(), ""))
                .setLoopCondition(map(c.loopCondition(), ""))
                .setLoopStep(map(c.loopStep(), ""))
                .setResult(map(c.result(), ""))
                .build())
        .build();
  }

  private CelExpr literal(CelExpr e, String place) throws CelFailure {
    String type = e.struct().messageName();
    boolean patch = type.equals(PATCH);
    if (!patch && !type.equals(OBJECT) && !type.startsWith(OBJECT + ".")) {
      return e;
    }
    if (!place.isEmpty() && !place.equals(type)) {
      throw new CelFailure(
          CelFailure.Kind.COMPILE,
          "type mismatch: unexpected type name \""
              + type
              + "\", expected \""
              + place
              + "\", which matches field name path from root Object type");
    }
    ImmutableList.Builder<CelMap.Entry> entries = ImmutableList.builder();
    for (CelStruct.Entry entry : e.struct().entries()) {
      String field = entry.fieldKey();
      if (patch && !PATCH_FIELDS.contains(field)) {
        throw new CelFailure(
            CelFailure.Kind.COMPILE, "compilation failed: undefined field '" + field + "'");
      }
      CelExpr key = CelExpr.ofConstant(nextId++, CelConstant.ofValue(field));
      CelExpr value = map(entry.value(), patch ? "" : type + "." + field);
      entries.add(CelExpr.ofMapEntry(entry.id(), key, value, entry.optionalEntry()));
    }
    return CelExpr.ofMap(e.id(), entries.build());
  }
}
