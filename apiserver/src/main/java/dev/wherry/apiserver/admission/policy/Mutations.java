package dev.wherry.apiserver.admission.policy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.wherry.apiserver.admission.KindForms;
import dev.wherry.apiserver.admission.policy.CompiledPolicy.Mutation;
import dev.wherry.apiserver.admission.policy.Evaluation.Failure;
import dev.wherry.apiserver.cel.CelJson;
import dev.wherry.model.codec.DecodeException;
import dev.wherry.model.kind.KindInfo;
import dev.wherry.model.merge.Atomics;
import dev.wherry.model.merge.Merge;
import dev.wherry.model.merge.MergeException;
import dev.wherry.model.merge.MergeType;
import dev.wherry.model.merge.TypeCheck;
import dev.wherry.model.patch.JsonPatch;
import dev.wherry.model.patch.PatchException;
import java.util.List;

/** Changes an object as one mutation of a policy says (policy/mutating/patch). */
final class Mutations {
  private final KindForms forms;

  Mutations(KindForms forms) {
    this.forms = forms;
  }

  /**
   * The changed object; the given one stays as it is.
   *
   * @throws Failure when the mutation does not fit the object
   */
  ObjectNode apply(Mutation mutation, Evaluation evaluation, KindInfo kind, ObjectNode object)
      throws Failure {
    JsonNode value = json(evaluation.run(mutation.expression()));
    try {
      ObjectNode changed =
          mutation.patch() ? patched(object, value) : configured(kind, object, value);
      return forms.shaped(kind, changed);
    } catch (DecodeException e) {
      throw new Failure(String.valueOf(e.getMessage()), false);
    }
  }

  private static JsonNode json(Object value) throws Failure {
    try {
      return CelJson.of(value);
    } catch (IllegalArgumentException e) {
      throw new Failure("type mismatch: " + e.getMessage(), false);
    }
  }

  /** A test that fails leaves the object as it is. */
  private static ObjectNode patched(ObjectNode object, JsonNode patch) throws Failure {
    try {
      return JsonPatch.apply(object, patch);
    } catch (PatchException e) {
      String why = String.valueOf(e.getMessage());
      if (why.endsWith("test failed")) {
        return object;
      }
      throw new Failure("JSON Patch: " + why, false);
    }
  }

  private ObjectNode configured(KindInfo kind, ObjectNode object, JsonNode value) throws Failure {
    if (!(value instanceof ObjectNode given)) {
      throw new Failure("unsupported return type from ApplyConfiguration expression", false);
    }
    MergeType type = forms.mergeType(kind);
    ObjectNode part = given.deepCopy();
    part.put("kind", kind.kind()).put("apiVersion", kind.apiVersion());
    try {
      TypeCheck.require(type, part);
      List<String> atomics = Atomics.of(type, part);
      if (!atomics.isEmpty()) {
        throw new Failure(
            "error applying patch: invalid ApplyConfiguration: may not mutate atomic arrays, maps"
                + " or structs: "
                + String.join(", ", atomics),
            false);
      }
      return (ObjectNode) Merge.of(type, object, part).deepCopy();
    } catch (MergeException e) {
      throw new Failure(
          "error applying patch: failed to convert patch object to typed object: " + e.getMessage(),
          false);
    }
  }
}
