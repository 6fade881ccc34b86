package dev.wherry.apiserver.registry;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.wherry.model.kind.KindInfo;

/** What the schema and the kind's own rules say of an object. */
public interface ObjectRules {
  /** Fills in what was left out, in place. */
  void applyDefaults(KindInfo kind, ObjectNode object);

  /**
   * Throws {@code ApiException} 422 where the fields by which something is given out contradict
   * each other: before anything is.
   */
  void validateGiven(KindInfo kind, ObjectNode object);

  /** Throws {@code ApiException} 422 with every cause. */
  void validateCreate(KindInfo kind, ObjectNode object);

  /** Throws {@code ApiException} 422 with every cause. */
  void validateUpdate(KindInfo kind, ObjectNode object, ObjectNode old, String subresource);
}
