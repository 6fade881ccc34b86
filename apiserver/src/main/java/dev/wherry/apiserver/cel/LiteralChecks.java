package dev.wherry.apiserver.cel;

import dev.cel.bundle.Cel;
import dev.cel.common.CelAbstractSyntaxTree;
import dev.cel.common.CelValidationResult;
import dev.cel.validator.CelAstValidator;
import dev.cel.validator.CelValidatorBuilder;
import dev.cel.validator.CelValidatorFactory;
import dev.cel.validator.validators.DurationLiteralValidator;
import dev.cel.validator.validators.HomogeneousLiteralValidator;
import dev.cel.validator.validators.RegexLiteralValidator;
import dev.cel.validator.validators.TimestampLiteralValidator;
import java.util.List;

/** What is wrong in literals before anything runs (environment/base.go). */
final class LiteralChecks {
  private static final List<CelAstValidator> LITERALS =
      List.of(
          DurationLiteralValidator.INSTANCE,
          TimestampLiteralValidator.INSTANCE,
          RegexLiteralValidator.INSTANCE,
          new FormatCheck());

  private static final CelAstValidator HOMOGENEOUS =
      HomogeneousLiteralValidator.newInstance(FormatFunction.NAME);

  private LiteralChecks() {}

  /**
   * Looks at the literals of a checked expression.
   *
   * @param homogeneous whether the items of a list have to be of one type
   * @throws CelFailure telling what is wrong with them
   */
  static void check(Cel cel, CelAbstractSyntaxTree tree, boolean homogeneous) throws CelFailure {
    CelValidatorBuilder validator =
        CelValidatorFactory.standardCelValidatorBuilder(cel).addAstValidators(LITERALS);
    if (homogeneous) {
      validator.addAstValidators(HOMOGENEOUS);
    }
    CelValidationResult result = validator.build().validate(tree);
    if (result.hasError()) {
      throw new CelFailure(
          CelFailure.Kind.COMPILE, "compilation failed: " + result.getErrorString());
    }
  }
}
