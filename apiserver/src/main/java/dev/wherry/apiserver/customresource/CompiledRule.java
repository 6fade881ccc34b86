package dev.wherry.apiserver.customresource;

import com.fasterxml.jackson.databind.JsonNode;
import dev.wherry.apiserver.cel.CelEnvironment;
import dev.wherry.apiserver.cel.CelFailure;
import dev.wherry.apiserver.cel.CelProgram;
import dev.wherry.apiserver.structural.Structural;
import java.util.Optional;

/**
 * One of {@code x-kubernetes-validations}.
 *
 * @param failure why it does not compile, "" when it does
 */
record CompiledRule(
    JsonNode source,
    Optional<CelProgram> program,
    Optional<CelProgram> message,
    boolean optionalOld,
    String failure) {
  static CompiledRule of(JsonNode source, Structural typed, boolean resource) {
    boolean optionalOld = source.path("optionalOldSelf").asBoolean();
    Optional<CelEnvironment> environment = CelEnvironment.of(typed, resource, optionalOld);
    if (environment.isEmpty()) {
      return new CompiledRule(
          source, Optional.empty(), Optional.empty(), optionalOld, "the value has no type");
    }
    try {
      CelProgram program = environment.get().rule(source.path("rule").asText());
      String message = source.path("messageExpression").asText().trim();
      return new CompiledRule(
          source,
          Optional.of(program),
          message.isEmpty() ? Optional.empty() : Optional.of(environment.get().text(message)),
          optionalOld,
          "");
    } catch (CelFailure e) {
      return new CompiledRule(source, Optional.empty(), Optional.empty(), optionalOld, e.text());
    }
  }
}
