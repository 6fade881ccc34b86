package dev.wherry.apiserver.customresource;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.wherry.apiserver.registry.ObjectRules;
import dev.wherry.apiserver.registry.ScaleSubresource;
import dev.wherry.apiserver.structural.Defaulting;
import dev.wherry.apiserver.structural.EmbeddedObjects;
import dev.wherry.apiserver.structural.Problem;
import dev.wherry.apiserver.structural.SchemaCheck;
import dev.wherry.apiserver.structural.Structural;
import dev.wherry.apiserver.structural.UniqueLists;
import dev.wherry.apiserver.validation.FieldErrors;
import dev.wherry.apiserver.validation.Validation;
import dev.wherry.model.kind.KindInfo;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Defaults and rules of custom resources; those of built-in kinds are asked elsewhere. */
public final class CustomRules implements ObjectRules {
  private static final Problem UNCHECKED =
      Problem.of(
          "FieldValueInvalid",
          "<nil>",
          "Invalid value: null: some validation rules were not checked because the object was"
              + " invalid; correct the existing errors to complete validation");

  private final CustomKinds kinds;
  private final ObjectRules builtIn;

  public CustomRules(CustomKinds kinds, ObjectRules builtIn) {
    this.kinds = kinds;
    this.builtIn = builtIn;
  }

  @Override
  public void applyDefaults(KindInfo kind, ObjectNode object) {
    Optional<CompiledVersion> version = kinds.compiled(kind);
    if (version.isPresent()) {
      Defaulting.fill(object, version.get().schema());
    } else {
      builtIn.applyDefaults(kind, object);
    }
  }

  /** Only built-in kinds are given anything out of the server's ranges. */
  @Override
  public void validateGiven(KindInfo kind, ObjectNode object) {
    builtIn.validateGiven(kind, object);
  }

  @Override
  public void validateCreate(KindInfo kind, ObjectNode object) {
    Optional<CompiledVersion> version = kinds.compiled(kind);
    if (version.isEmpty()) {
      builtIn.validateCreate(kind, object);
      return;
    }
    FieldErrors errors = new FieldErrors();
    Validation.metadata(kind, object, errors);
    check(version.get(), object, null, "", errors);
    errors.throwIfAny(kind, name(object));
  }

  @Override
  public void validateUpdate(KindInfo kind, ObjectNode object, ObjectNode old, String subresource) {
    Optional<CompiledVersion> version = kinds.compiled(kind);
    if (version.isEmpty()) {
      builtIn.validateUpdate(kind, object, old, subresource);
      return;
    }
    FieldErrors errors = new FieldErrors();
    Validation.metadata(kind, object, errors);
    Validation.metadataUpdate(object, old, errors);
    check(version.get(), object, old, subresource, errors);
    errors.throwIfAny(kind, name(object));
  }

  private static String name(ObjectNode object) {
    return object.path("metadata").path("name").asText();
  }

  private static void check(
      CompiledVersion version,
      ObjectNode object,
      @Nullable ObjectNode old,
      String subresource,
      FieldErrors errors) {
    Structural schema = version.schema();
    boolean statusOnly = subresource.equals("status");
    List<Problem> problems = new ArrayList<>(shape(schema, object, old, statusOnly));
    problems.addAll(scale(version.scale(), object, statusOnly));
    if (!statusOnly) {
      problems.addAll(EmbeddedObjects.check(object, schema));
    }
    List<Problem> doubled = UniqueLists.check(object, schema);
    if (!doubled.isEmpty() && (old == null || UniqueLists.check(old, schema).isEmpty())) {
      problems.addAll(doubled);
    }
    if (version.rules().isPresent()) {
      if (problems.stream().anyMatch(Problem::blocking)) {
        problems.add(UNCHECKED);
      } else {
        problems.addAll(version.rules().get().check(object, old));
      }
    }
    problems.forEach(problem -> errors.add(problem.cause()));
  }

  private static List<Problem> shape(
      Structural schema, ObjectNode object, @Nullable ObjectNode old, boolean statusOnly) {
    if (!statusOnly) {
      return SchemaCheck.check(object, schema, "", old);
    }
    Structural status = schema.field("status");
    if (status == null || !object.has("status")) {
      return List.of();
    }
    JsonNode before = old == null ? MissingNode.getInstance() : old.path("status");
    return SchemaCheck.check(
        object.get("status"), status, "status", before.isMissingNode() ? null : before);
  }

  /** Replicas are no negative numbers (apiextensions ValidateScaleSpec, ValidateScaleStatus). */
  private static List<Problem> scale(
      ScaleSubresource.Paths paths, ObjectNode object, boolean statusOnly) {
    if (paths == ScaleSubresource.Paths.BUILT_IN) {
      return List.of();
    }
    List<Problem> problems = new ArrayList<>(0);
    if (!statusOnly) {
      replicas(paths.specReplicas(), object, problems);
    }
    replicas(paths.statusReplicas(), object, problems);
    return problems;
  }

  private static void replicas(List<String> path, ObjectNode object, List<Problem> problems) {
    JsonNode count = object;
    for (String name : path) {
      count = count.path(name);
    }
    String said =
        !count.isIntegralNumber()
            ? ""
            : count.longValue() < 0
                ? "should be a non-negative integer"
                : count.longValue() > Integer.MAX_VALUE
                    ? "should be less than or equal to " + Integer.MAX_VALUE
                    : "";
    if (!said.isEmpty()) {
      problems.add(Problem.invalid(String.join(".", path), count, said));
    }
  }
}
