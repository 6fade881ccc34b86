package dev.wherry.apiserver.admission.policy;

import dev.wherry.apiserver.admission.policy.CompiledPolicy.Annotation;
import dev.wherry.apiserver.admission.policy.CompiledPolicy.Validation;
import dev.wherry.apiserver.admission.policy.Evaluation.Failure;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What a policy says of one request with one parameter (policy/validating validator.go).
 *
 * @param violations one for each validation that is not fulfilled
 * @param errors of audit annotations: they deny whatever the binding's actions are
 * @param annotations for the audit log, by key
 */
record Judgement(List<Violation> violations, List<String> errors, Map<String, String> annotations) {
  private static final int MESSAGE_BYTES_MAX = 5 * 1024;

  /**
   * A validation that is not fulfilled, or cannot be judged.
   *
   * @param reason of the answer's Status, "" for the usual one
   */
  record Violation(int index, String message, String reason) {}

  /** A judgement that consists of one failure. */
  static Judgement failed(String why) {
    return new Judgement(List.of(new Violation(0, why, "")), List.of(), Map.of());
  }

  static Judgement of(CompiledPolicy policy, Evaluation evaluation, boolean ignoresFailure) {
    List<Violation> violations = new ArrayList<>();
    for (int i = 0; i < policy.validations().size(); i++) {
      Validation validation = policy.validations().get(i);
      try {
        if (!Boolean.TRUE.equals(evaluation.run(validation.expression()))) {
          String message = message(validation, evaluation);
          violations.add(new Violation(i, message, validation.reason()));
        }
      } catch (Failure e) {
        if (!ignoresFailure) {
          violations.add(new Violation(i, e.text(), ""));
        }
        if (e.isExhausted()) {
          break;
        }
      }
    }
    evaluation.begin();
    List<String> errors = new ArrayList<>();
    Map<String, String> annotations = annotations(policy, evaluation, errors);
    return new Judgement(violations, ignoresFailure ? List.of() : errors, annotations);
  }

  private static String message(Validation validation, Evaluation evaluation) {
    if (validation.message().program().isPresent()) {
      try {
        String made = String.valueOf(evaluation.run(validation.message())).trim();
        boolean fits =
            !made.isEmpty() && made.length() <= MESSAGE_BYTES_MAX && made.indexOf('\n') < 0;
        if (fits) {
          return made;
        }
      } catch (Failure e) {
        // The message that does not depend on values takes its place.
      }
    }
    return validation.fixedMessage().isEmpty()
        ? "failed expression: " + validation.expression().source()
        : validation.fixedMessage();
  }

  private static Map<String, String> annotations(
      CompiledPolicy policy, Evaluation evaluation, List<String> errors) {
    Map<String, String> annotations = new LinkedHashMap<>();
    for (Annotation annotation : policy.annotations()) {
      try {
        Object value = evaluation.run(annotation.value());
        if (value instanceof String text && !text.isBlank()) {
          annotations.put(annotation.key(), text.trim());
        }
      } catch (Failure e) {
        errors.add(e.text());
      }
    }
    return annotations;
  }
}
